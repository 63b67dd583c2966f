//! Signed prekeys and the bundle that carries them. PROTOCOL.md, section 3.4.

use crate::cbor_map;

use crate::cbor::{self, MalformedCbor};
use crate::ids::{DeviceId, PrekeyKey, Signature, SiteId};
use crate::limits;
use crate::signed::{DeviceKeys, statement, verify};

/// A prekey, its validity and the device's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedPrekey {
    /// Counts up per device.
    pub id: u32,
    /// Until when an initiator may use it, Unix seconds.
    pub not_after: u64,
    /// The X25519 public half.
    pub key: PrekeyKey,
    /// By the device's signing key over [`SignedPrekey::statement`].
    pub signature: Signature,
}

cbor_map!(SignedPrekey { 0: id, 1: not_after, 2: key, 3: signature });

/// What a device uploads so that others can reach it while it is away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// Whose.
    pub device: DeviceId,
    /// The signed prekey.
    pub signed: SignedPrekey,
}

cbor_map!(Bundle { 0: device, 1: signed });

/// Why a bundle cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// Not the documented shape or over its size.
    #[error(transparent)]
    Malformed(#[from] MalformedCbor),
    /// It speaks of another device.
    #[error("the prekey bundle belongs to another device")]
    WrongDevice,
    /// The device did not sign it.
    #[error("the prekey bundle was not signed by its device")]
    BadSignature,
    /// Its prekey has expired.
    #[error("the prekey bundle has expired")]
    Expired,
}

impl SignedPrekey {
    /// What the device signs: the role, its site and itself, and the prekey's own fields.
    pub fn statement(site: &SiteId, keys: &DeviceKeys, id: u32, not_after: u64, key: &PrekeyKey) -> Vec<u8> {
        let device = keys.derive_id(site);
        statement(
            "segel/1 prekey signed",
            &[&site.0, &device.0, &keys.identity.0, &id.to_be_bytes(), &not_after.to_be_bytes(), &key.0],
        )
    }
}

impl Bundle {
    /// Parses a bundle and checks that it is this device's, signed by it, and not expired at `now`
    /// (Unix seconds).
    pub fn verify(bytes: &[u8], site: &SiteId, keys: &DeviceKeys, now: u64) -> Result<Self, BundleError> {
        if bytes.len() > limits::BUNDLE_BYTES {
            return Err(MalformedCbor.into());
        }
        let bundle: Self = cbor::decode(bytes)?;
        if bundle.device != keys.derive_id(site) {
            return Err(BundleError::WrongDevice);
        }
        let SignedPrekey { id, not_after, key, signature } = bundle.signed;
        if !verify(&keys.signing.0, &SignedPrekey::statement(site, keys, id, not_after, &key), &signature) {
            return Err(BundleError::BadSignature);
        }
        if not_after <= now {
            return Err(BundleError::Expired);
        }
        Ok(bundle)
    }
}
