//! The workloads as a WebAssembly module for Node and browsers. Each call crosses the border once in each
//! direction, as the calls of the libraries beside it do.
#![cfg(target_family = "wasm")]

mod work;

use segel_hazmat::{aead, curve, kem};
use wasm_bindgen::prelude::wasm_bindgen;

/// X25519.
#[wasm_bindgen]
pub fn agree(secret: &[u8], public: &[u8]) -> Option<Vec<u8>> {
    curve::agree(secret.try_into().ok()?, public.try_into().ok()?).ok().map(|shared| shared.to_vec())
}

/// ChaCha20-Poly1305.
#[wasm_bindgen]
pub fn seal(key: &[u8], nonce: &[u8], aad: &[u8], message: &[u8]) -> Option<Vec<u8>> {
    Some(aead::seal(key.try_into().ok()?, nonce.try_into().ok()?, aad, message))
}

/// Opens what `seal` made.
#[wasm_bindgen]
pub fn open(key: &[u8], nonce: &[u8], aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    aead::open(key.try_into().ok()?, nonce.try_into().ok()?, aad, sealed).ok()
}

/// The ML-KEM-768 encapsulation key of a seed.
#[wasm_bindgen]
pub fn kem_public(seed: &[u8]) -> Option<Vec<u8>> {
    Some(kem::derive_public(seed.try_into().ok()?))
}

/// An ML-KEM-768 ciphertext and after it the secret inside.
#[wasm_bindgen]
pub fn kem_encapsulate(public: &[u8], random: &[u8]) -> Option<Vec<u8>> {
    let (ciphertext, secret) = kem::encapsulate(public, random.try_into().ok()?).ok()?;
    Some([ciphertext.as_slice(), secret.as_slice()].concat())
}

/// The secret inside an ML-KEM-768 ciphertext.
#[wasm_bindgen]
pub fn kem_decapsulate(seed: &[u8], ciphertext: &[u8]) -> Option<Vec<u8>> {
    kem::decapsulate(seed.try_into().ok()?, ciphertext).ok().map(|secret| secret.to_vec())
}

/// Measures, seals and opens a file.
#[wasm_bindgen]
pub fn seal_and_open_file(file: &[u8]) -> Option<Vec<u8>> {
    work::seal_and_open_file(file)
}

/// Two devices that have heard each other.
#[wasm_bindgen]
pub struct Pair(work::Pair);

/// A first message to a desk.
#[wasm_bindgen]
pub struct Flight(work::Flight);

#[wasm_bindgen]
impl Pair {
    /// Shakes hands.
    pub fn make() -> Option<Self> {
        work::Pair::make().map(Self)
    }

    /// See the workload.
    pub fn renew(&mut self) {
        self.0.renew();
    }

    /// See the workload.
    pub fn seal(&mut self, visitor_speaks: bool, text: &str) -> Option<Vec<u8>> {
        self.0.seal(visitor_speaks, text)
    }

    /// See the workload.
    pub fn open(&mut self, visitor_spoke: bool, sealed: &[u8]) -> Option<String> {
        self.0.open(visitor_spoke, sealed)
    }

    /// See the workload.
    pub fn wrap(&mut self, visitor_speaks: bool) -> Option<Vec<u8>> {
        self.0.wrap(visitor_speaks)
    }

    /// See the workload.
    pub fn unwrap(&mut self, visitor_spoke: bool, wrap: &[u8]) -> bool {
        self.0.unwrap(visitor_spoke, wrap).is_some()
    }
}

#[wasm_bindgen]
impl Flight {
    /// To so many devices.
    pub fn make(devices: u32) -> Option<Self> {
        work::Flight::make(devices).map(Self)
    }

    /// See the workload.
    pub fn send(&mut self, text: &str) -> Option<usize> {
        self.0.send(text)
    }
}

/// As widget and console have it.
#[cfg(target_family = "wasm")]
#[global_allocator]
static MEMORY: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
