//! Prekeys: what a device uploads, and the bundle that others are handed. PROTOCOL.md, section 3.4.

use crate::cbor::{self, MalformedCbor};
use crate::ids::{DeviceId, KemKey, PrekeyKey, Signature, SiteId};
use crate::signed::{DeviceKeys, statement, verify};
use crate::{cbor_map, limits};

/// What a prekey is for; part of what is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrekeyRole {
    /// Serves many handshakes and is the last resort.
    Signed,
    /// Serves one handshake.
    OneTime,
}

/// A prekey, its validity and the device's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prekey {
    /// Counts up per device, over both roles.
    pub id: u32,
    /// Until when an initiator may use it, Unix seconds.
    pub not_after: u64,
    /// X25519 public half.
    pub curve: PrekeyKey,
    /// ML-KEM-768 encapsulation key; whether it is a valid one is found out when it is used.
    pub kem: KemKey,
    /// By the device's signing key over [`Prekey::statement`].
    pub signature: Signature,
}

cbor_map!(Prekey { 0: id, 1: not_after, 2: curve, 3: kem, 4: signature });

/// What a device uploads so that others can reach it while it is away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prekeys {
    /// Whose.
    pub keys: DeviceKeys,
    /// The signed prekey.
    pub signed: Prekey,
    /// New one-time prekeys; absent if there are none.
    pub one_time: Option<Vec<Prekey>>,
    /// Ids of all one-time prekeys whose private halves the device has, ascending: the relay hands out no others.
    pub held: Vec<u32>,
}

cbor_map!(Prekeys { 0: keys, 1: signed, 2: one_time, 3: held });

/// What an initiator is handed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// Whose.
    pub keys: DeviceKeys,
    /// The signed prekey.
    pub signed: Prekey,
    /// A one-time prekey that nobody else was handed.
    pub one_time: Option<Prekey>,
}

cbor_map!(Bundle { 0: keys, 1: signed, 2: one_time });

/// Why prekeys cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// Not the documented shape or over its size.
    #[error(transparent)]
    Malformed(#[from] MalformedCbor),
    /// It speaks of another device.
    #[error("the prekeys belong to another device")]
    WrongDevice,
    /// The device did not sign it, or not in this role.
    #[error("the prekeys were not signed by their device")]
    BadSignature,
    /// Its signed prekey has expired.
    #[error("the prekeys have expired")]
    Expired,
}

impl PrekeyRole {
    const fn label(self) -> &'static str {
        match self {
            Self::Signed => "segel/1 prekey signed",
            Self::OneTime => "segel/1 prekey one-time",
        }
    }
}

impl Prekey {
    /// What the device signs: the role, its site and itself, and the prekey's own fields.
    pub fn statement(
        role: PrekeyRole,
        site: &SiteId,
        keys: &DeviceKeys,
        (id, not_after): (u32, u64),
        (curve, kem): (&PrekeyKey, &KemKey),
    ) -> Vec<u8> {
        let device = keys.derive_id(site);
        let (id, not_after) = (id.to_be_bytes(), not_after.to_be_bytes());
        let fields: [&[u8]; 7] =
            [&site.0, &device.0, &keys.identity.0, &id, &not_after, &curve.0, kem.as_bytes()];
        statement(role.label(), &fields)
    }

    fn is_signed(&self, role: PrekeyRole, site: &SiteId, keys: &DeviceKeys) -> bool {
        let statement =
            Self::statement(role, site, keys, (self.id, self.not_after), (&self.curve, &self.kem));
        verify(&keys.signing.0, &statement, &self.signature)
    }
}

impl Prekeys {
    /// Parses an upload and checks that it is this device's and that it signed each prekey in its role.
    pub fn verify(bytes: &[u8], site: &SiteId, device: &DeviceId) -> Result<Self, BundleError> {
        if bytes.len() > limits::PREKEYS_BYTES {
            return Err(MalformedCbor.into());
        }
        let upload: Self = cbor::decode(bytes)?;
        let is_list = upload.held.len() <= limits::ONE_TIME_HELD && upload.held.is_sorted_by(|a, b| a < b);
        if upload.one_time.as_ref().is_some_and(Vec::is_empty) || !is_list {
            return Err(MalformedCbor.into());
        }
        let one_time = upload.one_time.iter().flatten().map(|prekey| (PrekeyRole::OneTime, prekey));
        let prekeys = core::iter::once((PrekeyRole::Signed, &upload.signed)).chain(one_time);
        check(&upload.keys, prekeys, site, device)?;
        Ok(upload)
    }
}

impl Bundle {
    /// Parses a bundle and checks that it is this device's, signed by it in each role, and that its signed
    /// prekey has not expired at `now` (Unix seconds). An expired one-time prekey is left out.
    pub fn verify(bytes: &[u8], site: &SiteId, device: &DeviceId, now: u64) -> Result<Self, BundleError> {
        if bytes.len() > limits::BUNDLE_BYTES {
            return Err(MalformedCbor.into());
        }
        let mut bundle: Self = cbor::decode(bytes)?;
        let one_time = bundle.one_time.iter().map(|prekey| (PrekeyRole::OneTime, prekey));
        let prekeys = core::iter::once((PrekeyRole::Signed, &bundle.signed)).chain(one_time);
        check(&bundle.keys, prekeys, site, device)?;
        if bundle.signed.not_after <= now {
            return Err(BundleError::Expired);
        }
        bundle.one_time = bundle.one_time.filter(|prekey| now < prekey.not_after);
        Ok(bundle)
    }
}

fn check<'a>(
    keys: &DeviceKeys,
    mut prekeys: impl Iterator<Item = (PrekeyRole, &'a Prekey)>,
    site: &SiteId,
    device: &DeviceId,
) -> Result<(), BundleError> {
    if keys.derive_id(site) != *device {
        return Err(BundleError::WrongDevice);
    }
    let all_signed = prekeys.all(|(role, prekey)| prekey.is_signed(role, site, keys));
    if all_signed { Ok(()) } else { Err(BundleError::BadSignature) }
}
