//! Stale state: a new handshake, a request for what did not open, and grants in answer.
//! PROTOCOL.md, sections 5.8 and 5.10.

use rand_core::CryptoRng;
use segel_crypto::content;
use segel_wire::ids::{ConversationId, DeviceId, EventId};
use segel_wire::limits;

use super::{Engine, Part, make_id};
use crate::conversation::{Control, Message, Stage};
use crate::link::first_after;
use crate::peers::Peer;
use crate::records::Name;
use crate::show::Refusal;
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

impl Resync {
    /// The clock was set back by so many milliseconds.
    pub(super) fn move_back(&mut self, by: u64) {
        self.due = self.due.saturating_sub(by);
    }
}

impl Engine {
    /// What a peer sealed did not open here: asks it anew, at once where the wrap is genuine, and otherwise when
    /// the genuine one did not follow for a while.
    pub(super) fn plan_resync(&mut self, id: ConversationId, peer: Peer, is_genuine: bool, now: u64) {
        self.plan_asking(id, peer, if is_genuine { now } else { now + PATIENCE });
    }

    fn plan_asking(&mut self, id: ConversationId, peer: Peer, due: u64) {
        match self.resyncs.iter_mut().find(|resync| (resync.id, resync.peer) == (id, peer)) {
            Some(resync) => resync.due = resync.due.min(due),
            None => self.resyncs.push(Resync { id, peer, due }),
        }
    }

    /// A roster, or the clock that was set back, changes who is there, who reads along and which rosters are known: what is closed
    /// may open, and what is missed may be asked for.
    pub(super) fn reconsider_closed(&mut self, now: u64) {
        for id in self.conversations.keys().copied().collect::<Vec<_>>() {
            if !self.is_stored(id) {
                self.restore_resyncs(id, now + PATIENCE);
            }
        }
    }

    /// What was closed may still be: its senders are asked when it is `due`, Unix milliseconds.
    // The rest of a visitor's program: within its caller it would not be.
    #[inline(never)]
    pub(super) fn restore_resyncs(&mut self, id: ConversationId, due: u64) {
        let Some(conversation) = self.conversations.get(&id) else { return };
        let asked = conversation.messages.values().filter_map(Message::to_be_asked_of);
        let senders: SortedSet<_> = asked.map(|sender| (sender, ())).collect();
        for &sender in senders.keys() {
            self.plan_asking(id, self.peer_of(id, sender), due);
        }
        if let Some(visitor) = self.asks_for_missed(id) {
            self.plan_asking(id, visitor, due);
        }
    }

    /// Asks nobody anew in this conversation.
    pub(super) fn forget_resyncs(&mut self, id: ConversationId) {
        self.resyncs.retain(|resync| resync.id != id);
    }

    /// Makes the requests that are due.
    pub(super) fn pump_resyncs(&mut self, now: u64, random: &mut impl CryptoRng) {
        if self.resyncs.iter().any(|resync| resync.due <= now) {
            self.ask_anew(now, random);
        }
    }

    /// Each request names every closed event of the peer in the conversation, and to the visitor also what this device misses.
    fn ask_anew(&mut self, now: u64, random: &mut impl CryptoRng) {
        let planned = core::mem::take(&mut self.resyncs).into_iter();
        let (due, later): (Vec<_>, Vec<_>) = planned.partition(|resync| resync.due <= now);
        self.resyncs = later;
        let time = self.membership.time(now);
        for Resync { id, peer, .. } in due {
            if !self.may_reach(peer, time) {
                continue;
            }
            let reads = self.is_of_its_readers(id, now);
            let asks_for_missed = self.asks_for_missed(id).filter(|visitor| reads && *visitor == peer);
            let Some(conversation) = self.conversations.get_mut(&id) else { continue };
            let membership = &self.membership;
            let mut events: Vec<_> = conversation.unopened(peer.0, membership).collect();
            if asks_for_missed.is_some() {
                events.extend(conversation.missed());
            }
            events.truncate(limits::REQUESTED_EVENTS);
            if events.is_empty() {
                continue;
            }
            // What is still closed then is asked for once more: the request may not have opened either.
            let due = now + limits::RESYNC_SECONDS * 1_000;
            self.resyncs.push(Resync { id, peer, due });
            if !conversation.facts.begin_resync(peer.0, time) {
                continue;
            }
            self.ledger.put(Name::Conversation(id), &conversation.facts);
            let mut is_new = false;
            for event in &events {
                if let Some(message) = conversation.messages.get_mut(event) {
                    match &mut message.unopened {
                        Some(unopened) => {
                            is_new |= unopened.asked == 0;
                            unopened.asked += 1;
                        }
                        None => message.asked += 1,
                    }
                    self.ledger.put(Name::Message(id, *event), message);
                }
            }
            // A bundle may have had a key that is used up, again and again. Through a session that the peer was heard
            // by since, the request opens.
            let wants_handshake = is_new || !self.peers.is_heard(peer, time);
            self.queue_control(id, peer, content::Body::Request(events), wants_handshake, now, random);
        }
    }

    /// When the next request is due.
    pub(super) fn resync_wake(&self, now: u64) -> u64 {
        first_after(now, self.resyncs.iter().map(|resync| resync.due))
    }

    /// Seals the first control of a conversation that can be, and sends it.
    // The rest of a visitor's program: within its caller it would not be.
    #[inline(never)]
    pub(super) fn prepare_control(&mut self, id: ConversationId, now: u64, random: &mut impl CryptoRng) {
        let Some(conversation) = self.conversations.get(&id) else { return };
        let ready = conversation.controls.iter().filter(|(_, control)| !self.waits_for_bundle(control, now));
        let first = ready.min_by_key(|(_, control)| control.time);
        let Some((&event, control)) = first.filter(|_| self.is_settled(id)) else { return };
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
        conversation.facts.count_quiet(sealed.content);
        self.ledger.put(Name::Control(id, event), control);
        self.ledger.put(Name::Conversation(id), &conversation.facts);
        self.send(id, event, sealed.envelope);
    }

    /// Asks for the bundle that a control waits for. Where there is none a request is given up, so that nobody is asked again and
    /// again; what is handed on waits, and holds up nothing else.
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

    /// Asks a device for the acts before one of its own events, unless it was asked within the hour.
    pub(super) fn ask_for_acts(
        &mut self,
        id: ConversationId,
        peer: Peer,
        event: EventId,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let time = self.membership.time(now);
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        if conversation.facts.ask_for_acts(peer.0, time) {
            self.ledger.put(Name::Conversation(id), &conversation.facts);
            self.queue_control(id, peer, content::Body::Request(vec![event]), false, now, random);
        }
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
        let reads = self.members(id, now).contains(&peer);
        // Acts, withdrawals and ends are sealed to the whole desk; acts hold by their signature whoever hands them on.
        let is_told = reads || self.membership.inbox(conversation.facts.desk, now).contains(&peer.0);
        let acts = conversation.acts().filter(|_| is_told);
        let time = now / 1_000;
        let named = events.iter().take(limits::REQUESTED_EVENTS).copied();
        // What the desk said is asked for of the visitor by who was not reached then and reads along now.
        let is_visitors = self.part != Part::Agent;
        let goes_there = |event: EventId| {
            let is_for_it = reads || (is_told && conversation.is_for_the_desk(event));
            (reads && is_visitors) || (is_for_it && conversation.sealed_to(event, peer.0))
        };
        let named = named.filter(|event| goes_there(*event));
        let events: SortedSet<_> = named.chain(acts).map(|event| (event, ())).collect();
        let wanted = events.keys().filter(|event| !self.told.was_given(**event, peer.0, time));
        let grants = wanted.filter_map(|event| self.grant(id, *event)).take(limits::GRANTS);
        let grants: Vec<_> = grants.collect();
        if grants.is_empty() {
            return;
        }
        self.told.give(&grants, peer.0, time);
        if let Some(conversation) = self.conversations.get_mut(&id) {
            conversation.hand(&grants, peer.0, time);
            self.ledger.put(Name::Conversation(id), &conversation.facts);
        }
        self.queue_control(id, peer, content::Body::Grants(grants), false, now, random);
    }

    pub(super) fn queue_control(
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

    /// Another device as contents of this conversation are sealed to it.
    // The rest of a visitor's program: within its caller it would not be.
    #[inline(never)]
    pub(super) fn peer_of(&self, id: ConversationId, device: DeviceId) -> Peer {
        let roster = self.membership.roster();
        let is_listed = roster.is_some_and(|roster| roster.device(&device, 0).is_some());
        (device, self.scope_of(id, is_listed))
    }

    /// A visitor's own scope is its conversation; between agents there is none.
    pub(super) fn scope_of(&self, id: ConversationId, is_listed: bool) -> Option<ConversationId> {
        let between_agents = self.part == Part::Agent && is_listed;
        (!between_agents).then_some(id)
    }
}
