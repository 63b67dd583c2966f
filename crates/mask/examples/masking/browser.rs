//! Masking as a WebAssembly module, for `cargo xtask bench mask`: timed in Node, and weighed.
#![cfg(target_family = "wasm")]

use wasm_bindgen::prelude::wasm_bindgen;

/// The masked text.
#[wasm_bindgen]
pub fn mask(text: &str) -> Option<String> {
    segel_mask::mask(text).ok().map(|masked| masked.text.into_string())
}
