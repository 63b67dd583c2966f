//! From a person's text to a stored event: keep, find recipients, seal, keep again, send.

use rand_core::CryptoRng;
use segel_crypto::act::Seat;
use segel_crypto::content::{self, ContentContext, ContentHash, ContentKey};
use segel_crypto::session::WrapContext;
use segel_wire::api::OpenConversation;
use segel_wire::ids::{ConversationId, DeskId, DeviceId, EventId};
use segel_wire::{ClientFrame, Code, Envelope, Problem, Wrapped, limits};

use super::acts::Turn;
use super::introduction::Introduction;
use super::{Engine, Part, make_id, passes};
use crate::account::Account;
use crate::conversation::{Message, Stage};
use crate::io::{Answer, Output, Request};
use crate::link;
use crate::outgoing::Outgoing;
use crate::peers::Peer;
use crate::records::Name;
use crate::show::{Body, Gate, Refusal};
use crate::sorted::SortedSet;

/// A content with its wraps, its hash and its key.
pub(super) struct Sealed {
    pub(super) envelope: Envelope,
    pub(super) content: ContentHash,
    pub(super) key: ContentKey,
}

impl Engine {
    pub(super) fn submit(
        &mut self,
        conversation: Option<ConversationId>,
        event: Option<EventId>,
        (text, quotes): (Outgoing, Option<EventId>),
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let event = event.unwrap_or_else(|| EventId(make_id(random)));
        let taken = self.place_of(event).or_else(|| self.taken_out_of(event));
        // A visitor has nobody to tell what the agents are not to read.
        if taken.is_some() || (self.part != Part::Agent && text.is_for_agents()) {
            return;
        }
        self.make_account(random);
        let id = self.conversation_for(conversation, random);
        self.precede(id, event, now, random);
        let conversation = self.conversations.or_default(id);
        let body = text.into_body();
        let fits = match &body {
            Body::Text(text) | Body::Note(text) => text.chars().count() <= limits::MESSAGE_CHARS,
            _ => true,
        };
        let stage = if fits { Stage::Waiting } else { Stage::Failed(Refusal::TooLarge) };
        // Only what stands in the same conversation can be looked up by who reads it.
        let quotes = quotes.filter(|event| conversation.messages.contains(event));
        let message = Message { quotes, ..Message::own(body, conversation.next_time(now), stage) };
        self.ledger.put(Name::Conversation(id), &conversation.facts);
        self.ledger.put(Name::Message(id, event), &message);
        conversation.messages.insert(event, message);
        if fits {
            conversation.outbox.push(event);
        }
        self.shown.dirty.insert((id, event), ());
        if !self.unreachable.is_empty() {
            self.seek_at_once(id, now);
        }
    }

    /// A visitor's keys are made with what is sent first.
    pub(super) fn make_account(&mut self, random: &mut impl CryptoRng) {
        if self.part != Part::Agent && self.account.is_none() {
            let account = Account::make_visitor(self.site, self.root, self.relay.clone(), random);
            self.ledger.put(Name::Account, &account);
            self.account = Some(account);
            if let Some(record) = self.membership.to_record() {
                self.ledger.put(Name::Membership, &record);
            }
        }
    }

    /// The conversation in which this message stands, if any does.
    pub(super) fn place_of(&self, event: EventId) -> Option<ConversationId> {
        let mut all = self.conversations.iter();
        all.find(|(_, conversation)| conversation.messages.contains(&event)).map(|(id, _)| *id)
    }

    /// The conversation that is named, a visitor's open one, or a new one.
    pub(super) fn conversation_for(
        &self,
        named: Option<ConversationId>,
        random: &mut impl CryptoRng,
    ) -> ConversationId {
        // What a visitor's tab names may have ended, or be gone with the tab that led, where nothing could be kept.
        let is_open = |id: &ConversationId| self.conversations.get(id).is_some_and(|kept| !kept.is_over());
        let known = named.filter(|id| self.part == Part::Agent || is_open(id));
        let known = known.or_else(|| self.open_conversation());
        known.unwrap_or_else(|| ConversationId(make_id(random)))
    }

    pub(super) fn retry(&mut self, id: ConversationId, event: EventId, now: u64) {
        let event = self.tried_again(id, event);
        self.describe_again(id, now);
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        let time = conversation.next_time(now);
        let Some(message) = conversation.messages.get_mut(&event) else { return };
        if !matches!(message.stage, Stage::Failed(_)) {
            return;
        }
        if message.said().is_some() {
            message.stage = Stage::Waiting;
            message.time = time;
            message.content = None;
            conversation.outbox.push(event);
        } else if self.attachments.retry(event) {
            message.stage = Stage::Uploading;
        }
        self.ledger.put(Name::Message(id, event), message);
        self.shown.dirty.insert((id, event), ());
    }

    /// Moves the first content of each conversation on: one at a time keeps their order.
    pub(super) fn pump_outbox(&mut self, now: u64, random: &mut impl CryptoRng) {
        if self.link.stage != link::Stage::Online
            || !self.sending.is_due(now)
            // What would be sealed could not be kept, and so not be sent.
            || self.storing.is_failing()
            || self.gate(now) == Gate::Refused(Refusal::PageRefused)
        {
            return;
        }
        let idle = self.conversations.iter().filter(|(id, kept)| {
            let has_some = !kept.outbox.is_empty() || !kept.controls.is_empty() || !kept.again.is_empty();
            has_some && !kept.is_gone && !self.link.under_way.contains(id)
        });
        let idle: Vec<_> = idle.map(|(id, _)| *id).collect();
        for id in idle {
            if self.link.has_room() {
                self.pump_conversation(id, now, random);
            }
        }
    }

    /// What was sealed is sent before anything else is sealed; a message goes before a control that waits.
    fn pump_conversation(&mut self, id: ConversationId, now: u64, random: &mut impl CryptoRng) {
        if self.send_again(id) {
            return;
        }
        let Some(conversation) = self.conversations.get(&id) else { return };
        let sealed = conversation.controls.iter().find_map(|(event, control)| match &control.stage {
            Stage::Sealed(envelope) => Some((*event, envelope.clone())),
            _ => None,
        });
        let message = conversation.outbox.first().copied();
        let stage = message.and_then(|event| conversation.messages.get(&event)).map(|message| &message.stage);
        match (sealed, stage, message) {
            (Some((event, envelope)), ..) => self.send_sealed(id, event, envelope),
            (None, Some(Stage::Sealed(envelope)), Some(event)) => {
                let envelope = envelope.clone();
                self.send_sealed(id, event, envelope);
            }
            (None, Some(Stage::Waiting), Some(event)) if self.may_seal(now) => {
                self.prepare(id, event, now, random);
            }
            _ => {}
        }
        let has_controls = self.conversations.get(&id).is_some_and(|kept| !kept.controls.is_empty());
        if has_controls && !self.link.under_way.contains(&id) && self.may_seal(now) {
            self.prepare_control(id, now, random);
        }
    }

    /// Whether the roster allows it now; trouble with bundles is looked at again from time to time.
    pub(super) fn may_seal(&self, now: u64) -> bool {
        let open = match self.gate(now) {
            Gate::Open => true,
            Gate::Refused(refusal) => self.bundle_trouble == Some(refusal) && self.bundles.is_due(now),
            _ => false,
        };
        open && self.roster_check.fresh
    }

    /// Whether this device could seal to the conversation's visitor, or to the desk.
    pub(super) fn is_answerable(&self, id: ConversationId) -> bool {
        let Some(conversation) = self.conversations.get(&id) else { return false };
        let is_known = self.visitor_of(id).is_some() && !conversation.facts.disputed;
        // What is written into an erased one fails.
        self.part != Part::Agent || is_known || conversation.facts.erased.is_some()
    }

    /// Opens the conversation, finds sessions, seals and sends: whichever is next.
    fn prepare(&mut self, id: ConversationId, event: EventId, now: u64, random: &mut impl CryptoRng) {
        let Some(facts) = self.conversations.get(&id).map(|conversation| conversation.facts.clone()) else {
            return;
        };
        let Some(desk) = self.desk(facts.desk) else { return };
        if !self.is_opened(id) || !self.is_answerable(id) {
            return;
        }
        if self.lets_go_of_withdrawal(id, event) {
            return;
        }
        if let Err(refusal) = self.mask_again(id, event) {
            return self.fail(id, event, refusal);
        }
        match self.turn(id, event, now) {
            Turn::Now => {}
            Turn::Later => return,
            Turn::AfterClaim => {
                let claim = self.claim_before(id, event, random);
                return self.prepare(id, claim, now, random);
            }
            Turn::Never(_) if self.is_moot(id, event) => return self.take_out(id, event),
            Turn::Never(refusal) => return self.fail(id, event, refusal),
        }
        if !self.is_still_of_its_moment(id, event, now) {
            self.introduction = Introduction::Wanted;
            return self.take_out(id, event);
        }
        let Some((body, members)) = self.compose((id, event), desk, now) else {
            return self.give_up_act(id, event, now);
        };
        if self.seeks_sessions(&members, now) {
            return;
        }
        let time = self.membership.time(now);
        let is_for_agents = body.is_for_agents();
        // Whoever reads along later is given its key.
        let is_alone = is_for_agents && members.is_empty();
        let reached: Vec<_> = members.into_iter().filter(|peer| self.peers.reaches(*peer, time)).collect();
        // An answer that the visitor cannot open is none.
        let reaches_visitor = is_for_agents
            || self.visitor_of(id).is_none_or(|visitor| reached.iter().any(|peer| peer.0 == visitor));
        if (!reached.is_empty() || is_alone) && reaches_visitor {
            self.seal_message((id, event), (desk, &reached), body, now, random);
        } else {
            self.reaches_nobody((id, event), desk, now);
        }
    }

    /// Whether the relay has the conversation; a visitor's is opened there if not.
    pub(super) fn is_opened(&mut self, id: ConversationId) -> bool {
        let Some(facts) = self.conversations.get(&id).map(|conversation| &conversation.facts) else {
            return false;
        };
        if self.part == Part::Agent || facts.opened {
            return true;
        }
        let (named, Some(desk)) = (facts.desk, self.desk(facts.desk)) else { return false };
        if named != Some(desk)
            && let Some(conversation) = self.conversations.get_mut(&id)
        {
            // A lost answer must not lead to the same question about another desk.
            conversation.facts.desk = Some(desk);
            self.ledger.put(Name::Conversation(id), &conversation.facts);
        }
        let is_it = |asked: &Request| matches!(asked, Request::OpenConversation(asked, _) if *asked == id);
        if !self.is_asking(is_it) {
            self.ask(Request::OpenConversation(id, OpenConversation { desk }));
        }
        false
    }

    /// The desk that a conversation is with: the one it was begun with, else the site's first.
    pub(super) fn desk(&self, begun_with: Option<DeskId>) -> Option<DeskId> {
        Seat::find(self.membership.roster()?, begun_with).map(|seat| seat.desk().id)
    }

    /// Everyone a message is for now, sorted; the scope tells which session.
    pub(super) fn members(&self, id: ConversationId, now: u64) -> Vec<Peer> {
        self.peers_of(id, self.readers(id, now))
    }

    /// These devices and the visitor's, but for this one.
    fn peers_of(&self, id: ConversationId, devices: Vec<DeviceId>) -> Vec<Peer> {
        let own = self.account.as_ref().map(Account::device);
        let scope = self.scope_of(id, true);
        let visitor = self.visitor_of(id).filter(|_| self.part == Part::Agent);
        let devices = devices.into_iter().filter(|device| Some(*device) != own);
        let peers = devices.map(|device| (device, scope)).chain(visitor.map(|visitor| (visitor, Some(id))));
        let peers: SortedSet<Peer> = peers.map(|peer| (peer, ())).collect();
        peers.keys().copied().collect()
    }

    /// What an own message says, and whom it is for; `None` for an act that is not allowed any more.
    pub(super) fn compose(
        &self,
        (id, event): (ConversationId, EventId),
        desk: DeskId,
        now: u64,
    ) -> Option<(content::Body, Vec<Peer>)> {
        let message = self.conversations.get(&id)?.messages.get(&event)?;
        if let Some(act) = &message.act {
            let (signed, devices) = self.sign_act(id, act.deed, desk, now)?;
            return Some((content::Body::Act(signed), self.peers_of(id, devices)));
        }
        let members = match message.withdraws {
            Some(withdraws) => self.peers_of(id, self.hearers(id, withdraws.event, now)),
            None if matches!(message.body, Body::Ended | Body::Erased) => {
                self.peers_of(id, self.hearers(id, event, now))
            }
            None if message.is_for_agents() => self.agents(id, now),
            None => self.members(id, now),
        };
        Some((message.said()?, members))
    }

    fn seal_message(
        &mut self,
        (id, event): (ConversationId, EventId),
        (desk, members): (DeskId, &[Peer]),
        body: content::Body,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let message = self.conversations.get(&id).and_then(|conversation| conversation.messages.get(&event));
        let Some(written) = message.map(|message| message.time) else { return };
        // An act is of the moment in which it is signed, a token of that in which it leaves: both are judged by it.
        let (signed, time) = match &body {
            content::Body::Act(signed) => (Some(signed.clone()), self.membership.time(now) * 1_000),
            content::Body::Token(_) => (None, self.membership.time(now) * 1_000),
            _ => (None, written),
        };
        // Nothing else says how far its writer has read.
        let says_read = matches!(body, content::Body::Text(_) | content::Body::Attachment(_));
        let Some(sealed) = self.seal((id, event), (desk, members), (body, time), now, random) else {
            return;
        };
        let (sender, name) = (self.account.as_ref().map(Account::device), self.membership.name());
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        let Some(message) = conversation.messages.get_mut(&event) else { return };
        conversation.away = None;
        message.sender = sender;
        message.time = time;
        message.epoch = conversation.facts.assignment.epoch;
        if let Some(act) = &mut message.act {
            act.epoch = message.epoch + 1;
            act.signed = signed;
            act.order = name.map(|(order, _)| order);
        }
        message.content = Some(sealed.content);
        message.key = Some(sealed.key);
        message.recipients = Some(members.iter().map(|peer| peer.0).collect());
        let fits = sealed.envelope.check().is_ok();
        if fits {
            conversation.facts.count(sealed.content);
            let seen = conversation.facts.chronicle.seen(&id).position;
            if says_read {
                conversation.facts.reads.say(seen);
            }
            message.stage = Stage::Sealed(sealed.envelope.clone());
        } else {
            conversation.outbox.retain(|other| *other != event);
            message.stage = Stage::Failed(Refusal::TooLarge);
        }
        self.ledger.put(Name::Message(id, event), message);
        self.ledger.put(Name::Conversation(id), &conversation.facts);
        self.shown.dirty.insert((id, event), ());
        if fits {
            self.send(id, event, sealed.envelope);
        }
    }

    /// Seals a content once and its key for each member. Sessions move; the rest is the caller's to keep.
    pub(super) fn seal(
        &mut self,
        (id, event): (ConversationId, EventId),
        (desk, members): (DeskId, &[Peer]),
        (body, written): (content::Body, u64),
        now: u64,
        random: &mut impl CryptoRng,
    ) -> Option<Sealed> {
        let (account, roster) = (self.account.as_ref()?, self.membership.name()?);
        let facts = &self.conversations.get(&id)?.facts;
        let (sender, time) = (account.device(), self.membership.time(now));
        let recipients: Vec<_> = members.iter().map(|peer| peer.0).collect();
        let plain = content::Message {
            sequence: facts.sequence + 1,
            time: written,
            // The newest roster may lack the desk that it was begun with, and a later one have that again.
            desk: facts.desk.unwrap_or(desk),
            previous: facts.last.unwrap_or(ContentHash::NONE),
            seen: facts.chronicle.seen(&id),
            act: (facts.assignment.epoch > 0).then_some(facts.assignment.hash),
            quotes: self.conversations.get(&id)?.messages.get(&event).and_then(|message| message.quotes),
            body,
        };
        let bound_to =
            ContentContext { conversation: &id, event: &event, sender: &sender, recipients: &recipients };
        let (sealed, key) = content::seal(&plain, roster, &bound_to, random);
        let content = ContentHash::derive(&sealed);
        let mut wraps = Vec::with_capacity(members.len());
        for peer in members {
            let mut session = self.peers.active(*peer)?.clone();
            let place = WrapContext {
                conversation: &id,
                event: &event,
                sender: &sender,
                recipient: &peer.0,
                content: &content,
            };
            let wrap = session.seal(&key, &place, time, random).ok()?;
            self.peers.keep(*peer, session, time, &mut self.ledger);
            wraps.push(Wrapped { device: peer.0, wrap: wrap.into() });
        }
        Some(Sealed { envelope: Envelope { content: sealed.into(), wraps }, content, key })
    }

    /// Sends what was sealed before, to a relay that has the conversation.
    pub(super) fn send_sealed(&mut self, id: ConversationId, event: EventId, envelope: Envelope) {
        if self.is_opened(id) {
            self.send(id, event, envelope);
        }
    }

    /// Sends once everything that the message depends on is kept.
    pub(super) fn send(&mut self, conversation: ConversationId, event: EventId, envelope: Envelope) {
        self.link.under_way.insert(conversation, event);
        let withdraws = self.conversations.get(&conversation).and_then(|kept| kept.withdraws_with(event));
        self.ledger.after_store(Output::Send(ClientFrame::Send { conversation, event, envelope, withdraws }));
    }

    /// The relay lacks a conversation: whose it is opens it again before anything else.
    pub(super) fn open_again(&mut self, id: ConversationId) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        if conversation.facts.opened {
            conversation.facts.opened = false;
            self.ledger.put(Name::Conversation(id), &conversation.facts);
        }
    }

    pub(super) fn conversation_answered(
        &mut self,
        id: ConversationId,
        answer: &Answer,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        match answer {
            Answer::Done => {
                if let Some(conversation) = self.conversations.get_mut(&id) {
                    conversation.facts.opened = true;
                    self.ledger.put(Name::Conversation(id), &conversation.facts);
                }
            }
            Answer::Problem(Problem { code, .. }) if passes(*code) => self.sending.failed(now, random),
            Answer::Problem(problem) if problem.code == Code::Unauthenticated => {
                self.session_problem(problem, now, random);
            }
            Answer::Problem(problem) => {
                let refusal = match problem.code {
                    Code::OriginRefused => Refusal::OriginRefused,
                    Code::NotAMember => Refusal::NotAMember,
                    _ => Refusal::RelayRefused,
                };
                let first = self.conversations.get(&id).and_then(|conversation| conversation.outbox.first());
                if let Some(event) = first.copied() {
                    self.fail(id, event, refusal);
                }
                self.fail_uploads(id, refusal);
                // What was sealed before stays, and wants it opened.
                self.sending.failed(now, random);
            }
            _ => self.sending.failed(now, random),
        }
    }
}
