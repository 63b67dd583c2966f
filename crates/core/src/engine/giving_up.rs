//! Own acts and tokens that come to nothing. PROTOCOL.md, section 5.9.

use segel_crypto::content::ContentHash;
use segel_wire::Delivered;
use segel_wire::ids::{AgentId, ConversationId, EventId};

use super::Engine;
use crate::account::Account;
use crate::io::Output;
use crate::records::Name;
use crate::show::{Deed, Refusal, Show, Standing};

impl Engine {
    /// An own act or token comes to nothing before it left.
    pub(super) fn give_up(&mut self, id: ConversationId, event: EventId, refusal: Refusal) {
        self.take_out(id, event);
        self.show_refused(refusal);
    }

    /// Whether an act would change nothing: what it wants came to be so by another one of this agent's.
    pub(super) fn is_so(&self, id: ConversationId, deed: Deed<AgentId>, now: u64) -> bool {
        match self.standing(id, now) {
            Standing::Mine => matches!(deed, Deed::Claim | Deed::Takeover | Deed::Join),
            Standing::Joined => matches!(deed, Deed::Join),
            Standing::Free => matches!(deed, Deed::Release | Deed::Leave),
            Standing::Others => matches!(deed, Deed::Leave),
        }
    }

    /// An own act is not allowed as things stand. Nobody is told of what is so.
    // The rest of a visitor's program: within its caller it would not be.
    #[inline(never)]
    pub(super) fn give_up_act(&mut self, id: ConversationId, event: EventId, now: u64) {
        let message = self.conversations.get(&id).and_then(|conversation| conversation.messages.get(&event));
        let deed = message.and_then(|message| message.act.as_ref()).map(|act| act.deed);
        if deed.is_some_and(|deed| self.is_so(id, deed, now)) {
            return self.take_out(id, event);
        }
        self.give_up(id, event, Refusal::ActRefused);
    }

    /// The relay has lost an own act and refuses it for good. Nothing else would be sealed until it is judged.
    // The rest of a visitor's program: within its caller it would not be.
    #[inline(never)]
    pub(super) fn let_go_of_unjudged(&mut self, id: ConversationId, event: EventId, refusal: Refusal) {
        let message = self.conversations.get(&id).and_then(|conversation| conversation.messages.get(&event));
        if message.and_then(|message| message.act.as_ref()).is_some_and(|act| act.verdict.is_none()) {
            self.give_up(id, event, refusal);
        }
    }

    /// An own act or token that this device has not sent is with the relay in other bytes: a later state, since lost,
    /// sealed and sent it. What an act says is asked for like any that is not known here.
    pub(super) fn let_go_of_lost(&mut self, delivered: &Delivered, hash: ContentHash) {
        let (id, event) = (delivered.conversation, delivered.event);
        let is_own = self.account.as_ref().map(Account::device) == Some(delivered.sender);
        let Some(conversation) = self.conversations.get_mut(&id).filter(|_| is_own) else { return };
        let Some(message) = conversation.messages.get(&event) else { return };
        if !message.is_of_its_moment() || !message.is_outgoing() || message.content == Some(hash) {
            return;
        }
        if message.has_left() {
            conversation.facts.take_back(message.content);
        }
        self.take_out(id, event);
    }

    /// It stands nowhere any more, and the tab that holds it is told.
    pub(super) fn take_out(&mut self, id: ConversationId, event: EventId) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        conversation.outbox.retain(|other| *other != event);
        conversation.messages.remove(&event);
        self.ledger.remove(Name::Message(id, event));
        self.shown.lists.insert(id, ());
        self.outputs.push_back(Output::Show(Show::Gone(id, event)));
    }
}
