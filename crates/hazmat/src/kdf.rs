//! SHA-256, SHA-512, HMAC-SHA-256 (RFC 2104) and HKDF-SHA-256 (RFC 5869).

use hkdf::{Hkdf, InvalidLength};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroizing;

/// SHA-256.
pub fn hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// SHA-512.
pub fn hash_long(bytes: &[u8]) -> [u8; 64] {
    Sha512::digest(bytes).into()
}

/// SHA-256 of what comes piece by piece.
#[derive(Clone, Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Takes the next piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash of all pieces.
    pub fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

/// Says nothing of what was hashed.
impl core::fmt::Debug for Hasher {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Hasher")
    }
}

/// HMAC-SHA-256.
pub fn mac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    authenticate(key, message)
}

/// HKDF: extract with `salt`, expand with `label` to `N` bytes (at most 8,160).
pub fn derive<const N: usize>(salt: &[u8], secret: &[u8], label: &str) -> Zeroizing<[u8; N]> {
    const { assert!(N <= 255 * 32, "HKDF-SHA-256 gives at most 8,160 bytes") }
    let mut out = Zeroizing::new([0; N]);
    // The only error is a length over the one asserted above.
    let _ = expand(salt, secret, label.as_bytes(), out.as_mut_slice());
    out
}

/// 32 bytes of derived keys, from byte `at`; zeros where there are not as many.
pub fn part(keys: &[u8], at: usize) -> [u8; 32] {
    keys.get(at..).and_then(|keys| keys.first_chunk()).copied().unwrap_or([0; 32])
}

fn authenticate(key: &[u8], message: &[u8]) -> [u8; 32] {
    match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mut mac) => {
            mac.update(message);
            mac.finalize().into_bytes().into()
        }
        // HMAC takes a key of any length.
        Err(_) => [0; 32],
    }
}

fn expand(salt: &[u8], secret: &[u8], info: &[u8], out: &mut [u8]) -> Result<(), InvalidLength> {
    Hkdf::<Sha256>::new(Some(salt), secret).expand(info, out)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::vectors::{self, Hex, read_rfc, read_wycheproof};

    #[derive(Deserialize)]
    struct Derivation {
        ikm: Hex,
        salt: Hex,
        info: Hex,
        size: usize,
        okm: Hex,
        result: String,
    }

    #[test]
    fn hkdf_agrees_with_wycheproof() {
        let (mut valid, mut too_long) = (0, 0);
        for case in read_wycheproof::<Derivation>(vectors::HKDF_SHA256, 86) {
            let mut out = vec![0; case.size];
            let answer = expand(&case.salt.0, &case.ikm.0, &case.info.0, &mut out);
            assert_eq!(answer.is_ok(), case.result == "valid");
            if answer.is_ok() {
                assert_eq!(out, case.okm.0);
                valid += 1;
            } else {
                too_long += 1;
            }
        }
        assert_eq!((valid, too_long), (83, 3));
    }

    #[test]
    fn hkdf_agrees_with_rfc_5869() {
        #[derive(Deserialize)]
        struct Rfc {
            ikm: Hex,
            salt: Hex,
            info: Hex,
            okm: Hex,
        }
        for case in read_rfc::<Rfc>("hkdf_sha256", 1) {
            let mut out = vec![0; case.okm.0.len()];
            expand(&case.salt.0, &case.ikm.0, &case.info.0, &mut out).unwrap();
            assert_eq!(out, case.okm.0);
        }
    }

    #[test]
    fn a_derived_key_is_the_expansion_with_the_label_as_it_stands() {
        let mut out = [0; 44];
        expand(b"salt", b"secret", b"segel/1 test", &mut out).unwrap();
        assert_eq!(*derive::<44>(b"salt", b"secret", "segel/1 test"), out);
    }

    #[derive(Deserialize)]
    struct Authentication {
        key: Hex,
        msg: Hex,
        tag: Hex,
        result: String,
    }

    #[test]
    fn hmac_agrees_with_wycheproof() {
        let (mut valid, mut invalid) = (0, 0);
        for case in read_wycheproof::<Authentication>(vectors::HMAC_SHA256, 174) {
            let expected = case.result == "valid";
            // Half of the file's tags are cut to 16 bytes.
            let tag = authenticate(&case.key.0, &case.msg.0);
            assert_eq!(tag[..case.tag.0.len()] == case.tag.0, expected);
            if expected { valid += 1 } else { invalid += 1 }
        }
        assert_eq!((valid, invalid), (66, 108));
    }
}
