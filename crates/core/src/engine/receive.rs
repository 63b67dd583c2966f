//! From a frame to the timeline: repetition, order, sender, roster, wrap, content.
//! PROTOCOL.md, section 5.6.

use rand_core::CryptoRng;
use segel_crypto::content::{self, ContentContext, ContentHash, Header};
use segel_crypto::handshake::{self, Context};
use segel_crypto::session::{Session, Wrap, WrapContext, WrapError};
use segel_wire::ids::{ConversationId, EventId};
use segel_wire::{Code, Delivered, Problem, ServerFrame};

use super::{Engine, Part, passes};
use crate::conversation::{Message, Stage};
use crate::io::Request;
use crate::link;
use crate::membership::Named;
use crate::peers::Peer;
use crate::records::Name;
use crate::show::{Author, Body, Refusal};

/// What came of asking for a roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reached {
    /// The newest that the relay serves is known: nothing newer is to be had.
    Newest,
    /// One more of the past is known.
    Link,
    /// It was refused.
    Nothing,
}

/// Events that may wait for a roster before the connection is taken up anew.
const HELD: usize = 256;

impl Engine {
    pub(super) fn frame(&mut self, frame: ServerFrame, now: u64, random: &mut impl CryptoRng) {
        if !self.link.is_up() {
            return;
        }
        self.link.heard(now);
        match frame {
            ServerFrame::Welcome { .. } => {
                self.link.stage = link::Stage::CatchingUp;
                self.refresh_roster(now);
            }
            ServerFrame::Event(delivered) => self.receive(delivered, now, random),
            ServerFrame::Head { cursor } => {
                self.link.stage = link::Stage::Online;
                self.link.backoff.succeeded(now, 0);
                if self.held.is_empty() {
                    self.move_cursor(Some(cursor));
                }
            }
            ServerFrame::Stored { conversation, event, position, .. } => {
                self.sending.succeeded(now, 0);
                self.confirm(conversation, event, position);
            }
            ServerFrame::Roster { .. } => self.refresh_roster(now),
            ServerFrame::Error { event: Some(event), problem } => {
                self.send_refused(event, &problem, now, random);
            }
            ServerFrame::Error { event: None, .. } => self.reconnect(now, random),
            ServerFrame::Bye { problem } => {
                match problem.code {
                    Code::Unauthenticated => self.link.token = None,
                    Code::CursorRefused => self.move_cursor(None),
                    Code::OriginRefused => self.show_refused(Refusal::OriginRefused),
                    _ => {}
                }
                self.reconnect(now, random);
            }
            ServerFrame::Pong => {}
        }
    }

    /// A roster came, or was refused: takes up what waited for it.
    pub(super) fn release_held(&mut self, reached: Reached, now: u64) {
        while let Some(delivered) = self.held.pop_front() {
            let named = self.relate(&delivered);
            let hopeless = match reached {
                Reached::Newest => named == Named::Newer,
                Reached::Link => false,
                Reached::Nothing => matches!(named, Named::Newer | Named::Older(_)),
            };
            if hopeless {
                self.give_up_on(&delivered);
                self.keep_closed(&delivered, Refusal::RosterForked);
                self.move_cursor(Some(delivered.cursor));
                continue;
            }
            match named {
                Named::Known | Named::Forked => self.open(delivered, now),
                Named::Newer => {
                    self.held.push_front(delivered);
                    return self.refresh_roster(now);
                }
                Named::Older(version) => {
                    self.held.push_front(delivered);
                    return self.ask(Request::RosterVersion(version));
                }
            }
        }
    }

    pub(super) fn seen(&mut self, id: ConversationId) {
        if let Some(conversation) = self.conversations.get_mut(&id)
            && conversation.facts.unread > 0
        {
            conversation.facts.unread = 0;
            self.ledger.put(Name::Conversation(id), &conversation.facts);
            self.shown.lists.insert(id, ());
        }
    }

    fn receive(&mut self, delivered: Delivered, now: u64, random: &mut impl CryptoRng) {
        if self.part != Part::Agent && !self.conversations.contains(&delivered.conversation) {
            // A visitor's conversations are those that it began; another one is the relay's doing.
            self.show_refused(Refusal::MessageAltered);
            return self.move_cursor(Some(delivered.cursor));
        }
        let waits = matches!(self.relate(&delivered), Named::Newer | Named::Older(_));
        if self.held.is_empty() && !waits {
            return self.open(delivered, now);
        }
        if self.held.len() == HELD {
            // The cursor stands before the first of them: everything comes again.
            return self.reconnect(now, random);
        }
        self.held.push_back(delivered);
        if waits {
            self.refresh_roster(now);
        }
    }

    fn relate(&self, delivered: &Delivered) -> Named {
        let Ok(header) = Header::parse(&delivered.content.0) else { return Named::Known };
        let named = self.membership.relate(header.order, header.roster);
        let sought = self.roster_check.sought_in_vain.is_some_and(|order| header.order <= order);
        if named == Named::Newer && sought { Named::Forked } else { named }
    }

    /// The newest roster is known and this event names a newer one: nobody is asked for it again.
    fn give_up_on(&mut self, delivered: &Delivered) {
        if let Ok(header) = Header::parse(&delivered.content.0) {
            self.roster_check.sought_in_vain = self.roster_check.sought_in_vain.max(Some(header.order));
        }
    }

    fn open(&mut self, delivered: Delivered, now: u64) {
        let (id, event) = (delivered.conversation, delivered.event);
        let hash = ContentHash::derive(&delivered.content.0);
        let known = self.conversations.get(&id).and_then(|conversation| conversation.messages.get(&event));
        let head = self.conversations.get(&id).map_or(0, |conversation| conversation.facts.head);
        let is_same = known.is_some_and(|message| {
            message.content == Some(hash)
                && message.position.is_none_or(|position| position == delivered.position)
        });
        let has_opened = known.is_some_and(|message| matches!(message.body, Body::Text(_)));
        if is_same && has_opened {
            self.confirm(id, event, delivered.position);
            self.raise_head(id, delivered.position);
        } else if has_opened || (delivered.position <= head && !is_same) {
            self.show_refused(Refusal::MessageReplayed);
        } else {
            // What did not open before may have been altered on its way: the genuine message still counts.
            let is_known = known.is_some();
            match self.unseal(&delivered, hash, now) {
                Ok((author, body, time)) => self.keep(&delivered, author, body, time, hash),
                Err(refusal) if !is_known => self.keep_closed(&delivered, refusal),
                Err(_) => {}
            }
        }
        self.move_cursor(Some(delivered.cursor));
    }

    /// Opens wrap and content. Sessions move on only if both hold.
    fn unseal(
        &mut self,
        delivered: &Delivered,
        hash: ContentHash,
        now: u64,
    ) -> Result<(Author, Body, u64), Refusal> {
        let own = self.account.as_ref().map(crate::account::Account::device);
        if own == Some(delivered.sender) {
            return Ok((Author::Own, Body::BeforeEnrolment, delivered.time));
        }
        if self.relate(delivered) == Named::Forked {
            return Err(Refusal::RosterForked);
        }
        let (author, peer) = self.vouch(delivered, now)?;
        let (Some(bytes), Some(recipient)) = (&delivered.wrap, own) else {
            return Ok((author, Body::BeforeEnrolment, delivered.time));
        };
        let wrap = Wrap::parse(&bytes.0).map_err(|_| Refusal::MessageAltered)?;
        let mut session = self.session(peer, &wrap, delivered)?;
        let (conversation, event, sender) = (&delivered.conversation, &delivered.event, &delivered.sender);
        let context = WrapContext { conversation, event, sender, recipient: &recipient, content: &hash };
        let key = session.open(&wrap, &context).map_err(|error| match error {
            WrapError::Used => Refusal::MessageReplayed,
            _ => Refusal::MessageAltered,
        })?;
        let context = ContentContext { conversation, event, sender, recipients: &delivered.recipients };
        let message =
            content::open(&delivered.content.0, &key, &context).map_err(|_| Refusal::MessageAltered)?;
        let facts = &mut self.conversations.or_default(delivered.conversation).facts;
        let heard = facts.heard.or_default(delivered.sender);
        if message.sequence <= *heard {
            return Err(Refusal::MessageReplayed);
        }
        *heard = message.sequence;
        if author == Author::Visitor {
            facts.visitor = Some(delivered.sender);
            facts.desk.get_or_insert(message.desk);
        }
        self.peers.keep(peer, session, &mut self.ledger);
        Ok((author, Body::Text(message.text), message.time))
    }

    /// Who the sender is by the roster, or that it is the conversation's visitor.
    fn vouch(&self, delivered: &Delivered, now: u64) -> Result<(Author, Peer), Refusal> {
        let listed = self
            .membership
            .roster()
            .and_then(|roster| roster.device(&delivered.sender, self.membership.time(now)));
        let scope = Some(delivered.conversation);
        match (&self.part, listed) {
            (Part::Visitor { .. }, Some((agent, _))) => {
                Ok((Author::Agent(agent.name.clone()), (delivered.sender, scope)))
            }
            (Part::Agent, Some((agent, _))) => {
                Ok((Author::Agent(agent.name.clone()), (delivered.sender, None)))
            }
            (Part::Visitor { .. }, None) => Err(Refusal::UnknownSender),
            (Part::Agent, None) => {
                let visitor =
                    self.conversations.get(&delivered.conversation).and_then(|kept| kept.facts.visitor);
                match visitor {
                    Some(visitor) if visitor != delivered.sender => Err(Refusal::UnknownSender),
                    _ => Ok((Author::Visitor, (delivered.sender, scope))),
                }
            }
        }
    }

    /// The session that the wrap names, or the one that its init starts.
    fn session(&self, peer: Peer, wrap: &Wrap<'_>, delivered: &Delivered) -> Result<Session, Refusal> {
        if let Some(session) = self.peers.named(peer, wrap.alias) {
            return Ok(session);
        }
        let (Some(init), Some(account)) = (&wrap.init, &self.account) else {
            return Err(Refusal::MessageAltered);
        };
        let context = Context { root: &self.root, site: &self.site, scope: peer.1 };
        handshake::respond(&account.secrets, &account.prekeys, init, &delivered.sender, &context).map_err(
            |error| match error {
                handshake::HandshakeError::WeakKey(_) => Refusal::WeakKey,
                _ => Refusal::MessageAltered,
            },
        )
    }

    fn keep_closed(&mut self, delivered: &Delivered, refusal: Refusal) {
        let author = match (&self.part, refusal) {
            (_, Refusal::UnknownSender) => Author::Unknown,
            (Part::Visitor { .. }, _) => Author::Agent(String::new()),
            (Part::Agent, _) => Author::Visitor,
        };
        let hash = ContentHash::derive(&delivered.content.0);
        self.keep(delivered, author, Body::Closed(refusal), delivered.time, hash);
    }

    fn keep(&mut self, delivered: &Delivered, author: Author, body: Body, time: u64, hash: ContentHash) {
        let (id, event, position) = (delivered.conversation, delivered.event, Some(delivered.position));
        let is_text = matches!(body, Body::Text(_));
        let message = Message { position, author, body, time, stage: Stage::Received, content: Some(hash) };
        let conversation = self.conversations.or_default(id);
        if is_text {
            // Only what opened proves that the relay has come this far.
            conversation.facts.head = conversation.facts.head.max(delivered.position);
            conversation.facts.unread += 1;
        }
        self.ledger.put(Name::Message(id, event), &message);
        self.ledger.put(Name::Conversation(id), &conversation.facts);
        conversation.messages.insert(event, message);
        self.shown.dirty.insert((id, event), ());
    }

    /// The relay has stored an own event.
    fn confirm(&mut self, id: ConversationId, event: EventId, position: u64) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        if self.link.under_way.get(&id) == Some(&event) {
            self.link.under_way.remove(&id);
        }
        let Some(message) = conversation.messages.get_mut(&event) else { return };
        if !matches!(message.stage, Stage::Sent | Stage::Received) {
            conversation.outbox.retain(|other| *other != event);
            message.stage = Stage::Sent;
            message.position = Some(position);
            self.ledger.put(Name::Message(id, event), message);
            self.shown.dirty.insert((id, event), ());
        }
    }

    /// The relay refused an own event: for good, or for now.
    fn send_refused(&mut self, event: EventId, problem: &Problem, now: u64, random: &mut impl CryptoRng) {
        let under_way = self.link.under_way.iter().find(|(_, other)| **other == event);
        let Some(id) = under_way.map(|(id, _)| *id) else { return };
        let refusal = match problem.code {
            Code::TooLarge => Refusal::TooLarge,
            Code::NotAMember => Refusal::NotAMember,
            Code::OriginRefused => Refusal::OriginRefused,
            Code::Unauthenticated => return self.reconnect(now, random),
            code if passes(code) => {
                self.link.under_way.remove(&id);
                return self.sending.failed(now, random);
            }
            _ => Refusal::RelayRefused,
        };
        self.link.under_way.remove(&id);
        self.fail(id, event, refusal);
    }

    /// A message comes no further; the person can try it again.
    pub(super) fn fail(&mut self, id: ConversationId, event: EventId, refusal: Refusal) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        conversation.outbox.retain(|other| *other != event);
        if let Some(message) = conversation.messages.get_mut(&event) {
            message.stage = Stage::Failed(refusal);
            self.ledger.put(Name::Message(id, event), message);
            self.shown.dirty.insert((id, event), ());
        }
    }

    /// The highest position delivered; an answer to a send does not count, since earlier events of
    /// others may still be on their way.
    fn raise_head(&mut self, id: ConversationId, position: u64) {
        if let Some(conversation) = self.conversations.get_mut(&id)
            && position > conversation.facts.head
        {
            conversation.facts.head = position;
            self.ledger.put(Name::Conversation(id), &conversation.facts);
        }
    }

    pub(super) fn move_cursor(&mut self, cursor: Option<String>) {
        self.ledger.put(Name::Cursor, &cursor);
        self.link.cursor = cursor;
    }
}
