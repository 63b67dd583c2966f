//! What a WebAssembly module that seals nothing weighs all the same: an allocator, bytes in and out, and wire's
//! public structures without their signatures. The example `share` is weighed less this.
#![cfg(target_family = "wasm")]

use segel_wire::cbor::{self, Cbor};
use segel_wire::signed::{AdminSigned, Bundle, Certificate, Enrolment, Prekeys, Roster};
use wasm_bindgen::prelude::wasm_bindgen;

/// Nothing is known of the input when this is compiled, so that nothing is left out.
#[wasm_bindgen]
pub fn floor(operation: u32, input: &[u8]) -> Option<Vec<u8>> {
    match operation {
        0 => again::<AdminSigned>(input),
        1 => again::<Certificate>(input),
        2 => again::<Roster>(input),
        3 => again::<Bundle>(input),
        4 => again::<Prekeys>(input),
        5 => again::<Enrolment>(input),
        _ => None,
    }
}

fn again<T: Cbor>(input: &[u8]) -> Option<Vec<u8>> {
    cbor::decode::<T>(input).ok().map(|value| cbor::encode(&value))
}
