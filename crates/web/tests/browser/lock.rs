//! A lock before what is kept: what the browser keeps under it, and that it is set and taken off whole or not at all.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use segel_crypto::lock::{Lock, LockKey, Way};
use segel_crypto::storage::StateKey;
use segel_web::kept::{self, KeptError, KeptState};
use segel_web::lock::{self, Change, Errand, LockError};
use segel_web::random::Random;
use segel_web::store;
use segel_wire::cbor;
use segel_wire::ids::Octets;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{AesGcmParams, CryptoKey};

use crate::kept::{GENERATION, KEY, keep, made};
use crate::state_key::read_meta;
use crate::store::plant;

const SECRET: [u8; 32] = [5; 32];
const TEXT: &[u8] = b"record";

fn a_lock() -> Lock {
    Lock { way: Way::Passphrase { memory: 19_456, passes: 2 }, salt: Octets(vec![3; 16]), idle_minutes: 5 }
}

fn key_of(secret: [u8; 32]) -> LockKey {
    LockKey::derive(&a_lock(), &secret)
}

#[derive(Default)]
struct Heard(Rc<Cell<Option<Result<(), LockError>>>>);

impl Heard {
    fn errand(&self, key: Option<LockKey>, change: Option<Change>) -> Box<Errand> {
        let heard = Rc::clone(&self.0);
        Box::new(Errand::new(key, change, Box::new(move |outcome| heard.set(Some(outcome)))))
    }
}

async fn open(name: &str, errand: &mut Option<Box<Errand>>) -> Result<KeptState, KeptError> {
    kept::open(name, None, &mut Random::new().unwrap(), async {}, &|| true, errand).await
}

/// A store of two records, which is locked.
async fn locked(name: &str) -> KeptState {
    let (key, mut random) = (StateKey::new(KEY), Random::new().unwrap());
    let records = ["account", "cursor"].map(|name| (name.to_owned(), key.seal(name, 1, TEXT, &mut random)));
    keep(name, &records).await;
    let heard = Heard::default();
    let mut errand = Some(heard.errand(None, Some(Change::Set(a_lock(), key_of(SECRET)))));
    let state = open(name, &mut errand).await.unwrap();
    assert_eq!(errand.as_ref().unwrap().standing, Some(a_lock()));
    drop(errand);
    assert_eq!(heard.0.get(), Some(Ok(())));
    state
}

fn assert_whole(state: &KeptState) {
    assert_eq!(state.kept.generation, GENERATION);
    let opened: Vec<_> = state
        .kept
        .records
        .iter()
        .map(|(name, sealed)| (name.as_str(), state.key.open(name, sealed, GENERATION).unwrap()))
        .collect();
    let said = |name| opened.iter().any(|(other, record)| *other == name && &record.bytes[..] == TEXT);
    assert!(opened.len() == 2 && said("account") && said("cursor"));
    assert!(opened.iter().all(|(_, record)| record.generation == 1));
}

#[wasm_bindgen_test]
async fn what_was_kept_is_there_once_it_is_unlocked_and_can_be_added_to() {
    let name = "lock-and-unlock";
    assert_whole(&locked(name).await);
    assert_eq!(open(name, &mut None).await.err(), Some(KeptError::Locked));
    let heard = Heard::default();
    let mut errand = Some(heard.errand(Some(key_of([6; 32])), None));
    assert_eq!(open(name, &mut errand).await.err(), Some(KeptError::Locked), "by another key");
    drop(errand);
    assert_eq!(heard.0.get(), Some(Err(LockError::NotStored)));

    let mut errand = Some(heard.errand(Some(key_of(SECRET)), None));
    let state = open(name, &mut errand).await.unwrap();
    assert_eq!(errand.as_ref().unwrap().standing, Some(a_lock()));
    drop(errand);
    assert_eq!(heard.0.get(), Some(Ok(())));
    assert_whole(&state);
    let more = state.key.seal("more", GENERATION + 1, TEXT, &mut Random::new().unwrap());
    let more = vec![store::Change::Put("more".to_owned(), more)];
    made(state).commit(GENERATION + 1, more).await.unwrap();
}

#[wasm_bindgen_test]
async fn of_a_locked_store_the_browser_has_neither_the_key_before_nor_one_that_opens_anything() {
    let name = "lock-leaves-nothing";
    let before: Array = {
        keep(name, &[]).await;
        read_meta(name, "state-key").await.unchecked_into()
    };
    let state = locked(name).await;
    let kept: Array = read_meta(name, "state-key").await.unchecked_into();
    assert_eq!((before.length(), kept.length()), (3, 4));
    let [old, new] = [&before, &kept].map(|kept| Uint8Array::new(&kept.get(2)).to_vec());
    assert!(
        !new.windows(8).any(|part| old.windows(8).any(|of_old| of_old == part)),
        "the old wrapping is gone"
    );

    // All that the browser's own key opens is what the lock's key still has to.
    let wrapping_key: CryptoKey = kept.get(0).unchecked_into();
    let nonce: Uint8Array = kept.get(1).unchecked_into();
    let cipher = AesGcmParams::new_with_u8_array("AES-GCM", &nonce);
    let subtle = web_sys::window().unwrap().crypto().unwrap().subtle();
    let opened =
        subtle.decrypt_with_object_and_u8_array(&cipher, &wrapping_key, &new).unwrap().await.unwrap();
    let opened = Uint8Array::new(&opened).to_vec();
    assert_eq!(opened.len(), 24 + 32 + 16);
    for (record, sealed) in &state.kept.records {
        assert!(StateKey::new(KEY).open(record, sealed, GENERATION).is_err(), "the old key opens nothing");
        for part in opened.windows(32) {
            let key = StateKey::new(part.try_into().unwrap());
            assert!(key.open(record, sealed, GENERATION).is_err());
        }
    }
    let of_lock = key_of(SECRET).unlock(&a_lock(), name, &opened).unwrap();
    assert!(StateKey::new(*of_lock).open("account", &state.kept.records[0].1, GENERATION).is_ok());
}

#[wasm_bindgen_test]
async fn a_lock_that_is_taken_off_leaves_everything_open_under_another_key() {
    let name = "lock-taken-off";
    drop(locked(name).await);
    let there = lock::standing(name).await.unwrap().unwrap();
    assert_eq!(there.lock, a_lock());
    assert!(there.open(&key_of([6; 32])).is_none());
    let before = there.open(&key_of(SECRET)).unwrap();

    let heard = Heard::default();
    let mut errand = Some(heard.errand(Some(key_of(SECRET)), Some(Change::TakeOff)));
    assert_whole(&open(name, &mut errand).await.unwrap());
    assert_eq!(errand.as_ref().unwrap().standing, None);
    drop(errand);
    assert_eq!(heard.0.get(), Some(Ok(())));
    let state = open(name, &mut None).await.unwrap();
    assert_whole(&state);
    let (record, sealed) = &state.kept.records[0];
    assert!(StateKey::new(*before).open(record, sealed, GENERATION).is_err());
    assert!(lock::standing(name).await.unwrap().is_none());
}

#[wasm_bindgen_test]
async fn where_a_record_does_not_open_no_lock_is_set_and_everything_is_as_it_was() {
    let name = "lock-not-set";
    let sealed = StateKey::new(KEY).seal("account", 1, TEXT, &mut Random::new().unwrap());
    let records = [("account".to_owned(), sealed), ("broken".to_owned(), vec![1, 2, 3])];
    keep(name, &records).await;
    let heard = Heard::default();
    let mut errand = Some(heard.errand(None, Some(Change::Set(a_lock(), key_of(SECRET)))));
    let state = open(name, &mut errand).await.unwrap();
    assert_eq!(errand.as_ref().unwrap().standing, None);
    drop(errand);
    assert_eq!(heard.0.get(), Some(Err(LockError::NotStored)));
    assert_eq!(state.kept.records, records);
    assert_eq!(open(name, &mut None).await.unwrap().kept.records, records, "and opens without it");
}

#[wasm_bindgen_test]
async fn a_lock_whose_numbers_were_altered_is_not_taken_for_none() {
    let name = "lock-altered";
    drop(locked(name).await);
    let kept: Array = read_meta(name, "state-key").await.unchecked_into();
    let weak = Lock { way: Way::Passphrase { memory: 8, passes: 1 }, ..a_lock() };
    kept.set(3, Uint8Array::from(cbor::encode(&weak).as_slice()).into());
    plant(name, "meta", "state-key", &kept).await;
    assert_eq!(open(name, &mut None).await.err(), Some(KeptError::Unreadable));
    let short: Array = kept.slice(0, 3);
    plant(name, "meta", "state-key", &short).await;
    assert_eq!(open(name, &mut None).await.err(), Some(KeptError::Unreadable), "a lock that was cut off");
}

#[wasm_bindgen_test]
async fn nothing_that_is_not_kept_can_be_locked() {
    store::Store::destroy("lock-nothing").unwrap();
    assert_eq!(lock::standing("lock-nothing").await.err(), Some(LockError::NothingKept));
    assert!(store::Store::open_kept("lock-nothing").await.unwrap().is_none(), "and nothing is left behind");
}
