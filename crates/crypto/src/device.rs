//! A device's own secrets and what it signs with them. PROTOCOL.md, sections 3.1 and 3.5.

use rand_core::CryptoRng;
use segel_wire::cbor::{Cbor, MalformedCbor, Reader, Writer};
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
    secrets: Secrets,
    /// Derived once: each handshake names them, and computing them would be a quarter of its work.
    keys: DeviceKeys,
}

/// What is kept of a device.
#[derive(Debug, Clone)]
struct Secrets {
    identity: IdentitySecret,
    signing: SigningSecret,
    login: LoginSecret,
}

cbor_array!(Secrets { identity, signing, login });

impl DeviceSecrets {
    /// New keys.
    pub fn make(random: &mut impl CryptoRng) -> Self {
        Self::new(Secrets {
            identity: IdentitySecret::make(random),
            signing: SigningSecret::make(random),
            login: LoginSecret::make(random),
        })
    }

    /// The public halves.
    pub fn derive_keys(&self) -> DeviceKeys {
        self.keys
    }

    fn new(secrets: Secrets) -> Self {
        let keys = DeviceKeys {
            identity: IdentityKey(curve::derive_x25519_public(secrets.identity.expose())),
            signing: SigningKey(curve::derive_ed25519_public(secrets.signing.expose())),
            login: LoginKey(curve::derive_ed25519_public(secrets.login.expose())),
        };
        Self { secrets, keys }
    }

    /// Proof of possession for a relay.
    pub fn sign_login(&self, statement: &LoginStatement<'_>) -> Signature {
        Signature(curve::sign(self.secrets.login.expose(), &statement.to_bytes()))
    }

    pub(crate) fn sign(&self, statement: &[u8]) -> Signature {
        Signature(curve::sign(self.secrets.signing.expose(), statement))
    }

    pub(crate) fn identity(&self) -> &IdentitySecret {
        &self.secrets.identity
    }
}

impl Cbor for DeviceSecrets {
    fn write(&self, to: &mut Writer) {
        self.secrets.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, MalformedCbor> {
        Secrets::read(from).map(Self::new)
    }
}
