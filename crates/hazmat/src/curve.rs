//! X25519 (RFC 7748) with the contributory check, and Ed25519 signing (RFC 8032).

use ed25519_dalek::Signer;
use x25519_dalek::{PublicKey, SharedSecret, StaticSecret, X25519_BASEPOINT_BYTES};
use zeroize::Zeroizing;

/// The other side's public key has small order: the shared secret would be known to everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a public key of small order would give the secret away")]
pub struct WeakKey;

/// The public half of an X25519 secret. By the ladder like any product: without tables, which nobody should have to
/// download, the crate's own way takes longer.
pub fn derive_x25519_public(secret: &[u8; 32]) -> [u8; 32] {
    multiply(secret, &X25519_BASEPOINT_BYTES).to_bytes()
}

/// X25519; an all-zero result is refused.
pub fn agree(secret: &[u8; 32], public: &[u8; 32]) -> Result<Zeroizing<[u8; 32]>, WeakKey> {
    let shared = multiply(secret, public);
    if shared.was_contributory() { Ok(Zeroizing::new(shared.to_bytes())) } else { Err(WeakKey) }
}

/// The public half of an Ed25519 secret.
pub fn derive_ed25519_public(secret: &[u8; 32]) -> [u8; 32] {
    ed25519_dalek::SigningKey::from_bytes(secret).verifying_key().to_bytes()
}

/// An Ed25519 signature.
pub fn sign(secret: &[u8; 32], statement: &[u8]) -> [u8; 64] {
    ed25519_dalek::SigningKey::from_bytes(secret).sign(statement).to_bytes()
}

fn multiply(secret: &[u8; 32], point: &[u8; 32]) -> SharedSecret {
    StaticSecret::from(*secret).diffie_hellman(&PublicKey::from(*point))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::vectors::{self, Hex, read_rfc, read_rfc_section, read_wycheproof};

    #[derive(Deserialize)]
    struct Agreement {
        public: Hex,
        private: Hex,
        shared: Hex,
    }

    #[test]
    fn x25519_agrees_with_wycheproof_and_refuses_every_secret_of_zeros() {
        let (mut agreed, mut refused) = (0, 0);
        for case in read_wycheproof::<Agreement>(vectors::X25519, 518) {
            let answer = agree(&case.private.array().unwrap(), &case.public.array().unwrap());
            if case.shared.0 == [0; 32] {
                assert_eq!(answer, Err(WeakKey));
                refused += 1;
            } else {
                assert_eq!(answer.unwrap().as_slice(), case.shared.0);
                agreed += 1;
            }
        }
        assert_eq!((agreed, refused), (487, 31));
    }

    #[test]
    fn x25519_agrees_with_rfc_7748() {
        #[derive(Deserialize)]
        struct Case {
            k: Hex,
            u: Hex,
            out: Hex,
        }
        for case in read_rfc::<Case>("x25519", 2) {
            let shared = agree(&case.k.array().unwrap(), &case.u.array().unwrap()).unwrap();
            assert_eq!(shared.as_slice(), case.out.0);
        }
    }

    #[test]
    fn x25519_agrees_with_rfc_7748_when_it_is_iterated() {
        #[derive(Deserialize)]
        struct Iterated {
            #[serde(rename = "1")]
            once: Hex,
            #[serde(rename = "1000")]
            thousandfold: Hex,
        }
        let Iterated { once, thousandfold } = read_rfc_section("x25519_iter");
        let mut point = [0; 32];
        point[0] = 9;
        let mut scalar = point;
        let scalars = std::iter::repeat_with(|| {
            let shared = *agree(&scalar, &point).unwrap();
            (scalar, point) = (shared, scalar);
            scalar
        });
        let scalars = scalars.take(1000).collect::<Vec<_>>();
        assert_eq!([scalars[0], scalars[999]].map(Vec::from), [once.0, thousandfold.0]);
    }

    #[test]
    fn an_x25519_public_half_is_the_product_with_the_base_point() {
        let mut base = [0; 32];
        base[0] = 9;
        for secret in [[1; 32], [0x7f; 32], [0xff; 32]] {
            assert_eq!(derive_x25519_public(&secret), *agree(&secret, &base).unwrap());
        }
    }

    /// RFC 8032, section 7.1, tests 1 and 2: secret, public, message, signature.
    const RFC_8032: [[&str; 4]; 2] = [
        [
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b\
             d25bf5f0595bbe24655141438e7a100b",
        ],
        [
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c\
             387b2eaeb4302aeeb00d291612bb0c00",
        ],
    ];

    #[test]
    fn ed25519_signs_as_in_rfc_8032() {
        for case in RFC_8032 {
            let [secret, public, message, signature] =
                case.map(|text| data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap());
            let secret = secret.try_into().unwrap();
            assert_eq!(derive_ed25519_public(&secret).as_slice(), public);
            assert_eq!(sign(&secret, &message).as_slice(), signature);
        }
    }
}
