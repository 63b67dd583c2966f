//! An act that came to be known late: those who were told of a later one may take that for the first.
//! PROTOCOL.md, section 5.9.

use rand_core::CryptoRng;
use segel_wire::ids::{ConversationId, DeviceId, EventId};

use super::Engine;
use crate::conversation::Message;
use crate::sorted::SortedSet;

impl Engine {
    /// The devices that an own act was sealed to are told the acts that are known here.
    pub(super) fn tell_first(
        &mut self,
        id: ConversationId,
        event: EventId,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let message = self.conversations.get(&id).and_then(|conversation| conversation.messages.get(&event));
        let told = message.and_then(Message::sealed_act_to).unwrap_or_default();
        let scope = self.scope_of(id, true);
        for device in told {
            self.requested(id, (device, scope), &[], now, random);
        }
    }

    /// An act counts that came to be known late: whoever was told the others within the hour is told this one too.
    pub(super) fn tell_late(
        &mut self,
        id: ConversationId,
        position: Option<u64>,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let Some(conversation) = self.conversations.get(&id) else { return };
        if position >= Some(conversation.facts.head) {
            return;
        }
        let is_act = |event| conversation.messages.get(event).is_some_and(|message| message.act.is_some());
        let told = self.answered.keys().filter(|(event, _)| is_act(event)).map(|(_, device)| (*device, ()));
        let told: SortedSet<_> = told.collect();
        let scope = self.scope_of(id, true);
        for device in told.keys() {
            self.requested(id, (*device, scope), &[], now, random);
        }
    }
}

impl Message {
    /// Whom an own act was sealed to.
    fn sealed_act_to(&self) -> Option<Vec<DeviceId>> {
        self.recipients.clone().filter(|_| self.is_own() && self.act.is_some())
    }
}
