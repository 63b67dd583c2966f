//! A message is sealed once; whoever holds its content key can open it. PROTOCOL.md, section 5.6.

use rand_core::CryptoRng;
use segel_wire::ids::{ConversationId, DeskId, DeviceId, EventId, RosterHash};
use segel_wire::signed::{ConsentHash, Order, SignedToken, statement};
use segel_wire::{cbor, limits, text};
use segel_wire::{cbor_array, cbor_index, cbor_map, cbor_transparent, cbor_variants};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::act::{ActHash, SignedAct};
use crate::attachment::Attachment;
use crate::grant::Grant;
use crate::handshake::SUITE;
use crate::log::Seen;
use crate::padding;
use crate::secret::{Secret, secrets};
use crate::signal::SharedKey;
use segel_hazmat::{aead, kdf};

secrets! {
    /// Opens one content; travels in wraps only.
    pub ContentKey;
}

/// SHA-256 of a sealed content; wraps are bound to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentHash(pub [u8; 32]);

cbor_transparent!(ContentHash);

/// What is inside.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Counts this device's contents in this conversation, from 1.
    pub sequence: u64,
    /// When it was written, Unix milliseconds by the sender's clock.
    pub time: u64,
    /// The desk that it is written to.
    pub desk: DeskId,
    /// This device's content before this one in the conversation; zeros for the first.
    pub previous: ContentHash,
    /// Up to where the sender knows every event of the conversation.
    pub seen: Seen,
    /// The last act that the sender knows.
    pub act: Option<ActHash>,
    /// What it says.
    pub body: Body,
    /// The event that it answers, if it is a text.
    pub quotes: Option<EventId>,
}

cbor_map!(Message { 0: sequence, 1: time, 2: desk, 3: previous, 4: seen, 5: act, 6: body, 7: quotes });

/// What a content says.
#[derive(Clone, PartialEq, Eq)]
pub enum Body {
    /// A text; the layer above lets only masked text get here.
    Text(String),
    /// A sealed file.
    Attachment(Attachment),
    /// Who holds the conversation.
    Act(SignedAct),
    /// Content keys that are handed on.
    Grants(Vec<Grant>),
    /// Events whose content keys are asked for anew.
    Request(Vec<EventId>),
    /// A key for signals.
    SignalKey(SharedKey),
    /// A business's word on who the visitor is.
    Token(SignedToken),
    /// Up to which position its sender's person has read.
    Read(u64),
    /// An earlier event of the same device that it takes back.
    Withdrawal(EventId),
    /// The visitor ends the conversation.
    End,
    /// What the visitor thinks of a conversation that has ended.
    Rating(Rating),
    /// What the visitor says before the first message.
    Details(Details),
    /// What an agent tells other agents; the layer above lets only masked text get here.
    Note(String),
    /// All labels that the conversation has from then on, for agents; masked like a text.
    Labels(Vec<String>),
    /// The visitor erases the conversation.
    Erasure,
}

cbor_variants!(Body {
    0: Text(text),
    1: Attachment(attachment),
    2: Act(act),
    3: Grants(grants),
    4: Request(events),
    5: SignalKey(key),
    6: Token(token),
    7: Read(position),
    8: Withdrawal(event),
    9: End,
    10: Rating(rating),
    11: Details(details),
    12: Note(text),
    13: Labels(labels),
    14: Erasure
});

/// What a visitor thinks of a conversation.
#[derive(Clone, PartialEq, Eq)]
pub struct Rating {
    /// How good it was.
    pub stars: Stars,
    /// In words; the layer above lets only masked text get here.
    pub comment: Option<String>,
}

cbor_map!(Rating { 0: stars, 1: comment });

/// One to five stars; more are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stars {
    /// 1.
    One,
    /// 2.
    Two,
    /// 3.
    Three,
    /// 4.
    Four,
    /// 5.
    Five,
}

cbor_index!(Stars { 1: One, 2: Two, 3: Three, 4: Four, 5: Five });

impl Stars {
    /// From the fewest to the most.
    pub const ALL: [Self; 5] = [Self::One, Self::Two, Self::Three, Self::Four, Self::Five];
}

/// What a visitor says before the first message of a conversation. PROTOCOL.md, section 5.19.
#[derive(Clone, PartialEq, Eq)]
pub struct Details {
    /// What was asked and what was said to it, in order; absent if nothing was asked.
    pub answers: Option<Vec<Answer>>,
    /// What the visitor agreed to; absent if to nothing.
    pub agreed: Option<Agreed>,
    /// The address of the page, without query and fragment.
    pub page: String,
    /// The tag of the language in which the widget is shown.
    pub language: String,
}

cbor_map!(Details { 0: answers, 1: agreed, 2: page, 3: language });

/// An answer to one question.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The label that was asked: the site's words.
    pub label: String,
    /// What the visitor says, empty if nothing; the layer above lets only masked text get here.
    pub text: String,
}

cbor_array!(Answer { label, text });

/// That the visitor agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreed {
    /// To what.
    pub consent: ConsentHash,
    /// When, Unix milliseconds by the visitor's clock.
    pub time: u64,
}

cbor_array!(Agreed { consent, time });

/// Details say nothing: what they say is sealed.
impl core::fmt::Debug for Details {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Details(sealed)")
    }
}

/// A message says nothing: what it says is sealed.
impl core::fmt::Debug for Message {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Message(sealed)")
    }
}

/// A body says nothing: what it says is sealed.
impl core::fmt::Debug for Body {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Body(sealed)")
    }
}

/// What a content is bound to.
#[derive(Debug, Clone, Copy)]
pub struct ContentContext<'a> {
    /// The conversation.
    pub conversation: &'a ConversationId,
    /// The event, which is the message's id.
    pub event: &'a EventId,
    /// The device that sealed it.
    pub sender: &'a DeviceId,
    /// Every device that gets a wrap, sorted.
    pub recipients: &'a [DeviceId],
}

/// The part of a content that its key does not hide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Whether nothing of it belongs into the timeline.
    pub quiet: bool,
    /// The message's id; must be the event's.
    pub event: EventId,
    /// The sender's newest roster.
    pub order: Order,
    /// Its hash.
    pub roster: RosterHash,
}

/// Why a content did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// Not the documented shape or over its size.
    #[error("malformed content")]
    Malformed,
    /// Another version or suite.
    #[error("the content is of a version or suite that is not spoken here")]
    UnknownSuite,
    /// It names another event than the one it came in.
    #[error("the content belongs to another event")]
    WrongEvent,
    /// Altered, moved, with another recipient list, or not under this key.
    #[error("the content was altered or belongs elsewhere")]
    NotAuthentic,
}

const HEADER: usize = 3 + 16 + 8 + 8 + 32;
const COMMITMENT: usize = 32;
const QUIET: u8 = 1;

impl ContentHash {
    /// What stands before a device's first content in a conversation.
    pub const NONE: Self = Self([0; 32]);

    /// The hash of a sealed content.
    pub fn derive(content: &[u8]) -> Self {
        Self(kdf::hash(content))
    }
}

impl Body {
    /// Whether nothing of it belongs into the timeline.
    pub fn is_quiet(&self) -> bool {
        matches!(self, Self::Grants(_) | Self::Request(_) | Self::SignalKey(_) | Self::Read(_))
            || self.is_for_agents()
    }

    /// Whether it is for agents alone: section 5.18.
    pub fn is_for_agents(&self) -> bool {
        matches!(self, Self::Note(_) | Self::Labels(_))
    }

    /// Lists name something, and no more than section 9 allows.
    fn is_within_limits(&self) -> bool {
        match self {
            Self::Grants(grants) => (1..=limits::GRANTS).contains(&grants.len()),
            Self::Request(events) => (1..=limits::REQUESTED_EVENTS).contains(&events.len()),
            Self::Read(position) => *position > 0,
            Self::Details(Details { answers: Some(answers), .. }) => {
                (1..=limits::INTAKE_QUESTIONS).contains(&answers.len())
            }
            Self::Labels(labels) => is_set_of_labels(labels),
            Self::Text(_)
            | Self::Attachment(_)
            | Self::Act(_)
            | Self::SignalKey(_)
            | Self::Token(_)
            | Self::Withdrawal(_)
            | Self::End
            | Self::Rating(_)
            | Self::Details(_)
            | Self::Note(_)
            | Self::Erasure => true,
        }
    }
}

/// Whether labels are as section 5.18 has them: in order, each once, and such that each can be seen and misleads nobody.
fn is_set_of_labels(labels: &[String]) -> bool {
    labels.len() <= limits::LABELS
        && labels.is_sorted_by(|a, b| a < b)
        && labels.iter().all(|label| is_label(label))
}

/// Whether a text can be a label: section 5.18.
pub fn is_label(text: &str) -> bool {
    text.chars().count() <= limits::LABEL_CHARS
        && !text.chars().any(text::is_misleading)
        && !text.chars().all(text::is_invisible)
}

impl Header {
    /// Reads the header of a sealed content.
    pub fn parse(content: &[u8]) -> Result<Self, ContentError> {
        if content.len() > limits::CONTENT_BYTES || content.len() < HEADER + COMMITMENT + aead::TAG {
            return Err(ContentError::Malformed);
        }
        if content[..2] != [1, SUITE] {
            return Err(ContentError::UnknownSuite);
        }
        let quiet = match content[2] {
            0 => false,
            QUIET => true,
            _ => return Err(ContentError::Malformed),
        };
        let field =
            |from: usize| content[from..].first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        let event = content[3..].first_chunk().ok_or(ContentError::Malformed)?;
        let roster = content[35..].first_chunk().ok_or(ContentError::Malformed)?;
        let order = Order { generation: field(19), version: field(27) };
        Ok(Self { quiet, event: EventId(*event), order, roster: RosterHash(*roster) })
    }

    fn to_bytes(self) -> Vec<u8> {
        let mut bytes = vec![1, SUITE, if self.quiet { QUIET } else { 0 }];
        bytes.extend_from_slice(&self.event.0);
        bytes.extend_from_slice(&self.order.generation.to_be_bytes());
        bytes.extend_from_slice(&self.order.version.to_be_bytes());
        bytes.extend_from_slice(&self.roster.0);
        bytes
    }
}

/// Seals a message under a fresh content key.
pub fn seal(
    message: &Message,
    roster: (Order, RosterHash),
    bound_to: &ContentContext<'_>,
    random: &mut impl CryptoRng,
) -> (Vec<u8>, ContentKey) {
    let content_key = ContentKey::make(random);
    let (order, roster) = roster;
    let header = Header { quiet: message.body.is_quiet(), event: *bound_to.event, order, roster };
    let mut content = header.to_bytes();
    let associated_data = derive_associated_data(&content, bound_to);
    let keys = derive_keys(&associated_data, &content_key);
    let encoded = Zeroizing::new(cbor::encode(message));
    let padded = Zeroizing::new(padding::pad(&encoded));
    content.extend_from_slice(&keys[32..]);
    content.extend_from_slice(&aead::seal(&encryption_key(&keys), &[0; 12], &associated_data, &padded));
    (content, content_key)
}

/// Opens a content.
pub fn open(
    content: &[u8],
    key: &ContentKey,
    bound_to: &ContentContext<'_>,
) -> Result<Message, ContentError> {
    let parsed = Header::parse(content)?;
    if parsed.event != *bound_to.event {
        return Err(ContentError::WrongEvent);
    }
    if !bound_to.recipients.is_sorted_by(|a, b| a < b) {
        return Err(ContentError::NotAuthentic);
    }
    let (header, rest) = content.split_at(HEADER);
    let (commitment, ciphertext) = rest.split_at(COMMITMENT);
    let associated_data = derive_associated_data(header, bound_to);
    let keys = derive_keys(&associated_data, key);
    if !bool::from(keys[32..].ct_eq(commitment)) {
        return Err(ContentError::NotAuthentic);
    }
    let padded =
        aead::open(&encryption_key(&keys), &[0; 12], &associated_data, ciphertext).map(Zeroizing::new);
    let padded = padded.map_err(|_| ContentError::NotAuthentic)?;
    let message = padding::unpad(&padded).map_err(|_| ContentError::Malformed)?;
    let message: Message = cbor::decode(message).map_err(|_| ContentError::Malformed)?;
    let answers_well = message.quotes.is_none() || matches!(message.body, Body::Text(_));
    let is_sound = message.body.is_quiet() == parsed.quiet && message.body.is_within_limits() && answers_well;
    if is_sound { Ok(message) } else { Err(ContentError::Malformed) }
}

fn derive_associated_data(header: &[u8], bound_to: &ContentContext<'_>) -> Vec<u8> {
    let recipients: Vec<u8> = bound_to.recipients.iter().flat_map(|device| device.0).collect();
    let recipients = kdf::hash(&recipients);
    statement("segel/1 content", &[header, &bound_to.conversation.0, &bound_to.sender.0, &recipients])
}

/// Encryption key (32) | commitment (32).
fn derive_keys(associated_data: &[u8], key: &ContentKey) -> Zeroizing<[u8; 64]> {
    kdf::derive(&kdf::hash(associated_data), key.expose(), "segel/1 content key")
}

fn encryption_key(keys: &[u8; 64]) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    key.copy_from_slice(&keys[..32]);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Message {
        Message {
            sequence: 1,
            time: 2,
            desk: DeskId([6; 16]),
            previous: ContentHash::NONE,
            seen: Seen::start(&ConversationId([1; 16])),
            act: None,
            body: Body::Text("halo".to_owned()),
            quotes: None,
        }
    }

    /// Opens what a faulty program sealed: rightly but for what is inside.
    fn open_sealed(padded: &[u8], quiet: bool) -> Result<Message, ContentError> {
        let (conversation, event, sender) = (ConversationId([1; 16]), EventId([2; 16]), DeviceId([3; 16]));
        let bound_to =
            ContentContext { conversation: &conversation, event: &event, sender: &sender, recipients: &[] };
        let order = Order { generation: 1, version: 1 };
        let header = Header { quiet, event, order, roster: RosterHash([4; 32]) }.to_bytes();
        let associated_data = derive_associated_data(&header, &bound_to);
        let key = ContentKey::from_bytes([5; 32]);
        let keys = derive_keys(&associated_data, &key);
        let ciphertext = aead::seal(&encryption_key(&keys), &[0; 12], &associated_data, padded);
        open(&[&header, &keys[32..], &ciphertext].concat(), &key, &bound_to)
    }

    #[test]
    fn what_was_sealed_with_another_padding_shape_or_flag_is_malformed() {
        let encoded = cbor::encode(&message());
        let padded = padding::pad(&encoded);
        assert_eq!(open_sealed(&padded, false), Ok(message()));
        assert_eq!(open_sealed(&padded, true), Err(ContentError::Malformed), "quiet");
        let long_sequence = [&encoded[..2], &[0x18, 0x01], &encoded[3..]].concat();
        for (case, padded) in [
            ("nothing", vec![]),
            ("no padding", encoded.clone()),
            ("shorter", padded[..padded.len() - 1].to_vec()),
            ("longer", [&padded[..], &[0]].concat()),
            ("no message", padding::pad(&[])),
            ("another encoding", padding::pad(&long_sequence)),
            ("more than a message", padding::pad(&[&encoded[..], &[0]].concat())),
        ] {
            assert_eq!(open_sealed(&padded, false), Err(ContentError::Malformed), "{case}");
        }
    }
}
