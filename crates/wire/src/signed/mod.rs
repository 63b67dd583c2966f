//! Public signed structures and their strict verification. PROTOCOL.md, section 3.
//!
//! Only public keys live here. A signature is always over [`statement`]: a label that names the
//! role, then every field with its length, so that no signature can be read as another role's.

mod certificate;
mod device;
mod enrolment;
mod login;
mod prekey;
mod roster;

pub use certificate::{AdminSigned, Certificate, CertificateError};
pub use device::DeviceKeys;
pub use enrolment::{Enrolment, EnrolmentError, Invitation};
pub use login::LoginStatement;
pub use prekey::{Bundle, BundleError, SignedPrekey};
pub use roster::{Agent, Desk, Device, Order, Profile, Roster, RosterError, VerifiedRoster};

use ed25519_dalek::VerifyingKey;

use crate::ids::Signature;

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
