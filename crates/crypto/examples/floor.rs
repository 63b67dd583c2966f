//! What any WebAssembly module of this project weighs: an allocator, panics, bytes in and out. The example `share`
//! is weighed less this.
#![cfg(target_family = "wasm")]

use wasm_bindgen::prelude::wasm_bindgen;

/// Nothing is known of the input when this is compiled.
#[wasm_bindgen]
pub fn floor(operation: u32, input: &[u8]) -> Option<Vec<u8>> {
    let at = usize::try_from(operation).ok()?;
    Some([&input[at..], format!("{operation}").as_bytes()].concat())
}
