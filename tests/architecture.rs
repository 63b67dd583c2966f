//! The house rules of ARCHITECTURE.md, read from `cargo metadata` and from the checkout's files.
//!
//! Each rule has a fixture with one wrong arrow, which shows that the rule can fail.
#![cfg(not(target_family = "wasm"))]
#![expect(clippy::unwrap_used, reason = "the tests' helpers fail as the tests do")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId};

const BROWSER_TARGET: &str = "wasm32-unknown-unknown";

/// The floor of each package; arrows between packages point strictly down.
const FLOORS: [(&str, u8); 19] = [
    ("segel-hazmat", 0),
    ("segel-wire", 0),
    ("segel-mask", 0),
    ("segel-crypto", 1),
    ("segel-core", 2),
    ("segel-web", 3),
    ("segel-ui", 4),
    ("segel", 5),
    ("segel-console", 5),
    // A program of its own, in a worker of the two above; no code calls it.
    ("segel-stretch", 5),
    ("segel-owner", 5),
    ("segel-relay", 5),
    ("segel-conform", 5),
    // What browsers load of the widget.
    ("segel-widget", 6),
    // For development only: nothing that ships may stand on these.
    ("segel-keep", 3),
    ("segel-demo", 6),
    ("segel-testkit", 6),
    ("segel-simulate", 6),
    ("xtask", 6),
];

/// Packages for which pointing down is not enough: all of the workspace that they may use.
const ONLY: [(&str, &[&str]); 7] = [
    ("segel-crypto", &["segel-hazmat", "segel-wire"]),
    ("segel-owner", &["segel-wire", "segel-crypto", "segel-mask"]),
    ("segel-relay", &["segel-wire"]),
    ("segel-conform", &["segel-wire"]),
    ("segel-stretch", &[]),
    ("segel-widget", &["segel"]),
    ("xtask", &[]),
];

/// Packages that are one other's business alone.
const FOR: [(&str, &str); 1] = [("segel-hazmat", "segel-crypto")];

/// What code that must not be able to open a message never reaches.
const SEALING: [&str; 7] =
    ["segel-crypto", "segel-hazmat", "segel-mask", "x25519-dalek", "chacha20poly1305", "ml-kem", "hpke"];

/// What gives code an outside, and so begins on floor 3.
const OUTSIDE: [&str; 4] = ["js-sys", "web-sys", "wasm-bindgen", "getrandom"];
const FIRST_FLOOR_WITH_AN_OUTSIDE: u8 = 3;

const MOST_LINES: usize = 500;

/// Every package's normal dependencies: members by name, others as `name@version`.
type Arrows = BTreeMap<String, BTreeSet<String>>;

/// What the rules look at.
#[derive(serde::Deserialize)]
struct House {
    members: BTreeSet<String>,
    /// As resolved for every platform.
    arrows: Arrows,
    /// As resolved for browsers.
    browser_arrows: Arrows,
}

#[test]
fn the_house_keeps_its_rules() {
    let everywhere = metadata(&[]);
    let in_browsers = metadata(&["--filter-platform", BROWSER_TARGET]);
    let members = everywhere.workspace_packages().iter().map(|package| package.name.to_string()).collect();
    let house = House { members, arrows: arrows(&everywhere), browser_arrows: arrows(&in_browsers) };
    assert_eq!(violations(&house), Vec::<String>::new());
    assert_ne!(reached("segel-owner", &house.arrows, &SEALING), [""; 0], "the search sees arrows");
    assert_ne!(
        reached("segel-web", &house.browser_arrows, &OUTSIDE),
        [""; 0],
        "the search sees browsers' arrows"
    );
}

#[test]
fn each_rule_can_fail() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/architecture");
    let expected = [
        ("sound.json", &[][..]),
        ("upward.json", &["segel-core (floor 2) points up or sideways to segel-web (floor 3)"]),
        ("sideways.json", &["segel-mask (floor 0) points up or sideways to segel-wire (floor 0)"]),
        (
            "dev-only.json",
            &[
                "segel-relay (floor 5) points up or sideways to segel-testkit (floor 6)",
                "segel-relay may not use segel-testkit",
            ],
        ),
        ("owner-uses-core.json", &["segel-owner may not use segel-core"]),
        (
            "relay-reaches-sealing.json",
            &["segel-relay reaches chacha20poly1305@0.11.0 by way of tower@0.5.3"],
        ),
        ("outside-in-core.json", &["segel-core reaches getrandom@0.4.3 by way of rand@0.10.3"]),
        ("hazmat-in-core.json", &["segel-hazmat is for segel-crypto alone and not for segel-core"]),
        ("homeless.json", &["segel-attic has no floor"]),
    ];
    let named = expected.iter().map(|(name, _)| fixtures.join(name)).collect::<BTreeSet<_>>();
    assert_eq!(files_below(&fixtures), named, "every fixture has its expectation");
    for (name, sentences) in expected {
        let text = fs::read_to_string(fixtures.join(name)).unwrap();
        let house: House = serde_json::from_str(&text).unwrap();
        assert_eq!(violations(&house), sentences, "{name}");
    }
}

#[test]
fn no_file_is_too_long() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = files_below(root).into_iter().filter(|file| {
        file.extension().is_some_and(|kind| ["rs", "js", "css"].iter().any(|source| kind == *source))
    });
    let lines = sources.map(|file| {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        (file.strip_prefix(root).unwrap().display().to_string(), lines)
    });
    let lines = lines.collect::<BTreeMap<_, _>>();
    assert!(lines.contains_key("tests/architecture.rs"), "the search finds this file");
    assert_eq!(too_long(&lines), Vec::<&str>::new());
    assert_eq!(too_long(&BTreeMap::from([("at.rs".into(), 500), ("over.rs".into(), 501)])), ["over.rs"]);
}

#[test]
fn nothing_that_browsers_run_writes_values_for_programmers() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rooms = ["core", "crypto", "hazmat", "mask", "stretch", "ui", "wire", "web", "console", "widget"];
    let rooms = rooms.iter().map(|room| root.join("crates").join(room).join("src"));
    let files: Vec<_> = rooms.chain([root.join("src")]).flat_map(|room| files_below(&room)).collect();
    assert!(files.len() > 100, "the search finds the rooms");
    for file in files.iter().filter(|file| file.extension().is_some_and(|kind| kind == "rs")) {
        let text = fs::read_to_string(file).unwrap();
        assert!(!is_for_programmers(&text), "{} formats with Debug, which is cut out", file.display());
    }
    assert!(is_for_programmers(r#"format!("{name:?}")"#));
    assert!(!is_for_programmers("#[cfg(test)]\nmod tests { format!(\"{name:?}\") }"));
}

/// Whether a file's text, apart from its tests, formats anything with `Debug`: `xtask`'s `panics` makes that a trap.
fn is_for_programmers(text: &str) -> bool {
    let code = text.split("\nmod tests {").next().unwrap_or(text);
    ["?}", "dbg!("].iter().any(|sign| code.contains(sign))
}

/// One sentence for every broken rule.
fn violations(house: &House) -> Vec<String> {
    let mut found = Vec::new();
    for member in &house.members {
        let Some(floor) = floor(member) else {
            found.push(format!("{member} has no floor"));
            continue;
        };
        let uses =
            house.arrows.get(member).into_iter().flatten().filter(|used| house.members.contains(*used));
        for used in uses {
            if let Some(other) = self::floor(used).filter(|other| *other >= floor) {
                found.push(format!(
                    "{member} (floor {floor}) points up or sideways to {used} (floor {other})"
                ));
            }
            let only = ONLY.iter().find(|(package, _)| package == member);
            if only.is_some_and(|(_, allowed)| !allowed.contains(&used.as_str())) {
                found.push(format!("{member} may not use {used}"));
            }
            if let Some((_, user)) = FOR.iter().find(|(package, user)| package == used && user != member) {
                found.push(format!("{used} is for {user} alone and not for {member}"));
            }
        }
        if ["segel-relay", "segel-conform"].contains(&member.as_str()) {
            found.extend(reached(member, &house.arrows, &SEALING));
        }
        if floor < FIRST_FLOOR_WITH_AN_OUTSIDE {
            found.extend(reached(member, &house.browser_arrows, &OUTSIDE));
        }
    }
    found
}

fn floor(package: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == package).map(|(_, floor)| *floor)
}

/// Says which of `forbidden` can be reached from `start`, and from where.
fn reached(start: &str, arrows: &Arrows, forbidden: &[&str]) -> Vec<String> {
    let mut seen = BTreeSet::from([start]);
    let mut next = vec![start];
    let mut found = Vec::new();
    while let Some(package) = next.pop() {
        for used in arrows.get(package).into_iter().flatten() {
            if forbidden.contains(&used.split('@').next().unwrap()) {
                found.push(format!("{start} reaches {used} by way of {package}"));
            } else if seen.insert(used) {
                next.push(used);
            }
        }
    }
    found
}

fn too_long(lines: &BTreeMap<String, usize>) -> Vec<&str> {
    lines.iter().filter(|(_, lines)| **lines > MOST_LINES).map(|(file, _)| file.as_str()).collect()
}

fn metadata(options: &[&str]) -> Metadata {
    let options = options.iter().map(ToString::to_string).collect::<Vec<_>>();
    MetadataCommand::new().current_dir(env!("CARGO_MANIFEST_DIR")).other_options(options).exec().unwrap()
}

fn arrows(metadata: &Metadata) -> Arrows {
    let label = |id: &PackageId| {
        let package = &metadata[id];
        let member = metadata.workspace_members.contains(id);
        if member { package.name.to_string() } else { format!("{}@{}", package.name, package.version) }
    };
    let nodes = metadata.resolve.as_ref().unwrap().nodes.iter();
    let arrows = nodes.map(|node| {
        let normal = node
            .deps
            .iter()
            .filter(|dependency| dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal));
        (label(&node.id), normal.map(|dependency| label(&dependency.pkg)).collect())
    });
    arrows.collect()
}

/// Every file below `dir`, except what is built, installed or hidden.
fn files_below(dir: &Path) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_file() {
            files.insert(path);
        } else if path.is_dir() && !name.starts_with('.') && name != "target" && name != "node_modules" {
            files.extend(files_below(&path));
        }
    }
    files
}
