//! A visitor's device and an agent's device, and what they say to each other.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use segel_crypto::content::{self, Body, ContentContext, ContentHash, ContentKey, Message};
use segel_crypto::device::DeviceSecrets;
use segel_crypto::handshake::{Context, HandshakeError, Init, Response, initiate, respond};
use segel_crypto::log::Seen;
use segel_crypto::prekeys::Prekeys;
use segel_crypto::session::{Session, Wrap, WrapContext, WrapError};
use segel_wire::cbor;
use segel_wire::ids::{ConversationId, DeskId, DeviceId, EventId, RootKey, RosterHash, SiteId};
use segel_wire::limits::ONE_TIME_KEPT;
use segel_wire::signed::{self, Bundle, DeviceKeys, Order, Prekey};

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

/// A device with a signed prekey, and one-time prekeys where it was stocked with them.
#[derive(Clone)]
pub(crate) struct Party {
    pub(crate) secrets: DeviceSecrets,
    pub(crate) prekeys: Prekeys,
    pub(crate) keys: DeviceKeys,
    pub(crate) id: DeviceId,
    /// Without a one-time prekey; see [`Party::bundle_with`].
    pub(crate) bundle: Bundle,
    /// What the relay was given.
    pub(crate) one_time: Vec<Prekey>,
}

impl Party {
    pub(crate) fn new(random: &mut ChaCha20Rng) -> Self {
        let secrets = DeviceSecrets::make(random);
        let mut prekeys = Prekeys::default();
        assert!(prekeys.rotate(NOW, random));
        Self::of(secrets, prekeys, NOW)
    }

    /// One whose relay holds twenty one-time prekeys.
    pub(crate) fn stocked(random: &mut ChaCha20Rng) -> Self {
        let Self { secrets, mut prekeys, .. } = Self::new(random);
        assert!(prekeys.restock(0, 0, ONE_TIME_KEPT, NOW, random));
        Self::of(secrets, prekeys, NOW)
    }

    /// What a device with these prekeys uploads is what others are handed.
    pub(crate) fn of(secrets: DeviceSecrets, prekeys: Prekeys, now: u64) -> Self {
        let keys = secrets.derive_keys();
        let id = keys.derive_id(&SITE);
        let upload = upload(&secrets, &prekeys);
        let bundle = cbor::encode(&Bundle { keys, signed: upload.signed, one_time: None });
        let bundle = Bundle::verify(&bundle, &SITE, &id, now).unwrap();
        Self { keys, id, secrets, prekeys, bundle, one_time: upload.one_time.unwrap_or_default() }
    }

    /// The bundle with the one-time prekey of this place.
    pub(crate) fn bundle_with(&self, place: usize) -> Bundle {
        let bundle = Bundle { one_time: Some(self.one_time[place].clone()), ..self.bundle.clone() };
        Bundle::verify(&cbor::encode(&bundle), &SITE, &self.id, NOW).unwrap()
    }

    pub(crate) fn initiate(&self, bundle: &Bundle, random: &mut ChaCha20Rng) -> Session {
        initiate(&self.secrets, bundle, ROSTER, &CONTEXT, NOW, random).unwrap()
    }

    pub(crate) fn respond(&self, init: &Init, sender: &DeviceId) -> Result<Response, HandshakeError> {
        respond(&self.secrets, &self.prekeys, init, sender, &CONTEXT, NOW)
    }

    /// Responds to a first wrap, opens it, compares the content key and uses up what it used.
    pub(crate) fn hear(&mut self, first: &Sealed) -> Session {
        let response = self.respond(&first.init().unwrap(), &first.place.sender).unwrap();
        let wrap = Wrap::parse(&first.wrap).unwrap();
        let (session, key, used) = response.open(&wrap, &first.place.context(), NOW).unwrap();
        assert_eq!(cbor::encode(&key), cbor::encode(&first.key));
        self.prekeys.use_up(used);
        session
    }
}

/// What a device uploads now, verified.
pub(crate) fn upload(secrets: &DeviceSecrets, prekeys: &Prekeys) -> signed::Prekeys {
    let bytes = prekeys.derive_upload(secrets, &SITE).unwrap();
    signed::Prekeys::verify(&bytes, &SITE, &secrets.derive_keys().derive_id(&SITE)).unwrap()
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
        self.open_at(session, NOW)
    }

    pub(crate) fn open_at(&self, session: &mut Session, now: u64) -> Result<ContentKey, WrapError> {
        session.open(&Wrap::parse(&self.wrap)?, &self.place.context(), now)
    }

    /// Opens a first wrap through what its init leads to.
    pub(crate) fn open_by(&self, response: Response) -> Result<Session, WrapError> {
        let (session, key, _) = response.open(&Wrap::parse(&self.wrap)?, &self.place.context(), NOW)?;
        assert_eq!(cbor::encode(&key), cbor::encode(&self.key));
        Ok(session)
    }

    /// Opens, and compares the content key.
    pub(crate) fn assert_opens(&self, session: &mut Session) {
        assert_eq!(cbor::encode(&self.open(session).unwrap()), cbor::encode(&self.key));
    }

    /// Is refused for this reason and leaves no trace.
    pub(crate) fn assert_refused(&self, session: &mut Session, reason: WrapError) {
        let before = state(session);
        assert_eq!(self.open(session).map(drop), Err(reason));
        assert!(state(session) == before, "a wrap that did not open changed the session");
    }

    pub(crate) fn init(&self) -> Option<Init> {
        Wrap::parse(&self.wrap).unwrap().init
    }

    /// The same with other bytes.
    pub(crate) fn with(&self, wrap: Vec<u8>) -> Self {
        Self { place: self.place, wrap, key: self.key.clone() }
    }
}

/// A visitor, an agent, and a session that the visitor started and nobody has heard of yet.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) visitor: Party,
    pub(crate) agent: Party,
    pub(crate) session: Session,
    pub(crate) random: ChaCha20Rng,
    /// When the next wrap is sealed, Unix seconds.
    pub(crate) now: u64,
    events: u128,
}

impl Pair {
    pub(crate) fn new() -> Self {
        Self::seeded(1)
    }

    pub(crate) fn seeded(seed: u64) -> Self {
        let mut random = seeded(seed);
        let (visitor, agent) = (Party::new(&mut random), Party::new(&mut random));
        let session = visitor.initiate(&agent.bundle, &mut random);
        Self { visitor, agent, session, random, now: NOW, events: 0 }
    }

    /// Both ends of a session in which each side has heard the other once.
    pub(crate) fn established() -> (Self, Session) {
        let mut pair = Self::new();
        let first = pair.say();
        let mut theirs = pair.agent.hear(&first);
        pair.answer(&mut theirs).assert_opens(&mut pair.session);
        (pair, theirs)
    }

    /// The visitor seals the next event to the agent.
    pub(crate) fn say(&mut self) -> Sealed {
        let (place, key) = self.place(self.visitor.id, self.agent.id);
        let wrap = self.session.seal(&key, &place.context(), self.now, &mut self.random).unwrap();
        Sealed { place, wrap, key }
    }

    /// The agent seals the next event to the visitor.
    pub(crate) fn answer(&mut self, session: &mut Session) -> Sealed {
        let (place, key) = self.place(self.agent.id, self.visitor.id);
        let wrap = session.seal(&key, &place.context(), self.now, &mut self.random).unwrap();
        Sealed { place, wrap, key }
    }

    /// The visitor is heard and the agent is heard: both ratchets turn.
    pub(crate) fn round(&mut self, theirs: &mut Session) {
        self.say().assert_opens(theirs);
        self.answer(theirs).assert_opens(&mut self.session);
    }

    /// The next event's place, and the key of its content.
    pub(crate) fn place(&mut self, sender: DeviceId, recipient: DeviceId) -> (Place, ContentKey) {
        self.events += 1;
        let (conversation, event) = (CONVERSATION, EventId(self.events.to_be_bytes()));
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
    Message {
        sequence: 1,
        time: NOW * 1_000,
        desk: DESK,
        previous: ContentHash::NONE,
        seen: Seen::start(&CONVERSATION),
        act: None,
        body: Body::Text(text.to_owned()),
        quotes: None,
    }
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

/// The session that is found in the store after a restart.
pub(crate) fn restarted(session: &Session) -> Session {
    cbor::decode(&state(session)).unwrap()
}

/// Every copy of `bytes` with one bit flipped, with the bit's place.
pub(crate) fn flips(bytes: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> + '_ {
    (0..bytes.len() * 8).map(|bit| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        (bit, flipped)
    })
}
