//! ChaCha20-Poly1305 (RFC 8439) for keys used once, and XChaCha20-Poly1305 for records at rest.

use chacha20::{ChaCha20, XChaCha20};
use chacha20poly1305::ChaChaPoly1305;
use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::aead::{AeadInOut, Error, KeyInit, Nonce};
use chacha20poly1305::consts::{U12, U24};

use crate::words::ByWords;

type ChaCha20Poly1305 = ChaChaPoly1305<ByWords<ChaCha20>, U12>;
type XChaCha20Poly1305 = ChaChaPoly1305<ByWords<XChaCha20>, U24>;

/// Authentication failed, or the input is shorter than a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAuthentic;

/// Bytes that a tag adds.
pub const TAG: usize = 16;

/// Seals under a key that is used once, with the nonce given.
pub fn seal(key: &[u8; 32], nonce: &[u8; 12], aad: &[u8], message: &[u8]) -> Vec<u8> {
    seal_with(&ChaCha20Poly1305::new(key.into()), nonce.into(), aad, message)
}

/// Opens what [`seal`] made.
pub fn open(key: &[u8; 32], nonce: &[u8; 12], aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, NotAuthentic> {
    open_with(&ChaCha20Poly1305::new(key.into()), nonce.into(), aad, sealed)
}

/// Seals under a long-lived key with a random 24-byte nonce.
pub fn seal_x(key: &[u8; 32], nonce: &[u8; 24], aad: &[u8], message: &[u8]) -> Vec<u8> {
    seal_with(&XChaCha20Poly1305::new(key.into()), nonce.into(), aad, message)
}

/// Opens what [`seal_x`] made.
pub fn open_x(key: &[u8; 32], nonce: &[u8; 24], aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, NotAuthentic> {
    open_with(&XChaCha20Poly1305::new(key.into()), nonce.into(), aad, sealed)
}

/// Into a place of its own, without a copy of the message before: in a browser, copying a large one takes a tenth as long as all
/// of sealing it.
fn seal_with<C: AeadInOut>(cipher: &C, nonce: &Nonce<C>, aad: &[u8], message: &[u8]) -> Vec<u8> {
    let mut sealed = vec![0; message.len() + TAG];
    let (text, tag) = sealed.split_at_mut(message.len());
    let made = InOutBuf::new(message, text)
        .map_err(|_| Error)
        .and_then(|buffer| cipher.encrypt_inout_detached(nonce, aad, buffer));
    match made {
        Ok(made) => tag.copy_from_slice(&made),
        // Fails only for messages of 256 GiB, which the limits exclude.
        Err(_) => sealed.clear(),
    }
    sealed
}

fn open_with<C: AeadInOut>(
    cipher: &C,
    nonce: &Nonce<C>,
    aad: &[u8],
    sealed: &[u8],
) -> Result<Vec<u8>, NotAuthentic> {
    let (text, tag) = sealed.split_last_chunk::<TAG>().ok_or(NotAuthentic)?;
    let tag = tag.as_slice().try_into().map_err(|_| NotAuthentic)?;
    let mut message = vec![0; text.len()];
    let buffer = InOutBuf::new(text, &mut message).map_err(|_| NotAuthentic)?;
    cipher.decrypt_inout_detached(nonce, aad, buffer, tag).map_err(|_| NotAuthentic)?;
    Ok(message)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::vectors::{self, Hex, read_rfc, read_wycheproof};

    #[derive(Deserialize)]
    struct Case {
        key: Hex,
        iv: Hex,
        aad: Hex,
        msg: Hex,
        ct: Hex,
        tag: Hex,
        result: String,
    }

    type Seal<const N: usize> = fn(&[u8; 32], &[u8; N], &[u8], &[u8]) -> Vec<u8>;
    type Open<const N: usize> = fn(&[u8; 32], &[u8; N], &[u8], &[u8]) -> Result<Vec<u8>, NotAuthentic>;

    /// Runs every case whose nonce has the size that the function takes. Returns how many were valid, how
    /// many were not, and how many are invalid for their nonce's size, which the types here exclude.
    fn run<const N: usize>(cases: &[Case], seal: Seal<N>, open: Open<N>) -> [usize; 3] {
        let [mut valid, mut invalid, mut other_nonces] = [0; 3];
        for case in cases {
            let Some(nonce) = case.iv.array() else {
                assert_eq!(case.result, "invalid");
                other_nonces += 1;
                continue;
            };
            let key = case.key.array().unwrap();
            let sealed = [case.ct.0.as_slice(), &case.tag.0].concat();
            let opened = open(&key, &nonce, &case.aad.0, &sealed);
            if case.result == "valid" {
                assert_eq!(seal(&key, &nonce, &case.aad.0, &case.msg.0), sealed);
                assert_eq!(opened.unwrap(), case.msg.0);
                valid += 1;
            } else {
                assert_eq!(opened, Err(NotAuthentic));
                invalid += 1;
            }
        }
        [valid, invalid, other_nonces]
    }

    #[test]
    fn chacha20_poly1305_agrees_with_wycheproof() {
        let cases = read_wycheproof(vectors::CHACHA20_POLY1305, 325);
        assert_eq!(run(&cases, seal, open), [256, 60, 9]);
    }

    #[test]
    fn xchacha20_poly1305_agrees_with_wycheproof() {
        let cases = read_wycheproof(vectors::XCHACHA20_POLY1305, 315);
        assert_eq!(run(&cases, seal_x, open_x), [246, 60, 9]);
    }

    #[test]
    fn chacha20_poly1305_agrees_with_rfc_8439() {
        #[derive(Deserialize)]
        struct Rfc {
            key: Hex,
            nonce: Hex,
            aad: Hex,
            pt_ascii: String,
            ct: Hex,
            tag: Hex,
        }
        for case in read_rfc::<Rfc>("chacha20poly1305", 1) {
            let (key, nonce) = (case.key.array().unwrap(), case.nonce.array().unwrap());
            let sealed = seal(&key, &nonce, &case.aad.0, case.pt_ascii.as_bytes());
            assert_eq!(sealed, [case.ct.0, case.tag.0].concat());
        }
    }
}
