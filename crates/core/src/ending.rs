//! What a conversation keeps of its end, and of what the visitor thinks of it. PROTOCOL.md, section 5.17.

use crate::conversation::{Conversation, Message, Stage};
use crate::show::{Body, Life};

impl Message {
    /// Whether it is an end or a rating.
    pub(crate) fn closes(&self) -> bool {
        matches!(self.body, Body::Ended | Body::Rated(_))
    }

    /// Whether it ends the conversation, by a genuine word, be it still on its way.
    fn ends(&self) -> bool {
        matches!(self.body, Body::Ended) && self.vouched.is_none() && !matches!(self.stage, Stage::Failed(_))
    }
}

impl Conversation {
    /// How far it has come, as this device knows.
    pub(crate) fn life(&self) -> Life {
        let is_rated = || self.messages.values().any(|message| matches!(message.body, Body::Rated(_)));
        match self.is_over() {
            false => Life::Open,
            true if self.facts.erased.is_some() => Life::Settled,
            true if self.facts.unasked || is_rated() => Life::Settled,
            true => Life::Ended,
        }
    }

    /// Whether it has ended, by an act or by the visitor's word, be that still on its way, or was erased.
    pub(crate) fn is_over(&self) -> bool {
        self.facts.erased.is_some() || self.facts.assignment.ended.is_some() || self.end().is_some()
    }

    /// Whether it has ended for what is sealed from now on: what was written before an own end leaves before it.
    pub(crate) fn is_closed(&self) -> bool {
        let is_own_to_come = |end: &Message| end.is_outgoing();
        let has_ended = self.facts.erased.is_some() || self.facts.assignment.ended.is_some();
        has_ended || self.end().is_some_and(|end| !is_own_to_come(end))
    }

    /// The visitor's word that it has ended.
    pub(crate) fn end(&self) -> Option<&Message> {
        self.messages.values().find(|message| message.ends())
    }
}
