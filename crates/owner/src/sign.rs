//! An admin key with its certificate, and the next roster of the chain. PROTOCOL.md, 3.2 and 3.3.

use rand_core::CryptoRng;
use segel_crypto::authority::{Admin, AdminSecret, RootSecret};
use segel_wire::ids::{InvitationId, RosterHash, Signature, SiteId};
use segel_wire::signed::{Certificate, Invitation, Order, RosterError, VerifiedRoster};

use crate::site::Site;

/// How long an admin certificate counts, in seconds.
const CERTIFICATE_SECONDS: u64 = 2 * 365 * 24 * 60 * 60;

/// An admin's secret and the root key's word for it.
#[derive(Debug, Clone)]
pub(crate) struct AdminKey {
    pub(crate) secret: AdminSecret,
    pub(crate) certificate: Certificate,
    /// The certificate's exact bytes.
    pub(crate) body: Vec<u8>,
    pub(crate) signature: Signature,
}

/// Why a roster or invitation cannot be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The clock is before the certificate's first day.
    #[error("the admin certificate does not count yet; is this machine's clock right?")]
    NotYet,
    /// The certificate is past its last day.
    #[error("the admin certificate has lapsed; certify a new admin key")]
    Lapsed,
    /// A roster of a newer generation is signed already.
    #[error("a newer generation has signed since; certify a new admin key")]
    Superseded,
    /// Readers would refuse what was to be signed.
    #[error("readers would refuse this roster: {0}")]
    Refused(RosterError),
}

impl AdminKey {
    /// A new admin key under the site's root.
    pub(crate) fn make(
        root: &RootSecret,
        site: SiteId,
        generation: u64,
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Self {
        let secret = AdminSecret::make_admin(rng);
        let certificate = Certificate {
            site,
            generation,
            admin: secret.derive_public(),
            not_before: now,
            not_after: now.saturating_add(CERTIFICATE_SECONDS),
        };
        let (body, signature) = root.certify(&certificate);
        Self { secret, certificate, body, signature }
    }

    /// The roster after `newest`, issued `now` for `lifetime` seconds or as long as the certificate
    /// counts. It is verified as a reader would before anyone sees it.
    pub(crate) fn sign_next(
        &self,
        site: &Site,
        newest: Option<&VerifiedRoster>,
        now: u64,
        lifetime: u64,
    ) -> Result<VerifiedRoster, SignError> {
        let generation = self.certificate.generation;
        let (version, previous, now) = match newest.map(|newest| (newest.roster(), newest.hash())) {
            None => (1, RosterHash([0; 32]), now),
            Some((roster, _)) if generation < roster.order.generation => return Err(SignError::Superseded),
            // A clock that was set back must not make the chain run backwards in time.
            Some((roster, hash)) => (roster.order.version.saturating_add(1), hash, now.max(roster.issued_at)),
        };
        self.check_time(now)?;
        let not_after = now.saturating_add(lifetime).min(self.certificate.not_after);
        let roster = site.draw_roster(Order { generation, version }, previous, now, not_after);
        let bytes = self.admin().sign_roster(&roster);
        VerifiedRoster::open(&bytes, &site.id, &site.root).map_err(SignError::Refused)
    }

    /// A signed invitation, with the time until which it counts: at most `lifetime` seconds from `now`.
    pub(crate) fn sign_invitation(
        &self,
        id: InvitationId,
        now: u64,
        lifetime: u64,
    ) -> Result<(Vec<u8>, u64), SignError> {
        self.check_time(now)?;
        let not_after = now.saturating_add(lifetime).min(self.certificate.not_after);
        let invitation = Invitation { site: self.certificate.site, id, not_after };
        Ok((self.admin().sign_invitation(&invitation), not_after))
    }

    fn admin(&self) -> Admin {
        Admin::new(self.secret.clone(), self.body.clone(), self.signature)
    }

    fn check_time(&self, now: u64) -> Result<(), SignError> {
        if now < self.certificate.not_before {
            Err(SignError::NotYet)
        } else if now >= self.certificate.not_after {
            Err(SignError::Lapsed)
        } else {
            Ok(())
        }
    }
}
