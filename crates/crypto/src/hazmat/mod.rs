//! The only room that names cryptographic primitives. Everything else goes through here.

pub(crate) mod aead;
pub(crate) mod curve;
pub(crate) mod kdf;
pub(crate) mod kem;

#[cfg(test)]
mod vectors;
