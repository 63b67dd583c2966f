//! A session's stored state, read from outside: what a thief finds, and what a dishonest program writes.

use segel_crypto::handshake::{Init, Transcript};
use segel_crypto::prekeys::Prekeys;
use segel_crypto::session::Session;
use segel_wire::cbor;
use segel_wire::cbor_array;
use segel_wire::ids::{ConversationId, DeviceId, KemCiphertext, KemKey, PrekeyKey};

use crate::support::{Pair, Sealed, state};
use crate::text::{self, Header, Key};

#[derive(Debug, Clone)]
pub(crate) struct Mirror {
    pub(crate) transcript: Transcript,
    pub(crate) parties: Parties,
    pub(crate) alias: [u8; 8],
    pub(crate) init: Option<Init>,
    pub(crate) root: Key,
    pub(crate) own: Option<Key>,
    pub(crate) peer: Option<Key>,
    pub(crate) sending: Option<Sending>,
    pub(crate) receiving: Option<Receiving>,
    pub(crate) next_sending: Key,
    pub(crate) next_receiving: Key,
    pub(crate) previous: u32,
    pub(crate) skipped: Vec<SkippedChain>,
    pub(crate) kem: Kem,
}

#[derive(Debug, Clone)]
pub(crate) struct Parties {
    pub(crate) own: DeviceId,
    pub(crate) peer: DeviceId,
    pub(crate) scope: Option<ConversationId>,
}

#[derive(Debug, Clone)]
pub(crate) struct Chain {
    pub(crate) key: Key,
    pub(crate) next: u32,
}

#[derive(Debug, Clone)]
pub(crate) struct Sending {
    pub(crate) chain: Chain,
    pub(crate) header: Key,
    pub(crate) public: Key,
    pub(crate) answer: Option<KemCiphertext>,
}

#[derive(Debug, Clone)]
pub(crate) struct Receiving {
    pub(crate) chain: Chain,
    pub(crate) header: Key,
}

#[derive(Debug, Clone)]
pub(crate) struct SkippedChain {
    pub(crate) header: Key,
    pub(crate) keys: Vec<SkippedKey>,
    pub(crate) is_current: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct SkippedKey {
    pub(crate) n: u32,
    pub(crate) key: Key,
    pub(crate) at: u64,
}

#[derive(Debug, Clone)]
pub(crate) struct Kem {
    pub(crate) wraps: u32,
    pub(crate) since: u64,
    pub(crate) own: Option<Offer>,
    pub(crate) theirs: Option<KemKey>,
    pub(crate) answered: Option<Key>,
}

#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub(crate) seed: [u8; 64],
    pub(crate) key: KemKey,
    pub(crate) ignored: u32,
}

cbor_array!(Mirror {
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
cbor_array!(Parties { own, peer, scope });
cbor_array!(Chain { key, next });
cbor_array!(Sending { chain, header, public, answer });
cbor_array!(Receiving { chain, header });
cbor_array!(SkippedChain { header, keys, is_current });
cbor_array!(SkippedKey { n, key, at });
cbor_array!(Kem { wraps, since, own, theirs, answered });
cbor_array!(Offer { seed, key, ignored });

impl Mirror {
    pub(crate) fn of(session: &Session) -> Self {
        let mirror = cbor::decode(&state(session)).unwrap();
        assert!(cbor::encode(&mirror) == state(session), "the mirror shows all that is stored");
        mirror
    }

    /// The session that this state is of.
    pub(crate) fn session(&self) -> Session {
        cbor::decode(&cbor::encode(self)).unwrap()
    }

    /// Takes the sending half of a step with this ratchet key, or one whose public half is `public`.
    pub(crate) fn begin(&mut self, own: Key, kem: Option<(KemCiphertext, Key, Key)>) {
        let (answer, kem) = kem.map(|(answer, secret, mix)| (answer, (secret, mix))).unzip();
        let shared = text::dh(&own, &self.peer.unwrap());
        let [root, key, next] = text::step(&self.root, &shared, kem);
        let header = core::mem::replace(&mut self.next_sending, next);
        self.root = root;
        self.own = Some(own);
        self.sending =
            Some(Sending { chain: Chain { key, next: 0 }, header, public: text::public(&own), answer });
    }

    /// Seals the pair's next event from this side, with a header that was changed.
    pub(crate) fn write(&mut self, pair: &mut Pair, change: impl FnOnce(&mut Header)) -> Sealed {
        let (place, key) = pair.place(self.parties.own, self.parties.peer);
        let sending = self.sending.as_mut().unwrap();
        let mut header = Header {
            key: PrekeyKey(sending.public),
            previous: self.previous,
            n: sending.chain.next,
            offer: self.kem.own.as_ref().map(|offer| offer.key.clone()),
            answer: sending.answer.clone(),
        };
        change(&mut header);
        let (message_key, next) = text::take(&sending.chain.key);
        sending.chain = Chain { key: next, next: sending.chain.next + 1 };
        let salt = [sending.chain.next.to_be_bytes(); 6].concat().try_into().unwrap();
        let (header, content_key) = ((&sending.header, &header.to_bytes()[..]), cbor::encode(&key));
        let place_and = (&self.transcript.0, &place);
        // A content key stands in CBOR as a byte string of 32: two bytes before it.
        let wrap = text::write_wrap(self.alias, salt, header, &message_key, place_and, &content_key[2..]);
        Sealed { place, wrap, key }
    }
}

/// Prekeys as they are stored.
pub(crate) struct Stored {
    pub(crate) signed: Vec<Signed>,
    pub(crate) one_time: Vec<Own>,
    pub(crate) last_id: u32,
    pub(crate) uploaded: u32,
}

pub(crate) struct Signed {
    pub(crate) prekey: Own,
    pub(crate) served: Served,
}

pub(crate) struct Own {
    pub(crate) id: u32,
    pub(crate) made_at: u64,
    pub(crate) curve: [u8; 32],
    pub(crate) kem: [u8; 64],
}

pub(crate) struct Served(pub(crate) Vec<u8>);

cbor_array!(Stored { signed, one_time, last_id, uploaded });
cbor_array!(Signed { prekey, served });
cbor_array!(Own { id, made_at, curve, kem });

impl cbor::Cbor for Served {
    fn write(&self, to: &mut cbor::Writer) {
        to.bytes(&self.0);
    }

    fn read(from: &mut cbor::Reader<'_>) -> Result<Self, cbor::MalformedCbor> {
        from.bytes().map(|bytes| Self(bytes.to_vec()))
    }
}

impl Stored {
    pub(crate) fn of(prekeys: &Prekeys) -> Self {
        let stored = cbor::decode(&cbor::encode(prekeys)).unwrap();
        assert!(cbor::encode(&stored) == cbor::encode(prekeys), "the mirror shows all that is stored");
        stored
    }
}
