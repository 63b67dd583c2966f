//! Bodies of the HTTP interface, in JSON. PROTOCOL.md, sections 7.1 and 7.2.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::events::Delivered;
use crate::frames::ServerFrame;
use crate::ids::{
    Challenge, ContentDigest, ConversationId, DeskId, DeviceId, EventId, Octets, Signature, SiteId,
};
use crate::signed::DeviceKeys;
use crate::{json_read, json_write};

/// `GET /.well-known/segel`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discovery {
    /// Protocol versions, newest last; `segel/1`.
    pub versions: Vec<String>,
    /// Transports offered, best first; `websocket`, `sse`, `poll`, `pull`.
    pub transports: Vec<String>,
    /// The origin that login proofs must name.
    pub origin: String,
    /// Largest sealed content, in bytes.
    pub content_bytes: usize,
    /// Largest request, in bytes.
    pub request_bytes: usize,
    /// Largest attachment before sealing, in bytes.
    pub attachment_bytes: u64,
    /// One chunk of it before sealing, in bytes.
    pub chunk_bytes: usize,
    /// Sealed attachments of one conversation, in bytes.
    pub conversation_attachment_bytes: u64,
    /// How long an unfinished upload may rest, in seconds.
    pub unfinished_seconds: u64,
    /// The relay's clock, Unix milliseconds.
    pub time: u64,
}

/// `POST /v1/challenges` answers this; used once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChallengeAnswer {
    /// 32 random bytes.
    pub challenge: Challenge,
    /// When it lapses, Unix seconds by the relay's clock.
    pub expires: u64,
}

json_read!(ChallengeAnswer { challenge, expires });

/// `POST /v1/sessions`: a device proves that it holds its login key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginRequest {
    /// The site.
    pub site: SiteId,
    /// The device's public keys; its id is their hash.
    pub keys: DeviceKeys,
    /// The challenge that is answered.
    pub challenge: Challenge,
    /// The challenge's expiry, repeated.
    pub expires: u64,
    /// By the login key, over PROTOCOL.md section 3.5.
    pub signature: Signature,
}

json_write!(LoginRequest { site, keys, challenge, expires, signature });

/// The answer to a login.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginAnswer {
    /// A bearer token; the relay keeps its hash only.
    pub token: String,
    /// When it lapses, Unix seconds by the relay's clock.
    pub expires: u64,
}

json_read!(LoginAnswer { token, expires });

impl fmt::Debug for LoginAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginAnswer").field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// `PUT /v1/sites/{site}/prekeys` answers this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrekeysAnswer {
    /// One-time prekeys that the relay keeps for the device now.
    pub one_time: u32,
    /// The highest id that the device ever uploaded.
    pub highest: u32,
}

json_read!(PrekeysAnswer { one_time, highest });

/// `POST /v1/sites/{site}/bundles`: ask for devices' prekey bundles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundlesRequest {
    /// Whose; at most a desk's devices.
    pub devices: Vec<DeviceId>,
}

json_write!(BundlesRequest { devices });

/// The bundles that the relay holds; a device without one is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundlesAnswer {
    /// A bundle each (PROTOCOL.md, section 3.4).
    pub bundles: Vec<Octets>,
}

json_read!(BundlesAnswer { bundles });

/// `PUT /v1/conversations/{conversation}`: a visitor opens a conversation at a desk; idempotent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenConversation {
    /// The desk.
    pub desk: DeskId,
}

json_write!(OpenConversation { desk });

/// `POST /v1/erasure`: a visitor's device has everything of it erased; idempotent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// Events of this device that stay, which say to the members that it was erased.
    pub keeps: Vec<EventId>,
}

json_write!(Erasure { keeps });

/// `POST /v1/sites/{site}/records`: whether the relay stored these events of a conversation, at most
/// [`limits::RECORDS`](crate::limits::RECORDS).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordsRequest {
    /// The conversation.
    pub conversation: ConversationId,
    /// The events.
    pub events: Vec<RecordOf>,
}

/// An event, by all that the relay keeps of it even when it was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordOf {
    /// The event.
    pub event: EventId,
    /// Its position.
    pub position: u64,
    /// The device that stored it.
    pub sender: DeviceId,
    /// SHA-256 of its sealed content.
    pub content: ContentDigest,
}

/// What the relay has of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordsAnswer {
    /// When each was stored, Unix milliseconds, in the order of the request; none where no such event is kept.
    pub times: Vec<Option<u64>>,
}

/// `GET /v1/events?wait=SECONDS`: the beginning of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PollAnswer {
    /// In a stream's order; the last is `head`, unless there are more events.
    pub frames: Vec<ServerFrame>,
}

json_read!(PollAnswer { frames });

/// `PUT /v1/conversations/{conversation}/attachments/{attachment}?size=NUMBER` answers this, and so do its chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadAnswer {
    /// Bytes of all sealed chunks.
    pub size: u64,
    /// Bytes of them that are stored; the attachment is whole when these are all.
    pub stored: u64,
}

json_read!(UploadAnswer { size, stored });

/// `GET /v1/conversations`: what the device may reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationsAnswer {
    /// In the order of their last event, newest first.
    pub conversations: Vec<ConversationSummary>,
}

/// One conversation as the relay knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationSummary {
    /// The conversation.
    pub conversation: ConversationId,
    /// The visitor's device.
    pub visitor: DeviceId,
    /// The desk it was opened at.
    pub desk: DeskId,
    /// The position of the last event; 0 if there is none.
    pub head: u64,
}

/// `PUT /v1/conversations/{conversation}/events/{event}` answers this for the same bytes for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredAnswer {
    /// The event's position in its conversation.
    pub position: u64,
    /// When it was stored, Unix milliseconds.
    pub time: u64,
}

json_read!(StoredAnswer { position, time });

/// `GET /v1/conversations/{conversation}/events?after=POSITION`: a page of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventsAnswer {
    /// In order of position.
    pub events: Vec<Delivered>,
    /// Whether there are more after the last.
    pub more: bool,
}

json_read!(EventsAnswer { events, more });
