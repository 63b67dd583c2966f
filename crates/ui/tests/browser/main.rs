//! The shared views in a real browser, through wasm-pack.
#![cfg(target_family = "wasm")]
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, and clippy only knows `#[test]`"
)]

mod composer;
mod files;
mod opening;
mod stage;
mod timeline;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
