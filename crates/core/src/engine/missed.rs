//! What was said while this device was there and that was not sealed to it, of a conversation that it reads by now: the
//! visitor is asked for it. PROTOCOL.md, section 5.10.

use rand_core::CryptoRng;
use segel_crypto::content;
use segel_wire::ids::{ConversationId, EventId};
use segel_wire::limits;

use super::{Engine, Part};
use crate::conversation::{ASKED_MOST, Conversation, Message};
use crate::records::Name;
use crate::show::Body;

/// How long it may take to be handed on unasked, in milliseconds.
const PATIENCE: u64 = 60_000;

impl Engine {
    /// What is closed of a conversation that this device reads will be asked for.
    pub(super) fn plan_missed(&mut self, id: ConversationId, now: u64) {
        if self.has_missed(id) && !self.missing.contains(&id) && self.is_of_its_readers(id, now) {
            self.missing.insert(id, now + PATIENCE);
        }
    }

    /// After a start: what is closed may still be.
    pub(super) fn restore_missed(&mut self, id: ConversationId) {
        if self.has_missed(id) {
            self.missing.insert(id, 0);
        }
    }

    /// Asks for what is still closed by now, and once more after an hour.
    // Within its caller it would be in the first part of a visitor's program.
    #[inline(never)]
    pub(super) fn pump_missed(&mut self, now: u64, random: &mut impl CryptoRng) {
        let due = self.missing.iter().filter(|(_, due)| **due <= now).map(|(id, _)| *id);
        for id in due.collect::<Vec<_>>() {
            self.missing.remove(&id);
            let Some(visitor) = self.visitor_of(id).filter(|_| self.is_of_its_readers(id, now)) else {
                continue;
            };
            let Some(conversation) = self.conversations.get_mut(&id) else { continue };
            let events: Vec<_> = conversation.missed().take(limits::REQUESTED_EVENTS).collect();
            if events.is_empty() {
                continue;
            }
            for event in &events {
                if let Some(message) = conversation.messages.get_mut(event) {
                    message.asked += 1;
                    self.ledger.put(Name::Message(id, *event), message);
                }
            }
            self.missing.insert(id, now + limits::RESYNC_SECONDS * 1_000);
            let visitor = (visitor, self.scope_of(id, false));
            self.queue_control(id, visitor, content::Body::Request(events), false, now, random);
        }
    }

    fn has_missed(&self, id: ConversationId) -> bool {
        let conversation = self.conversations.get(&id).filter(|_| self.part == Part::Agent);
        conversation.is_some_and(|kept| kept.missed().next().is_some())
    }

    /// When the next of them is due.
    pub(super) fn missed_wake(&self) -> u64 {
        self.missing.iter().map(|(_, due)| *due).min().unwrap_or(u64::MAX)
    }
}

impl Conversation {
    /// Events whose key is still to be asked for: said after this device was reached for the first time, and not sealed to it.
    fn missed(&self) -> impl Iterator<Item = EventId> {
        let reached = self.facts.reached.unwrap_or(u64::MAX);
        let missed = self.messages.iter().filter(move |(_, message)| {
            let is_later = message.in_log && message.position.is_some_and(|position| position > reached);
            is_later && message.is_missed()
        });
        missed.map(|(event, _)| *event)
    }
}

impl Message {
    fn is_missed(&self) -> bool {
        let was_sealed_to_others = matches!(self.body, Body::Withheld | Body::BeforeEnrolment);
        let is_closed = self.key.is_none() && self.unopened.is_none() && !self.is_open();
        was_sealed_to_others && is_closed && self.asked < ASKED_MOST
    }
}
