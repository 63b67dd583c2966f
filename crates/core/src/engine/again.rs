//! Own events that the relay has answered for, and sending them again where it has lost them. PROTOCOL.md, section 6.4.

use segel_crypto::content::ContentHash;
use segel_wire::Delivered;
use segel_wire::ids::{ConversationId, EventId};

use super::{Engine, Part};
use crate::account::Account;
use crate::conversation::Stage;
use crate::records::Name;
use crate::sent::{self, Sent};
use crate::show::Refusal;

impl Engine {
    /// The relay answered for what was sealed: it is kept for a while, as it was sent.
    pub(super) fn keep_sent(&mut self, (id, event): (ConversationId, EventId), position: u64, stage: Stage) {
        let (Stage::Sealed(envelope), Some(conversation)) = (stage, self.conversations.get_mut(&id)) else {
            return;
        };
        if self.erasing.is_some() {
            // What is named when the relay is asked needs no other way back to it.
            return;
        }
        let most = if self.part == Part::Agent { sent::AGENTS } else { sent::VISITORS };
        let withdraws = conversation.withdraws_with(event);
        let is_act = conversation.messages.get(&event).is_some_and(|message| message.act.is_some());
        let outlasts = is_act || withdraws.is_some();
        let sent = Sent { position, envelope, withdraws, came_back: false, outlasts };
        self.ledger.put(Name::Sent(id, event), &sent);
        conversation.sent.insert(event, sent);
        if let Some(surplus) = conversation.sent.surplus(most, outlasts) {
            conversation.sent.remove(&surplus);
            self.ledger.remove(Name::Sent(id, surplus));
        }
    }

    /// The relay answered for what was sent again.
    pub(super) fn answered_again(&mut self, (id, event): (ConversationId, EventId), position: u64) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        if let Some(sent) = conversation.sent.get_mut(&event).filter(|sent| sent.position != position) {
            sent.position = position;
            self.ledger.put(Name::Sent(id, event), sent);
        }
        if !conversation.again.is_empty() {
            self.stands_again((id, event), position);
        }
    }

    /// An event stands in the relay's order: if it is an own one, it needs not be sent again.
    pub(super) fn came_back(&mut self, delivered: &Delivered) {
        let (id, event) = (delivered.conversation, delivered.event);
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        (conversation.is_gone, conversation.away) = (false, None);
        if let Some(sent) = conversation.sent.get_mut(&event).filter(|sent| !sent.came_back) {
            (sent.position, sent.came_back) = (delivered.position, true);
            self.ledger.put(Name::Sent(id, event), sent);
        }
        if !conversation.again.is_empty() {
            self.stands_again((id, event), delivered.position);
        }
    }

    /// An event needs not be sent again. What is still to be will stand behind it, and is kept so: should the relay lose all of
    /// it once more, they are sent in the same order.
    // The rest of a visitor's program: within its caller it would not be.
    #[inline(never)]
    fn stands_again(&mut self, (id, event): (ConversationId, EventId), position: u64) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        let Some(place) = conversation.again.iter().position(|other| *other == event) else { return };
        conversation.again.remove(place);
        for (later, behind) in conversation.again[place..].iter().zip(1..) {
            let position = position.saturating_add(behind);
            if let Some(sent) = conversation.sent.get_mut(later).filter(|sent| sent.position < position) {
                sent.position = position;
                self.ledger.put(Name::Sent(id, *later), sent);
            }
        }
    }

    /// Whether a content that nobody sees, and that left no message, may have taken effect when it came before: here in the
    /// log, or before the relay began to number anew. What is sent again then stands anywhere. One of another device
    /// that opens has not: what kept it closed, as a wrap that was left out, was the relay's doing.
    pub(super) fn may_be_repeated(&self, delivered: &Delivered, hash: ContentHash, now: u64) -> bool {
        let Some(conversation) = self.conversations.get(&delivered.conversation) else { return false };
        let facts = &conversation.facts;
        let is_in_log = facts.chronicle.holds(delivered.position);
        if !is_in_log && facts.former == 0 {
            return false;
        }
        if self.account.as_ref().map(Account::device) == Some(delivered.sender) {
            let is_old = delivered.position <= facts.former;
            return is_in_log || is_old || conversation.sent.contains(&delivered.event);
        }
        is_in_log && delivered.position <= facts.head || !self.can_open(delivered, hash, now)
    }

    /// The relay has told everything that it has: what it answered for and did not tell of, it has lost.
    pub(super) fn everything_came(&mut self) {
        // What waits for a roster has come, too, and is not in the log yet.
        let is_all = self.held.is_empty();
        let mut differs = false;
        for (id, conversation) in self.conversations.iter_mut() {
            (conversation.again, conversation.is_gone) = (conversation.sent.missing(), false);
            if is_all && conversation.facts.differs(true) {
                differs = true;
                self.ledger.put(Name::Conversation(*id), &conversation.facts);
            }
        }
        if differs {
            self.show_refused(Refusal::LogForked);
        }
    }

    /// Sends the first of what the relay has lost of a conversation again, in its order; whether there is any.
    pub(super) fn send_again(&mut self, id: ConversationId) -> bool {
        let Some(conversation) = self.conversations.get(&id) else { return false };
        let first = conversation.again.first();
        let sent = first.and_then(|event| Some((*event, conversation.sent.get(event)?.envelope.clone())));
        let Some((event, envelope)) = sent else { return false };
        self.send_sealed(id, event, envelope);
        true
    }

    /// A message that is known stands where it was delivered now.
    pub(super) fn place(&mut self, delivered: &Delivered) {
        let (id, event) = (delivered.conversation, delivered.event);
        let message = self.conversations.get_mut(&id).and_then(|kept| kept.messages.get_mut(&event));
        if let Some(message) = message
            && message.position.is_some_and(|position| position != delivered.position)
        {
            message.position = Some(delivered.position);
            self.ledger.put(Name::Message(id, event), message);
            self.shown.dirty.insert((id, event), ());
        }
    }
}
