//! Contents for all members that nobody sees: keys for signals, and how far the person has read.
//! PROTOCOL.md, sections 5.12 and 5.15.

use rand_core::CryptoRng;
use segel_crypto::content;
use segel_wire::ids::{ConversationId, DeskId, EventId};
use segel_wire::{Delivered, limits};

use super::{Engine, Part, make_id};
use crate::account::Account;
use crate::conversation::{Control, Conversation, Stage};
use crate::link::{self, first_after};
use crate::peers::Peer;
use crate::reads::Reads;
use crate::records::Name;
use crate::show::{Author, Standing};

impl Engine {
    /// The person has the end of this conversation before their eyes.
    pub(super) fn read(&mut self, id: ConversationId, now: u64) {
        // What was read while another held the conversation is said by who holds it by now.
        let tells = |kept: &Conversation| kept.facts.unread > 0 || kept.facts.reads.unsaid().is_some();
        let Some(conversation) = self.conversations.get_mut(&id).filter(|kept| tells(kept)) else { return };
        let facts = &mut conversation.facts;
        facts.reads.look(facts.head);
        self.ledger.put(Name::Conversation(id), facts);
        self.say_read(id, now);
    }

    /// What another has said is told again: if the person has read it, they have where it stands now.
    pub(super) fn read_again(&mut self, id: ConversationId, event: EventId, now: u64) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        let Some(message) = conversation.messages.get(&event) else { return };
        let is_said = message.is_text_or_file() && message.vouched.is_none();
        let is_read = matches!(message.stage, Stage::Received) && is_said && conversation.facts.unread == 0;
        if let Some(position) = message.position.filter(|_| is_read) {
            conversation.facts.reads.look(position);
            self.ledger.put(Name::Conversation(id), &conversation.facts);
            self.say_read(id, now);
        }
    }

    /// How far the person has read is to be said before long.
    pub(super) fn say_read(&mut self, id: ConversationId, now: u64) {
        if self.reads_due.iter().all(|(other, _)| *other != id) {
            self.reads_due.push((id, now + limits::READ_SAID_SECONDS * 1_000));
        }
    }

    /// After a start: what was read is still to be said.
    pub(super) fn restore_reads(&mut self) {
        let unsaid = self.conversations.iter().filter(|(_, kept)| kept.facts.reads.unsaid().is_some());
        self.reads_due = unsaid.map(|(id, _)| (*id, 0)).collect();
    }

    /// Says how far the person has read where an answer did not say so meanwhile.
    // The rest of a visitor's program: within its caller it would not be.
    #[inline(never)]
    pub(super) fn pump_reads(&mut self, now: u64, random: &mut impl CryptoRng) {
        if self.link.stage != link::Stage::Online || !self.may_seal(now) {
            return;
        }
        let due = self.reads_due.iter().filter(|(_, due)| *due <= now);
        for id in due.map(|(id, _)| *id).collect::<Vec<_>>() {
            let reads = self.conversations.get(&id).map(|conversation| conversation.facts.reads);
            let Some(position) = reads.and_then(|reads| reads.unsaid()) else {
                self.reads_due.retain(|(other, _)| *other != id);
                continue;
            };
            if !self.may_send_quietly(id, now) {
                continue;
            }
            let Some((desk, members)) = self.quiet_members(id, now) else {
                self.reads_due.retain(|(other, _)| *other != id);
                continue;
            };
            let body = content::Body::Read(position);
            if self.send_quietly(id, (desk, &members), body, now, random).is_some()
                && let Some(conversation) = self.conversations.get_mut(&id)
            {
                conversation.facts.reads.say(position);
                self.ledger.put(Name::Conversation(id), &conversation.facts);
            }
        }
    }

    /// When something is next to be said of what was read.
    pub(super) fn reads_wake(&self, now: u64) -> u64 {
        first_after(now, self.reads_due.iter().map(|(_, due)| *due))
    }

    /// A content of another device opened: what it says of own messages.
    pub(super) fn heard_of_own(
        &mut self,
        delivered: &Delivered,
        author: &Author,
        message: &content::Message,
    ) {
        let is_other_side = (self.part == Part::Agent) == (*author == Author::Visitor);
        let id = delivered.conversation;
        let Some(conversation) = self.conversations.get_mut(&id).filter(|_| is_other_side) else { return };
        let before = conversation.facts.reads;
        conversation.facts.reads.hear(delivered.position, message);
        self.show_read(id, before);
    }

    /// Keeps and shows what is known of own messages, where that is more than `before`.
    pub(super) fn show_read(&mut self, id: ConversationId, before: Reads) {
        let Some(conversation) = self.conversations.get(&id) else { return };
        let after = conversation.facts.reads;
        if after == before {
            return;
        }
        self.ledger.put(Name::Conversation(id), &conversation.facts);
        for (event, message) in conversation.messages.iter() {
            let is_own = matches!(message.stage, Stage::Sent);
            if is_own && before.delivery(message.position) != after.delivery(message.position) {
                self.shown.dirty.insert((id, *event), ());
            }
        }
    }

    /// Whether nothing else of the conversation is on its way or waits to be.
    pub(super) fn may_send_quietly(&self, id: ConversationId, now: u64) -> bool {
        let is_idle = self.conversations.get(&id).is_some_and(|conversation| {
            let mut controls = conversation.controls.values();
            let sends_again = !conversation.again.is_empty();
            conversation.outbox.is_empty()
                && !sends_again
                && controls.all(|control| self.waits_for_bundle(control, now))
        });
        is_idle && self.is_settled(id) && !self.link.under_way.contains(&id) && self.sending.is_due(now)
    }

    /// Seals a content to everyone who is reached, keeps it as sealed and sends it; `None` where it has to wait.
    pub(super) fn send_quietly(
        &mut self,
        id: ConversationId,
        (desk, members): (DeskId, &[Peer]),
        body: content::Body,
        now: u64,
        random: &mut impl CryptoRng,
    ) -> Option<EventId> {
        if self.seeks_sessions(members, now) {
            return None;
        }
        let time = self.membership.time(now);
        let device = self.account.as_ref().map(Account::device)?;
        let reached: Vec<_> =
            members.iter().copied().filter(|peer| self.peers.reaches(*peer, time)).collect();
        if reached.is_empty() {
            return None;
        }
        let event = EventId(make_id(random));
        let sealed = self.seal((id, event), (desk, &reached), (body.clone(), now), now, random)?;
        let conversation = self.conversations.get_mut(&id)?;
        conversation.facts.count_quiet(sealed.content);
        let stage = Stage::Sealed(sealed.envelope.clone());
        let control = Control { device, scope: None, body, time: now, stage, wants_handshake: false };
        self.ledger.put(Name::Control(id, event), &control);
        self.ledger.put(Name::Conversation(id), &conversation.facts);
        conversation.controls.insert(event, control);
        self.send(id, event, sealed.envelope);
        Some(event)
    }

    /// The desk of a conversation, and everyone else in it; `None` where this agent is not among them.
    pub(super) fn quiet_members(&self, id: ConversationId, now: u64) -> Option<(DeskId, Vec<Peer>)> {
        if self.part == Part::Agent && self.standing(id, now) == Standing::Others {
            return None;
        }
        let desk = self.desk(self.conversations.get(&id)?.facts.desk)?;
        Some((desk, self.members(id, now)))
    }
}
