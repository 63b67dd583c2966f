//! The state key: the same for as long as the storage lives, and nowhere to be read.

use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use segel_web::state_key::{self, KeptKey, STATE_KEY_LEN, StateKeyError};
use segel_web::store::Store;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::CryptoKey;
use zeroize::Zeroizing;

use crate::mailbox::both;
use crate::store::{behind, fresh, plant, succeeded};

#[wasm_bindgen_test]
async fn the_key_survives_reopening() {
    let store = fresh("key-kept").await;
    let made = load_or_make(&store).await.unwrap();
    drop(store);
    let loaded = load_or_make(&Store::open("key-kept").await.unwrap()).await.unwrap();
    assert_eq!(*made, *loaded);
}

#[wasm_bindgen_test]
async fn each_store_has_a_key_of_its_own() {
    let (one, two) = (fresh("key-one").await, fresh("key-two").await);
    let keys = [load_or_make(&one).await.unwrap(), load_or_make(&two).await.unwrap()];
    assert_ne!(*keys[0], *keys[1]);
    assert!(keys.iter().all(|key| key.iter().any(|byte| *byte != 0)));
}

#[wasm_bindgen_test]
async fn a_deleted_database_takes_its_key_along() {
    let before = load_or_make(&fresh("key-deleted").await).await.unwrap();
    let after = load_or_make(&fresh("key-deleted").await).await.unwrap();
    assert_ne!(*before, *after);
}

#[wasm_bindgen_test]
async fn two_tabs_that_start_at_once_agree() {
    let first = Rc::new(fresh("key-race").await);
    let second = Rc::new(Store::open("key-race").await.unwrap());
    let [one, two] =
        both(async move { load_or_make(&first).await }, async move { load_or_make(&second).await }).await;
    assert_eq!(*one.unwrap(), *two.unwrap());
}

#[wasm_bindgen_test]
async fn what_is_kept_shows_neither_key() {
    let store = fresh("key-hidden").await;
    let state_key = load_or_make(&store).await.unwrap();

    let kept: Array = read_meta("key-hidden", "state-key").await.unchecked_into();
    let wrapping_key: CryptoKey = kept.get(0).unchecked_into();
    assert!(!wrapping_key.extractable());
    let wrapped = Uint8Array::new(&kept.get(2)).to_vec();
    assert_eq!(wrapped.len(), state_key.len() + 16);
    assert!(!wrapped.windows(8).any(|part| state_key.windows(8).any(|of_key| of_key == part)));
}

#[wasm_bindgen_test]
async fn a_key_that_was_tampered_with_is_lost_and_not_replaced() {
    let store = fresh("key-tampered").await;
    load_or_make(&store).await.unwrap();
    let kept: Array = read_meta("key-tampered", "state-key").await.unchecked_into();
    let wrapped = Uint8Array::new(&kept.get(2));
    wrapped.set_index(0, wrapped.get_index(0) ^ 1);
    plant("key-tampered", "meta", "state-key", &kept).await;
    assert_eq!(load_or_make(&store).await.map(drop), Err(StateKeyError::Lost));

    plant("key-tampered", "meta", "state-key", &"not a key".into()).await;
    assert_eq!(load_or_make(&store).await.map(drop), Err(StateKeyError::Lost));
}

pub(crate) async fn read_meta(name: &str, key: &str) -> JsValue {
    let database = behind(name).await;
    let meta = database.transaction_with_str("meta").unwrap().object_store("meta").unwrap();
    let request = meta.get(&key.into()).unwrap();
    succeeded(&request).await;
    database.close();
    request.result().unwrap()
}

/// As a page that finds no key, and then keeps something, comes to one.
async fn load_or_make(store: &Store) -> Result<Zeroizing<[u8; STATE_KEY_LEN]>, StateKeyError> {
    if let Some(key) = load(store).await? {
        return Ok(key);
    }
    let made = state_key::make()?;
    if state_key::keep_first(store, &made).await? {
        return Ok(made);
    }
    load(store).await.map(Option::unwrap)
}

async fn load(store: &Store) -> Result<Option<Zeroizing<[u8; STATE_KEY_LEN]>>, StateKeyError> {
    Ok(match state_key::load(store).await? {
        Some(KeptKey::Open(key)) => Some(key),
        Some(KeptKey::Locked(_)) => return Err(StateKeyError::Locked),
        None => None,
    })
}
