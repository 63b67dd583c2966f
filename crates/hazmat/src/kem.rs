//! ML-KEM-768 (FIPS 203). The private half is the 64-byte seed `d | z`; randomness is an argument.

use ml_kem::kem::{Decapsulate, KeyExport, TryKeyInit};
use ml_kem::ml_kem_768::{DecapsulationKey, EncapsulationKey};
use zeroize::Zeroizing;

/// Not an ML-KEM-768 encapsulation key or ciphertext: of another length, or with a coefficient that is not
/// reduced (FIPS 203, sections 7.2 and 7.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an ML-KEM-768 key or ciphertext")]
pub struct BadKemKey;

/// The encapsulation key of a seed, 1,184 bytes.
pub fn derive_public(seed: &[u8; 64]) -> Vec<u8> {
    DecapsulationKey::from_seed((*seed).into()).encapsulation_key().to_bytes().to_vec()
}

/// The length and modulus check of FIPS 203, section 7.2.
pub fn check(public: &[u8]) -> Result<(), BadKemKey> {
    EncapsulationKey::new_from_slice(public).map(drop).map_err(|_| BadKemKey)
}

/// A ciphertext (1,088 bytes) and the secret inside, from 32 random bytes.
pub fn encapsulate(public: &[u8], random: &[u8; 32]) -> Result<(Vec<u8>, Zeroizing<[u8; 32]>), BadKemKey> {
    let key = EncapsulationKey::new_from_slice(public).map_err(|_| BadKemKey)?;
    let (ciphertext, secret) = key.encapsulate_deterministic(&(*random).into());
    Ok((ciphertext.to_vec(), Zeroizing::new(secret.into())))
}

/// The secret inside a ciphertext; another one where it was not made for this key (implicit rejection).
pub fn decapsulate(seed: &[u8; 64], ciphertext: &[u8]) -> Result<Zeroizing<[u8; 32]>, BadKemKey> {
    let key = DecapsulationKey::from_seed((*seed).into());
    key.decapsulate_slice(ciphertext).map(|secret| Zeroizing::new(secret.into())).map_err(|_| BadKemKey)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::vectors::{self, Hex, read_wycheproof};

    #[derive(Deserialize)]
    struct KeyGeneration {
        seed: Hex,
        ek: Hex,
        result: String,
    }

    #[test]
    fn ml_kem_768_derives_keys_as_wycheproof() {
        for case in read_wycheproof::<KeyGeneration>(vectors::ML_KEM_768_KEY_GENERATION, 100) {
            assert_eq!(case.result, "valid");
            assert_eq!(derive_public(&case.seed.array().unwrap()), case.ek.0);
        }
    }

    #[derive(Deserialize)]
    struct Encapsulation {
        ek: Hex,
        m: Hex,
        c: Hex,
        #[serde(rename = "K")]
        secret: Hex,
        result: String,
    }

    #[test]
    fn ml_kem_768_encapsulates_as_wycheproof_and_refuses_every_key_that_fails_the_check() {
        let (mut valid, mut other_lengths, mut not_reduced) = (0, 0, 0);
        for case in read_wycheproof::<Encapsulation>(vectors::ML_KEM_768_ENCAPSULATION, 265) {
            let answer = encapsulate(&case.ek.0, &case.m.array().unwrap());
            if case.result == "valid" {
                let (ciphertext, secret) = answer.unwrap();
                assert_eq!(check(&case.ek.0), Ok(()));
                assert_eq!((ciphertext, secret.as_slice()), (case.c.0, case.secret.0.as_slice()));
                valid += 1;
            } else {
                assert_eq!(answer, Err(BadKemKey));
                assert_eq!(check(&case.ek.0), Err(BadKemKey));
                if case.ek.0.len() == 1184 { not_reduced += 1 } else { other_lengths += 1 }
            }
        }
        assert_eq!((valid, other_lengths, not_reduced), (133, 20, 112));
    }

    #[derive(Deserialize)]
    struct Decapsulation {
        seed: Hex,
        /// Missing where the seed has another length.
        ek: Option<Hex>,
        c: Hex,
        #[serde(rename = "K")]
        secret: Hex,
        result: String,
    }

    #[test]
    fn ml_kem_768_decapsulates_and_rejects_as_wycheproof() {
        let (mut valid, mut other_ciphertexts, mut other_seeds) = (0, 0, 0);
        for case in read_wycheproof::<Decapsulation>(vectors::ML_KEM_768_DECAPSULATION, 193) {
            let Some(seed) = case.seed.array() else {
                assert_eq!(case.result, "invalid");
                other_seeds += 1;
                continue;
            };
            assert_eq!(derive_public(&seed), case.ek.unwrap().0);
            let answer = decapsulate(&seed, &case.c.0);
            if case.result == "valid" {
                assert_eq!(answer.unwrap().as_slice(), case.secret.0);
                valid += 1;
            } else {
                assert_eq!(answer, Err(BadKemKey));
                other_ciphertexts += 1;
            }
        }
        assert_eq!((valid, other_ciphertexts, other_seeds), (153, 20, 20));
    }

    #[test]
    fn a_secret_comes_out_as_it_went_in_and_another_out_of_a_changed_ciphertext() {
        let seed = [7; 64];
        let (mut ciphertext, secret) = encapsulate(&derive_public(&seed), &[8; 32]).unwrap();
        assert_eq!(decapsulate(&seed, &ciphertext).unwrap(), secret);
        ciphertext[1087] ^= 1;
        assert_ne!(decapsulate(&seed, &ciphertext).unwrap(), secret);
    }
}
