//! A conversation as this device knows it: its members, its messages and its outbox.

use segel_crypto::attachment::Attachment;
use segel_crypto::content::{self, ContentHash, ContentKey};
use segel_wire::ids::{ConversationId, DeviceId, EventId, Octets};
use segel_wire::{Delivered, Envelope, Withdraws};
use segel_wire::{cbor_array, cbor_map, cbor_variants};

use crate::acts::ActRecord;
use crate::engine::Pulls;
use crate::facts::Facts;
use crate::peers::Peer;
use crate::reads::Reads;
use crate::records::{BrokenStore, Name, Opened, Record};
use crate::sent::Sent;
use crate::show::{Author, Body, Delivery, File, Hold, Item, Refusal, SafetyNumber, Summary};
use crate::sorted::{Sorted, SortedSet};
use crate::unopened::Unopened;

/// A message as it is kept.
#[derive(Clone)]
pub(crate) struct Message {
    pub(crate) position: Option<u64>,
    pub(crate) author: Author,
    pub(crate) body: Body,
    /// Unix milliseconds by its sender's clock.
    pub(crate) time: u64,
    pub(crate) stage: Stage,
    /// Hash of the sealed content; absent until it is sealed.
    pub(crate) content: Option<ContentHash>,
    /// What opens it, once it was sealed or opened here.
    pub(crate) key: Option<ContentKey>,
    /// Whom an own message was sealed to.
    pub(crate) recipients: Option<Vec<DeviceId>>,
    /// What came of a message that did not open, for a key that may come later.
    pub(crate) unopened: Option<Unopened>,
    /// Whether its closed content gave way to others.
    pub(crate) gave_way: bool,
    /// How often somebody was asked for its key, if no closed content is kept of it.
    pub(crate) asked: u32,
    /// The device that sealed it, if it was delivered.
    pub(crate) sender: Option<DeviceId>,
    /// Of an own message: the last act that it knew, by its number.
    pub(crate) epoch: u64,
    /// What it does, if it is an act.
    pub(crate) act: Option<ActRecord>,
    /// Who handed on its key, if that was neither its sender nor the visitor.
    pub(crate) vouched: Option<String>,
    /// What opens its file, once the relay has that.
    pub(crate) attachment: Option<Attachment>,
    /// Whether this device's log hash took it in, with this sender and content at this position.
    pub(crate) in_log: bool,
    /// The identity token that it brings, as it travels: to be judged again by later rosters.
    pub(crate) token: Option<Octets>,
    /// When the relay stored it, Unix seconds by the relay's clock, where that may matter for a token.
    pub(crate) stored: Option<u64>,
    /// The earlier event that it takes back.
    pub(crate) withdraws: Option<Withdraws>,
    /// The event that it answers, if it is a text.
    pub(crate) quotes: Option<EventId>,
}

cbor_map!(Message {
    0: position,
    1: author,
    2: body,
    3: time,
    4: stage,
    5: content,
    6: key,
    7: recipients,
    8: unopened,
    9: sender,
    10: epoch or default,
    11: act,
    12: vouched,
    13: attachment,
    14: in_log or default,
    15: token,
    16: stored,
    17: withdraws,
    18: quotes,
    19: asked or default,
    20: gave_way or default
});

/// An own content that is not for the timeline, until the relay has stored it.
#[derive(Clone)]
pub(crate) struct Control {
    /// For whom alone it is; this device itself once it is sealed to all members.
    pub(crate) device: DeviceId,
    pub(crate) scope: Option<ConversationId>,
    pub(crate) body: content::Body,
    /// Unix milliseconds.
    pub(crate) time: u64,
    pub(crate) stage: Stage,
    /// Whether it is to go through a session that is not begun yet.
    pub(crate) wants_handshake: bool,
}

cbor_array!(Control { device, scope, body, time, stage, wants_handshake });

/// How far a message has come.
#[derive(Clone)]
pub(crate) enum Stage {
    /// Masked, kept, not sealed yet.
    Waiting,
    /// Sealed; these bytes are sent until the relay answers.
    Sealed(Envelope),
    /// Stored by the relay.
    Sent,
    /// Refused for good.
    Failed(Refusal),
    /// From another device.
    Received,
    /// Its file is on its way to the relay.
    Uploading,
}

cbor_variants!(Stage {
    0: Waiting,
    1: Sealed(envelope),
    2: Sent,
    3: Failed(refusal),
    4: Received,
    5: Uploading
});

/// What is in an outbox at the end of a step, and whether it has left.
pub(crate) type Snapshot = Vec<(EventId, bool)>;

/// A conversation.
#[derive(Default)]
pub(crate) struct Conversation {
    pub(crate) facts: Facts,
    pub(crate) messages: Sorted<EventId, Message>,
    /// Own messages that the relay has not answered for, in the order they were written.
    pub(crate) outbox: Vec<EventId>,
    /// The outbox as the store has it, and as it will have it once steps of these generations are kept.
    pub(crate) kept: Snapshot,
    pub(crate) keeping: Vec<(u64, Snapshot)>,
    /// Own contents that are not for the timeline, likewise.
    pub(crate) controls: Sorted<EventId, Control>,
    /// Own events that the relay has answered for.
    pub(crate) sent: Sorted<EventId, Sent>,
    /// Those of them that did not come back although everything has, in their order: they are sent again.
    pub(crate) again: Vec<EventId>,
    /// Whether the relay has lost the conversation itself, until its visitor opens it there again.
    pub(crate) is_gone: bool,
    /// Why nothing leaves, if nobody was reached and nobody has been since.
    pub(crate) away: Option<Refusal>,
    /// What pages since the start did not have.
    pub(crate) pulls: Sorted<EventId, Pulls>,
    /// Whether messages that are not at hand are in the store.
    pub(crate) is_stored: bool,
}

impl Control {
    pub(crate) fn peer(&self) -> Peer {
        (self.device, self.scope)
    }
}

impl Conversation {
    /// Everything that was read of what is kept; what outlines say of conversations is there before.
    pub(crate) fn restore_all(
        opened: &Opened,
        conversations: &mut Sorted<ConversationId, Self>,
    ) -> Result<(), BrokenStore> {
        for (name, record) in opened.iter() {
            match name {
                Name::Conversation(id) => {
                    conversations.or_default(id).facts = record.read()?;
                }
                Name::Message(id, event) => {
                    let message = Message::restore(record)?;
                    conversations.or_default(id).messages.insert(event, message);
                }
                Name::Control(id, event) => {
                    conversations.or_default(id).controls.insert(event, record.read()?);
                }
                Name::Sent(id, event) => {
                    conversations.or_default(id).sent.insert(event, record.read()?);
                }
                Name::Account
                | Name::Membership
                | Name::Cursor
                | Name::Canned
                | Name::Blocked
                | Name::Sessions(..)
                | Name::Outline(_) => {}
            }
        }
        for (_, conversation) in conversations.iter_mut() {
            conversation.restore_outbox();
        }
        Ok(())
    }

    /// What of its messages waits to be stored by the relay, in its turn.
    pub(crate) fn restore_outbox(&mut self) {
        let outgoing = self.messages.iter().filter(|(_, message)| message.is_outgoing());
        // What has left comes first; an act is dated when it is sealed.
        let in_turn: SortedSet<_> =
            outgoing.map(|(event, message)| ((!message.has_left(), message.time, *event), ())).collect();
        self.outbox = in_turn.keys().map(|(.., event)| *event).collect();
        self.kept = in_turn.keys().map(|(waits, _, event)| (*event, !waits)).collect();
    }

    /// As it stands in a list.
    pub(crate) fn summary(
        &self,
        conversation: ConversationId,
        answerable: bool,
        safety: Option<SafetyNumber>,
        hold: Hold,
        waits_since: u64,
        now: u64,
    ) -> Summary {
        let last = self.last_said();
        let preview = last.map_or("", |message| match &message.body {
            Body::Text(text) | Body::File(File { name: text, .. }) => text,
            _ => "",
        });
        Summary {
            conversation,
            preview: preview.to_owned(),
            time: last.map_or(0, |message| message.time),
            unread: self.facts.unread,
            waits_since,
            answerable,
            safety,
            hold,
            identity: self.identity(now),
            life: self.life(),
            labels: Vec::new(),
            away: self.away.filter(|_| !self.outbox.is_empty() || self.is_uploading()),
        }
    }

    /// One message as it stands in the timeline.
    pub(crate) fn item(&self, conversation: ConversationId, event: EventId) -> Option<Item> {
        let message = self.messages.get(&event)?;
        let body = self.shown_body(event, message);
        // How far the word that took it back has come says more than how far it came itself.
        let is_withdrawn = matches!(body, Body::Withdrawn);
        let withdrawal = is_withdrawn.then(|| self.withdrawal_of(event)).flatten();
        Some(Item {
            conversation,
            event,
            position: message.position,
            author: message.author.clone(),
            body,
            time: message.time,
            delivery: withdrawal.unwrap_or(message).delivery(&self.facts.reads),
            vouched: message.vouched.clone(),
            quotes: message.quotes,
        })
    }

    /// Whether a file is on its way to the relay.
    fn is_uploading(&self) -> bool {
        self.messages.values().any(|message| matches!(message.stage, Stage::Uploading))
    }

    /// A time for a new own message that sorts after every one before it in the outbox.
    pub(crate) fn next_time(&self, now: u64) -> u64 {
        let last = self.outbox.last().and_then(|event| self.messages.get(event));
        last.map_or(now, |message| now.max(message.time + 1))
    }
}

impl Message {
    /// A message of this person, not sealed yet.
    pub(crate) fn own(body: Body, time: u64, stage: Stage) -> Self {
        Self::new(Author::Own, body, time, stage)
    }

    /// As it was kept.
    pub(crate) fn restore(record: &Record) -> Result<Self, BrokenStore> {
        let mut message: Self = record.read()?;
        message.begin_anew();
        Ok(message)
    }

    /// The page that could read its file is gone.
    pub(crate) fn begin_anew(&mut self) {
        let is_gone = match self.stage {
            Stage::Uploading => true,
            // Nothing is left to be tried again; what is wrong with the file itself says more.
            Stage::Failed(refusal) => {
                self.is_file() && self.attachment.is_none() && !refusal.is_of_the_file()
            }
            _ => false,
        };
        if is_gone {
            self.stage = Stage::Failed(Refusal::SourceGone);
        }
    }

    /// A message of another device.
    pub(crate) fn received(author: Author, body: Body, time: u64) -> Self {
        Self::new(author, body, time, Stage::Received)
    }

    fn new(author: Author, body: Body, time: u64, stage: Stage) -> Self {
        Self {
            position: None,
            author,
            body,
            time,
            stage,
            content: None,
            key: None,
            recipients: None,
            unopened: None,
            gave_way: false,
            asked: 0,
            sender: None,
            epoch: 0,
            act: None,
            vouched: None,
            attachment: None,
            in_log: false,
            token: None,
            stored: None,
            withdraws: None,
            quotes: None,
        }
    }

    /// Whether this device wrote it, and knows that it did.
    pub(crate) fn is_own(&self) -> bool {
        matches!(self.stage, Stage::Waiting | Stage::Sealed(_) | Stage::Sent)
    }

    /// Whether the log had it at another position than it is delivered at.
    pub(crate) fn stands_elsewhere(&self, delivered: &Delivered) -> bool {
        self.in_log && self.position != Some(delivered.position)
    }

    /// Whether it is given up where it comes no further, rather than tried again: what it says may not be so by then.
    pub(crate) fn is_given_up(&self) -> bool {
        self.is_of_its_moment() || matches!(self.body, Body::Ended | Body::Labels(_))
    }

    /// Whether it is an act or an identity token: dated when it is sealed.
    pub(crate) fn is_of_its_moment(&self) -> bool {
        self.act.is_some() || self.token.is_some()
    }

    /// Whether this device knows what it says.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.body, Body::Text(_) | Body::File(_) | Body::Withdrawn)
            || self.is_of_its_moment()
            || self.is_the_visitors()
            || self.is_for_agents()
            || self.withdraws.is_some()
    }

    /// Whether it is a file.
    pub(crate) fn is_file(&self) -> bool {
        matches!(self.body, Body::File(_))
    }

    /// Whether it was never delivered, and stands here by a key that somebody handed on.
    pub(crate) fn is_claim(&self) -> bool {
        self.author == Author::Unknown && self.body == Body::Withheld && !self.in_log
    }

    /// Whether its key was handed on, and the content is still to be fetched.
    pub(crate) fn awaits_content(&self) -> bool {
        let is_closed = !self.is_open() && self.unopened.is_none();
        self.key.is_some() && is_closed && self.body != Body::Closed(Refusal::NotUnderstood)
    }

    pub(crate) fn shown_body(&self) -> Body {
        // An end or a rating by a colleague's word alone is none yet.
        let is_claimed = self.closes() && self.vouched.is_some();
        let is_idle = self.act.as_ref().is_some_and(|act| !act.counts());
        let is_in_list = matches!(self.body, Body::Labels(_));
        if is_claimed || is_idle || is_in_list { Body::Withheld } else { self.body.clone() }
    }

    /// Whether it is sealed and kept, and may have been sent.
    pub(crate) fn has_left(&self) -> bool {
        matches!(self.stage, Stage::Sealed(_))
    }

    /// Whether it is a text or a file of this person, or takes one back, and the relay is not known to have it.
    pub(crate) fn is_unsent_message(&self) -> bool {
        let is_unsent = self.is_outgoing() || matches!(self.stage, Stage::Failed(_));
        let is_said = matches!(self.body, Body::Text(_) | Body::File(_) | Body::Withdrawn);
        is_unsent && (is_said || self.is_the_visitors() || self.is_for_agents() || self.withdraws.is_some())
    }

    /// Whether something is still to be done about it that the person need not ask for.
    pub(crate) fn is_pending(&self) -> bool {
        let is_unjudged = |act: &ActRecord| act.verdict.is_none();
        self.is_outgoing()
            || matches!(self.stage, Stage::Uploading)
            || self.awaits_content()
            || self.is_to_be_asked_for()
            || self.act.as_ref().is_some_and(is_unjudged)
    }

    /// Whether it brings a token of which nothing can be said yet.
    pub(crate) fn is_unjudged_token(&self) -> bool {
        self.token.is_some() && self.body == Body::Withheld
    }

    /// Whether it waits to be stored by the relay.
    pub(crate) fn is_outgoing(&self) -> bool {
        matches!(self.stage, Stage::Waiting | Stage::Sealed(_))
    }

    fn delivery(&self, reads: &Reads) -> Delivery {
        match self.stage {
            Stage::Waiting | Stage::Sealed(_) | Stage::Uploading => Delivery::Sending,
            // How far the visitor has read says nothing of what is not for them.
            Stage::Sent if self.is_for_agents() => Delivery::Sent,
            Stage::Sent => reads.delivery(self.position),
            Stage::Failed(refusal) => Delivery::Failed(refusal),
            Stage::Received => Delivery::Received,
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng;
    use segel_crypto::attachment::{Measure, SealedHash, Sealer};
    use segel_wire::ids::AttachmentId;

    use super::*;

    fn attachment(name: &str, media_type: &str, size: usize) -> Attachment {
        let mut measure = Measure::new(size as u64).unwrap();
        measure.take(&vec![7; size]).unwrap();
        let random = &mut rand_chacha::ChaCha20Rng::from_seed([1; 32]);
        let sealer = Sealer::new(measure.finish().unwrap(), AttachmentId([1; 16]), random);
        sealer.describe(SealedHash::default().finish(), name.to_owned(), media_type.to_owned(), None)
    }

    #[test]
    fn a_message_with_a_file_that_misleads_stays_closed() {
        let png = "image/png";
        for (name, media_type, size, body) in [
            ("a.png", png, 0, Body::Closed(Refusal::FileEmpty)),
            ("gnp.\u{202e}exe", png, 1, Body::Closed(Refusal::FileNameRefused)),
            ("../a.png", png, 1, Body::Closed(Refusal::FileNameRefused)),
            (&"a".repeat(10_000), png, 1, Body::Closed(Refusal::FileNameRefused)),
            ("a.png", "text/html\r\nx", 1, Body::Closed(Refusal::FileNameRefused)),
        ] {
            let mut message = Message::received(Author::Visitor, Body::BeforeEnrolment, 1);
            message.say(content::Body::Attachment(attachment(name, media_type, size)));
            assert_eq!((message.body, message.attachment), (body, None), "{name:?}");
        }
        let mut message = Message::received(Author::Visitor, Body::BeforeEnrolment, 1);
        message.say(content::Body::Attachment(attachment("a.png", png, 1)));
        assert!(message.is_file() && message.attachment.is_some());
    }
}
