//! What one device says: the content with every value in it, and wraps with every value of the ratchet.

use segel_crypto::act::ActHash;
use segel_crypto::content::{self, Body, ContentContext, ContentHash, ContentKey, Message};
use segel_crypto::log::{LogHash, Seen};
use segel_wire::cbor;
use segel_wire::ids::{DeviceId, EventId, PrekeyKey, RosterHash};
use segel_wire::signed::{Order, statement};

use super::{CONVERSATION, DESK, Draws, NOW, Page};
use crate::support::Place;
use crate::text::{self, Header, Key, Parts};

/// Something that a device says.
pub(super) struct Said {
    /// What the page calls it.
    pub(super) name: &'static str,
    pub(super) event: EventId,
    pub(super) sender: DeviceId,
    /// Sorted.
    pub(super) recipients: Vec<DeviceId>,
    pub(super) newest: (Order, RosterHash),
    pub(super) sequence: u64,
    pub(super) previous: ContentHash,
    pub(super) seen: (u64, Key),
    pub(super) act: Option<ActHash>,
    pub(super) body: Body,
}

/// The same, sealed.
pub(super) struct Spoken {
    pub(super) event: EventId,
    pub(super) sender: DeviceId,
    pub(super) recipients: Vec<DeviceId>,
    pub(super) content: Vec<u8>,
    pub(super) hash: ContentHash,
    pub(super) key: ContentKey,
}

impl Said {
    /// Seals it, and writes the content's values. Draws the content key.
    pub(super) fn write(self, page: &mut Page, draws: &mut Draws) -> Spoken {
        let Self { event, sender, recipients, .. } = self;
        let (position, hash) = self.seen;
        let quiet = u8::from(self.body.is_quiet());
        let message = Message {
            sequence: self.sequence,
            time: NOW * 1_000,
            desk: DESK,
            previous: self.previous,
            seen: Seen { position, hash: LogHash(hash) },
            act: self.act,
            body: self.body,
            quotes: None,
        };
        let bound_to = ContentContext {
            conversation: &CONVERSATION,
            event: &event,
            sender: &sender,
            recipients: &recipients,
        };
        let (content, key) = content::seal(&message, self.newest, &bound_to, draws);
        let hash = ContentHash::derive(&content);
        let content_key = exposed(&key);

        page.value("event", &event.0);
        page.whole(&format!("message, encoded: {}", self.name), &cbor::encode(&message));
        page.value("content key", &content_key);
        let (header, rest) = content.split_at(67);
        assert_eq!(header[2], quiet);
        let devices = text::sha256(&recipients.iter().flat_map(|device| device.0).collect::<Vec<u8>>());
        let fields: [&[u8]; 4] = [header, &CONVERSATION.0, &sender.0, &devices];
        let aad = statement("segel/1 content", &fields);
        let keys: [u8; 64] =
            text::expand(&text::extract(&text::sha256(&aad), &content_key), "segel/1 content key");
        page.value("content header", header);
        page.value("SHA-256(AD)", &text::sha256(&aad));
        page.value("content's encryption key", &keys[..32]);
        page.value("commitment", &keys[32..]);
        assert_eq!(keys[32..], rest[..32]);
        let padded = text::open(&text::part(&keys, 0), [0; 12], &aad, &rest[32..]).unwrap();
        let encoded = cbor::encode(&message);
        assert_eq!(padded[..4], u32::try_from(encoded.len()).unwrap().to_be_bytes());
        assert_eq!(padded[4..4 + encoded.len()], encoded);
        page.whole("content", &content);
        page.value("SHA-256(content)", &hash.0);
        Spoken { event, sender, recipients, content, hash, key }
    }
}

/// A content key stands in CBOR as a byte string of 32: two bytes before it.
fn exposed(key: &ContentKey) -> Vec<u8> {
    cbor::encode(key)[2..].to_vec()
}

impl Spoken {
    pub(super) fn place(&self, recipient: DeviceId) -> Place {
        let Self { event, sender, hash, .. } = *self;
        Place { conversation: CONVERSATION, event, sender, recipient, content: hash }
    }

    /// What it says to whoever has the content key.
    pub(super) fn open(&self, key: &ContentKey) -> Body {
        let Self { event, sender, recipients, .. } = self;
        let bound_to = ContentContext { conversation: &CONVERSATION, event, sender, recipients };
        content::open(&self.content, key, &bound_to).unwrap().body
    }

    /// The log's hash with this at its end.
    pub(super) fn log(&self, before: &Key, position: u64) -> Key {
        let position = position.to_be_bytes();
        let fields: [&[u8]; 5] = [before, &position, &self.event.0, &self.sender.0, &self.hash.0];
        text::sha256(&statement("segel/1 log entry", &fields))
    }
}

/// What both sides of a session hold, as the text has it.
pub(super) struct Ratchet {
    pub(super) transcript: Key,
    pub(super) root: Key,
    /// The next header keys, of the initiator's chains and of the responder's.
    pub(super) next: [Key; 2],
    pub(super) alias: [u8; 8],
    pub(super) chains: [Option<Chain>; 2],
}

/// A sending chain.
pub(super) struct Chain {
    public: Key,
    header: Key,
    key: Key,
    n: u32,
}

impl Ratchet {
    /// Begins a chain of this side's by a step of the root key with these keys, the side's own and the peer's.
    pub(super) fn begin(&mut self, page: &mut Page, side: usize, own: Key, peer: &Key) {
        let shared = text::dh(&own, peer);
        let [root, key, next] = text::step(&self.root, &shared, None);
        let header = core::mem::replace(&mut self.next[side], next);
        self.root = root;
        let public = text::public(&own);
        page.value("ratchet key, public", &public);
        page.value("DH(ratchet key, peer's key)", &shared);
        page.value("root key after the step", &root);
        page.value("chain key 0", &key);
        page.value("next header key", &next);
        self.chains[side] = Some(Chain { public, header, key, n: 0 });
    }

    /// Takes the next wrap of this side's chain apart.
    pub(super) fn write_wrap(
        &mut self,
        page: &mut Page,
        side: usize,
        spoken: &Spoken,
        place: &Place,
        wrap: &[u8],
    ) {
        let chain = self.chains[side].as_mut().unwrap();
        let (message_key, next_chain) = text::take(&chain.key);
        let parts = Parts::of(wrap);
        let header = parts.open_header(&chain.header, &self.transcript, place).unwrap();
        let expected =
            Header { key: PrekeyKey(chain.public), previous: 0, n: chain.n, offer: None, answer: None };
        assert_eq!(header, expected);
        let (sealing_key, nonce) = text::wrap_key(&message_key, &parts.salt());
        let opened = parts.open_key(&message_key, &self.transcript, place).unwrap();
        assert_eq!(opened, exposed(&spoken.key));
        assert_eq!(wrap[3..11], self.alias);

        page.value(&format!("message key {}", chain.n), &message_key);
        page.value(&format!("chain key {}", chain.n + 1), &next_chain);
        page.value("prefix", parts.prefix);
        page.value("header", &header.to_bytes());
        page.value("header key", &chain.header);
        page.value("sealed header", parts.header);
        page.value("wrap key", &sealing_key);
        page.value("wrap nonce", &nonce);
        page.value("sealed key", parts.sealed);
        page.value("wrap", wrap);
        (chain.key, chain.n) = (next_chain, chain.n + 1);
    }
}
