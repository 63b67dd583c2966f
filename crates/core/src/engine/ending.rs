//! The visitor ends a conversation, and says what they think of it. PROTOCOL.md, section 5.17. An agent's end is an act.

use rand_core::CryptoRng;
use segel_crypto::content;
use segel_wire::ids::{ConversationId, EventId};
use segel_wire::limits;

use super::{Engine, Part};
use crate::conversation::{Message, Stage};
use crate::outgoing::OutgoingRating;
use crate::records::Name;
use crate::show::{Author, Body, Life, Refusal};

impl Engine {
    /// The visitor ends the conversation: it is over here at once, and for others when they hear of it.
    pub(super) fn end(&mut self, id: ConversationId, now: u64, random: &mut impl CryptoRng) {
        let is_known = self.conversations.contains(&id);
        // It may be gone with the tab that led: what they wrote there was taken in again in the one that is open.
        let id = if is_known { id } else { self.open_conversation().unwrap_or(id) };
        self.say_last(id, Life::Open, Body::Ended, now, random);
    }

    /// The visitor says what they think of it, or that they will not.
    pub(super) fn rate(
        &mut self,
        id: ConversationId,
        rating: Option<OutgoingRating>,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let Some(OutgoingRating(rating)) = rating else { return self.leave_unrated(id) };
        let comment = rating.comment.as_deref().unwrap_or_default();
        if comment.chars().count() > limits::MESSAGE_CHARS {
            return self.show_refused(Refusal::TooLarge);
        }
        self.say_last(id, Life::Ended, Body::Rated(rating), now, random);
    }

    /// The visitor's conversation in which can be written.
    pub(super) fn open_conversation(&self) -> Option<ConversationId> {
        self.conversations.iter().find(|(_, conversation)| !conversation.is_over()).map(|(id, _)| *id)
    }

    /// Whether nobody misses it in a conversation that has ended: who wanted that has it, and a token nobody wrote.
    pub(super) fn is_moot(&self, id: ConversationId, event: EventId) -> bool {
        let message = self.conversations.get(&id).and_then(|conversation| conversation.messages.get(&event));
        message.is_some_and(|message| message.token.is_some() || matches!(message.body, Body::Ended))
    }

    fn say_last(&mut self, id: ConversationId, of: Life, body: Body, now: u64, random: &mut impl CryptoRng) {
        let Some(conversation) = self.conversations.get(&id) else { return };
        if self.part == Part::Agent || conversation.life() != of {
            return;
        }
        let message = Message::own(body, conversation.next_time(now), Stage::Waiting);
        self.post(id, message, random);
    }

    fn leave_unrated(&mut self, id: ConversationId) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        conversation.facts.unasked = true;
        self.ledger.put(Name::Conversation(id), &conversation.facts);
        self.shown.lists.insert(id, ());
    }
}

impl Message {
    /// Takes in an end, a rating or details: only the visitor's count.
    pub(super) fn close(&mut self, body: content::Body, author: &Author) {
        if *author == Author::Visitor {
            self.say(body);
        } else {
            let is_of_details = matches!(body, content::Body::Details(_));
            self.body =
                Body::Closed(if is_of_details { Refusal::DetailsRefused } else { Refusal::EndRefused });
        }
    }
}
