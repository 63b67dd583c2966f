//! What a visitor hands to the site's owner, to show what was said. PROTOCOL.md, section 5.13.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{ConversationId, DeviceId, EventId, Octets, SiteId};
use crate::{cbor_map, json_write};

/// Messages of a conversation with what opens them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// [`Report::KIND`].
    pub kind: String,
    /// The site.
    pub site: SiteId,
    /// The conversation.
    pub conversation: ConversationId,
    /// In the order of the conversation.
    pub messages: Vec<Reported>,
}

cbor_map!(Report { 0: kind, 1: site, 2: conversation, 3: messages });
json_write!(Report { kind, site, conversation, messages });

/// A message: what a grant says of it (PROTOCOL.md, section 5.10), and what the relay may not have any more.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reported {
    /// Its event.
    pub event: EventId,
    /// Its place in the conversation.
    pub position: u64,
    /// The device that stored it.
    pub sender: DeviceId,
    /// Every device that was given a wrap, sorted.
    pub recipients: Vec<DeviceId>,
    /// The sealed content.
    pub content: Octets,
    /// The content key, 32 bytes.
    pub key: Octets,
    /// What it says, for whoever looks into the file: the text, or the file's name.
    pub said: String,
}

cbor_map!(Reported { 0: event, 1: position, 2: sender, 3: recipients, 4: content, 5: key, 6: said });
json_write!(Reported { event, position, sender, recipients, content, key, said });

impl Report {
    /// What a report says that it is.
    pub const KIND: &str = "segel/1 report";
}

/// It holds keys and texts.
impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report").field("conversation", &self.conversation).finish_non_exhaustive()
    }
}

/// Likewise.
impl fmt::Debug for Reported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reported").field("event", &self.event).finish_non_exhaustive()
    }
}
