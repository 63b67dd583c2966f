//! A device's public keys and the id that commits to them. PROTOCOL.md, section 3.1.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::ids::{DeviceId, IdentityKey, LoginKey, SigningKey, SiteId};
use crate::signed::statement;
use crate::{cbor_map, json_write};

/// The three public keys of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceKeys {
    /// X25519 identity, for handshakes.
    pub identity: IdentityKey,
    /// Ed25519, for prekeys and enrolment.
    pub signing: SigningKey,
    /// Ed25519, for logging in to a relay.
    pub login: LoginKey,
}

cbor_map!(DeviceKeys { 0: identity, 1: signing, 2: login });
json_write!(DeviceKeys { identity, signing, login });

impl DeviceKeys {
    /// The id: the first 16 bytes of SHA-256 over the site and the keys. Nobody can present other
    /// keys under the same id, so an id in an event speaks for its keys.
    pub fn derive_id(&self, site: &SiteId) -> DeviceId {
        let commitment =
            statement("segel/1 device", &[&site.0, &self.identity.0, &self.signing.0, &self.login.0]);
        let hash: [u8; 32] = Sha256::digest(commitment).into();
        let mut id = [0; DeviceId::SIZE];
        id.copy_from_slice(&hash[..DeviceId::SIZE]);
        DeviceId(id)
    }
}
