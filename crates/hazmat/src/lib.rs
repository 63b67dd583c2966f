//! The only room that names primitives which hold secrets (docs/PROTOCOL.md, sections 2.1, 4 and 5). `segel-crypto`
//! goes through here and speaks in keys with a role; nothing else uses it. What is public, `segel-wire` verifies itself.
//!
//! A package of its own because of its weight: it is compiled for speed in browsers, and what is built on it for
//! size. Generic primitives are compiled where they are called, which is here.

pub mod aead;
pub mod curve;
pub mod kdf;
pub mod kem;
mod words;

#[cfg(test)]
mod vectors;
