//! Stale state: a new handshake, a request for what did not open, and grants in answer.
//! PROTOCOL.md, sections 5.8 and 5.10.

use rand_core::CryptoRng;
use segel_crypto::content::{self, ContentContext};
use segel_crypto::grant::Grant;
use segel_wire::ids::{ConversationId, DeviceId, EventId};
use segel_wire::limits;

use super::{Engine, Part, make_id};
use crate::conversation::{Control, Stage, Unopened};
use crate::peers::Peer;
use crate::records::Name;
use crate::show::{Author, Body, Refusal};

impl Engine {
    /// Whether a device resyncs with this peer now; if so, the request is begun once the event is kept.
    pub(super) fn begin_resync(&mut self, id: ConversationId, peer: Peer, now: u64) {
        let time = self.membership.time(now);
        if self.peers.begin_resync(peer, time, &mut self.ledger) {
            self.resyncs.push((id, peer));
        }
    }

    /// Makes the requests that are due: each names every closed event of the peer in the conversation.
    pub(super) fn pump_resyncs(&mut self, now: u64, random: &mut impl CryptoRng) {
        for (id, peer) in core::mem::take(&mut self.resyncs) {
            let Some(conversation) = self.conversations.get(&id) else { continue };
            let closed = conversation.messages.iter().filter(|(_, message)| {
                message.unopened.as_ref().is_some_and(|unopened| unopened.sender == peer.0)
            });
            let events: Vec<_> = closed.map(|(event, _)| *event).take(limits::REQUESTED_EVENTS).collect();
            self.queue_control(id, peer, content::Body::Request(events), true, now, random);
        }
    }

    /// Seals the first control of a conversation that can be, and sends it.
    pub(super) fn prepare_control(&mut self, id: ConversationId, now: u64, random: &mut impl CryptoRng) {
        let Some(conversation) = self.conversations.get(&id) else { return };
        let first = conversation.controls.iter().min_by_key(|(_, control)| control.time);
        let Some((&event, control)) = first else { return };
        let (peer, body, time) = (control.peer(), control.body.clone(), control.time);
        if control.wants_handshake {
            if !self.unreachable.contains(&peer.0) {
                self.ask_for_bundles(&[peer], now);
            }
            return;
        }
        let Some(desk) = self.desk(conversation.facts.desk) else { return };
        let sealed = self.seal((id, event), (desk, &[peer]), (body, time), now, random);
        let (Some(sealed), Some(conversation)) = (sealed, self.conversations.get_mut(&id)) else { return };
        let Some(control) = conversation.controls.get_mut(&event) else { return };
        control.stage = Stage::Sealed(sealed.envelope.clone());
        conversation.facts.count(sealed.content);
        self.ledger.put(Name::Control(id, event), control);
        self.ledger.put(Name::Conversation(id), &conversation.facts);
        self.send(id, event, sealed.envelope);
    }

    /// A device that is to be written to asks for events that it could not open.
    pub(super) fn requested(
        &mut self,
        id: ConversationId,
        peer: Peer,
        events: &[EventId],
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let Some(conversation) = self.conversations.get(&id) else { return };
        let Some(desk) = self.desk(conversation.facts.desk) else { return };
        if !self.members(id, desk, conversation.facts.visitor, now).contains(&peer) {
            return;
        }
        let time = now / 1_000;
        let answered = |event: EventId| {
            let at = self.answered.get(&(event, peer.0));
            at.is_some_and(|at| time.abs_diff(*at) < limits::RESYNC_SECONDS)
        };
        let events = events.iter().take(limits::REQUESTED_EVENTS).filter(|event| !answered(**event));
        let grants: Vec<_> = events.filter_map(|event| self.grant(id, *event, peer.0)).collect();
        if grants.is_empty() {
            return;
        }
        self.answered.extend(grants.iter().map(|grant| ((grant.event, peer.0), time)));
        self.queue_control(id, peer, content::Body::Grants(grants), false, now, random);
    }

    /// Content keys came: opens what is closed here. Only the sender's own word makes a message as genuine as
    /// a wrap would have.
    pub(super) fn granted(&mut self, id: ConversationId, giver: DeviceId, grants: &[Grant], now: u64) {
        for grant in grants {
            if grant.sender != giver {
                continue;
            }
            let Some(conversation) = self.conversations.get_mut(&id) else { return };
            let Some(message) = conversation.messages.get_mut(&grant.event) else { continue };
            let Some(Unopened { sender, recipients, content }) = &message.unopened else { continue };
            let bound_to = ContentContext { conversation: &id, event: &grant.event, sender, recipients };
            let Ok(plain) = grant.open(&content.0, &bound_to) else {
                self.show_refused(Refusal::MessageAltered);
                continue;
            };
            let content::Body::Text(text) = plain.body else { continue };
            message.body = Body::Text(text);
            message.time = plain.time;
            message.key = Some(grant.key.clone());
            message.unopened = None;
            if message.author == Author::Visitor {
                conversation.facts.visitor.get_or_insert(giver);
                conversation.facts.desk.get_or_insert(plain.desk);
            }
            conversation.facts.unread += 1;
            self.ledger.put(Name::Message(id, grant.event), message);
            self.ledger.put(Name::Conversation(id), &conversation.facts);
            self.shown.dirty.insert((id, grant.event), ());
        }
        let time = now / 1_000;
        self.answered.retain(|at| time.abs_diff(*at) < limits::RESYNC_SECONDS);
    }

    /// The content key of an own message that was sealed to this device among others.
    fn grant(&self, id: ConversationId, event: EventId, device: DeviceId) -> Option<Grant> {
        let message = self.conversations.get(&id)?.messages.get(&event)?;
        let is_for = message.author == Author::Own && message.recipients.as_ref()?.contains(&device);
        let (position, sender) = (message.position?, self.account.as_ref()?.device());
        is_for.then_some(Grant {
            event,
            position,
            sender,
            content: message.content?,
            key: message.key.clone()?,
        })
    }

    fn queue_control(
        &mut self,
        id: ConversationId,
        (device, scope): Peer,
        body: content::Body,
        wants_handshake: bool,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let event = EventId(make_id(random));
        let conversation = self.conversations.or_default(id);
        let control = Control { device, scope, body, time: now, stage: Stage::Waiting, wants_handshake };
        self.ledger.put(Name::Control(id, event), &control);
        conversation.controls.insert(event, control);
    }

    /// A visitor's own scope is its conversation; between agents there is none.
    pub(super) fn scope_of(&self, id: ConversationId, is_listed: bool) -> Option<ConversationId> {
        let between_agents = self.part == Part::Agent && is_listed;
        (!between_agents).then_some(id)
    }
}
