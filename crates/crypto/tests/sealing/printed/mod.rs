//! What every type of crypto and hazmat prints, in `printed.txt`; `SEGEL_WRITE_PRINTED=1` writes it anew. A type that
//! can be printed and has no entry there fails the test.

mod sources;
mod values;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use self::sources::{Printable, is_printed_in, printable_in};

/// By the type's room and name.
type Printed = BTreeMap<String, String>;

fn snapshot() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sealing/printed/printed.txt")
}

fn to_text(printed: &Printed) -> String {
    printed.iter().map(|(name, text)| [name, "\n    ", text, "\n"].concat()).collect()
}

/// Every type that can be printed, in both crates.
fn printable() -> Vec<Printable> {
    let rooms = ["src", "../hazmat/src"].map(|room| Path::new(env!("CARGO_MANIFEST_DIR")).join(room));
    rooms.iter().flat_map(|room| printable_in(room)).collect()
}

/// Those that have no entry. One that nobody outside can make may stand within the text of another.
fn unprinted(types: &[Printable], printed: &Printed) -> Vec<String> {
    let is_unprinted = |kind: &&Printable| {
        let is_alone = types.iter().filter(|other| other.name == kind.name).count() == 1;
        let may_stand_within = is_alone && !kind.is_public;
        let stands_within = may_stand_within && printed.values().any(|text| is_printed_in(&kind.name, text));
        !printed.contains_key(&kind.path()) && !stands_within
    };
    types.iter().filter(is_unprinted).map(Printable::path).collect()
}

#[test]
fn what_every_type_prints_is_what_it_printed_before() {
    let text = to_text(&values::print());
    if std::env::var_os("SEGEL_WRITE_PRINTED").is_some() {
        std::fs::write(snapshot(), &text).unwrap();
    }
    let before = std::fs::read_to_string(snapshot()).unwrap();
    for (before, now) in before.lines().zip(text.lines()) {
        assert_eq!(before, now);
    }
    assert_eq!(before.len(), text.len());
}

#[test]
fn every_type_that_can_be_printed_is_in_the_snapshot() {
    let types = printable();
    assert!(types.len() > 80, "the sources are read: {}", types.len());
    assert_eq!(unprinted(&types, &values::print()), [""; 0]);
}

#[test]
fn a_type_that_is_not_in_the_snapshot_is_noticed() {
    let planted = sources::printable_of(
        "planted",
        "#[derive(Clone)]\nstruct Silent;\n#[derive(\n    Clone,\n    Debug,\n)]\n/// Words.\npub(super) enum Derived<'a> {}\n\
         impl<T> core::fmt::Debug for ByHand<T> {}\n#[cfg_attr(test, derive(Debug))]\nstruct InTests;\n\
         secrets! {\n    /// A key.\n    pub Key: 64;\n    Other;\n}\n",
    );
    let names: Vec<_> = planted.iter().map(|kind| kind.name.as_str()).collect();
    assert_eq!(names, ["Derived", "ByHand", "Key", "Other"]);
    assert_eq!(planted.iter().map(|kind| kind.is_public).collect::<Vec<_>>(), [false, false, true, false]);

    let mut types = printable();
    types.extend(planted);
    let printed = values::print();
    let missing = ["planted::Derived", "planted::ByHand", "planted::Key", "planted::Other"];
    assert_eq!(unprinted(&types, &printed), missing);
    // What stands within another's text covers no second type of its name, and nothing public.
    for (name, is_public) in [("Chain", false), ("Typing", true)] {
        types.push(Printable { room: "planted".to_owned(), name: name.to_owned(), is_public });
        assert!(unprinted(&types, &printed).contains(&format!("planted::{name}")));
    }
}

#[test]
fn neither_a_secret_nor_a_text_stands_in_the_snapshot() {
    let printed = to_text(&values::print());
    for shape in values::SECRET_SHAPES {
        assert!(!printed.contains(shape), "{shape}");
    }
    // The shapes are those that a secret would have.
    let secret = values::SECRET;
    assert!(values::SECRET_SHAPES.iter().any(|shape| format!("{secret:?}").contains(shape)));
    assert!(values::SECRET_SHAPES.iter().any(|shape| values::TEXT.contains(shape)));
}
