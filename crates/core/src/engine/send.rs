//! From a person's text to a stored event: keep, find recipients, seal, keep again, send.

use rand_core::CryptoRng;
use segel_crypto::content::{self, ContentContext, ContentHash};
use segel_crypto::handshake::{self, Context};
use segel_crypto::session::WrapContext;
use segel_wire::api::{BundlesRequest, OpenConversation};
use segel_wire::ids::{ConversationId, DeskId, DeviceId, EventId};
use segel_wire::signed::{Bundle, BundleError};
use segel_wire::{ClientFrame, Code, Envelope, Problem, Wrapped, cbor, limits};

use super::{Engine, Part, passes};
use crate::account::{Account, VisitorConfig};
use crate::conversation::{Message, Stage};
use crate::io::{Answer, Output, Request};
use crate::link;
use crate::outgoing::Outgoing;
use crate::peers::Peer;
use crate::records::Name;
use crate::show::{Author, Body, Gate, Refusal};
use crate::sorted::SortedSet;

/// A listed device without a bundle is asked for again after this, in milliseconds.
const ASK_AGAIN: u64 = 3_000;
/// And after a bundle that was refused.
const TRY_AGAIN: u64 = 10_000;

impl Engine {
    pub(super) fn submit(
        &mut self,
        conversation: Option<ConversationId>,
        text: Outgoing,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        if let Part::Visitor { page } = &self.part
            && self.account.is_none()
        {
            let config = VisitorConfig {
                site: self.site,
                root: self.root,
                relay: self.relay.clone(),
                page: page.clone(),
            };
            let account = Account::make_visitor(&config, random);
            self.ledger.put(Name::Account, &account);
            self.account = Some(account);
            if let Some(record) = self.membership.to_record() {
                self.ledger.put(Name::Membership, &record);
            }
        }
        let id = conversation.or_else(|| self.conversations.first().copied());
        let id = id.unwrap_or_else(|| ConversationId(make_id(random)));
        let event = EventId(make_id(random));
        let conversation = self.conversations.or_default(id);
        let text = text.into_string();
        let fits = text.chars().count() <= limits::MESSAGE_CHARS;
        let message = Message {
            position: None,
            author: Author::Own,
            body: Body::Text(text),
            time: conversation.next_time(now),
            stage: if fits { Stage::Waiting } else { Stage::Failed(Refusal::TooLarge) },
            content: None,
        };
        self.ledger.put(Name::Conversation(id), &conversation.facts);
        self.ledger.put(Name::Message(id, event), &message);
        conversation.messages.insert(event, message);
        if fits {
            conversation.outbox.push(event);
        }
        self.shown.dirty.insert((id, event), ());
    }

    pub(super) fn retry(&mut self, id: ConversationId, event: EventId, now: u64) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        let time = conversation.next_time(now);
        let Some(message) = conversation.messages.get_mut(&event) else { return };
        if matches!(message.stage, Stage::Failed(_)) {
            message.stage = Stage::Waiting;
            message.time = time;
            self.ledger.put(Name::Message(id, event), message);
            conversation.outbox.push(event);
            self.shown.dirty.insert((id, event), ());
        }
    }

    /// Moves the first message of each outbox on: one at a time keeps their order.
    pub(super) fn pump_outbox(&mut self, now: u64, random: &mut impl CryptoRng) {
        if self.link.stage != link::Stage::Online
            || !self.sending.is_due(now)
            || self.gate(now) == Gate::Refused(Refusal::PageRefused)
        {
            return;
        }
        let waiting: Vec<_> =
            self.conversations.iter().filter_map(|(id, kept)| Some((*id, *kept.outbox.first()?))).collect();
        for (id, event) in waiting {
            if self.link.under_way.contains(&id) {
                continue;
            }
            let stage = self
                .conversations
                .get(&id)
                .and_then(|kept| kept.messages.get(&event))
                .map(|message| &message.stage);
            match stage {
                Some(Stage::Sealed(envelope)) => {
                    let envelope = envelope.clone();
                    self.send(id, event, envelope);
                }
                Some(Stage::Waiting) if self.may_seal(now) => {
                    self.prepare(id, event, now, random);
                }
                _ => {}
            }
        }
    }

    /// Whether the roster allows it now; trouble with bundles is looked at again from time to time.
    fn may_seal(&self, now: u64) -> bool {
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
        match self.part {
            Part::Visitor { .. } => true,
            Part::Agent => {
                conversation.facts.visitor.is_some_and(|visitor| self.peers.reaches((visitor, Some(id))))
            }
        }
    }

    pub(super) fn bundles_wake(&self, now: u64) -> u64 {
        let again = self.unreachable.values().copied().min().unwrap_or(u64::MAX);
        if self.bundle_trouble.is_some() || self.bundles.at() > now { self.bundles.at() } else { again }
    }

    /// Opens the conversation, finds sessions, seals and sends: whichever is next.
    fn prepare(&mut self, id: ConversationId, event: EventId, now: u64, random: &mut impl CryptoRng) {
        let Some(facts) = self.conversations.get(&id).map(|conversation| conversation.facts.clone()) else {
            return;
        };
        let Some(desk) = self.desk(facts.desk) else { return };
        if self.part != Part::Agent && !facts.opened {
            if facts.desk != Some(desk)
                && let Some(conversation) = self.conversations.get_mut(&id)
            {
                // A lost answer must not lead to the same question about another desk.
                conversation.facts.desk = Some(desk);
                self.ledger.put(Name::Conversation(id), &conversation.facts);
            }
            let request = Request::OpenConversation(id, OpenConversation { desk });
            if !self.is_asking(|asked| *asked == request) {
                self.ask(request);
            }
            return;
        }
        if !self.is_answerable(id) {
            return;
        }
        let members = self.members(id, desk, facts.visitor, now);
        self.unreachable.retain(|until| *until > now);
        let missing: Vec<_> =
            members.iter().filter(|peer| !self.peers.reaches(**peer)).map(|peer| peer.0).collect();
        let unasked = missing.iter().any(|device| !self.unreachable.contains(device));
        if unasked || self.bundle_trouble.is_some() {
            let scope = Some(id).filter(|_| self.part != Part::Agent);
            let request = Request::Bundles(BundlesRequest { devices: missing }, scope);
            if !self.is_asking(|asked| matches!(asked, Request::Bundles(..))) && self.bundles.is_due(now) {
                self.ask(request);
            }
            return;
        }
        let reachable: Vec<_> = members.into_iter().filter(|peer| self.peers.reaches(*peer)).collect();
        if !reachable.is_empty() {
            self.seal(id, event, desk, &reachable, random);
        }
    }

    /// The desk that a conversation is with: the one it was begun with, else the site's first.
    fn desk(&self, begun_with: Option<DeskId>) -> Option<DeskId> {
        let desks = &self.membership.roster()?.roster().desks;
        let kept = desks.iter().find(|desk| Some(desk.id) == begun_with);
        kept.or(desks.first()).map(|desk| desk.id)
    }

    /// Everyone the message is for, sorted; the scope tells which session.
    fn members(&self, id: ConversationId, desk: DeskId, visitor: Option<DeviceId>, now: u64) -> Vec<Peer> {
        let own = self.account.as_ref().map(Account::device);
        let scope = if self.part == Part::Agent { None } else { Some(id) };
        let inbox = self.membership.inbox(Some(desk), now).into_iter().filter(|device| Some(*device) != own);
        let visitor = visitor.filter(|_| self.part == Part::Agent).map(|visitor| (visitor, Some(id)));
        let members: SortedSet<Peer> =
            inbox.map(|device| (device, scope)).chain(visitor).map(|peer| (peer, ())).collect();
        members.keys().copied().collect()
    }

    fn seal(
        &mut self,
        id: ConversationId,
        event: EventId,
        desk: DeskId,
        members: &[Peer],
        random: &mut impl CryptoRng,
    ) {
        let (Some(account), Some(roster)) = (&self.account, self.membership.name()) else { return };
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        let Some(message) = conversation.messages.get_mut(&event) else { return };
        let Body::Text(text) = &message.body else { return };
        let sequence = conversation.facts.sequence + 1;
        let sender = account.device();
        let recipients: Vec<_> = members.iter().map(|peer| peer.0).collect();
        let plain = content::Message { sequence, time: message.time, desk, text: text.clone() };
        let context =
            ContentContext { conversation: &id, event: &event, sender: &sender, recipients: &recipients };
        let (sealed, key) = content::seal(&plain, roster, &context, random);
        let hash = ContentHash::derive(&sealed);
        let mut wraps = Vec::with_capacity(members.len());
        for peer in members {
            let Some(mut session) = self.peers.sending(*peer) else { return };
            let context = WrapContext {
                conversation: &id,
                event: &event,
                sender: &sender,
                recipient: &peer.0,
                content: &hash,
            };
            let Ok(wrap) = session.seal(&key, &context, random) else { return };
            self.peers.keep(*peer, session, &mut self.ledger);
            wraps.push(Wrapped { device: peer.0, wrap: wrap.into() });
        }
        let envelope = Envelope { content: sealed.into(), wraps };
        message.content = Some(hash);
        message.stage = if envelope.check().is_ok() {
            Stage::Sealed(envelope.clone())
        } else {
            conversation.outbox.retain(|other| *other != event);
            Stage::Failed(Refusal::TooLarge)
        };
        let is_sealed = matches!(message.stage, Stage::Sealed(_));
        self.ledger.put(Name::Message(id, event), message);
        conversation.facts.sequence = sequence;
        conversation.facts.desk = Some(desk);
        self.ledger.put(Name::Conversation(id), &conversation.facts);
        self.shown.dirty.insert((id, event), ());
        if is_sealed {
            self.send(id, event, envelope);
        }
    }

    /// Sends once everything that the message depends on is kept.
    fn send(&mut self, conversation: ConversationId, event: EventId, envelope: Envelope) {
        self.link.under_way.insert(conversation, event);
        self.ledger.after_store(Output::Send(ClientFrame::Send { conversation, event, envelope }));
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
            }
            _ => self.sending.failed(now, random),
        }
    }

    pub(super) fn bundles_answered(
        &mut self,
        (asked, scope): (&[DeviceId], Option<ConversationId>),
        answer: Answer,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let bundles = match answer {
            Answer::Bundles(answer) => answer.bundles,
            Answer::Problem(problem) if !passes(problem.code) => {
                return self.session_problem(&problem, now, random);
            }
            _ => return self.bundles.failed(now, random),
        };
        self.bundle_trouble = None;
        self.bundles.succeeded(now, 0);
        self.unreachable.extend(asked.iter().map(|device| (*device, now + ASK_AGAIN)));
        for bundle in bundles {
            match self.start_session((asked, scope), &bundle.0, now, random) {
                Ok(Some(device)) => {
                    self.unreachable.remove(&device);
                }
                Ok(None) => {}
                Err(refusal) => {
                    self.bundle_trouble = Some(refusal);
                    self.bundles.succeeded(now, TRY_AGAIN);
                }
            }
        }
    }

    /// Starts a session with a device whose bundle holds; `None` if the bundle has merely expired.
    fn start_session(
        &mut self,
        (asked, scope): (&[DeviceId], Option<ConversationId>),
        bytes: &[u8],
        now: u64,
        random: &mut impl CryptoRng,
    ) -> Result<Option<DeviceId>, Refusal> {
        let device = cbor::decode::<Bundle>(bytes).map_err(|_| Refusal::BundleRefused)?.device;
        let time = self.membership.time(now);
        let (Some(account), Some(name), Some(roster)) =
            (&self.account, self.membership.name(), self.membership.roster())
        else {
            return Ok(None);
        };
        let (_, listed) =
            roster.device(&device, time).filter(|_| asked.contains(&device)).ok_or(Refusal::BundleRefused)?;
        let keys = listed.keys;
        let bundle = match Bundle::verify(bytes, &self.site, &keys, time) {
            Ok(bundle) => bundle,
            Err(BundleError::Expired) => return Ok(None),
            Err(_) => return Err(Refusal::BundleRefused),
        };
        let context = Context { root: &self.root, site: &self.site, scope };
        let session = handshake::initiate(&account.secrets, &keys, &bundle, name, &context, random)
            .map_err(|_| Refusal::WeakKey)?;
        self.peers.keep((device, scope), session, &mut self.ledger);
        Ok(Some(device))
    }

    /// A request that needed the session was refused.
    fn session_problem(&mut self, problem: &Problem, now: u64, random: &mut impl CryptoRng) {
        match problem.code {
            Code::Unauthenticated => self.link.token = None,
            Code::OriginRefused => self.show_refused(Refusal::OriginRefused),
            Code::NotAMember => self.show_refused(Refusal::NotAMember),
            _ => self.show_refused(Refusal::RelayRefused),
        }
        self.reconnect(now, random);
    }

    pub(super) fn reconnect(&mut self, now: u64, random: &mut impl CryptoRng) {
        self.outputs.push_back(Output::Disconnect);
        self.disconnected(now, random);
    }
}

fn make_id(random: &mut impl CryptoRng) -> [u8; 16] {
    let mut id = [0; 16];
    random.fill_bytes(&mut id);
    id
}
