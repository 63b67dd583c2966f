//! This implementation against the one in tests/interop, which was written from docs/PROTOCOL.md alone: what each
//! computes from fixed draws, and a long exchange between the two.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used, reason = "what tests share fails as tests do")]

mod device;
mod draws;
mod exchange;
mod inputs;
mod json;
mod kinds;
mod live;
mod mail;
mod peer;
mod remote;
mod scripts;
mod vectors;
