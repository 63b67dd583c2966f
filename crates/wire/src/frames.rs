//! Frames of streams: one JSON object a WebSocket message or server-sent event. PROTOCOL.md, section 7.3.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::events::{Delivered, Envelope, Withdraws};
use crate::ids::{ContentDigest, ConversationId, DeviceId, EventId, Octets};
use crate::json::{FromJson, Parsed, ToJson, Writer, field};
use crate::problem::Problem;

/// What a client says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum ClientFrame {
    /// First frame: who speaks, and from where to resume.
    Hello {
        /// The session token; never put in an address.
        token: String,
        /// The cursor of the last event kept; absent to start from the beginning.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cursor: Option<String>,
    },
    /// Store an event; the same id and bytes get the first answer for ever.
    Send {
        /// The conversation.
        conversation: ConversationId,
        /// The event's id.
        event: EventId,
        /// Content and wraps.
        envelope: Envelope,
        /// What the relay is to drop with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        withdraws: Option<Withdraws>,
    },
    /// Pass this on to whoever is there; nothing is kept and nothing answered.
    Signal {
        /// The conversation.
        conversation: ConversationId,
        /// A sealed signal (PROTOCOL.md, section 5.12).
        signal: Octets,
    },
    /// So many more events were taken, and kept: as many may follow.
    Flow {
        /// How many.
        events: u32,
    },
    /// Are you there?
    Ping,
}

/// What the relay says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", try_from = "AnyFrame")]
pub enum ServerFrame {
    /// The hello was accepted; missed events follow, then `head`.
    Welcome {
        /// Of the relay's store, made with it; a copy that is put back has the same (PROTOCOL.md, section 6.2).
        epoch: String,
        /// The relay's clock, Unix milliseconds.
        time: u64,
    },
    /// An event of this client is durably stored.
    Stored {
        /// The conversation.
        conversation: ConversationId,
        /// The event.
        event: EventId,
        /// Its position in the conversation.
        position: u64,
        /// When it was stored, Unix milliseconds.
        time: u64,
    },
    /// An event, this device's own included.
    Event(Delivered),
    /// Everything up to here has been sent.
    Head {
        /// Where to resume.
        cursor: String,
    },
    /// A hint that a roster of this order was published; only the signed bytes count.
    Roster {
        /// Its generation.
        generation: u64,
        /// Its version.
        version: u64,
    },
    /// Another device's signal.
    Signal {
        /// The conversation.
        conversation: ConversationId,
        /// The device whose session handed it in.
        sender: DeviceId,
        /// As it was handed in.
        signal: Octets,
    },
    /// A `send` was refused.
    Error {
        /// The event, if the frame could be read so far.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        event: Option<EventId>,
        /// Why.
        problem: Problem,
    },
    /// Answer to `ping`.
    Pong,
    /// The relay closes the connection.
    Bye {
        /// Why.
        problem: Problem,
    },
}

impl fmt::Debug for ClientFrame {
    /// Says nothing of the token, which is as good as the device itself for an hour.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hello { cursor, .. } => {
                f.debug_struct("Hello").field("cursor", cursor).finish_non_exhaustive()
            }
            Self::Send { conversation, event, envelope, withdraws } => f
                .debug_struct("Send")
                .field("conversation", conversation)
                .field("event", event)
                .field("envelope", envelope)
                .field("withdraws", withdraws)
                .finish(),
            Self::Signal { conversation, signal } => {
                f.debug_struct("Signal").field("conversation", conversation).field("signal", signal).finish()
            }
            Self::Flow { events } => f.debug_struct("Flow").field("events", events).finish(),
            Self::Ping => f.write_str("Ping"),
        }
    }
}

impl ToJson for ClientFrame {
    fn to_json(&self, to: &mut Writer) {
        to.object(|to| match self {
            Self::Hello { token, cursor } => {
                to.field("type", &"hello");
                to.field("token", token);
                to.field("cursor", cursor);
            }
            Self::Send { conversation, event, envelope, withdraws } => {
                to.field("type", &"send");
                to.field("conversation", conversation);
                to.field("event", event);
                to.field("envelope", envelope);
                to.field("withdraws", withdraws);
            }
            Self::Signal { conversation, signal } => {
                to.field("type", &"signal");
                to.field("conversation", conversation);
                to.field("signal", signal);
            }
            Self::Flow { events } => {
                to.field("type", &"flow");
                to.field("events", events);
            }
            Self::Ping => to.field("type", &"ping"),
        });
    }
}

/// Any frame of the relay. Read field by field: what serde derives for tagged variants first copies the whole
/// frame into a tree, and the code for that is larger than the rest of the reader.
#[derive(Deserialize)]
pub(crate) struct AnyFrame {
    #[serde(rename = "type", default)]
    kind: String,
    epoch: Option<String>,
    time: Option<u64>,
    conversation: Option<ConversationId>,
    event: Option<EventId>,
    position: Option<u64>,
    sender: Option<DeviceId>,
    content: Option<Octets>,
    recipients: Option<Vec<DeviceId>>,
    wrap: Option<Octets>,
    hash: Option<ContentDigest>,
    cursor: Option<String>,
    generation: Option<u64>,
    version: Option<u64>,
    signal: Option<Octets>,
    problem: Option<Problem>,
}

impl FromJson for AnyFrame {
    fn from_json(value: &impl Parsed) -> Option<Self> {
        Some(Self {
            kind: value.field("type").map_or_else(|| Some(String::new()), |kind| kind.text())?,
            epoch: field(value, "epoch")?,
            time: field(value, "time")?,
            conversation: field(value, "conversation")?,
            event: field(value, "event")?,
            position: field(value, "position")?,
            sender: field(value, "sender")?,
            content: field(value, "content")?,
            recipients: field(value, "recipients")?,
            wrap: field(value, "wrap")?,
            hash: field(value, "hash")?,
            cursor: field(value, "cursor")?,
            generation: field(value, "generation")?,
            version: field(value, "version")?,
            signal: field(value, "signal")?,
            problem: field(value, "problem")?,
        })
    }
}

/// A frame of an unknown type, or without a field of its type.
#[derive(Debug, thiserror::Error)]
#[error("not a frame of the relay")]
pub(crate) struct NotAFrame;

impl TryFrom<AnyFrame> for ServerFrame {
    type Error = NotAFrame;

    fn try_from(frame: AnyFrame) -> Result<Self, NotAFrame> {
        frame.into_frame().ok_or(NotAFrame)
    }
}

impl FromJson for ServerFrame {
    fn from_json(value: &impl Parsed) -> Option<Self> {
        AnyFrame::from_json(value)?.into_frame()
    }
}

/// An event in a page stands without a frame's type.
impl TryFrom<AnyFrame> for Delivered {
    type Error = NotAFrame;

    fn try_from(frame: AnyFrame) -> Result<Self, NotAFrame> {
        frame.into_event().ok_or(NotAFrame)
    }
}

impl FromJson for Delivered {
    fn from_json(value: &impl Parsed) -> Option<Self> {
        AnyFrame::from_json(value)?.into_event()
    }
}

impl AnyFrame {
    fn into_frame(self) -> Option<ServerFrame> {
        Some(match self.kind.as_str() {
            "welcome" => ServerFrame::Welcome { epoch: self.epoch?, time: self.time? },
            "stored" => ServerFrame::Stored {
                conversation: self.conversation?,
                event: self.event?,
                position: self.position?,
                time: self.time?,
            },
            "event" => ServerFrame::Event(self.into_event()?),
            "head" => ServerFrame::Head { cursor: self.cursor? },
            "roster" => ServerFrame::Roster { generation: self.generation?, version: self.version? },
            "signal" => ServerFrame::Signal {
                conversation: self.conversation?,
                sender: self.sender?,
                signal: self.signal?,
            },
            "error" => ServerFrame::Error { event: self.event, problem: self.problem? },
            "pong" => ServerFrame::Pong,
            "bye" => ServerFrame::Bye { problem: self.problem? },
            _ => return None,
        })
    }

    fn into_event(self) -> Option<Delivered> {
        let event = self.into_delivered()?;
        // Nothing can be sealed to anybody where nothing is.
        let is_bare = event.content.0.is_empty() && event.recipients.is_empty() && event.wrap.is_none();
        (event.hash.is_none() || is_bare).then_some(event)
    }

    fn into_delivered(self) -> Option<Delivered> {
        Some(Delivered {
            conversation: self.conversation?,
            position: self.position?,
            event: self.event?,
            sender: self.sender?,
            time: self.time?,
            content: self.content?,
            recipients: self.recipients?,
            wrap: self.wrap,
            hash: self.hash,
            cursor: self.cursor?,
        })
    }
}
