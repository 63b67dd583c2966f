//! What a device signs to log in to a relay. PROTOCOL.md, section 3.5.

use crate::ids::{Challenge, LoginKey, Signature, SiteId};
use crate::signed::{statement, verify};

/// A login, bound to one relay, site and challenge.
#[derive(Debug, Clone, Copy)]
pub struct LoginStatement<'a> {
    /// The relay's origin, such as `https://relay.example`.
    pub relay: &'a str,
    /// The site.
    pub site: &'a SiteId,
    /// The relay's challenge.
    pub challenge: &'a Challenge,
    /// Its expiry, Unix seconds.
    pub expires: u64,
}

impl LoginStatement<'_> {
    /// The bytes to sign with the login key.
    pub fn to_bytes(&self) -> Vec<u8> {
        let expires = self.expires.to_be_bytes();
        statement("segel/1 login", &[self.relay.as_bytes(), &self.site.0, &self.challenge.0, &expires])
    }

    /// Whether `signature` is by `key` over this statement.
    pub fn is_signed_by(&self, key: &LoginKey, signature: &Signature) -> bool {
        verify(&key.0, &self.to_bytes(), signature)
    }
}
