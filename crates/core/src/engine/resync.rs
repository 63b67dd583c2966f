//! Stale state: a new handshake, a request for what did not open, and grants in answer.
//! PROTOCOL.md, sections 5.8 and 5.10.

use rand_core::CryptoRng;
use segel_crypto::content::{self, ContentContext};
use segel_crypto::grant::Grant;
use segel_wire::ids::{ConversationId, DeviceId, EventId};
use segel_wire::limits;

use super::{Engine, Part, make_id};
use crate::conversation::{Control, Stage, Unopened};
use crate::masking;
use crate::peers::Peer;
use crate::records::Name;
use crate::show::{Author, Body, Refusal};
use crate::sorted::SortedSet;

/// How long the genuine event may take to follow one that did not open, in milliseconds.
const PATIENCE: u64 = 60_000;

/// A peer that is to be asked anew.
pub(super) struct Resync {
    id: ConversationId,
    peer: Peer,
    /// Unix milliseconds.
    due: u64,
}

impl Engine {
    /// What a peer sealed did not open here: asks it anew, at once where the wrap is genuine, and otherwise when
    /// the genuine one did not follow for a while.
    pub(super) fn plan_resync(&mut self, id: ConversationId, peer: Peer, is_genuine: bool, now: u64) {
        let due = if is_genuine { now } else { now + PATIENCE };
        match self.resyncs.iter_mut().find(|resync| (resync.id, resync.peer) == (id, peer)) {
            Some(resync) => resync.due = resync.due.min(due),
            None => self.resyncs.push(Resync { id, peer, due }),
        }
    }

    /// After a start: what was closed may still be.
    pub(super) fn restore_resyncs(&mut self) {
        let roster = self.membership.roster();
        for (id, conversation) in self.conversations.iter() {
            let senders: SortedSet<_> = conversation
                .messages
                .values()
                .filter_map(|message| Some((message.unopened.as_ref()?.sender, ())))
                .collect();
            for &sender in senders.keys() {
                let is_listed = roster.is_some_and(|roster| roster.device(&sender, 0).is_some());
                let peer = (sender, self.scope_of(*id, is_listed));
                self.resyncs.push(Resync { id: *id, peer, due: 0 });
            }
        }
    }

    /// Makes the requests that are due: each names every closed event of the peer in the conversation.
    pub(super) fn pump_resyncs(&mut self, now: u64, random: &mut impl CryptoRng) {
        let planned = core::mem::take(&mut self.resyncs).into_iter();
        let (due, later): (Vec<_>, Vec<_>) = planned.partition(|resync| resync.due <= now);
        self.resyncs = later;
        let time = self.membership.time(now);
        for Resync { id, peer, .. } in due {
            if !self.may_reach(peer, time) {
                continue;
            }
            let Some(conversation) = self.conversations.get_mut(&id) else { continue };
            let events: Vec<_> = conversation.unopened(peer.0).take(limits::REQUESTED_EVENTS).collect();
            if events.is_empty() {
                continue;
            }
            if !conversation.facts.begin_resync(peer.0, time) {
                let due = now + limits::RESYNC_SECONDS * 1_000;
                self.resyncs.push(Resync { id, peer, due });
                continue;
            }
            self.ledger.put(Name::Conversation(id), &conversation.facts);
            for event in &events {
                if let Some(message) = conversation.messages.get_mut(event)
                    && let Some(unopened) = &mut message.unopened
                {
                    unopened.asked += 1;
                    self.ledger.put(Name::Message(id, *event), message);
                }
            }
            self.queue_control(id, peer, content::Body::Request(events), true, now, random);
        }
    }

    /// When the next request is due.
    pub(super) fn resync_wake(&self) -> u64 {
        self.resyncs.iter().map(|resync| resync.due).min().unwrap_or(u64::MAX)
    }

    /// Seals the first control of a conversation that can be, and sends it.
    pub(super) fn prepare_control(&mut self, id: ConversationId, now: u64, random: &mut impl CryptoRng) {
        let Some(conversation) = self.conversations.get(&id) else { return };
        let first = conversation.controls.iter().min_by_key(|(_, control)| control.time);
        let Some((&event, control)) = first else { return };
        let (peer, body, time) = (control.peer(), control.body.clone(), control.time);
        let wants_handshake = control.wants_handshake;
        let Some(desk) = self.desk(conversation.facts.desk) else { return };
        let today = self.membership.time(now);
        if !self.may_reach(peer, today) {
            // It was removed meanwhile: nothing more is sealed to it.
            return self.fail(id, event, Refusal::NotAMember);
        }
        if wants_handshake || !self.peers.reaches(peer, today) {
            return self.await_handshake(id, event, now);
        }
        let sealed = self.seal((id, event), (desk, &[peer]), (body, time), now, random);
        let (Some(sealed), Some(conversation)) = (sealed, self.conversations.get_mut(&id)) else { return };
        let Some(control) = conversation.controls.get_mut(&event) else { return };
        control.stage = Stage::Sealed(sealed.envelope.clone());
        conversation.facts.count(sealed.content);
        self.ledger.put(Name::Control(id, event), control);
        self.ledger.put(Name::Conversation(id), &conversation.facts);
        self.send(id, event, sealed.envelope);
    }

    /// Asks for the bundle that a control waits for. Where there is none the control is given up, so that nobody is
    /// asked again and again.
    fn await_handshake(&mut self, id: ConversationId, event: EventId, now: u64) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        let Some(control) = conversation.controls.get_mut(&event) else { return };
        if !control.wants_handshake {
            control.wants_handshake = true;
            self.ledger.put(Name::Control(id, event), control);
        }
        let peer = control.peer();
        self.ask_for_bundles(&[peer], now);
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
    pub(super) fn granted(
        &mut self,
        id: ConversationId,
        (author, giver): (&Author, DeviceId),
        grants: &[Grant],
        now: u64,
    ) {
        for grant in grants {
            if grant.sender != giver {
                continue;
            }
            let Some(conversation) = self.conversations.get_mut(&id) else { return };
            let Some(message) = conversation.messages.get_mut(&grant.event) else { continue };
            let Some(Unopened { sender, recipients, content, .. }) = &message.unopened else { continue };
            let bound_to = ContentContext { conversation: &id, event: &grant.event, sender, recipients };
            let Ok(plain) = grant.open(&content.0, &bound_to) else {
                self.show_refused(Refusal::MessageAltered);
                continue;
            };
            let content::Body::Text(text) = plain.body else { continue };
            message.body = Body::Text(masking::on_arrival(&text));
            message.time = plain.time;
            message.key = Some(grant.key.clone());
            message.unopened = None;
            message.author = author.clone();
            if *author == Author::Visitor {
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
