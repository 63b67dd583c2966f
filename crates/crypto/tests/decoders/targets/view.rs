//! A session as it is stored, with names: how invariants look inside and how a hostile peer is made.

use segel_crypto::handshake::{Init, Transcript};
use segel_crypto::session::Session;
use segel_wire::ids::{ConversationId, DeviceId, KemCiphertext, KemKey, PrekeyKey};
use segel_wire::{cbor, cbor_array, cbor_transparent};

pub(super) struct View {
    pub(super) transcript: Transcript,
    pub(super) parties: Parties,
    pub(super) alias: [u8; 8],
    pub(super) init: Option<Init>,
    pub(super) root: [u8; 32],
    pub(super) own: Option<[u8; 32]>,
    pub(super) peer: Option<PrekeyKey>,
    pub(super) sending: Option<Sending>,
    pub(super) receiving: Option<Receiving>,
    pub(super) next_sending: [u8; 32],
    pub(super) next_receiving: [u8; 32],
    pub(super) previous: u32,
    pub(super) skipped: Skipped,
    pub(super) kem: Kem,
}

cbor_array!(View {
    transcript,
    parties,
    alias,
    init,
    root,
    own,
    peer,
    sending,
    receiving,
    next_sending,
    next_receiving,
    previous,
    skipped,
    kem
});

pub(super) struct Parties {
    pub(super) own: DeviceId,
    pub(super) peer: DeviceId,
    pub(super) scope: Option<ConversationId>,
}

cbor_array!(Parties { own, peer, scope });

pub(super) struct Chain {
    pub(super) key: [u8; 32],
    pub(super) next: u32,
}

cbor_array!(Chain { key, next });

pub(super) struct Sending {
    pub(super) chain: Chain,
    pub(super) header: [u8; 32],
    pub(super) public: PrekeyKey,
    pub(super) answer: Option<KemCiphertext>,
}

cbor_array!(Sending { chain, header, public, answer });

pub(super) struct Receiving {
    pub(super) chain: Chain,
    pub(super) header: [u8; 32],
}

cbor_array!(Receiving { chain, header });

pub(super) struct Skipped(pub(super) Vec<SkippedChain>);

cbor_transparent!(Skipped);

pub(super) struct SkippedChain {
    pub(super) header: [u8; 32],
    pub(super) keys: Vec<SkippedKey>,
    pub(super) is_current: bool,
}

cbor_array!(SkippedChain { header, keys, is_current });

pub(super) struct SkippedKey {
    pub(super) n: u32,
    pub(super) key: [u8; 32],
    pub(super) at: u64,
}

cbor_array!(SkippedKey { n, key, at });

pub(super) struct Kem {
    pub(super) wraps: u32,
    pub(super) since: u64,
    pub(super) own: Option<Offer>,
    pub(super) theirs: Option<KemKey>,
    pub(super) answered: Option<[u8; 32]>,
}

cbor_array!(Kem { wraps, since, own, theirs, answered });

pub(super) struct Offer {
    pub(super) seed: [u8; 64],
    pub(super) key: KemKey,
    pub(super) ignored: u32,
}

cbor_array!(Offer { seed, key, ignored });

impl View {
    pub(super) fn of(session: &Session) -> Self {
        cbor::read(&cbor::encode(session)).unwrap()
    }

    pub(super) fn to_session(&self) -> Session {
        cbor::read(&cbor::encode(self)).unwrap()
    }

    /// Asserts what holds of every session, whatever its peer and the relay do.
    pub(super) fn check(session: &Session, now: u64) {
        let bytes = cbor::encode(session);
        let view: Self = cbor::read(&bytes).unwrap();
        assert!(cbor::encode(&view) == bytes, "the view shows everything");
        view.check_bounds(bytes.len(), now);
    }

    fn check_bounds(&self, size: usize, now: u64) {
        let keys: usize = self.skipped.0.iter().map(|chain| chain.keys.len()).sum();
        assert!(keys <= 2_000, "{keys} skipped keys");
        assert!(self.skipped.0.len() <= 6, "{} chains of skipped keys", self.skipped.0.len());
        assert!(self.skipped.0.iter().filter(|chain| chain.is_current).count() <= 1);
        assert!(self.skipped.0.iter().all(|chain| !chain.keys.is_empty()));
        // A skipped key takes at most 50 bytes, all the rest 8 KiB.
        assert!(size <= 8 * 1_024 + keys * 50, "{size} bytes with {keys} skipped keys");
        assert!(self.kem.own.as_ref().is_none_or(|offer| offer.ignored <= 1));
        assert!(self.kem.since <= now);
    }
}
