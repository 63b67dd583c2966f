//! A visitor's device and an agent's device, and what they say to each other.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use segel_crypto::content::{self, ContentContext, ContentHash, ContentKey, Message};
use segel_crypto::device::{DeviceSecrets, Prekeys};
use segel_crypto::handshake::{Context, HandshakeError, Init, initiate, respond};
use segel_crypto::session::{Session, Wrap, WrapContext, WrapError};
use segel_wire::cbor;
use segel_wire::ids::{ConversationId, DeskId, DeviceId, EventId, RootKey, RosterHash, SiteId};
use segel_wire::signed::{Bundle, DeviceKeys, Order};

pub(crate) const SITE: SiteId = SiteId([0x51; 16]);
pub(crate) const ROOT: RootKey = RootKey([0x40; 32]);
pub(crate) const CONVERSATION: ConversationId = ConversationId([0xc0; 16]);
pub(crate) const DESK: DeskId = DeskId([0xde; 16]);
pub(crate) const ORDER: Order = Order { generation: 1, version: 7 };
pub(crate) const ROSTER: (Order, RosterHash) = (ORDER, RosterHash([0x70; 32]));
pub(crate) const CONTEXT: Context<'_> = Context { root: &ROOT, site: &SITE, scope: Some(CONVERSATION) };
/// When everything here starts, Unix seconds.
pub(crate) const NOW: u64 = 1_800_000_000;

pub(crate) fn seeded(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// A device with one prekey.
pub(crate) struct Party {
    pub(crate) secrets: DeviceSecrets,
    pub(crate) prekeys: Prekeys,
    pub(crate) keys: DeviceKeys,
    pub(crate) id: DeviceId,
    pub(crate) bundle: Bundle,
}

impl Party {
    pub(crate) fn new(random: &mut ChaCha20Rng) -> Self {
        let secrets = DeviceSecrets::make(random);
        let mut prekeys = Prekeys::default();
        let bundle = prekeys.rotate(&secrets, &SITE, NOW, random).unwrap();
        let keys = secrets.derive_keys();
        let bundle = Bundle::verify(&bundle, &SITE, &keys, NOW).unwrap();
        Self { keys, id: keys.derive_id(&SITE), secrets, prekeys, bundle }
    }

    pub(crate) fn initiate(&self, peer: &Self, random: &mut ChaCha20Rng) -> Session {
        initiate(&self.secrets, &peer.keys, &peer.bundle, ROSTER, &CONTEXT, random).unwrap()
    }

    pub(crate) fn respond(&self, init: &Init, sender: &DeviceId) -> Result<Session, HandshakeError> {
        respond(&self.secrets, &self.prekeys, init, sender, &CONTEXT)
    }
}

/// What a wrap is bound to, owned.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) conversation: ConversationId,
    pub(crate) event: EventId,
    pub(crate) sender: DeviceId,
    pub(crate) recipient: DeviceId,
    pub(crate) content: ContentHash,
}

impl Place {
    pub(crate) fn context(&self) -> WrapContext<'_> {
        WrapContext {
            conversation: &self.conversation,
            event: &self.event,
            sender: &self.sender,
            recipient: &self.recipient,
            content: &self.content,
        }
    }
}

/// One sealed content's key, its wrap, and where both belong.
pub(crate) struct Sealed {
    pub(crate) place: Place,
    pub(crate) wrap: Vec<u8>,
    pub(crate) key: ContentKey,
}

impl Sealed {
    pub(crate) fn open(&self, session: &mut Session) -> Result<ContentKey, WrapError> {
        session.open(&Wrap::parse(&self.wrap)?, &self.place.context())
    }

    /// Opens, and compares the content key.
    pub(crate) fn assert_opens(&self, session: &mut Session) {
        assert_eq!(cbor::encode(&self.open(session).unwrap()), cbor::encode(&self.key));
    }

    pub(crate) fn init(&self) -> Option<Init> {
        Wrap::parse(&self.wrap).unwrap().init
    }
}

/// A visitor, an agent, and a session that the visitor started and nobody has heard of yet.
pub(crate) struct Pair {
    pub(crate) visitor: Party,
    pub(crate) agent: Party,
    pub(crate) session: Session,
    pub(crate) random: ChaCha20Rng,
    events: u8,
}

impl Pair {
    pub(crate) fn new() -> Self {
        let mut random = seeded(1);
        let (visitor, agent) = (Party::new(&mut random), Party::new(&mut random));
        let session = visitor.initiate(&agent, &mut random);
        Self { visitor, agent, session, random, events: 0 }
    }

    /// Both ends of a session in which each side has heard the other once.
    pub(crate) fn established() -> (Self, Session) {
        let mut pair = Self::new();
        let first = pair.say();
        let mut theirs = pair.agent.respond(&first.init().unwrap(), &pair.visitor.id).unwrap();
        first.assert_opens(&mut theirs);
        let answer = pair.answer(&mut theirs);
        answer.assert_opens(&mut pair.session);
        (pair, theirs)
    }

    /// The visitor seals the next event to the agent.
    pub(crate) fn say(&mut self) -> Sealed {
        let (place, key) = self.place(self.visitor.id, self.agent.id);
        let wrap = self.session.seal(&key, &place.context(), &mut self.random).unwrap();
        Sealed { place, wrap, key }
    }

    /// The agent seals the next event to the visitor.
    pub(crate) fn answer(&mut self, session: &mut Session) -> Sealed {
        let (place, key) = self.place(self.agent.id, self.visitor.id);
        let wrap = session.seal(&key, &place.context(), &mut self.random).unwrap();
        Sealed { place, wrap, key }
    }

    /// The next event's place, and the key of its content.
    pub(crate) fn place(&mut self, sender: DeviceId, recipient: DeviceId) -> (Place, ContentKey) {
        self.events = self.events.wrapping_add(1);
        let (conversation, event) = (CONVERSATION, EventId([self.events; 16]));
        let bound_to = ContentContext {
            conversation: &conversation,
            event: &event,
            sender: &sender,
            recipients: &[recipient],
        };
        let (sealed, key) = content::seal(&message("halo"), ROSTER, &bound_to, &mut self.random);
        (Place { conversation, event, sender, recipient, content: ContentHash::derive(&sealed) }, key)
    }
}

pub(crate) fn message(text: &str) -> Message {
    Message { sequence: 1, time: NOW * 1_000, desk: DESK, text: text.to_owned() }
}

/// A session as it is stored.
pub(crate) fn state(session: &Session) -> Vec<u8> {
    cbor::encode(session)
}

/// Every byte string of 32 in a stored structure: the keys and hashes in it.
pub(crate) fn strings_of_32(encoded: &[u8]) -> Vec<[u8; 32]> {
    let starts = encoded.windows(2).enumerate().filter(|(_, head)| *head == [0x58, 32]);
    starts.filter_map(|(at, _)| encoded[at + 2..].first_chunk().copied()).collect()
}

/// Every copy of `bytes` with one bit flipped, with the bit's place.
pub(crate) fn flips(bytes: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> + '_ {
    (0..bytes.len() * 8).map(|bit| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        (bit, flipped)
    })
}
