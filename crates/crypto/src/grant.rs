//! Content keys that are handed on: for stale state, and with a transfer. PROTOCOL.md, section 5.10.

use segel_wire::cbor_array;
use segel_wire::ids::{DeviceId, EventId};
use subtle::ConstantTimeEq;

use crate::content::{self, ContentContext, ContentError, ContentHash, ContentKey, Message};
use crate::secret::Secret;

/// The content key of one event.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The event.
    pub event: EventId,
    /// Its position in the conversation.
    pub position: u64,
    /// The device that sealed it.
    pub sender: DeviceId,
    /// Hash of its content.
    pub content: ContentHash,
    /// What opens it.
    pub key: ContentKey,
}

cbor_array!(Grant { event, position, sender, content, key });

/// Why a grant opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// It speaks of another event, sender or content.
    #[error("the grant is for another content")]
    Elsewhere,
    /// The content does not open with its key.
    #[error(transparent)]
    Content(#[from] ContentError),
}

impl Grant {
    /// Opens the content that it is for. By the event's own sender this makes the message as genuine as a wrap
    /// would have; by anyone else it is that giver's word.
    pub fn open(&self, sealed: &[u8], bound_to: &ContentContext<'_>) -> Result<Message, GrantError> {
        let is_for = self.event == *bound_to.event
            && self.sender == *bound_to.sender
            && self.content == ContentHash::derive(sealed);
        if !is_for {
            return Err(GrantError::Elsewhere);
        }
        Ok(content::open(sealed, &self.key, bound_to)?)
    }
}

impl PartialEq for Grant {
    fn eq(&self, other: &Self) -> bool {
        let same_key: bool = self.key.expose().ct_eq(other.key.expose()).into();
        let place = |grant: &Self| (grant.event, grant.position, grant.sender, grant.content);
        same_key && place(self) == place(other)
    }
}

impl Eq for Grant {}
