//! Devices in the hands of a test, with real keys and sessions: members who seal whatever they like.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use segel_crypto::act::ActHash;
use segel_crypto::content::{self, Body, ContentContext, ContentHash, ContentKey};
use segel_crypto::device::DeviceSecrets;
use segel_crypto::handshake::{self, Context};
use segel_crypto::log::Seen;
use segel_crypto::prekeys::Prekeys;
use segel_crypto::session::{Session, Wrap, WrapContext};
use segel_wire::ids::{ConversationId, DeskId, DeviceId, EventId, RootKey, RosterHash, SiteId};
use segel_wire::signed::{self, Bundle, DeviceKeys, Order};
use segel_wire::{Delivered, Envelope, cbor};

use crate::bench::{BenchSite, NOW};

/// A device whose secrets the test holds.
pub(crate) struct Member {
    site: SiteId,
    root: RootKey,
    pub(crate) secrets: DeviceSecrets,
    prekeys: Prekeys,
    random: ChaCha20Rng,
    pub(crate) session: Option<Session>,
    sequence: u64,
    last: ContentHash,
}

/// What a member seals. Only what a test is about differs from what an honest one says.
pub(crate) struct Letter {
    pub(crate) body: Body,
    /// Who gets a wrap besides the engine; nobody can open theirs.
    pub(crate) others: Vec<DeviceId>,
    /// Whether the engine gets one.
    pub(crate) to_engine: bool,
    /// Unix seconds.
    pub(crate) time: u64,
    pub(crate) roster: (Order, RosterHash),
    pub(crate) act: Option<ActHash>,
    pub(crate) seen: Option<Seen>,
    pub(crate) event: Option<EventId>,
    pub(crate) quotes: Option<EventId>,
}

impl Member {
    pub(crate) fn new(site: &BenchSite, seed: u64) -> Self {
        let mut random = ChaCha20Rng::seed_from_u64(seed);
        let (secrets, mut prekeys) = (DeviceSecrets::make(&mut random), Prekeys::default());
        prekeys.rotate(NOW, &mut random);
        let (site, root) = (site.id, site.root.derive_public());
        Self { site, root, secrets, prekeys, random, session: None, sequence: 0, last: ContentHash::NONE }
    }

    pub(crate) fn keys(&self) -> DeviceKeys {
        self.secrets.derive_keys()
    }

    pub(crate) fn id(&self) -> DeviceId {
        self.keys().derive_id(&self.site)
    }

    /// What the relay hands out to those who ask for this device.
    pub(crate) fn bundle(&self) -> Vec<u8> {
        bundle_of(&self.prekeys.derive_upload(&self.secrets, &self.site).unwrap())
    }

    /// Opens what the engine sealed to it.
    pub(crate) fn opens(
        &mut self,
        conversation: ConversationId,
        (event, sender): (EventId, DeviceId),
        envelope: &Envelope,
        scope: Option<ConversationId>,
    ) -> content::Message {
        let (own, content) = (self.id(), ContentHash::derive(&envelope.content.0));
        let wrapped =
            envelope.wraps.iter().find(|wrapped| wrapped.device == own).expect("it is sealed to it");
        let wrap = Wrap::parse(&wrapped.wrap.0).unwrap();
        let place = WrapContext {
            conversation: &conversation,
            event: &event,
            sender: &sender,
            recipient: &own,
            content: &content,
        };
        let known = self.session.as_mut().filter(|session| session.alias() == wrap.alias);
        let key = if let Some(session) = known {
            session.open(&wrap, &place, NOW).unwrap()
        } else {
            let within = Context { root: &self.root, site: &self.site, scope };
            let init = wrap.init.as_ref().unwrap();
            let response =
                handshake::respond(&self.secrets, &self.prekeys, init, &sender, &within, NOW).unwrap();
            let (session, key, used) = response.open(&wrap, &place, NOW).unwrap();
            self.prekeys.use_up(used);
            self.session = Some(session);
            key
        };
        let recipients: Vec<_> = envelope.wraps.iter().map(|wrapped| wrapped.device).collect();
        let bound_to = ContentContext {
            conversation: &conversation,
            event: &event,
            sender: &sender,
            recipients: &recipients,
        };
        content::open(&envelope.content.0, &key, &bound_to).unwrap()
    }

    /// Begins a session with the engine by the prekeys that it uploaded.
    pub(crate) fn begin(
        &mut self,
        uploaded: &[u8],
        scope: Option<ConversationId>,
        roster: (Order, RosterHash),
    ) {
        let bundle = bundle_of(uploaded);
        let keys = cbor::decode::<Bundle>(&bundle).unwrap().keys;
        let bundle = Bundle::verify(&bundle, &self.site, &keys.derive_id(&self.site), NOW).unwrap();
        let context = Context { root: &self.root, site: &self.site, scope };
        let session =
            handshake::initiate(&self.secrets, &bundle, roster, &context, NOW, &mut self.random).unwrap();
        self.session = Some(session);
    }

    /// Seals a letter in a conversation; the key opens its content.
    pub(crate) fn seal(
        &mut self,
        (conversation, event, position): (ConversationId, EventId, u64),
        engine: DeviceId,
        letter: Letter,
    ) -> (Delivered, ContentKey) {
        let sender = self.id();
        let mut recipients = letter.others;
        recipients.extend(letter.to_engine.then_some(engine));
        recipients.sort_unstable();
        self.sequence += 1;
        let plain = content::Message {
            sequence: self.sequence,
            time: letter.time * 1_000,
            desk: DeskId([1; 16]),
            previous: self.last,
            seen: letter.seen.unwrap_or_else(|| Seen::start(&conversation)),
            act: letter.act,
            body: letter.body,
            quotes: letter.quotes,
        };
        let bound_to = ContentContext {
            conversation: &conversation,
            event: &event,
            sender: &sender,
            recipients: &recipients,
        };
        let (content, key) = content::seal(&plain, letter.roster, &bound_to, &mut self.random);
        let hash = ContentHash::derive(&content);
        self.last = hash;
        let place = WrapContext {
            conversation: &conversation,
            event: &event,
            sender: &sender,
            recipient: &engine,
            content: &hash,
        };
        let wrap = letter.to_engine.then(|| {
            let session = self.session.as_mut().expect("a session with the engine");
            session.seal(&key, &place, NOW, &mut self.random).unwrap().into()
        });
        let delivered = Delivered {
            conversation,
            position,
            event,
            sender,
            time: NOW * 1_000,
            content: content.into(),
            recipients,
            wrap,
            hash: None,
            cursor: format!("e.{}", 100 + position),
        };
        (delivered, key)
    }
}

/// The bundle that the relay makes of uploaded prekeys, without one-time ones.
fn bundle_of(uploaded: &[u8]) -> Vec<u8> {
    let signed::Prekeys { keys, signed, .. } = cbor::decode(uploaded).unwrap();
    cbor::encode(&Bundle { keys, signed, one_time: None })
}
