//! ChaCha20-Poly1305 (RFC 8439) for keys used once, and XChaCha20-Poly1305 for records at rest.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, XChaCha20Poly1305};

/// Authentication failed, or the input is shorter than a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotAuthentic;

/// Bytes that a tag adds.
pub(crate) const TAG: usize = 16;

/// Seals under a key that is used once, with the nonce given.
pub(crate) fn seal(key: &[u8; 32], nonce: &[u8; 12], aad: &[u8], message: &[u8]) -> Vec<u8> {
    let cipher = ChaCha20Poly1305::new(key.into());
    // Fails only for messages of 256 GiB, which the limits exclude.
    cipher.encrypt(nonce.into(), Payload { msg: message, aad }).unwrap_or_default()
}

/// Opens what [`seal`] made.
pub(crate) fn open(
    key: &[u8; 32],
    nonce: &[u8; 12],
    aad: &[u8],
    sealed: &[u8],
) -> Result<Vec<u8>, NotAuthentic> {
    let cipher = ChaCha20Poly1305::new(key.into());
    cipher.decrypt(nonce.into(), Payload { msg: sealed, aad }).map_err(|_| NotAuthentic)
}

/// Seals under a long-lived key with a random 24-byte nonce.
pub(crate) fn seal_x(key: &[u8; 32], nonce: &[u8; 24], aad: &[u8], message: &[u8]) -> Vec<u8> {
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher.encrypt(nonce.into(), Payload { msg: message, aad }).unwrap_or_default()
}

/// Opens what [`seal_x`] made.
pub(crate) fn open_x(
    key: &[u8; 32],
    nonce: &[u8; 24],
    aad: &[u8],
    sealed: &[u8],
) -> Result<Vec<u8>, NotAuthentic> {
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher.decrypt(nonce.into(), Payload { msg: sealed, aad }).map_err(|_| NotAuthentic)
}
