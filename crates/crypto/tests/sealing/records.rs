//! Section 5.5: a stored record opens under its key and name, unaltered.

use segel_crypto::storage::{BrokenRecord, StateKey};

use crate::support::{flips, seeded};

fn key() -> StateKey {
    StateKey::new([7; 32])
}

#[test]
fn a_record_comes_back_under_its_name() {
    for record in [&b""[..], b"account", &[0; 10_000]] {
        let sealed = key().seal("account", record, &mut seeded(1));
        assert_eq!(sealed.len(), 24 + record.len() + 16);
        assert_eq!(key().open("account", &sealed).unwrap().as_slice(), record);
    }
}

#[test]
fn another_name_or_key_opens_nothing() {
    let sealed = key().seal("account", b"record", &mut seeded(1));
    for name in ["", "accoun", "account ", "Account", "sessions"] {
        assert_eq!(key().open(name, &sealed), Err(BrokenRecord), "{name}");
    }
    assert_eq!(StateKey::new([8; 32]).open("account", &sealed), Err(BrokenRecord));
}

#[test]
fn an_altered_or_shortened_record_opens_nothing() {
    let sealed = key().seal("account", b"record", &mut seeded(1));
    for (bit, altered) in flips(&sealed) {
        assert_eq!(key().open("account", &altered), Err(BrokenRecord), "bit {bit}");
    }
    for length in 0..sealed.len() {
        assert_eq!(key().open("account", &sealed[..length]), Err(BrokenRecord), "{length}");
    }
}

#[test]
fn the_same_record_is_sealed_differently_each_time() {
    let mut random = seeded(1);
    let (first, second) = (key().seal("a", b"r", &mut random), key().seal("a", b"r", &mut random));
    assert_ne!(first[..24], second[..24]);
    assert_ne!(first[24..], second[24..]);
}
