//! A device of this implementation, with what a client keeps of sessions and prekeys.

use rand_chacha::ChaCha20Rng;
use segel_crypto::content::{self, Body, ContentHash};
use segel_crypto::device::DeviceSecrets;
use segel_crypto::handshake::{Context, HandshakeError, initiate, respond};
use segel_crypto::prekeys::{Prekeys, Used};
use segel_crypto::session::{Session, Wrap, WrapError};
use segel_wire::cbor;
use segel_wire::ids::{ConversationId, DeviceId, EventId, RootKey, RosterHash, SiteId};
use segel_wire::limits::SESSIONS;
use segel_wire::signed::{self, Bundle, Order, Prekey};
use serde_json::{Value, json};

use crate::exchange::Delivered;
use crate::json::message;
use crate::mail::Chance;

pub(crate) const SITE: SiteId = SiteId([0x51; 16]);
pub(crate) const ROOT: RootKey = RootKey([0x40; 32]);
pub(crate) const CONVERSATION: ConversationId = ConversationId([0xc0; 16]);
pub(crate) const VIEW: (Order, RosterHash) = (Order { generation: 1, version: 7 }, RosterHash([0x70; 32]));
const CONTEXT: Context<'_> = Context { root: &ROOT, site: &SITE, scope: Some(CONVERSATION) };
/// One-time prekeys that the relay is kept stocked with.
const STOCK: usize = 6;

pub(crate) struct Local {
    secrets: DeviceSecrets,
    pub(crate) id: DeviceId,
    prekeys: Prekeys,
    /// With the one peer, the most recently active first.
    sessions: Vec<Session>,
    /// What the relay keeps.
    signed: Option<Prekey>,
    one_time: Vec<Prekey>,
    highest: u32,
    chance: Chance,
}

/// What is said, as both implementations read it.
pub(crate) fn said(sequence: u64, text: &str) -> Value {
    crate::inputs::message(sequence, &json!({ "kind": 0, "value": text }))
}

impl Local {
    pub(crate) fn new(mut chance: Chance) -> Self {
        let secrets = DeviceSecrets::make(chance.source());
        let id = secrets.derive_keys().derive_id(&SITE);
        let (prekeys, sessions, one_time) = (Prekeys::default(), Vec::new(), Vec::new());
        Self { secrets, id, prekeys, sessions, signed: None, one_time, highest: 0, chance }
    }

    /// Writes its state down and begins anew with it.
    pub(crate) fn restart(&mut self) {
        self.secrets = cbor::read(&cbor::encode(&self.secrets)).unwrap();
        self.prekeys = cbor::read(&cbor::encode(&self.prekeys)).unwrap();
        self.sessions = cbor::read(&cbor::encode(&self.sessions)).unwrap();
    }

    /// Makes the prekeys that are due, which the relay then keeps.
    pub(crate) fn upload(&mut self, now: u64) {
        self.prekeys.rotate(now, self.chance.source());
        self.one_time.retain(|prekey| now < prekey.not_after);
        let kept = u32::try_from(self.one_time.len()).unwrap();
        self.prekeys.restock(kept, self.highest, STOCK, now, self.chance.source());
        let upload = self.prekeys.derive_upload(&self.secrets, &SITE).unwrap();
        let upload = signed::Prekeys::verify(&upload, &SITE, &self.id).unwrap();
        self.one_time
            .extend(upload.one_time.unwrap_or_default().into_iter().filter(|new| new.id > self.highest));
        let ids = self.one_time.iter().chain([&upload.signed]).map(|prekey| prekey.id);
        self.highest = ids.max().unwrap().max(self.highest);
        self.signed = Some(upload.signed);
    }

    /// What the relay hands out.
    pub(crate) fn bundle(&mut self, with_one_time: bool) -> Vec<u8> {
        let one_time = (with_one_time && !self.one_time.is_empty()).then(|| self.one_time.remove(0));
        let signed = self.signed.clone().unwrap();
        cbor::encode(&Bundle { keys: self.secrets.derive_keys(), signed, one_time })
    }

    pub(crate) fn initiate(&mut self, bundle: &[u8], peer: &DeviceId, now: u64) {
        let bundle = Bundle::verify(bundle, &SITE, peer, now).unwrap();
        let random: &mut ChaCha20Rng = self.chance.source();
        self.sessions.insert(0, initiate(&self.secrets, &bundle, VIEW, &CONTEXT, now, random).unwrap());
        self.sessions.truncate(SESSIONS);
    }

    pub(crate) fn wants_handshake(&self, now: u64) -> bool {
        self.sessions.first().is_none_or(|active| active.is_worn(now))
    }

    /// Names the chain that it seals in: by what it answers.
    pub(crate) fn sending_chain(&self) -> ([u8; 32], Option<[u8; 32]>) {
        chain(&self.sessions[0])
    }

    pub(crate) fn seal(
        &mut self,
        event: EventId,
        message_json: &Value,
        peer: DeviceId,
        now: u64,
    ) -> Delivered {
        let mut sealed = Delivered {
            conversation: CONVERSATION,
            event,
            sender: self.id,
            recipient: [peer],
            content: Vec::new(),
            wrap: Vec::new(),
        };
        let random = self.chance.source();
        let (content, key) = content::seal(&message(message_json), VIEW, &sealed.content_context(), random);
        let hash = ContentHash::derive(&content);
        let wrap = self.sessions[0].seal(&key, &sealed.wrap_context(&hash), now, random).unwrap();
        (sealed.content, sealed.wrap) = (content, wrap);
        sealed
    }

    /// The text and the chain that it came in, or the code of the refusal. Nothing is kept unless the content opens.
    #[expect(clippy::type_complexity, reason = "a name for it would say no more")]
    pub(crate) fn open(
        &mut self,
        event: &Delivered,
        now: u64,
    ) -> Result<(String, ([u8; 32], Option<[u8; 32]>)), &'static str> {
        let wrap = Wrap::parse(&event.wrap).map_err(wrap_code)?;
        let hash = ContentHash::derive(&event.content);
        let context = event.wrap_context(&hash);
        let known = self.sessions.iter().position(|session| session.alias() == wrap.alias);
        let (session, key, used) = if let Some(place) = known {
            let mut session = self.sessions[place].clone();
            let key = session.open(&wrap, &context, now).map_err(wrap_code)?;
            (session, key, None)
        } else {
            let init = wrap.init.as_ref().ok_or("not-authentic")?;
            let response = respond(&self.secrets, &self.prekeys, init, &event.sender, &CONTEXT, now);
            let response = response.map_err(handshake_code)?;
            let (session, key, used) = response.open(&wrap, &context, now).map_err(wrap_code)?;
            (session, key, Some(used))
        };
        let opened = content::open(&event.content, &key, &event.content_context());
        let opened = opened.map_err(|_| "message-altered")?;
        let came_in = chain(&session);
        self.keep(known, session, used);
        let Body::Text(text) = opened.body else { unreachable!("only texts are said here") };
        Ok((text, came_in))
    }

    fn keep(&mut self, known: Option<usize>, session: Session, used: Option<Used>) {
        if let Some(used) = used {
            self.prekeys.use_up(used);
        }
        match known {
            Some(place) if self.sessions[place].received() == session.received() => {
                self.sessions[place] = session;
            }
            Some(place) => {
                self.sessions.remove(place);
                self.sessions.insert(0, session);
            }
            None => self.sessions.insert(0, session),
        }
        self.sessions.truncate(SESSIONS);
    }
}

/// A session and how far the peer's chains went in it.
fn chain(session: &Session) -> ([u8; 32], Option<[u8; 32]>) {
    (session.transcript().0, session.received().0.map(|key| key.0))
}

fn wrap_code(error: WrapError) -> &'static str {
    match error {
        WrapError::Malformed => "malformed",
        WrapError::UnknownSuite => "unknown-suite",
        WrapError::Stale => "stale",
        WrapError::TooFarAhead => "too-far-ahead",
        WrapError::KemRefused => "kem-refused",
        WrapError::WeakKey => "weak-key",
        WrapError::NotAuthentic => "not-authentic",
    }
}

fn handshake_code(error: HandshakeError) -> &'static str {
    match error {
        HandshakeError::WrongSender => "not-authentic",
        HandshakeError::UnknownPrekey => "unknown-prekey",
        HandshakeError::Seen => "seen",
        HandshakeError::WeakKey(_) | HandshakeError::BadKemKey(_) => "weak-key",
    }
}
