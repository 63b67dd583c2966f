//! A device's own secrets and what it signs with them. PROTOCOL.md, sections 3.1 and 3.5.

use rand_core::CryptoRng;
use segel_wire::cbor_array;
use segel_wire::ids::{IdentityKey, LoginKey, Signature, SigningKey};
use segel_wire::signed::{DeviceKeys, LoginStatement};

use crate::secret::{Secret, secrets};
use segel_hazmat::curve;

secrets! {
    /// X25519 identity of this device.
    pub IdentitySecret;
    /// Ed25519 key with which this device signs prekeys, acts and its enrolment.
    pub SigningSecret;
    /// Ed25519 key with which this device logs in.
    pub LoginSecret;
}

/// The three secrets of a device; made once, never leaves it.
#[derive(Debug, Clone)]
pub struct DeviceSecrets {
    identity: IdentitySecret,
    signing: SigningSecret,
    login: LoginSecret,
}

cbor_array!(DeviceSecrets { identity, signing, login });

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
