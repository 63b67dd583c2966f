//! What an agent's engine needs of a conversation whose messages stay in the store: an agent has hundreds of conversations
//! and reads a few.

use segel_wire::cbor_array;
use segel_wire::ids::EventId;

use crate::conversation::{Conversation, Message, Stage};
use crate::show::{Author, Body};
use crate::sorted::Sorted;

/// The few messages that a list, an act and a name depend on, and whether anything is still to be done.
pub(crate) struct Outline {
    /// Whether something waits for the relay, for a key or for a judgement: its messages are wanted at once.
    pub(crate) is_pending: bool,
    /// Copies of messages that are kept besides.
    pub(crate) messages: Sorted<EventId, Message>,
}

cbor_array!(Outline { is_pending, messages });

impl Conversation {
    /// Its outline. That of an outline's messages is the same again.
    pub(crate) fn outline(&self) -> Outline {
        let pending = self.messages.values().any(|message| message.is_pending() && !self.is_ahead(message));
        let latest = [
            self.last_said(),
            self.last_answer(),
            self.unanswered(),
            self.introduction(),
            self.end(),
            self.labelling(),
            self.last_act().map(|(message, _)| message),
        ];
        let is_needed = |message: &Message| {
            message.is_unjudged_token()
                || latest.into_iter().flatten().any(|latest| std::ptr::eq(latest, message))
        };
        let needed = self.messages.iter().filter(|(_, message)| is_needed(message));
        Outline {
            is_pending: pending || !self.controls.is_empty(),
            messages: needed.map(|(event, message)| (*event, message.clone())).collect(),
        }
    }

    /// The last message that somebody said.
    pub(crate) fn last_said(&self) -> Option<&Message> {
        self.said().max_by_key(|message| message.place())
    }

    /// The last message of the desk, be it on its way.
    fn last_answer(&self) -> Option<&Message> {
        let answers = self.said().filter(|message| match message.author {
            Author::Own => !matches!(message.stage, Stage::Failed(_)),
            Author::Agent(_) => true,
            Author::Visitor | Author::Unknown => false,
        });
        answers.max_by_key(|message| message.place())
    }

    /// The first message of the visitor that the desk has not answered, and still may.
    pub(crate) fn unanswered(&self) -> Option<&Message> {
        if self.is_over() {
            return None;
        }
        let answered = self.last_answer().map(Message::place);
        let later = self.said().filter(|message| Some(message.place()) > answered);
        later.filter(|message| message.author == Author::Visitor).min_by_key(|message| message.place())
    }

    fn said(&self) -> impl Iterator<Item = &Message> {
        let is_said = |message: &&Message| {
            !message.is_of_its_moment()
                && !message.is_the_visitors()
                && !message.is_for_agents()
                && !matches!(message.body, Body::Withheld | Body::Withdrawn)
        };
        self.messages.values().filter(is_said)
    }
}

impl Message {
    /// Where it stands: stored messages by the relay's number, others after them by time.
    pub(crate) fn place(&self) -> (u64, u64) {
        (self.position.unwrap_or(u64::MAX), self.time)
    }
}
