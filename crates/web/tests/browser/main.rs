//! Every room of `segel-web` in a real browser, through wasm-pack.
#![cfg(target_family = "wasm")]
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, and clippy only knows `#[test]`"
)]

mod clock;
mod conforms;
mod driver;
mod files;
mod http;
mod kept;
mod letting_go;
mod line;
mod lock;
mod mailbox;
mod network;
mod page;
mod socket;
mod state_key;
mod store;
mod tab_lock;
mod tabs;
mod values;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
