//! Events: what a sender hands to the relay and what each device is sent. PROTOCOL.md, section 6.

use serde::{Deserialize, Serialize};

use crate::frames::AnyFrame;
use crate::ids::{AttachmentId, ContentDigest, ConversationId, DeviceId, EventId, Octets};
use crate::limits;
use crate::{cbor_array, cbor_map, json_write};

/// One device's wrap of an event's content key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrapped {
    /// The device that can open it.
    pub device: DeviceId,
    /// The wrap's bytes (PROTOCOL.md, section 5.4).
    pub wrap: Octets,
}

cbor_array!(Wrapped { device, wrap });
json_write!(Wrapped { device, wrap });

/// What a sender hands to the relay: one content, and a wrap for each recipient, if there is any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The sealed content's bytes (PROTOCOL.md, section 5.3).
    pub content: Octets,
    /// Sorted by device, each device once.
    pub wraps: Vec<Wrapped>,
}

cbor_array!(Envelope { content, wraps });
json_write!(Envelope { content, wraps });

/// Why an envelope is refused before anyone looks inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Content, a wrap or their number is over its limit.
    #[error("the event is over the size limit")]
    TooLarge,
    /// Not sorted by device with each device once.
    #[error("wraps must be sorted by device, each device once")]
    Unsorted,
}

impl Envelope {
    /// Holds the envelope against its limits and its order.
    pub fn check(&self) -> Result<(), EnvelopeError> {
        let too_large = self.content.0.len() > limits::CONTENT_BYTES
            || self.wraps.len() > limits::WRAPS
            || self.wraps.iter().any(|wrapped| wrapped.wrap.0.len() > limits::WRAP_BYTES);
        if too_large {
            return Err(EnvelopeError::TooLarge);
        }
        if !self.wraps.is_sorted_by(|a, b| a.device < b.device) {
            return Err(EnvelopeError::Unsorted);
        }
        Ok(())
    }
}

/// What the relay is to drop when it stores an event that takes back an earlier one of the same device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdraws {
    /// The earlier event.
    pub event: EventId,
    /// The attachment that its content names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment: Option<AttachmentId>,
}

cbor_map!(Withdraws { 0: event, 1: attachment });
json_write!(Withdraws { event, attachment });

/// An event as one device is sent it: everybody's ids, but only its own wrap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "AnyFrame")]
pub struct Delivered {
    /// The conversation.
    pub conversation: ConversationId,
    /// 1, 2, 3 ... without gaps in a conversation, under the relay's epoch.
    pub position: u64,
    /// The event's id, chosen by its sender.
    pub event: EventId,
    /// The device that sent it.
    pub sender: DeviceId,
    /// When the relay stored it, Unix milliseconds by the relay's clock; shown to nobody as truth.
    pub time: u64,
    /// The sealed content; empty in a tombstone.
    pub content: Octets,
    /// Every device that was given a wrap, sorted; none in a tombstone, and where its sender is alone.
    pub recipients: Vec<DeviceId>,
    /// This device's wrap; absent for the sender and for devices that were given none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wrap: Option<Octets>,
    /// Of a tombstone: what was withdrawn and stood here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<ContentDigest>,
    /// Where to resume after this event; opaque.
    pub cursor: String,
}
