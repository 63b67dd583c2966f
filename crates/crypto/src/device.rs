//! A device's own secrets and what it signs with them. PROTOCOL.md, sections 3.1, 3.4 to 3.6.

use rand_core::CryptoRng;
use segel_wire::cbor;
use segel_wire::cbor_array;
use segel_wire::ids::{IdentityKey, LoginKey, PrekeyKey, Signature, SigningKey, SiteId};
use segel_wire::limits;
use segel_wire::signed::{Bundle, DeviceKeys, LoginStatement, SignedPrekey};

use crate::hazmat::curve;
use crate::secret::{Secret, secrets};

secrets! {
    /// X25519 identity of this device.
    IdentitySecret;
    /// Ed25519 key with which this device signs prekeys and its enrolment.
    SigningSecret;
    /// Ed25519 key with which this device logs in.
    LoginSecret;
    /// X25519 private half of a signed prekey.
    PrekeySecret;
}

/// The three secrets of a device; made once, never leaves it.
#[derive(Debug, Clone)]
pub struct DeviceSecrets {
    identity: IdentitySecret,
    signing: SigningSecret,
    login: LoginSecret,
}

cbor_array!(DeviceSecrets { identity, signing, login });

/// A signed prekey with its private half and its age.
#[derive(Debug, Clone)]
struct OwnPrekey {
    id: u32,
    made_at: u64,
    secret: PrekeySecret,
}

cbor_array!(OwnPrekey { id, made_at, secret });

/// A device's prekeys: the newest is offered, older ones answer until they are deleted.
#[derive(Debug, Clone, Default)]
pub struct Prekeys {
    held: Vec<OwnPrekey>,
    /// The highest id given so far. It outlives the prekeys, so that no id names two of them.
    last_id: u32,
}

cbor_array!(Prekeys { held, last_id });

impl DeviceSecrets {
    /// New keys.
    pub fn make(random: &mut impl CryptoRng) -> Self {
        Self {
            identity: IdentitySecret::make(random),
            signing: SigningSecret::make(random),
            login: LoginSecret::make(random),
        }
    }

    /// The public halves.
    pub fn derive_keys(&self) -> DeviceKeys {
        DeviceKeys {
            identity: IdentityKey(curve::derive_x25519_public(self.identity.expose())),
            signing: SigningKey(curve::derive_ed25519_public(self.signing.expose())),
            login: LoginKey(curve::derive_ed25519_public(self.login.expose())),
        }
    }

    /// Proof of possession for a relay.
    pub fn sign_login(&self, statement: &LoginStatement<'_>) -> Signature {
        Signature(curve::sign(self.login.expose(), &statement.to_bytes()))
    }

    pub(crate) fn sign(&self, statement: &[u8]) -> Signature {
        Signature(curve::sign(self.signing.expose(), statement))
    }

    pub(crate) fn identity(&self) -> &IdentitySecret {
        &self.identity
    }
}

impl Prekeys {
    /// Replaces the newest prekey when it is old enough and deletes those past their time; `now` in
    /// Unix seconds. Returns the bundle to upload if the newest changed.
    pub fn rotate(
        &mut self,
        device: &DeviceSecrets,
        site: &SiteId,
        now: u64,
        random: &mut impl CryptoRng,
    ) -> Option<Vec<u8>> {
        self.held.retain(|prekey| now < prekey.made_at.saturating_add(limits::PREKEY_DELETE_SECONDS));
        let newest = self.held.last();
        if newest.is_some_and(|prekey| now < prekey.made_at.saturating_add(limits::PREKEY_ROTATE_SECONDS)) {
            return None;
        }
        self.last_id = self.last_id.checked_add(1)?;
        self.held.push(OwnPrekey { id: self.last_id, made_at: now, secret: PrekeySecret::make(random) });
        self.derive_bundle(device, site)
    }

    /// The bundle of the newest prekey, if there is one.
    pub fn derive_bundle(&self, device: &DeviceSecrets, site: &SiteId) -> Option<Vec<u8>> {
        let prekey = self.held.last()?;
        let keys = device.derive_keys();
        let not_after = prekey.made_at.saturating_add(limits::PREKEY_EXPIRE_SECONDS);
        let key = PrekeyKey(curve::derive_x25519_public(prekey.secret.expose()));
        let statement = SignedPrekey::statement(site, &keys, prekey.id, not_after, &key);
        let signed = SignedPrekey { id: prekey.id, not_after, key, signature: device.sign(&statement) };
        Some(cbor::encode(&Bundle { device: keys.derive_id(site), signed }))
    }

    pub(crate) fn secret(&self, id: u32) -> Option<&PrekeySecret> {
        self.held.iter().find(|prekey| prekey.id == id).map(|prekey| &prekey.secret)
    }
}

impl PrekeySecret {
    pub(crate) fn derive_public(&self) -> PrekeyKey {
        PrekeyKey(curve::derive_x25519_public(self.expose()))
    }
}
