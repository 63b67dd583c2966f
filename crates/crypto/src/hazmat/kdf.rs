//! SHA-256, HMAC-SHA-256 (RFC 2104) and HKDF-SHA-256 (RFC 5869).

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// SHA-256.
pub(crate) fn hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// HMAC-SHA-256.
pub(crate) fn mac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mut mac) => {
            mac.update(message);
            mac.finalize().into_bytes().into()
        }
        // HMAC takes a key of any length.
        Err(_) => [0; 32],
    }
}

/// HKDF: extract with `salt`, expand with `label` to `N` bytes (at most 8,160).
pub(crate) fn derive<const N: usize>(salt: &[u8], secret: &[u8], label: &str) -> Zeroizing<[u8; N]> {
    const { assert!(N <= 255 * 32, "HKDF-SHA-256 gives at most 8,160 bytes") }
    let mut out = Zeroizing::new([0; N]);
    // The only error is a length over the one asserted above.
    let _ = Hkdf::<Sha256>::new(Some(salt), secret).expand(label.as_bytes(), out.as_mut_slice());
    out
}
