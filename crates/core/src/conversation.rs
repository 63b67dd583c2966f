//! A conversation as this device knows it: its members, its messages and its outbox.

use minicbor::{Decode, Encode};
use segel_crypto::content::ContentHash;
use segel_wire::Envelope;
use segel_wire::ids::{ConversationId, DeskId, DeviceId, EventId};

use crate::records::{BrokenStore, Name, Opened};
use crate::show::{Author, Body, Delivery, Item, Refusal, Summary};
use crate::sorted::Sorted;

/// What is kept of a conversation besides its messages.
#[derive(Clone, Default, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Facts {
    /// The visitor's device; fixed by the first message of an unlisted device that opened.
    #[n(0)]
    pub(crate) visitor: Option<DeviceId>,
    /// The desk that the visitor named inside that message.
    #[n(1)]
    pub(crate) desk: Option<DeskId>,
    /// Whether the relay has opened the conversation for this visitor.
    #[n(2)]
    pub(crate) opened: bool,
    /// Messages that this device has sealed here.
    #[n(3)]
    pub(crate) sequence: u64,
    /// The last sequence opened from each other device.
    #[n(4)]
    pub(crate) heard: Sorted<DeviceId, u64>,
    /// Messages of others since the person last looked.
    #[n(5)]
    pub(crate) unread: u32,
    /// The highest position received.
    #[n(6)]
    pub(crate) head: u64,
}

/// A message as it is kept.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Message {
    #[n(0)]
    pub(crate) position: Option<u64>,
    #[n(1)]
    pub(crate) author: Author,
    #[n(2)]
    pub(crate) body: Body,
    /// Unix milliseconds by its sender's clock.
    #[n(3)]
    pub(crate) time: u64,
    #[n(4)]
    pub(crate) stage: Stage,
    /// Hash of the sealed content; absent until it is sealed.
    #[n(5)]
    pub(crate) content: Option<ContentHash>,
}

/// How far a message has come.
#[derive(Clone, Encode, Decode)]
pub(crate) enum Stage {
    /// Masked, kept, not sealed yet.
    #[n(0)]
    Waiting,
    /// Sealed; these bytes are sent until the relay answers.
    #[n(1)]
    Sealed(#[n(0)] Envelope),
    /// Stored by the relay.
    #[n(2)]
    Sent,
    /// Refused for good.
    #[n(3)]
    Failed(#[n(0)] Refusal),
    /// From another device.
    #[n(4)]
    Received,
}

/// A conversation.
#[derive(Default)]
pub(crate) struct Conversation {
    pub(crate) facts: Facts,
    pub(crate) messages: Sorted<EventId, Message>,
    /// Own messages that the relay has not answered for, in the order they were written.
    pub(crate) outbox: Vec<EventId>,
}

impl Conversation {
    pub(crate) fn restore_all(opened: &Opened) -> Result<Sorted<ConversationId, Self>, BrokenStore> {
        let mut conversations = Sorted::<_, Self>::new();
        for (name, record) in opened.iter() {
            match name {
                Name::Conversation(id) => {
                    conversations.or_default(id).facts = record.read()?;
                }
                Name::Message(id, event) => {
                    conversations.or_default(id).messages.insert(event, record.read()?);
                }
                Name::Account | Name::Membership | Name::Cursor | Name::Sessions(..) => {}
            }
        }
        for (_, conversation) in conversations.iter_mut() {
            let mut outbox: Vec<_> =
                conversation.messages.iter().filter(|(_, message)| message.is_outgoing()).collect();
            outbox.sort_by_key(|(_, message)| message.time);
            conversation.outbox = outbox.into_iter().map(|(event, _)| *event).collect();
        }
        Ok(conversations)
    }

    /// As it stands in a list.
    pub(crate) fn summary(&self, conversation: ConversationId, answerable: bool) -> Summary {
        let last =
            self.messages.values().max_by_key(|message| (message.position.unwrap_or(u64::MAX), message.time));
        let preview = last.map_or("", |message| match &message.body {
            Body::Text(text) => text,
            Body::Closed(_) | Body::BeforeEnrolment => "",
        });
        Summary {
            conversation,
            preview: preview.to_owned(),
            time: last.map_or(0, |message| message.time),
            unread: self.facts.unread,
            answerable,
        }
    }

    /// One message as it stands in the timeline.
    pub(crate) fn item(&self, conversation: ConversationId, event: EventId) -> Option<Item> {
        let message = self.messages.get(&event)?;
        Some(Item {
            conversation,
            event,
            position: message.position,
            author: message.author.clone(),
            body: message.body.clone(),
            time: message.time,
            delivery: message.delivery(),
        })
    }

    /// A time for a new own message that sorts after every one before it in the outbox.
    pub(crate) fn next_time(&self, now: u64) -> u64 {
        let last = self.outbox.last().and_then(|event| self.messages.get(event));
        last.map_or(now, |message| now.max(message.time + 1))
    }
}

impl Message {
    fn is_outgoing(&self) -> bool {
        matches!(self.stage, Stage::Waiting | Stage::Sealed(_))
    }

    fn delivery(&self) -> Delivery {
        match self.stage {
            Stage::Waiting | Stage::Sealed(_) => Delivery::Sending,
            Stage::Sent => Delivery::Sent,
            Stage::Failed(refusal) => Delivery::Failed(refusal),
            Stage::Received => Delivery::Received,
        }
    }
}
