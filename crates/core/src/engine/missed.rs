//! What was said while this device was there and that was not sealed to it, of a conversation that it reads by now: the
//! visitor is asked for it. PROTOCOL.md, section 5.10.

use segel_wire::ids::{ConversationId, EventId};

use super::{Engine, Part};
use crate::conversation::{Conversation, Message};
use crate::peers::Peer;
use crate::show::Body;
use crate::unopened::ASKED_MOST;

impl Engine {
    /// What this device misses of a conversation that it reads is asked for, unless it is handed on meanwhile.
    pub(super) fn plan_missed(&mut self, id: ConversationId, now: u64) {
        if let Some(visitor) = self.asks_for_missed(id).filter(|_| self.is_of_its_readers(id, now)) {
            self.plan_resync(id, visitor, false, now);
        }
    }

    /// Whom to ask, if this device misses something: the visitor's device.
    pub(super) fn asks_for_missed(&self, id: ConversationId) -> Option<Peer> {
        let conversation = self.conversations.get(&id).filter(|_| self.part == Part::Agent)?;
        conversation.missed().next()?;
        Some((self.visitor_of(id)?, self.scope_of(id, false)))
    }
}

impl Conversation {
    /// Events whose key is still to be asked for: said after this device was reached for the first time, and not sealed to it.
    pub(super) fn missed(&self) -> impl Iterator<Item = EventId> {
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
        was_sealed_to_others && self.is_without_key() && self.unopened.is_none() && self.asked < ASKED_MOST
    }
}
