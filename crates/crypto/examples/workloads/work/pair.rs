//! A conversation under way between two devices.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use segel_crypto::content::{self, Body, ContentContext, ContentHash, ContentKey};
use segel_crypto::handshake::{initiate, respond};
use segel_crypto::session::{Session, Wrap, WrapContext};
use segel_wire::cbor;
use segel_wire::ids::{DeviceId, EventId};
use segel_wire::signed::Bundle;

use super::{CONTEXT, CONVERSATION, NOW, Party, ROSTER, message};

/// A session begins anew after so many messages in one direction: twice what it takes until it offers a KEM
/// key, and a fifth of what it allows.
const ONE_WAY: u32 = 100;

/// Two devices that have heard each other.
pub(crate) struct Pair {
    visitor: Side,
    agent: Side,
    /// As they were when the first message was answered.
    fresh: [Session; 2],
    /// What alone is wrapped where no message is timed.
    content: (ContentHash, ContentKey),
    said: u32,
    random: ChaCha20Rng,
}

struct Side {
    id: DeviceId,
    session: Session,
}

impl Pair {
    pub(crate) fn make() -> Option<Self> {
        let mut random = ChaCha20Rng::seed_from_u64(2);
        let (visitor, agent) = (Party::make(&mut random)?, Party::make(&mut random)?);
        let bundle: Bundle = cbor::decode(&agent.bundle).ok()?;
        let mut ours = initiate(&visitor.secrets, &bundle, ROSTER, &CONTEXT, NOW, &mut random).ok()?;
        let (event, recipients) = (EventId([0; 16]), [agent.id]);
        let bound_to = bind(&event, &visitor.id, &recipients);
        let (content, key) = content::seal(&message("halo"), ROSTER, &bound_to, &mut random);
        let content = ContentHash::derive(&content);
        let place = place(&event, &visitor.id, &agent.id, &content);
        let first = ours.seal(&key, &place, NOW, &mut random).ok()?;
        let first = Wrap::parse(&first).ok()?;
        let init = first.init.clone()?;
        let response = respond(&agent.secrets, &agent.prekeys, &init, &visitor.id, &CONTEXT, NOW).ok()?;
        let (theirs, _, _) = response.open(&first, &place, NOW).ok()?;
        let fresh = [ours.clone(), theirs.clone()];
        let (visitor, agent) =
            (Side { id: visitor.id, session: ours }, Side { id: agent.id, session: theirs });
        let mut pair = Self { visitor, agent, fresh, content: (content, key), said: 0, random };
        let answer = pair.wrap(false)?;
        pair.unwrap(false, &answer)?;
        pair.fresh = [pair.visitor.session.clone(), pair.agent.session.clone()];
        Some(pair)
    }

    /// Forgets what was said, now and then: for work in one direction.
    pub(crate) fn renew(&mut self) {
        if self.said >= ONE_WAY {
            let [ours, theirs] = self.fresh.clone();
            (self.visitor.session, self.agent.session, self.said) = (ours, theirs, 0);
        }
    }

    /// Seals a text and its key: `u32 length of the content | content | wrap`.
    pub(crate) fn seal(&mut self, visitor_speaks: bool, text: &str) -> Option<Vec<u8>> {
        let event = self.next_event();
        let Self { visitor, agent, random, .. } = self;
        let [from, to] = if visitor_speaks { [visitor, agent] } else { [agent, visitor] };
        let recipients = [to.id];
        let bound_to = bind(&event, &from.id, &recipients);
        let (content, key) = content::seal(&message(text), ROSTER, &bound_to, random);
        let hash = ContentHash::derive(&content);
        let wrap = from.session.seal(&key, &place(&event, &from.id, &to.id, &hash), NOW, random);
        let length = u32::try_from(content.len()).ok()?.to_be_bytes();
        Some([&length[..], &content, &wrap.ok()?].concat())
    }

    /// Opens what `seal` made last.
    pub(crate) fn open(&mut self, visitor_spoke: bool, sealed: &[u8]) -> Option<String> {
        let event = self.event();
        let Self { visitor, agent, .. } = self;
        let [from, to] = if visitor_spoke { [visitor, agent] } else { [agent, visitor] };
        let (length, rest) = sealed.split_first_chunk()?;
        let (content, wrap) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
        let hash = ContentHash::derive(content);
        let wrap = Wrap::parse(wrap).ok()?;
        let key = to.session.open(&wrap, &place(&event, &from.id, &to.id, &hash), NOW).ok()?;
        match content::open(content, &key, &bind(&event, &from.id, &[to.id])).ok()?.body {
            Body::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Wraps a content key: the ratchet alone.
    pub(crate) fn wrap(&mut self, visitor_speaks: bool) -> Option<Vec<u8>> {
        let event = self.next_event();
        let Self { visitor, agent, content: (hash, key), random, .. } = self;
        let [from, to] = if visitor_speaks { [visitor, agent] } else { [agent, visitor] };
        from.session.seal(key, &place(&event, &from.id, &to.id, hash), NOW, random).ok()
    }

    /// Opens what `wrap` made last.
    pub(crate) fn unwrap(&mut self, visitor_spoke: bool, wrap: &[u8]) -> Option<ContentKey> {
        let event = self.event();
        let Self { visitor, agent, content: (hash, _), .. } = self;
        let [from, to] = if visitor_spoke { [visitor, agent] } else { [agent, visitor] };
        to.session.open(&Wrap::parse(wrap).ok()?, &place(&event, &from.id, &to.id, hash), NOW).ok()
    }

    fn next_event(&mut self) -> EventId {
        self.said = self.said.wrapping_add(1);
        self.event()
    }

    fn event(&self) -> EventId {
        let mut event = EventId([0; 16]);
        event.0[..4].copy_from_slice(&self.said.to_be_bytes());
        event
    }
}

fn bind<'a>(event: &'a EventId, sender: &'a DeviceId, recipients: &'a [DeviceId]) -> ContentContext<'a> {
    ContentContext { conversation: &CONVERSATION, event, sender, recipients }
}

fn place<'a>(
    event: &'a EventId,
    sender: &'a DeviceId,
    recipient: &'a DeviceId,
    content: &'a ContentHash,
) -> WrapContext<'a> {
    WrapContext { conversation: &CONVERSATION, event, sender, recipient, content }
}
