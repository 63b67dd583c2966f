//! Section 5.14: a state key under a lock opens by its passphrase's or passkey's secret, for its store, and by nothing else.
#![cfg(test)]

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use segel_crypto::lock::{DraftKey, Lock, LockKey, Way};
use segel_crypto::storage::{StateKey, StorageError};
use segel_wire::cbor;
use segel_wire::ids::Octets;

const STORE: &str = "segel/console";
const STATE_KEY: [u8; 32] = [9; 32];
const SECRET: [u8; 32] = [7; 32];

fn seeded(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn of_passphrase() -> Lock {
    Lock { way: Way::Passphrase { memory: 19_456, passes: 2 }, salt: Octets(vec![3; 16]), idle_minutes: 5 }
}

fn of_passkey() -> Lock {
    Lock { way: Way::Passkey(Octets(vec![1, 2, 3])), ..of_passphrase() }
}

fn locked(lock: &Lock) -> Vec<u8> {
    LockKey::derive(lock, &SECRET).lock(lock, STORE, &STATE_KEY, &mut seeded(1))
}

#[test]
fn a_locked_key_comes_back_by_its_secret() {
    for lock in [of_passphrase(), of_passkey()] {
        let locked = locked(&lock);
        assert_eq!(locked.len(), 24 + 32 + 16);
        assert!(!locked.windows(8).any(|part| part == &STATE_KEY[..8]));
        let read = Lock::read(&cbor::encode(&lock)).unwrap();
        let opened = LockKey::derive(&read, &SECRET).unlock(&read, STORE, &locked);
        assert_eq!(opened.as_deref(), Some(&STATE_KEY));
    }
}

#[test]
fn another_secret_store_or_lock_opens_nothing_and_neither_does_what_was_altered() {
    let (lock, key) = (of_passphrase(), LockKey::derive(&of_passphrase(), &SECRET));
    let locked = locked(&lock);
    assert!(LockKey::derive(&lock, &[8; 32]).unlock(&lock, STORE, &locked).is_none());
    assert!(key.unlock(&lock, "segel/other", &locked).is_none());
    let patient = Lock { idle_minutes: 60, ..lock.clone() };
    assert!(key.unlock(&patient, STORE, &locked).is_none(), "what is said beside it counts as written");
    let salted = Lock { salt: Octets(vec![4; 16]), ..lock.clone() };
    assert!(LockKey::derive(&salted, &SECRET).unlock(&lock, STORE, &locked).is_none());
    for at in 0..locked.len() {
        let mut altered = locked.clone();
        altered[at] ^= 1;
        assert!(key.unlock(&lock, STORE, &altered).is_none(), "byte {at}");
    }
    for end in 0..locked.len() {
        assert!(key.unlock(&lock, STORE, &locked[..end]).is_none(), "{end} bytes");
    }
}

#[test]
fn a_lock_that_is_too_weak_or_too_costly_is_not_read() {
    let with = |change: &dyn Fn(&mut Lock)| {
        let mut lock = of_passphrase();
        change(&mut lock);
        Lock::read(&cbor::encode(&lock)).is_ok()
    };
    let argon = |memory, passes| with(&|lock| lock.way = Way::Passphrase { memory, passes });
    assert!(argon(19_456, 2) && argon(262_144, 16));
    assert!(!argon(19_455, 2) && !argon(262_145, 2) && !argon(19_456, 1) && !argon(19_456, 17));
    let credential = |size| with(&|lock| lock.way = Way::Passkey(Octets(vec![1; size])));
    assert!(credential(1) && credential(1_023) && !credential(0) && !credential(1_024));
    assert!(!with(&|lock| lock.salt = Octets(vec![3; 15])));
    assert!(!with(&|lock| lock.idle_minutes = 0) && !with(&|lock| lock.idle_minutes = 1_441));
    let whole = cbor::encode(&of_passkey());
    assert!((0..whole.len()).all(|end| Lock::read(&whole[..end]).is_err()), "cut off");
}

#[test]
fn a_record_is_sealed_anew_under_another_key_and_stays_of_its_generation() {
    let (old, new) = (StateKey::new([1; 32]), StateKey::new([2; 32]));
    let sealed = old.seal("account", 3, b"record", &mut seeded(1));
    let again = old.reseal(&new, "account", &sealed, 9, &mut seeded(2)).unwrap();
    assert_eq!(old.open("account", &again, 9).err(), Some(StorageError::Broken));
    let opened = new.open("account", &again, 9).unwrap();
    assert_eq!((opened.generation, &opened.bytes[..]), (3, &b"record"[..]));
    assert_eq!(old.reseal(&new, "other", &sealed, 9, &mut seeded(2)), Err(StorageError::Broken));
    assert_eq!(old.reseal(&new, "account", &sealed, 2, &mut seeded(2)), Err(StorageError::RolledBack));
}

#[test]
fn what_was_being_written_opens_by_the_key_of_its_state_key_alone_and_that_opens_no_record() {
    let (state_key, written) = (StateKey::new(STATE_KEY), b"belum selesai ditulis");
    let key = DraftKey::derive(&state_key);
    let sealed = key.seal(written, &mut seeded(2));
    assert!(!sealed.windows(8).any(|part| part == &written[..8]));
    let again = cbor::read::<DraftKey>(&cbor::encode(&DraftKey::derive(&state_key))).unwrap();
    assert_eq!(again.open(&sealed).as_deref().map(Vec::as_slice), Some(&written[..]));
    assert!(DraftKey::derive(&StateKey::new([8; 32])).open(&sealed).is_none(), "somebody else's");
    for at in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[at] ^= 1;
        assert!(key.open(&altered).is_none(), "byte {at}");
        assert!(key.open(&sealed[..at]).is_none(), "{at} bytes");
    }

    let record = state_key.seal("account", 1, written, &mut seeded(3));
    let bytes: [u8; 32] = cbor::read(&cbor::encode(&key)).unwrap();
    assert_eq!(StateKey::new(bytes).open("account", &record, 1), Err(StorageError::Broken));
}
