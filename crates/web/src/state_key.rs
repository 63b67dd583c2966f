//! The key that seals everything at rest, itself kept wrapped by a key that no script can read.

use js_sys::{Array, ArrayBuffer, Promise, Uint8Array};
use segel_crypto::lock::{Lock, LockKey};
use segel_wire::cbor;
use thiserror::Error;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AesGcmParams, AesKeyGenParams, CryptoKey, SubtleCrypto};
use zeroize::Zeroizing;

use crate::random::Random;
use crate::store::{Store, StoreError};

/// Bytes in a state key.
pub const STATE_KEY_LEN: usize = 32;

const STATE_KEY: &str = "state-key";
const CIPHER: &str = "AES-GCM";
const WRAPPING_KEY_BITS: u16 = 256;
const NONCE_LEN: usize = 12;
/// Where a lock stands in what is kept.
const LOCK_AT: u32 = 3;

/// Why there is no state key.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum StateKeyError {
    /// No `WebCrypto` or no randomness: an insecure context, or a browser that has neither.
    #[error("the browser offers no cryptography to this page")]
    NoCrypto,
    /// What is kept does not unwrap; everything sealed under the old key is lost.
    #[error("the kept state key cannot be unwrapped")]
    Lost,
    /// A lock stands before it, and nothing at hand opens that.
    #[error("the state key is locked")]
    Locked,
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The bytes of a state key.
pub type StateKeyBytes = Zeroizing<[u8; STATE_KEY_LEN]>;

/// What a store has of a state key.
pub enum KeptKey {
    /// The key.
    Open(StateKeyBytes),
    /// What a lock's key opens.
    Locked(Locked),
}

/// A state key behind a lock.
pub struct Locked {
    /// What opens it.
    pub lock: Lock,
    store: String,
    key: Zeroizing<Vec<u8>>,
}

impl Locked {
    /// The state key; `None` by another key than the lock's.
    pub fn open(&self, key: &LockKey) -> Option<StateKeyBytes> {
        key.unlock(&self.lock, &self.store, &self.key)
    }
}

/// Unwraps what `store` has of a state key; none where it has none.
///
/// The wrapping key is a non-extractable AES-GCM key, so a copy of the store's values alone opens nothing.
pub async fn load(store: &Store) -> Result<Option<KeptKey>, StateKeyError> {
    let crypto = subtle()?;
    // An IndexedDB transaction ends while WebCrypto is awaited.
    let kept = store.meta(STATE_KEY).await?;
    if kept.is_undefined() {
        return Ok(None);
    }
    read(store, &crypto, &kept).await.ok_or(StateKeyError::Lost).map(Some)
}

/// A new state key, which passes with the page unless it is kept.
pub fn make() -> Result<Zeroizing<[u8; STATE_KEY_LEN]>, StateKeyError> {
    let mut state_key = Zeroizing::new([0; STATE_KEY_LEN]);
    getrandom::fill(&mut *state_key).map_err(|_| StateKeyError::NoCrypto)?;
    Ok(state_key)
}

/// Keeps this state key, wrapped, unless one is kept already: of two tabs that start at once the first one's stands. Answers
/// whether it is this one.
pub async fn keep_first(store: &Store, key: &[u8; STATE_KEY_LEN]) -> Result<bool, StateKeyError> {
    let wrapped: JsValue = wrap(key).await?.into();
    Ok(store.keep_first_meta(STATE_KEY, wrapped.clone()).await? == wrapped)
}

/// What is kept of a state key in the place of another, by its name: with a lock what that leaves of it, and the lock.
pub(crate) async fn wrap_with(
    store: &str,
    state_key: &[u8; STATE_KEY_LEN],
    lock: Option<(&Lock, &LockKey)>,
    random: &mut Random,
) -> Result<(&'static str, JsValue), StateKeyError> {
    let Some((lock, key)) = lock else { return Ok((STATE_KEY, wrap(state_key).await?.into())) };
    let wrapped = wrap(&key.lock(lock, store, state_key, random)).await?;
    wrapped.set(LOCK_AT, Uint8Array::from(cbor::encode(lock).as_slice()).into());
    Ok((STATE_KEY, wrapped.into()))
}

/// Bytes as they are kept: wrapping key, nonce, wrapped bytes.
async fn wrap(bytes: &[u8]) -> Result<Array, StateKeyError> {
    let crypto = subtle()?;
    let usages = Array::of2(&"encrypt".into(), &"decrypt".into());
    let wish = AesKeyGenParams::new(CIPHER, WRAPPING_KEY_BITS);
    let wrapping_key: CryptoKey =
        settled(crypto.generate_key_with_object(&wish, false, &usages)).await?.unchecked_into();

    let mut nonce = [0; NONCE_LEN];
    getrandom::fill(&mut nonce).map_err(|_| StateKeyError::NoCrypto)?;
    let nonce = Uint8Array::from(nonce.as_slice());

    let cipher = AesGcmParams::new_with_u8_array(CIPHER, &nonce);
    let wrapped = settled(crypto.encrypt_with_object_and_u8_array(&cipher, &wrapping_key, bytes)).await?;
    Ok(Array::of3(&wrapping_key, &nonce, &wrapped))
}

async fn read(store: &Store, crypto: &SubtleCrypto, kept: &JsValue) -> Option<KeptKey> {
    let kept = kept.dyn_ref::<Array>()?;
    let key = unwrap(crypto, kept).await?;
    let lock = kept.get(LOCK_AT);
    if lock.is_undefined() {
        return Some(KeptKey::Open(Zeroizing::new(key.as_slice().try_into().ok()?)));
    }
    let lock = Lock::read(&lock.dyn_into::<Uint8Array>().ok()?.to_vec()).ok()?;
    Some(KeptKey::Locked(Locked { lock, store: store.name(), key }))
}

async fn unwrap(crypto: &SubtleCrypto, kept: &Array) -> Option<Zeroizing<Vec<u8>>> {
    let wrapping_key: CryptoKey = kept.get(0).dyn_into().ok()?;
    let nonce: Uint8Array = kept.get(1).dyn_into().ok()?;
    let wrapped: ArrayBuffer = kept.get(2).dyn_into().ok()?;

    let cipher = AesGcmParams::new_with_u8_array(CIPHER, &nonce);
    let opened = settled(crypto.decrypt_with_object_and_buffer_source(&cipher, &wrapping_key, &wrapped));
    let opened = Uint8Array::new(&opened.await.ok()?);
    let bytes = Zeroizing::new(opened.to_vec());
    opened.fill(0, 0, opened.length());
    Some(bytes)
}

fn subtle() -> Result<SubtleCrypto, StateKeyError> {
    let crypto = web_sys::window().and_then(|window| window.crypto().ok()).ok_or(StateKeyError::NoCrypto)?;
    let subtle = crypto.subtle();
    // Typed as always there, yet `undefined` in an insecure context.
    if subtle.is_undefined() { Err(StateKeyError::NoCrypto) } else { Ok(subtle) }
}

async fn settled(started: Result<Promise, JsValue>) -> Result<JsValue, StateKeyError> {
    started.map_err(|_| StateKeyError::NoCrypto)?.await.map_err(|_| StateKeyError::NoCrypto)
}
