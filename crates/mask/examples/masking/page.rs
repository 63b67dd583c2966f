//! What a page does with masking besides sending a text, as a WebAssembly module, for `cargo xtask bench mask`: a file that is
//! text, and a key press in the composer. Each does as `crates/ui/src/chosen.rs` and `guard.rs` do.
#![cfg(target_family = "wasm")]

use segel_mask::{Conversation, Masker, Writer, mask};
use wasm_bindgen::prelude::wasm_bindgen;

/// How many numbers there are in a file, which comes as its bytes and stays in the module's memory, masked.
#[wasm_bindgen]
pub fn mask_file(bytes: Vec<u8>) -> Option<usize> {
    let masked = mask(&String::from_utf8(bytes).ok()?).ok()?;
    Some(masked.spans.len())
}

/// A conversation in which the person has said as much as is remembered.
#[wasm_bindgen]
#[derive(Default)]
pub struct Composer(Masker, Conversation);

#[wasm_bindgen]
impl Composer {
    /// After eight messages.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        let mut composer = Self::default();
        for nth in 1..=8 {
            composer.1.said(&format!(
                "pesanan saya nomor {nth}, tolong dicek ya kak, sudah {nth} hari belum sampai"
            ));
        }
        composer
    }

    /// How many numbers there are in a draft.
    pub fn press(&self, draft: &str) -> Option<usize> {
        let masked = self.0.mask_in(&self.1, draft, Writer::Visitor).ok()?;
        Some(masked.spans.len())
    }
}
