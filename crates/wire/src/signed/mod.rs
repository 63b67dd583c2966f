//! Public signed structures and their strict verification. PROTOCOL.md, section 3.
//!
//! Only public keys live here. A signature is always over [`statement`]: a label that names the
//! role, then every field with its length, so that no signature can be read as another role's.

mod certificate;
mod device;
mod enrolment;
mod hours;
mod intake;
mod login;
mod masking;
mod prekey;
mod roster;
mod token;

pub use certificate::{AdminSigned, Certificate, CertificateError};
pub use device::DeviceKeys;
pub use enrolment::{Enrolment, EnrolmentError, Invitation};
pub use hours::{Hours, Opening, Span};
pub use intake::{Asks, Consent, ConsentHash, Intake, Need, Question};
pub use login::LoginStatement;
pub use masking::{Masking, MaskingAction, MaskingRule};
pub use prekey::{Bundle, BundleError, Prekey, PrekeyRole, Prekeys};
pub use roster::{Agent, Desk, Device, Order, Profile, Roster, RosterError, VerifiedRoster};
pub use token::{SignedToken, Token, TokenContext, TokenError};

use ed25519_dalek::VerifyingKey;

use crate::ids::{Signature, SigningKey};

/// The bytes that are signed: `lp(label) | lp(field) ...`, with `lp(x) = u32be length | x`.
pub fn statement(label: &str, fields: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in core::iter::once(&label.as_bytes()).chain(fields) {
        bytes.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

/// Strict Ed25519 (RFC 8032): canonical encodings only, no key of small order.
pub(crate) fn verify(key: &[u8; 32], statement: &[u8], signature: &Signature) -> bool {
    VerifyingKey::from_bytes(key)
        .and_then(|key| key.verify_strict(statement, &ed25519_dalek::Signature::from_bytes(&signature.0)))
        .is_ok()
}

impl SigningKey {
    /// Whether `signature` is by this key over `statement`, strictly.
    pub fn verifies(&self, statement: &[u8], signature: &Signature) -> bool {
        verify(&self.0, statement, signature)
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;
    use serde_json::Value;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    /// SOURCES.md beside the file says whose these are.
    const WYCHEPROOF: &str = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/vectors/wycheproof/ed25519_test.json"
    ));

    fn read_hex(value: &Value) -> Vec<u8> {
        HEXLOWER.decode(value.as_str().unwrap().as_bytes()).unwrap()
    }

    #[test]
    fn ed25519_agrees_with_wycheproof() {
        let file: Value = serde_json::from_str(WYCHEPROOF).unwrap();
        assert_eq!(file["numberOfTests"], 151);
        let (mut valid, mut invalid, mut other_sizes) = (0, 0, 0);
        for group in file["testGroups"].as_array().unwrap() {
            let key = read_hex(&group["publicKey"]["pk"]).try_into().unwrap();
            for case in group["tests"].as_array().unwrap() {
                let expected = case["result"] == "valid";
                let Ok(signature) = read_hex(&case["sig"]).try_into() else {
                    assert!(!expected);
                    other_sizes += 1;
                    continue;
                };
                assert_eq!(verify(&key, &read_hex(&case["msg"]), &Signature(signature)), expected, "{case}");
                if expected { valid += 1 } else { invalid += 1 }
            }
        }
        assert_eq!((valid, invalid, other_sizes), (88, 51, 12));
    }

    #[test]
    fn keys_of_small_order_sign_nothing() {
        // With such a key and R the equation holds for the identity and S = 0, whatever is signed.
        let mut identity = [0; 32];
        identity[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        assert!(!verify(&identity, b"anything", &Signature(signature)));
    }

    #[test]
    fn a_statement_keeps_its_fields_apart() {
        assert_eq!(statement("a", &[b"bc", b""]), b"\0\0\0\x01a\0\0\0\x02bc\0\0\0\0");
        assert_ne!(statement("a", &[b"bc", b"d"]), statement("a", &[b"b", b"cd"]));
        assert_ne!(statement("a", &[b""]), statement("a", &[]));
    }
}
