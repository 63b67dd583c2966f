//! An admin invites a device; the device answers with its public keys. PROTOCOL.md, section 3.6.

use crate::cbor_map;

use crate::cbor::{self, MalformedCbor};
use crate::ids::{InvitationId, RootKey, Signature, SiteId};
use crate::limits;
use crate::signed::{AdminSigned, CertificateError, DeviceKeys, statement, verify};

/// An admin's word that one device may enrol under this id. The relay accepts one enrolment for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The site.
    pub site: SiteId,
    /// Derived from the enrolment code, which the relay never sees.
    pub id: InvitationId,
    /// Until when it may be answered, Unix seconds.
    pub not_after: u64,
}

cbor_map!(Invitation { 0: site, 1: id, 2: not_after });

/// A device's answer: its public keys, proof that it holds them, and proof that it knows the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The invitation that is answered.
    pub invitation: InvitationId,
    /// The device's public keys.
    pub keys: DeviceKeys,
    /// By the device's signing key over [`Enrolment::statement`].
    pub signature: Signature,
    /// HMAC-SHA-256 over the same, keyed from the enrolment code; the owner checks it.
    pub code_proof: [u8; 32],
}

cbor_map!(Enrolment { 0: invitation, 1: keys, 2: signature, 3: code_proof });

/// Why an invitation or enrolment does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnrolmentError {
    /// Not the documented shape or over its size.
    #[error(transparent)]
    Malformed(#[from] MalformedCbor),
    /// No admin of this site signed the invitation.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The invitation speaks of another site or outlives its certificate.
    #[error("the invitation is not this site's")]
    WrongSite,
    /// The enrolment answers another invitation.
    #[error("the enrolment answers another invitation")]
    WrongInvitation,
    /// The device did not sign its enrolment.
    #[error("the enrolment was not signed by its device")]
    BadSignature,
}

impl Invitation {
    /// Label of the admin's signature.
    pub const LABEL: &str = "segel/1 invitation";

    /// Parses a signed invitation and checks that an admin of the site signed it.
    pub fn verify(bytes: &[u8], site: &SiteId, root: &RootKey) -> Result<Self, EnrolmentError> {
        if bytes.len() > limits::ENROLMENT_BYTES {
            return Err(MalformedCbor.into());
        }
        let signed: AdminSigned = cbor::decode(bytes)?;
        let certificate = signed.verify(Self::LABEL, site, root)?;
        let invitation: Self = cbor::decode(&signed.body.0)?;
        if invitation.site != *site || invitation.not_after > certificate.not_after {
            return Err(EnrolmentError::WrongSite);
        }
        Ok(invitation)
    }
}

impl Enrolment {
    /// What the device signs and what the code proof covers.
    pub fn statement(site: &SiteId, invitation: &InvitationId, keys: &DeviceKeys) -> Vec<u8> {
        statement(
            "segel/1 enrolment",
            &[&site.0, &invitation.0, &keys.identity.0, &keys.signing.0, &keys.login.0],
        )
    }

    /// Parses an enrolment and checks the device's signature; the code proof is the owner's to check.
    pub fn verify(bytes: &[u8], site: &SiteId, invitation: &InvitationId) -> Result<Self, EnrolmentError> {
        if bytes.len() > limits::ENROLMENT_BYTES {
            return Err(MalformedCbor.into());
        }
        let enrolment: Self = cbor::decode(bytes)?;
        if enrolment.invitation != *invitation {
            return Err(EnrolmentError::WrongInvitation);
        }
        let statement = Self::statement(site, invitation, &enrolment.keys);
        if !verify(&enrolment.keys.signing.0, &statement, &enrolment.signature) {
            return Err(EnrolmentError::BadSignature);
        }
        Ok(enrolment)
    }
}
