//! A device's public keys and the id that commits to them. PROTOCOL.md, section 3.1.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::ids::{DeviceId, IdentityKey, LoginKey, SigningKey, SiteId};
use crate::signed::statement;

/// The three public keys of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct DeviceKeys {
    /// X25519 identity, for handshakes.
    #[n(0)]
    pub identity: IdentityKey,
    /// Ed25519, for prekeys and enrolment.
    #[n(1)]
    pub signing: SigningKey,
    /// Ed25519, for logging in to a relay.
    #[n(2)]
    pub login: LoginKey,
}

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
