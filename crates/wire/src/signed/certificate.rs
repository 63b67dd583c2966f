//! The root key certifies an admin key. PROTOCOL.md, section 3.2.

use crate::{cbor_array, cbor_map};

use crate::cbor::{self, MalformedCbor};
use crate::ids::{AdminKey, Octets, RootKey, Signature, SiteId};
use crate::signed::{statement, verify};

/// What the root key says of an admin key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The site.
    pub site: SiteId,
    /// A newer generation voids every certificate of an older one.
    pub generation: u64,
    /// The admin key.
    pub admin: AdminKey,
    /// From when it may sign, Unix seconds.
    pub not_before: u64,
    /// Until when; nothing it signs may last longer. Unix seconds.
    pub not_after: u64,
}

cbor_map!(Certificate { 0: site, 1: generation, 2: admin, 3: not_before, 4: not_after });

/// Something an admin signed, with the certificate that entitles it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminSigned {
    /// The certificate's bytes.
    pub certificate: Octets,
    /// The root key's signature of the certificate.
    pub certificate_signature: Signature,
    /// The statement's bytes.
    pub body: Octets,
    /// The admin key's signature of the statement.
    pub signature: Signature,
}

cbor_array!(AdminSigned { certificate, certificate_signature, body, signature });

/// Why an admin's signature does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Not the documented shape.
    #[error(transparent)]
    Malformed(#[from] MalformedCbor),
    /// Another root key signed the certificate.
    #[error("the admin certificate was not signed by this site's root key")]
    WrongRoot,
    /// The certificate speaks of another site.
    #[error("the admin certificate is for another site")]
    WrongSite,
    /// The admin's signature does not hold.
    #[error("the admin signature does not hold")]
    BadSignature,
}

impl Certificate {
    /// What the root key signs.
    pub fn statement(body: &[u8]) -> Vec<u8> {
        statement("segel/1 certificate", &[body])
    }
}

impl AdminSigned {
    /// Checks root -> certificate -> body and returns the certificate; `label` names the body's role.
    pub fn verify(
        &self,
        label: &str,
        site: &SiteId,
        root: &RootKey,
    ) -> Result<Certificate, CertificateError> {
        if !verify(&root.0, &Certificate::statement(&self.certificate.0), &self.certificate_signature) {
            return Err(CertificateError::WrongRoot);
        }
        let certificate: Certificate = cbor::decode(&self.certificate.0)?;
        if certificate.site != *site {
            return Err(CertificateError::WrongSite);
        }
        if !verify(&certificate.admin.0, &statement(label, &[&self.body.0]), &self.signature) {
            return Err(CertificateError::BadSignature);
        }
        Ok(certificate)
    }
}
