#![no_main]

#[path = "../../crates/mask/tests/properties/invariants.rs"]
#[allow(dead_code, reason = "the other target cuts and composes texts")]
mod invariants;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| invariants::check(&String::from_utf8_lossy(bytes)));
