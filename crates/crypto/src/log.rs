//! The log of a conversation as a hash chain, by which members see that they were shown the same one.
//! PROTOCOL.md, section 5.6.

use segel_wire::ids::{ConversationId, DeviceId, EventId};
use segel_wire::signed::statement;
use segel_wire::{cbor_array, cbor_transparent};

use crate::content::ContentHash;
use segel_hazmat::kdf;

/// What a conversation's events up to a position come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogHash(pub [u8; 32]);

cbor_transparent!(LogHash);

/// Up to where somebody knows every event, and the log hash there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The position of the last event; 0 before the first.
    pub position: u64,
    /// The log hash there.
    pub hash: LogHash,
}

cbor_array!(Seen { position, hash });

impl LogHash {
    /// Before the first event.
    pub fn start(conversation: &ConversationId) -> Self {
        Self(kdf::hash(&statement("segel/1 log", &[&conversation.0])))
    }

    /// After the event at `position`, which follows the one that this hash stands at.
    #[must_use]
    pub fn follow(&self, position: u64, event: &EventId, sender: &DeviceId, content: &ContentHash) -> Self {
        let position = position.to_be_bytes();
        let fields: [&[u8]; 5] = [&self.0, &position, &event.0, &sender.0, &content.0];
        Self(kdf::hash(&statement("segel/1 log entry", &fields)))
    }
}

impl Seen {
    /// Nothing yet.
    pub fn start(conversation: &ConversationId) -> Self {
        Self { position: 0, hash: LogHash::start(conversation) }
    }
}
