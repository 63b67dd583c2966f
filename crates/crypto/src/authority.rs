//! The owner's keys: the root certifies admins, an admin signs rosters and invitations.
//! PROTOCOL.md, sections 3.2, 3.3 and 3.6. Used by the owner's tool only.

use rand_core::CryptoRng;
use segel_wire::cbor;
use segel_wire::ids::{AdminKey, Octets, RootKey, Signature};
use segel_wire::signed::{AdminSigned, Certificate, Invitation, Roster, statement};

use crate::secret::{Secret, secrets};
use segel_hazmat::curve;

secrets! {
    /// The site's root key; kept offline as a recovery kit.
    pub RootSecret;
    /// An admin key.
    pub AdminSecret;
}

/// An admin's secret with the certificate that entitles it.
#[derive(Debug, Clone)]
pub struct Admin {
    secret: AdminSecret,
    certificate: Octets,
    certificate_signature: Signature,
}

impl RootSecret {
    /// A new root key.
    pub fn make_root(random: &mut impl CryptoRng) -> Self {
        Self::make(random)
    }

    /// A root key from its recovery kit.
    pub fn restore(bytes: [u8; 32]) -> Self {
        Self::from_bytes(bytes)
    }

    /// The bytes for the recovery kit.
    pub fn to_recovery(&self) -> &[u8; 32] {
        self.expose()
    }

    /// The public half, which the script tag pins.
    pub fn derive_public(&self) -> RootKey {
        RootKey(curve::derive_ed25519_public(self.expose()))
    }

    /// Certifies an admin key.
    pub fn certify(&self, certificate: &Certificate) -> (Vec<u8>, Signature) {
        let bytes = cbor::encode(certificate);
        let signature = Signature(curve::sign(self.expose(), &Certificate::statement(&bytes)));
        (bytes, signature)
    }
}

impl AdminSecret {
    /// A new admin key.
    pub fn make_admin(random: &mut impl CryptoRng) -> Self {
        Self::make(random)
    }

    /// An admin key from its file.
    pub fn restore(bytes: [u8; 32]) -> Self {
        Self::from_bytes(bytes)
    }

    /// The bytes for its file.
    pub fn to_file(&self) -> &[u8; 32] {
        self.expose()
    }

    /// The public half, for the certificate.
    pub fn derive_public(&self) -> AdminKey {
        AdminKey(curve::derive_ed25519_public(self.expose()))
    }
}

impl Admin {
    /// An admin key with its certificate.
    pub fn new(secret: AdminSecret, certificate: Vec<u8>, certificate_signature: Signature) -> Self {
        Self { secret, certificate: Octets(certificate), certificate_signature }
    }

    /// Signs a roster; the answer is what is published.
    pub fn sign_roster(&self, roster: &Roster) -> Vec<u8> {
        self.sign(Roster::LABEL, cbor::encode(roster))
    }

    /// Signs an invitation; the answer is what is published.
    pub fn sign_invitation(&self, invitation: &Invitation) -> Vec<u8> {
        self.sign(Invitation::LABEL, cbor::encode(invitation))
    }

    fn sign(&self, label: &str, body: Vec<u8>) -> Vec<u8> {
        let signature = Signature(curve::sign(self.secret.expose(), &statement(label, &[&body])));
        cbor::encode(&AdminSigned {
            certificate: self.certificate.clone(),
            certificate_signature: self.certificate_signature,
            body: Octets(body),
            signature,
        })
    }
}
