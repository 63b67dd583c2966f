//! The enrolment code and what both sides derive from it. PROTOCOL.md, section 3.6.

use base64ct::{Base64UrlUnpadded, Encoding};
use rand_core::CryptoRng;
use segel_wire::cbor;
use segel_wire::ids::{InvitationId, RootKey, SiteId};
use segel_wire::signed::Enrolment;
use segel_wire::{cbor_map, cbor_transparent};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::device::DeviceSecrets;
use segel_hazmat::kdf;

/// What the owner gives an agent, in the fragment of an address: where and what to join, and a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolmentCode {
    /// The site.
    pub site: SiteId,
    /// Its root key; the console pins it.
    pub root: RootKey,
    /// The relay's origin.
    pub relay: String,
    secret: CodeSecret,
}

cbor_map!(EnrolmentCode { 0: site, 1: root, 2: relay, 3: secret });

#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
struct CodeSecret([u8; 16]);

cbor_transparent!(CodeSecret);

/// A text is not an enrolment code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an enrolment code")]
pub struct NotACode;

impl core::fmt::Debug for EnrolmentCode {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("EnrolmentCode(secret)")
    }
}

impl EnrolmentCode {
    /// A new code.
    pub fn make(site: SiteId, root: RootKey, relay: &str, random: &mut impl CryptoRng) -> Self {
        let mut secret = [0; 16];
        random.fill_bytes(&mut secret);
        Self { site, root, relay: relay.to_owned(), secret: CodeSecret(secret) }
    }

    /// The text that people carry.
    pub fn to_text(&self) -> String {
        Base64UrlUnpadded::encode_string(&Zeroizing::new(cbor::encode(self)))
    }

    /// Reads the text that people carry.
    pub fn parse(text: &str) -> Result<Self, NotACode> {
        let bytes = Base64UrlUnpadded::decode_vec(text).map(Zeroizing::new).map_err(|_| NotACode)?;
        cbor::decode(&bytes).map_err(|_| NotACode)
    }

    /// The invitation that this code answers.
    pub fn derive_invitation(&self) -> InvitationId {
        InvitationId(*kdf::derive::<16>(&self.site.0, &self.secret.0, "segel/1 invitation id"))
    }

    /// A device's answer: its public keys under its signature and the code's proof.
    pub fn enrol(&self, device: &DeviceSecrets) -> Vec<u8> {
        let (invitation, keys) = (self.derive_invitation(), device.derive_keys());
        let statement = Enrolment::statement(&self.site, &invitation, &keys);
        let (signature, code_proof) = (device.sign(&statement), self.derive_proof(&statement));
        cbor::encode(&Enrolment { invitation, keys, signature, code_proof })
    }

    /// Whether an enrolment was made by someone who knows this code.
    pub fn vouches_for(&self, enrolment: &Enrolment) -> bool {
        let statement = Enrolment::statement(&self.site, &self.derive_invitation(), &enrolment.keys);
        self.derive_proof(&statement).ct_eq(&enrolment.code_proof).into()
    }

    fn derive_proof(&self, statement: &[u8]) -> [u8; 32] {
        kdf::mac(&kdf::derive::<32>(&self.site.0, &self.secret.0, "segel/1 enrolment proof"), statement)
    }
}
