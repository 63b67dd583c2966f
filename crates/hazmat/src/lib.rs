//! The only room that names cryptographic primitives (sections 2.1 and 4 to 5 of docs/PROTOCOL.md call them).
//! `segel-crypto` goes through here and speaks in keys with a role; nothing else uses it.
//!
//! A package of its own because of its weight: it is compiled for speed in browsers, and what is built on it for
//! size. Generic primitives are compiled where they are called, which is here.

pub mod aead;
pub mod curve;
pub mod kdf;
pub mod kem;

#[cfg(test)]
mod vectors;
