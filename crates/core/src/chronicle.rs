//! What this device knows of the order of a conversation, by which missing and forked events show.
//! PROTOCOL.md, sections 5.6 and 5.7.

use segel_crypto::content::{ContentHash, Message};
use segel_crypto::grant::Grant;
use segel_crypto::log::{LogHash, Seen};
use segel_wire::Delivered;
use segel_wire::cbor_array;
use segel_wire::ids::{ConversationId, DeviceId, EventId};

use crate::show::Refusal;
use crate::sorted::Sorted;

/// Log hashes that are kept to compare with what others saw.
const RECENT: usize = 64;

/// An event as the log takes it up.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'a> {
    conversation: &'a ConversationId,
    position: u64,
    event: &'a EventId,
    sender: &'a DeviceId,
    content: &'a ContentHash,
}

/// The log up to where it has no gap, and the last content of each device.
#[derive(Clone, Default)]
pub(crate) struct Chronicle {
    /// The last position up to which every event is known.
    position: u64,
    /// Log hashes of the last positions, the newest last.
    recent: Vec<LogHash>,
    heard: Sorted<DeviceId, Heard>,
    /// Another log was shown, to another member or to this one before; said once.
    forked: bool,
    /// The last position and hash of the log that was shown before the relay began to number anew.
    former: Option<Seen>,
}

cbor_array!(Chronicle { position, recent, heard, forked, former });

/// The last content of a device that opened here.
#[derive(Clone, Copy, Default)]
struct Heard {
    sequence: u64,
    content: Option<ContentHash>,
    /// Contents of the device since then that did not open here.
    closed: u64,
    /// The last of those.
    last_closed: Option<ContentHash>,
}

cbor_array!(Heard { sequence, content, closed, last_closed });

/// The hash of what a delivered event has in it, or had.
pub(crate) fn hash_of(delivered: &Delivered) -> ContentHash {
    delivered.hash.map_or_else(|| ContentHash::derive(&delivered.content.0), |hash| ContentHash(hash.0))
}

impl<'a> Entry<'a> {
    /// A delivered event whose content has this hash.
    pub(crate) fn of(delivered: &'a Delivered, content: &'a ContentHash) -> Self {
        let Delivered { conversation, position, event, sender, .. } = delivered;
        Self { conversation, position: *position, event, sender, content }
    }

    /// An event whose key was handed on.
    pub(crate) fn of_grant(conversation: &'a ConversationId, grant: &'a Grant) -> Self {
        let Grant { event, position, sender, content, .. } = grant;
        Self { conversation, position: *position, event, sender, content }
    }

    fn follow(&self, before: LogHash) -> LogHash {
        before.follow(self.position, self.event, self.sender, self.content)
    }
}

impl Chronicle {
    /// Takes an event into the log: the next one, or the last one again as it is to be. Whether it did.
    pub(crate) fn enter(&mut self, entry: &Entry<'_>) -> bool {
        let before = if entry.position == self.position + 1 {
            self.seen(entry.conversation).hash
        } else if entry.position == self.position && entry.position > 0 {
            self.recent.pop();
            self.recent.last().copied().unwrap_or_else(|| LogHash::start(entry.conversation))
        } else {
            return false;
        };
        self.position = entry.position;
        self.recent.push(entry.follow(before));
        let surplus = self.recent.len().saturating_sub(RECENT);
        self.recent.drain(..surplus);
        true
    }

    /// The log is told from its beginning. Who was heard and how far stays. Whether what was shown until now is to be compared
    /// with it.
    pub(crate) fn begin_anew(&mut self, conversation: &ConversationId) -> bool {
        let seen = self.seen(conversation);
        let is_first = self.former.is_none() && seen.position > 0;
        if is_first {
            self.former = Some(seen);
        }
        self.position = 0;
        self.recent.clear();
        is_first
    }

    /// The end of the log that was shown before it was told anew, once the log has come that far, or `is_all` of it was told.
    pub(crate) fn take_former(&mut self, is_all: bool) -> Option<Seen> {
        self.former.take_if(|former| is_all || self.position >= former.position)
    }

    /// Another log was shown. Whether that was not known before.
    pub(crate) fn fork(&mut self) -> bool {
        !core::mem::replace(&mut self.forked, true)
    }

    /// Whether the log took in exactly this, at one of the last positions.
    pub(crate) fn took_in(&self, entry: &Entry<'_>) -> bool {
        let before = match entry.position.checked_sub(1) {
            Some(0) => Some(LogHash::start(entry.conversation)),
            Some(before) => self.hash_at(before),
            None => None,
        };
        before.is_some_and(|before| self.hash_at(entry.position) == Some(entry.follow(before)))
    }

    /// Up to where every event is known: what contents say of their sender.
    pub(crate) fn seen(&self, conversation: &ConversationId) -> Seen {
        let hash = self.recent.last().copied().unwrap_or_else(|| LogHash::start(conversation));
        Seen { position: self.position, hash }
    }

    /// Whether somebody saw the log up to a position of which this device knows the same.
    pub(crate) fn confirms(&self, seen: Seen) -> bool {
        self.hash_at(seen.position).is_some_and(|hash| hash == seen.hash)
    }

    /// Whether the event at this position is in the log.
    pub(crate) fn holds(&self, position: u64) -> bool {
        position <= self.position
    }

    /// A content of this device did not open here.
    pub(crate) fn pass_over(&mut self, sender: DeviceId, content: ContentHash) {
        let heard = self.heard.or_default(sender);
        heard.closed += 1;
        heard.last_closed = Some(content);
    }

    /// A content opened: what it says of its sender's order and log. `Err` if the sequence was used before.
    pub(crate) fn hear(
        &mut self,
        sender: DeviceId,
        message: &Message,
        content: ContentHash,
    ) -> Result<Option<Refusal>, Refusal> {
        let heard = self.heard.or_default(sender);
        if message.sequence <= heard.sequence {
            return Err(Refusal::MessageReplayed);
        }
        let left_out = message.sequence - heard.sequence - 1;
        // What did not open proves nothing of its sender; only the sender's own word says what came before.
        let before = if left_out > 0 { heard.last_closed } else { heard.content };
        let follows = before.unwrap_or(ContentHash::NONE) == message.previous;
        let is_whole = follows && left_out <= heard.closed;
        *heard = Heard { sequence: message.sequence, content: Some(content), closed: 0, last_closed: None };
        if !is_whole {
            return Ok(Some(Refusal::EventsMissing));
        }
        if !self.forked && self.contradicts(message.seen) {
            self.forked = true;
            return Ok(Some(Refusal::LogForked));
        }
        Ok(None)
    }

    fn contradicts(&self, seen: Seen) -> bool {
        self.hash_at(seen.position).is_some_and(|hash| hash != seen.hash)
    }

    fn hash_at(&self, position: u64) -> Option<LogHash> {
        let back = usize::try_from(self.position.checked_sub(position)?).ok()?;
        let place = self.recent.len().checked_sub(back.checked_add(1)?)?;
        self.recent.get(place).copied()
    }
}
