//! The KEM step: now and then a fresh ML-KEM secret enters the root key. PROTOCOL.md, section 5.3.

use rand_core::CryptoRng;
use segel_wire::cbor_array;
use segel_wire::ids::{KemCiphertext, KemKey};
use segel_wire::limits;

use super::chain::KemSecret;
use super::header::Header;
use super::wrap::WrapError;
use crate::handshake::encapsulate;
use crate::prekeys::KemSeed;
use crate::secret::Secret;
use segel_hazmat::{kdf, kem};

/// Where the KEM step of a session stands.
#[derive(Debug, Clone)]
pub(super) struct KemState {
    /// Wraps sealed and opened since a KEM secret last entered the root key.
    wraps: u32,
    /// When that was, Unix seconds.
    since: u64,
    /// Ours, until it is answered.
    own: Option<Offer>,
    /// The peer's, until it is answered.
    theirs: Option<KemKey>,
    /// Hash of the peer's offer that was answered last.
    answered: Option<[u8; 32]>,
}

cbor_array!(KemState { wraps, since, own, theirs, answered });

/// An offer of this side.
#[derive(Debug, Clone)]
struct Offer {
    seed: KemSeed,
    key: KemKey,
    /// New chains of the peer since that had no answer.
    ignored: u32,
}

cbor_array!(Offer { seed, key, ignored });

impl KemState {
    pub(super) fn new(now: u64) -> Self {
        Self { wraps: 0, since: now, own: None, theirs: None, answered: None }
    }

    /// Counts a wrap.
    pub(super) fn count(&mut self) {
        self.wraps = self.wraps.saturating_add(1);
    }

    /// Makes an offer if one is due: `is_heard` says whether the peer is known to hold the session.
    pub(super) fn offer_if_due(&mut self, is_heard: bool, now: u64, random: &mut impl CryptoRng) {
        // A clock that was ahead is no reason to wait until the time that it showed.
        self.since = self.since.min(now);
        let is_due = self.is_past(limits::KEM_OFFER_WRAPS, limits::KEM_OFFER_SECONDS, now);
        if is_due && is_heard && self.own.is_none() && self.theirs.is_none() {
            let seed = KemSeed::make(random);
            self.own = seed.derive_public().map(|key| Offer { seed, key, ignored: 0 });
        }
    }

    /// What every header carries until it is answered.
    pub(super) fn offered(&self) -> Option<KemKey> {
        self.own.as_ref().map(|offer| offer.key.clone())
    }

    /// A chain begins: answers the peer's offer, if there is one.
    pub(super) fn answer(
        &mut self,
        now: u64,
        random: &mut impl CryptoRng,
    ) -> Option<(KemCiphertext, KemSecret)> {
        let offer = self.theirs.take()?;
        self.answered = Some(kdf::hash(offer.as_bytes()));
        // The key was found to be one when it was offered.
        let (answer, secret) = encapsulate(&offer, random).ok()?;
        self.entered(now);
        let mix = derive_mix(&offer, &answer);
        Some((answer, KemSecret { secret, mix }))
    }

    /// A chain of the peer begins with this header: the secret that enters with it, if it answers.
    pub(super) fn hear_answer(&mut self, header: &Header, now: u64) -> Result<Option<KemSecret>, WrapError> {
        match (&mut self.own, &header.answer) {
            (None, None) => Ok(None),
            (None, Some(_)) => Err(WrapError::KemRefused),
            (Some(offer), None) if offer.ignored > 0 => Err(WrapError::KemRefused),
            (Some(offer), None) => {
                offer.ignored += 1;
                Ok(None)
            }
            (Some(offer), Some(answer)) => {
                let secret = kem::decapsulate(offer.seed.expose(), answer.as_bytes());
                let secret = secret.map_err(|_| WrapError::KemRefused)?;
                let mix = derive_mix(&offer.key, answer);
                self.own = None;
                self.entered(now);
                Ok(Some(KemSecret { secret, mix }))
            }
        }
    }

    /// Takes the offer of a header of the peer's newest chain.
    pub(super) fn hear_offer(&mut self, header: &Header) -> Result<(), WrapError> {
        let Some(offer) = &header.offer else { return Ok(()) };
        let is_known =
            self.theirs.as_ref() == Some(offer) || self.answered == Some(kdf::hash(offer.as_bytes()));
        if is_known {
            return Ok(());
        }
        kem::check(offer.as_bytes()).map_err(|_| WrapError::KemRefused)?;
        self.theirs = Some(offer.clone());
        Ok(())
    }

    /// Whether it is time for a new handshake.
    pub(super) fn is_worn(&self, now: u64) -> bool {
        self.is_past(limits::WORN_WRAPS, limits::WORN_SECONDS, now)
    }

    /// Whether the session must seal no more.
    pub(super) fn is_spent(&self, now: u64) -> bool {
        self.is_past(2 * limits::WORN_WRAPS, 2 * limits::WORN_SECONDS, now)
    }

    fn is_past(&self, wraps: u32, seconds: u64, now: u64) -> bool {
        self.wraps >= wraps || now.saturating_sub(self.since) >= seconds
    }

    fn entered(&mut self, now: u64) {
        self.wraps = 0;
        self.since = now;
    }
}

fn derive_mix(offer: &KemKey, answer: &KemCiphertext) -> [u8; 32] {
    kdf::hash(&[&offer.as_bytes()[..], answer.as_bytes()].concat())
}
