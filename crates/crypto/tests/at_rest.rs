//! Section 5.14: a stored record opens under its key and name, unaltered, in a store of its time.
#![cfg(test)]

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use segel_crypto::storage::{Record, StateKey, StorageError};

const NAME: &str = "account";
const GENERATION: u64 = 7;

fn key() -> StateKey {
    StateKey::new([7; 32])
}

fn seeded(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn sealed(record: &[u8]) -> Vec<u8> {
    key().seal(NAME, GENERATION, record, &mut seeded(1))
}

fn open(sealed: &[u8]) -> Result<Record, StorageError> {
    key().open(NAME, sealed, GENERATION)
}

#[test]
fn a_record_comes_back_under_its_name_with_its_generation() {
    for record in [&b""[..], b"account", &[0; 10_000]] {
        let sealed = sealed(record);
        assert_eq!(sealed.len(), 8 + 24 + record.len() + 16);
        assert_eq!(sealed[..8], GENERATION.to_be_bytes());
        let opened = open(&sealed).unwrap();
        assert_eq!((opened.generation, opened.bytes.as_slice()), (GENERATION, record));
    }
}

#[test]
fn another_name_or_key_opens_nothing() {
    let sealed = sealed(b"record");
    for name in ["", "accoun", "account ", "Account", "sessions"] {
        assert_eq!(key().open(name, &sealed, GENERATION), Err(StorageError::Broken), "{name}");
    }
    let other = StateKey::new([8; 32]);
    assert_eq!(other.open(NAME, &sealed, GENERATION), Err(StorageError::Broken));
}

#[test]
fn a_record_that_is_newer_than_its_store_is_refused_as_rolled_back() {
    let sealed = sealed(b"record");
    for (store, expected) in [
        (0, Err(StorageError::RolledBack)),
        (GENERATION - 1, Err(StorageError::RolledBack)),
        (GENERATION, Ok(GENERATION)),
        (GENERATION + 1, Ok(GENERATION)),
        (u64::MAX, Ok(GENERATION)),
    ] {
        let opened = key().open(NAME, &sealed, store).map(|record| record.generation);
        assert_eq!(opened, expected, "in a store at {store}");
    }
}

#[test]
fn a_generation_cannot_be_written_over() {
    let mut sealed = sealed(b"record");
    for other in [0, GENERATION - 1, GENERATION + 1, u64::MAX] {
        sealed[..8].copy_from_slice(&other.to_be_bytes());
        assert_eq!(key().open(NAME, &sealed, u64::MAX), Err(StorageError::Broken), "{other}");
    }
}

#[test]
fn an_altered_or_shortened_record_opens_nothing() {
    let sealed = sealed(b"record");
    for bit in 0..sealed.len() * 8 {
        let mut altered = sealed.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(open(&altered), Err(StorageError::Broken), "bit {bit}");
    }
    for length in 0..sealed.len() {
        assert_eq!(open(&sealed[..length]), Err(StorageError::Broken), "{length}");
    }
    assert_eq!(open(&[&sealed[..], &[0]].concat()), Err(StorageError::Broken), "longer");
}

#[test]
fn the_same_record_is_sealed_differently_each_time_and_says_nothing_of_itself() {
    let mut random = seeded(1);
    let mut seal = || key().seal(NAME, GENERATION, b"record", &mut random);
    let (first, second) = (seal(), seal());
    assert_ne!(first[8..32], second[8..32]);
    assert_ne!(first[32..], second[32..]);
    assert_eq!(format!("{:?}", open(&first).unwrap()), "Record(generation 7, sealed)");
}
