//! X25519 (RFC 7748) with the contributory check, and Ed25519 signing (RFC 8032).

use ed25519_dalek::Signer;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

/// The other side's public key has small order: the shared secret would be known to everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a public key of small order would give the secret away")]
pub struct WeakKey;

/// The public half of an X25519 secret.
pub(crate) fn derive_x25519_public(secret: &[u8; 32]) -> [u8; 32] {
    PublicKey::from(&StaticSecret::from(*secret)).to_bytes()
}

/// X25519; an all-zero result is refused.
pub(crate) fn agree(secret: &[u8; 32], public: &[u8; 32]) -> Result<Zeroizing<[u8; 32]>, WeakKey> {
    let shared = StaticSecret::from(*secret).diffie_hellman(&PublicKey::from(*public));
    if shared.was_contributory() { Ok(Zeroizing::new(shared.to_bytes())) } else { Err(WeakKey) }
}

/// The public half of an Ed25519 secret.
pub(crate) fn derive_ed25519_public(secret: &[u8; 32]) -> [u8; 32] {
    ed25519_dalek::SigningKey::from_bytes(secret).verifying_key().to_bytes()
}

/// An Ed25519 signature.
pub(crate) fn sign(secret: &[u8; 32], statement: &[u8]) -> [u8; 64] {
    ed25519_dalek::SigningKey::from_bytes(secret).sign(statement).to_bytes()
}
