//! What a module that masks nothing weighs all the same: an allocator, and a text in and out. `cargo xtask bench mask`
//! weighs the example `masking_wasm` less this.
#![cfg(target_family = "wasm")]

use wasm_bindgen::prelude::wasm_bindgen;

/// The text, put together anew as masking does.
#[wasm_bindgen]
pub fn floor(text: &str, at: usize) -> Option<String> {
    let (before, after) = (&text[..at], &text[at..]);
    Some([after, before].concat())
}
