//! docs/THREAT-MODEL.md and docs/ACCESSIBILITY.md name tests for what they claim: each of them must be there.
#![cfg(not(target_family = "wasm"))]
#![expect(clippy::unwrap_used, reason = "the tests' helpers fail as the tests do")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The names in brackets, apart from links.
fn named(text: &str) -> BTreeSet<&str> {
    let brackets = text.split('[').skip(1).filter_map(|rest| rest.split_once(']'));
    let names = brackets.filter(|(name, after)| !after.starts_with('(') && name.contains('_'));
    names.map(|(name, _)| name).collect()
}

/// The functions of every test file below a folder.
fn tests_below(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !["target", "node_modules", ".git"].contains(&name.as_str()) {
            tests_below(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let marked = ["#[test]", "#[tokio::test", "#[wasm_bindgen_test]"]
                .into_iter()
                .flat_map(|mark| text.split(mark).skip(1));
            let names = marked.filter_map(|after| after.split_once("fn ")?.1.split_once('('));
            found.extend(names.map(|(name, _)| name.to_owned()));
        }
    }
}

#[test]
fn every_test_that_a_document_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeSet::new();
    tests_below(root, &mut found);
    for (document, at_least) in [("THREAT-MODEL.md", 50), ("ACCESSIBILITY.md", 25)] {
        let text = fs::read_to_string(root.join("docs").join(document)).unwrap();
        let missing: Vec<_> = named(&text).into_iter().filter(|name| !found.contains(*name)).collect();
        assert_eq!(missing, [""; 0], "{document}");
        assert!(named(&text).len() > at_least, "{document} still names tests");
    }
}

#[test]
fn a_name_that_is_no_test_is_noticed() {
    let text = "shown [by_a_test], [a link](elsewhere_else.md) and [no name]";
    assert_eq!(named(text), BTreeSet::from(["by_a_test"]));
}
