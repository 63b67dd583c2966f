//! The command line.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use segel_owner::Owner;
use segel_wire::ids::VoucherKey;

const INIT: [&str; 11] = [
    "init",
    "--name",
    "Toko Contoh",
    "--relay",
    "http://127.0.0.1:1",
    "--page",
    "https://shop.example",
    "--app",
    "https://widget.example",
    "--desk",
    "Layanan",
];

fn run(keys: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_segel-owner"));
    command.arg("--keys").arg(keys).args(arguments).output().unwrap()
}

fn said(output: &Output) -> (String, String) {
    (String::from_utf8(output.stdout.clone()).unwrap(), String::from_utf8(output.stderr.clone()).unwrap())
}

#[test]
fn init_makes_a_site_with_a_first_roster_and_tells_the_tag_but_no_secret() {
    let place = tempfile::tempdir().unwrap();
    let keys = place.path().join("keys");
    let output = run(&keys, &INIT);
    let (out, err) = said(&output);
    assert!(output.status.success(), "{err}");
    let owner = Owner::open(&keys).unwrap();
    assert!(out.contains(&format!(r#"data-site="{}""#, owner.site())), "{out}");
    assert!(out.contains(&format!(r#"data-key="ed25519:{}""#, owner.root())), "{out}");
    assert!(out.contains(r#"data-floor="1.1""#), "{out}");
    assert_eq!(owner.newest_roster().unwrap().roster().order.version, 1);
    drop(owner);
    let (shown, _) = said(&run(&keys, &["show"]));
    assert!(out.starts_with(&shown));
    let (roster, _) = said(&run(&keys, &["roster", "show"]));
    assert!(roster.contains("Toko Contoh") && roster.contains("https://shop.example"), "{roster}");
    for name in ["root.key", "admin.key"] {
        let file = fs::read_to_string(keys.join(name)).unwrap();
        let secret = file.lines().find_map(|line| line.split_once("-key ")).unwrap().1;
        assert!([&out, &shown, &roster].iter().all(|text| !text.contains(secret)), "{name}");
    }
}

#[test]
fn a_second_init_is_one_sentence_and_changes_nothing() {
    let place = tempfile::tempdir().unwrap();
    run(place.path(), &INIT);
    let before = fs::read(place.path().join("root.key")).unwrap();
    let output = run(place.path(), &INIT);
    let (out, err) = said(&output);
    assert_eq!((output.status.code(), out.as_str(), err.lines().count()), (Some(1), "", 1));
    assert!(err.contains("site.json exists already"), "{err}");
    assert_eq!(fs::read(place.path().join("root.key")).unwrap(), before);
}

#[test]
fn a_change_is_kept_and_signed_while_the_relay_is_away_and_says_so() {
    let place = tempfile::tempdir().unwrap();
    run(place.path(), &INIT);
    let output = run(place.path(), &["agent", "add", "--name", "Agen Demo"]);
    let (_, err) = said(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(err.contains("signed and kept, but not published: the relay cannot be reached"), "{err}");
    let owner = Owner::open(place.path()).unwrap();
    assert_eq!(owner.newest_roster().unwrap().roster().agents[0].name, "Agen Demo");
}

#[test]
fn supervisors_and_vouchers_are_set_shown_and_taken_back() {
    let place = tempfile::tempdir().unwrap();
    run(place.path(), &INIT);
    let key = format!("ed25519:{}", VoucherKey([0x5e; 32]));
    // The relay is away: each change is kept and signed all the same, and the next command goes on from it.
    let changed = |arguments: &[&str]| {
        let (_, err) = said(&run(place.path(), arguments));
        assert!(err.contains("signed and kept"), "{err}");
        said(&run(place.path(), &["roster", "show"])).0
    };
    changed(&["agent", "add", "--name", "Agen Demo"]);
    let shown = changed(&["supervisor", "add", "--agent", "Agen Demo", "--desk", "Layanan"]);
    assert!(shown.contains("supervised by Agen Demo"), "{shown}");
    let shown = changed(&["voucher", "add", &key]);
    assert!(shown.contains(&format!("voucher   {key}")), "{shown}");
    let shown = changed(&["voucher", "remove", &key]);
    assert!(!shown.contains("voucher") && shown.contains("supervised by"), "{shown}");
    let shown = changed(&["supervisor", "remove", "--agent", "Agen Demo"]);
    assert!(!shown.contains("supervised by") && shown.contains("Agen Demo"), "{shown}");
    let shown = changed(&["agent", "remove", "--name", "Agen Demo"]);
    assert!(!shown.contains("Agen Demo"), "{shown}");
}

#[test]
fn masking_is_set_shown_and_taken_back_and_lets_no_card_out() {
    let place = tempfile::tempdir().unwrap();
    run(place.path(), &INIT);
    let changed = |arguments: &[&str]| {
        let (_, err) = said(&run(place.path(), arguments));
        assert!(err.contains("signed and kept"), "{err}");
        said(&run(place.path(), &["roster", "show"])).0
    };
    let shown = changed(&["masking", "kind", "phone", "leave", "--agent", "mask:2"]);
    assert!(shown.contains("masking   phone: visitor Leave, agent Mask(2)"), "{shown}");
    let shown = changed(&["masking", "pattern", "MB-#{8}", "block"]);
    assert!(shown.contains("MB-#{8}: visitor Block, agent Block"), "{shown}");
    assert!(changed(&["masking", "allow", "0811-000-1234"]).contains("0811-000-1234 stays"));
    for (arguments, said_of_it) in [
        (["kind", "card", "leave"], "cannot be let through"),
        (["kind", "pin", "warn"], "cannot be let through"),
        (["kind", "shoe_size", "mask"], "there is no kind"),
        (["pattern", "{3}", "mask"], "cannot be used"),
        (["kind", "phone", "mask:5"], "expected mask"),
    ] {
        let output = run(place.path(), &[&["masking"], &arguments[..]].concat());
        assert!(!output.status.success() && said(&output).1.contains(said_of_it), "{arguments:?}");
    }
    assert!(!changed(&["masking", "reset"]).contains("masking"));
}

#[test]
fn what_is_asked_before_a_conversation_is_read_from_a_file_shown_and_taken_back() {
    let place = tempfile::tempdir().unwrap();
    run(place.path(), &INIT);
    let (asked, unasked) = (place.path().join("intake.json"), place.path().join("missing.json"));
    let set = |path: &std::path::Path| run(place.path(), &["intake", "set", path.to_str().unwrap()]);
    let question = r#"{ "label": "Surel", "asks": "email", "required": true }"#;
    std::fs::write(&asked, format!(r#"{{ "questions": [{question}], "consent": {{ "text": "Ya" }} }}"#))
        .unwrap();
    let (out, err) = said(&set(&asked));
    assert!(out.contains("Answers to \"Surel\" come masked"), "{out}");
    assert!(err.contains("signed and kept"), "{err}");
    let shown = said(&run(place.path(), &["roster", "show"])).0;
    assert!(shown.contains("asks      Surel: Email, Required"), "{shown}");
    assert!(shown.contains("consent   Ya (no notice)"), "{shown}");

    std::fs::write(&asked, format!(r#"{{ "questions": [{question}, {question}] }}"#)).unwrap();
    for (file, said_of_it) in [(&asked, "stands twice"), (&unasked, "cannot read")] {
        let output = set(file);
        assert!(!output.status.success() && said(&output).1.contains(said_of_it), "{said_of_it}");
    }
    run(place.path(), &["intake", "reset"]);
    assert!(!said(&run(place.path(), &["roster", "show"])).0.contains("asks"));
}

#[test]
fn hours_are_shown_whether_or_not_masking_was_changed() {
    let place = tempfile::tempdir().unwrap();
    run(place.path(), &INIT);
    run(place.path(), &["hours", "set", "--zone", "Asia/Jakarta", "--open", "mon 08:00-17:00"]);
    let shown = said(&run(place.path(), &["roster", "show"])).0;
    assert!(shown.contains("open      minutes 480 to 1020 of the week, Asia/Jakarta"), "{shown}");
}

#[test]
fn a_voucher_that_is_no_key_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let bare = VoucherKey([0x5e; 32]).to_string();
    for key in [&bare, "ed25519:AAAA", &format!("ed25519:{bare}=")] {
        let output = run(place.path(), &["voucher", "add", key]);
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).1.contains("expected ed25519:KEY"), "{key}");
    }
}

#[test]
fn an_origin_with_a_path_and_a_folder_without_a_site_are_refused() {
    let place = tempfile::tempdir().unwrap();
    let output = run(place.path(), &["site", "--page", "https://shop.example/path"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).1.contains("expected a web origin"));
    let output = run(place.path(), &["show"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).1.contains("site.json is missing"));
}
