//! What a conversation keeps of what agents tell each other about it. PROTOCOL.md, section 5.18.

use crate::conversation::{Conversation, Message, Stage};
use crate::show::Body;

impl Message {
    /// Whether it is for agents alone.
    pub(crate) fn is_for_agents(&self) -> bool {
        self.body.is_for_agents()
    }
}

impl Body {
    /// Whether it is for agents alone.
    pub(crate) fn is_for_agents(&self) -> bool {
        matches!(self, Self::Note(_) | Self::Labels(_))
    }
}

impl Conversation {
    /// The last word on its labels, be it on its way.
    pub(crate) fn labelling(&self) -> Option<&Message> {
        let says_labels = |message: &&Message| {
            matches!(message.body, Body::Labels(_)) && !matches!(message.stage, Stage::Failed(_))
        };
        self.messages.values().filter(says_labels).max_by_key(|message| message.place())
    }
}
