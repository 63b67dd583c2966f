//! Stretches the passphrase of a lock (docs/PROTOCOL.md, section 5.14): Argon2id (RFC 9106).
//!
//! A program of its own, since it takes tens of megabytes and part of a second: a page fetches it when a lock asks for a
//! passphrase, and runs it in a worker, which ends with its answer and takes the memory along.

use argon2::{Algorithm, Argon2, ParamsBuilder, Version};
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

/// Bytes that a passphrase is stretched to.
const SECRET_LEN: usize = 32;

/// Stretches a passphrase with `memory` KiB, so many passes and one lane to 32 bytes; `undefined` for numbers or a
/// salt (8 bytes at least) that Argon2 does not take.
#[wasm_bindgen]
pub fn stretch(passphrase: &[u8], salt: &[u8], memory: u32, passes: u32) -> Option<Vec<u8>> {
    let mut params = ParamsBuilder::new();
    params.m_cost(memory).t_cost(passes).p_cost(1);
    stretch_as(passphrase, salt, &params, &[]).map(|secret| secret.to_vec())
}

fn stretch_as(
    passphrase: &[u8],
    salt: &[u8],
    params: &ParamsBuilder,
    pepper: &[u8],
) -> Option<Zeroizing<[u8; SECRET_LEN]>> {
    let params = params.build().ok()?;
    let argon = Argon2::new_with_secret(pepper, Algorithm::Argon2id, Version::V0x13, params).ok()?;
    let mut secret = Zeroizing::new([0; SECRET_LEN]);
    argon.hash_password_into(passphrase, salt, &mut *secret).ok()?;
    Some(secret)
}

#[cfg(test)]
mod tests {
    use argon2::AssociatedData;
    use data_encoding::HEXLOWER;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn argon2id_agrees_with_rfc_9106() {
        // Section 5.3: 32 KiB, 3 passes, 4 lanes, with a secret and associated data.
        let mut params = ParamsBuilder::new();
        params.m_cost(32).t_cost(3).p_cost(4).data(AssociatedData::new(&[4; 12]).unwrap());
        let tag = stretch_as(&[1; 32], &[2; 16], &params, &[3; 8]).unwrap();
        let expected = "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659";
        assert_eq!(HEXLOWER.encode(&*tag), expected);
    }

    #[test]
    fn argon2id_agrees_with_the_reference_implementation() {
        // Its tests of version 0x13: 2 passes and one lane over "password" and "somesalt".
        for (memory, expected) in [
            (256, "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"),
            (65_536, "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"),
        ] {
            let secret = stretch(b"password", b"somesalt", memory, 2).unwrap();
            assert_eq!(HEXLOWER.encode(&secret), expected);
        }
    }

    #[test]
    fn what_argon2_does_not_take_is_no_secret() {
        assert_eq!(stretch(b"password", b"short", 256, 2), None);
        assert_eq!(stretch(b"password", b"somesalt", 1, 2), None);
        assert_eq!(stretch(b"password", b"somesalt", 256, 0), None);
    }
}
