//! What a conversation keeps of messages that were taken back. PROTOCOL.md, section 5.16.

use segel_wire::Withdraws;
use segel_wire::ids::EventId;

use crate::conversation::{Conversation, Message, Stage};
use crate::show::{Author, Body};

impl Message {
    /// Whether the person at this device may take it back: it is their text or file.
    pub(crate) fn may_be_withdrawn(&self) -> bool {
        self.author == Author::Own && self.is_text_or_file()
    }

    /// Whether it says something that can be taken back, and this device knows what.
    pub(crate) fn is_text_or_file(&self) -> bool {
        matches!(self.body, Body::Text(_) | Body::File(_))
    }

    /// Whether it is known to be something else than a text or a file.
    pub(crate) fn cannot_be_withdrawn(&self) -> bool {
        self.is_of_its_moment() || self.withdraws.is_some() || self.is_the_visitors() || self.is_for_agents()
    }

    /// Forgets what it says and whatever opens it. Its place in the log stays.
    pub(crate) fn withdraw(&mut self) {
        self.body = Body::Withdrawn;
        (self.key, self.unopened, self.attachment, self.vouched) = (None, None, None, None);
        self.quotes = None;
    }
}

impl Conversation {
    /// What takes this message back, by a genuine word. One that is not its sender's is refused once both are known.
    pub(crate) fn withdrawal_of(&self, event: EventId) -> Option<&Message> {
        self.messages.values().find(|other| {
            other.vouched.is_none() && other.withdraws.is_some_and(|withdraws| withdraws.event == event)
        })
    }

    /// What a message says on the screen. One that did not open before it was taken back need not open any more; where
    /// nothing was shown, nothing is.
    pub(crate) fn shown_body(&self, event: EventId, message: &Message) -> Body {
        let is_closed = !message.is_open() && !matches!(message.body, Body::Withheld);
        let is_withdrawn = is_closed && self.withdrawal_of(event).is_some();
        if is_withdrawn { Body::Withdrawn } else { message.shown_body() }
    }

    /// What the relay is to drop with an own event, be its message at hand or in the store.
    pub(crate) fn withdraws_with(&self, event: EventId) -> Option<Withdraws> {
        let message = self.messages.get(&event).and_then(|message| message.withdraws);
        message.or_else(|| self.sent.get(&event)?.withdraws)
    }

    /// Whether an own message takes back what the relay never got.
    pub(crate) fn withdraws_nothing(&self, message: &Message) -> bool {
        let named = message.withdraws.map(|withdraws| self.messages.get(&withdraws.event));
        named.is_some_and(|named| !named.is_some_and(|named| matches!(named.stage, Stage::Sent)))
    }
}
