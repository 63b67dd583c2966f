//! What an engine asks its screen to show: facts and stable codes, never sentences.

pub use segel_crypto::content::{Agreed, Answer, Details, Rating, Stars};
pub use segel_crypto::safety::SafetyNumber;
use segel_wire::ids::{AgentId, ConversationId, EventId};
use segel_wire::signed::{Hours, Intake, Masking};
use segel_wire::{cbor_index, cbor_map, cbor_variants};

use crate::canned::Canned;
pub use crate::identity::Identity;
pub use crate::refusal::Refusal;
pub use crate::reporting::Reporting;

/// One change to what a person sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Show {
    /// The site as its signed roster presents it.
    Site(Site),
    /// Whether messages can be written now.
    Gate(Gate),
    /// Whether the relay is reached.
    Link(Link),
    /// A conversation appeared or changed.
    Conversation(Summary),
    /// A message appeared or changed; replaces the one of the same id.
    Item(Item),
    /// Who else is typing in a conversation, if anybody; of several, the one who was heard first.
    Typing(ConversationId, Option<Author>),
    /// Who of the other side has this conversation before their eyes, or nobody.
    Here(ConversationId, Option<Author>),
    /// The page may hand in the business's word on who the visitor is, for this conversation and device.
    Introduce {
        /// The conversation.
        conversation: ConversationId,
        /// SHA-256 of this device's identity, as base64url.
        visitor: String,
    },
    /// A message was taken out.
    Gone(ConversationId, EventId),
    /// A message's file has come further.
    Transfer(Transfer),
    /// Something from outside was refused; nothing changed by it.
    Refused(Refusal),
    /// All texts that this device's agent keeps to send again.
    Canned(Vec<Canned>),
    /// All conversations that this device's agent has blocked: nothing of them is to be on the screen.
    Blocked(Vec<ConversationId>),
    /// What came of a report of this conversation's messages.
    Report(ConversationId, Box<Reporting>),
    /// Everything of this visitor is erased, at the relay too: what is left here is to be deleted, and begun with nothing.
    Erased,
}

cbor_variants!(Show {
    0: Site(site),
    1: Gate(gate),
    2: Link(link),
    3: Conversation(summary),
    4: Item(item),
    5: Typing(conversation, who),
    6: Gone(conversation, event),
    7: Transfer(transfer),
    8: Refused(refusal),
    9: Introduce { conversation, visitor },
    10: Here(conversation, who),
    11: Canned(texts),
    12: Erased,
    13: Blocked(conversations),
    14: Report(conversation, reporting)
});

/// How the site presents itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The business's name.
    pub name: String,
    /// The name under which this device answers, if the roster lists it as an agent's.
    pub agent: Option<String>,
    /// What it has masked; [`crate::masker`] reads it.
    pub masking: Option<Masking>,
    /// When it answers.
    pub hours: Option<Hours>,
    /// What it asks of a visitor before a conversation.
    pub intake: Option<Intake>,
    /// When its newest roster ends, Unix seconds: nothing is sealed from then on. Agents' devices alone are told.
    pub until: Option<u64>,
}

cbor_map!(Site { 0: name, 1: agent, 2: masking, 3: hours, 4: intake, 5: until });

/// Whether a message can be sealed and accepted now. The composer keeps its draft in every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// The roster has not been verified yet.
    Preparing,
    /// Messages can be written.
    Open,
    /// No agent's device is enrolled yet.
    NobodyEnrolled,
    /// This device's enrolment waits for the owner's next roster.
    AwaitingRoster,
    /// This device is no longer in the roster.
    Removed,
    /// The roster has expired and nothing newer is to be had.
    RosterExpired,
    /// What the relay serves does not hold against the pinned root key; see the refusal.
    Refused(Refusal),
    /// The visitor has everything erased: here it is gone, and the relay has not confirmed it yet.
    Erasing,
}

cbor_variants!(Gate {
    0: Preparing,
    1: Open,
    2: NobodyEnrolled,
    3: AwaitingRoster,
    4: Removed,
    5: RosterExpired,
    6: Refused(refusal),
    7: Erasing
});

/// The connection to the relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Not connected, and the browser says that it is offline or an attempt just failed.
    Offline,
    /// An attempt is under way.
    Connecting,
    /// Connected and caught up.
    Online,
}

cbor_index!(Link { 0: Offline, 1: Connecting, 2: Online });

/// A conversation in a list.
#[derive(Clone, PartialEq, Eq)]
pub struct Summary {
    /// The conversation.
    pub conversation: ConversationId,
    /// The last message's text, whole; empty if none could be opened.
    pub preview: String,
    /// The last message's time, Unix milliseconds; 0 if there is none.
    pub time: u64,
    /// Messages of the other side not yet seen on this device.
    pub unread: u32,
    /// Since when the visitor waits for an answer: the time of the first message that has none, Unix milliseconds; 0 if
    /// all have.
    pub waits_since: u64,
    /// Whether this device can answer; a device enrolled later waits for the visitor's next message.
    pub answerable: bool,
    /// What visitor and business compare (PROTOCOL.md, section 3.8); `None` while the visitor's key is not known here.
    pub safety: Option<SafetyNumber>,
    /// Who holds it, and what the person at this device may do about that.
    pub hold: Hold,
    /// Who the visitor is, by the business's word.
    pub identity: Identity,
    /// How far it has come.
    pub life: Life,
    /// Its labels, in order; only agents have any.
    pub labels: Vec<String>,
    /// Why what waits in it cannot leave: `NobodyReachable` or `VisitorAway`.
    pub away: Option<Refusal>,
}

cbor_map!(Summary {
    0: conversation,
    1: preview,
    2: time,
    3: unread,
    4: answerable,
    5: safety,
    6: hold,
    7: identity,
    8: waits_since,
    9: life,
    10: labels,
    11: away
});

/// How far a conversation has come (PROTOCOL.md, section 5.17).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Life {
    /// It can be written in.
    #[default]
    Open,
    /// It has ended, and the visitor may say how it was.
    Ended,
    /// It has ended, and the visitor has said so, or will not.
    Settled,
}

cbor_index!(Life { 0: Open, 1: Ended, 2: Settled });

/// Who holds a conversation (PROTOCOL.md, section 5.9).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hold {
    /// How the person at this device stands to it.
    pub standing: Standing,
    /// The name of the agent who holds it and is there.
    pub holder: Option<String>,
    /// Whether an act of this person is on its way; another waits for it.
    pub acting: bool,
    /// What this person may do now, apart from a transfer.
    pub may: Vec<Deed<AgentId>>,
    /// To whom this person may hand it, by id and name.
    pub colleagues: Vec<(AgentId, String)>,
}

cbor_map!(Hold { 0: standing, 1: holder, 2: acting, 3: may, 4: colleagues });

/// How a person stands to a conversation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Standing {
    /// Nobody holds it: it is the whole desk's.
    #[default]
    Free,
    /// This agent holds it.
    Mine,
    /// Another holds it, and this agent reads along.
    Joined,
    /// Another holds it. What is said from then on is not sealed to this agent.
    Others,
}

cbor_index!(Standing { 0: Free, 1: Mine, 2: Joined, 3: Others });

/// What an act does (PROTOCOL.md, section 5.9); a transfer says to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed<To> {
    /// Takes what nobody holds.
    Claim,
    /// Hands it to another agent.
    Transfer(To),
    /// Lets go of it.
    Release,
    /// Takes it from whoever holds it.
    Takeover,
    /// Begins to read along.
    Join,
    /// Ends that.
    Leave,
    /// Ends the conversation.
    End,
}

cbor_variants!(Deed<AgentId> { 0: Claim, 1: Transfer(agent), 2: Release, 3: Takeover, 4: Join, 5: Leave, 6: End });
cbor_variants!(Deed<String> { 0: Claim, 1: Transfer(name), 2: Release, 3: Takeover, 4: Join, 5: Leave, 6: End });

/// A message in the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The conversation.
    pub conversation: ConversationId,
    /// Its id.
    pub event: EventId,
    /// Where it stands: stored messages by the relay's number, others after them by `time`.
    pub position: Option<u64>,
    /// Who wrote it.
    pub author: Author,
    /// What it says, or why that cannot be shown.
    pub body: Body,
    /// When its sender wrote it, Unix milliseconds.
    pub time: u64,
    /// What became of it.
    pub delivery: Delivery,
    /// By whose word it is here, where that is not its author's: its key was handed on by this agent, and the
    /// visitor's browser has not confirmed it yet (PROTOCOL.md, section 5.10).
    pub vouched: Option<String>,
    /// The message of this conversation that it answers: its id alone, and perhaps of none that is at hand.
    pub quotes: Option<EventId>,
}

cbor_map!(Item {
    0: conversation,
    1: event,
    2: position,
    3: author,
    4: body,
    5: time,
    6: delivery,
    7: vouched,
    8: quotes
});

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Author {
    /// This device.
    Own,
    /// The visitor.
    Visitor,
    /// An agent, by the name in the signed roster.
    Agent(String),
    /// A device that no roster vouches for.
    Unknown,
}

cbor_variants!(Author { 0: Own, 1: Visitor, 2: Agent(text), 3: Unknown });

/// What a message says.
#[derive(Clone, PartialEq, Eq)]
pub enum Body {
    /// Text as its sender's masker passed it.
    Text(String),
    /// It could not be opened; shown, never dropped.
    Closed(Refusal),
    /// It was sealed before this device was enrolled.
    BeforeEnrolment,
    /// An act that counted; a transfer names who got the conversation.
    Act(Deed<String>),
    /// Nothing that belongs into this person's timeline: sealed while another held the conversation, or an act
    /// that does not count, or not yet. What stood in its place goes.
    Withheld,
    /// A file; its bytes are fetched when the person wants them.
    File(File),
    /// The business's word on who the visitor is, that counts; empty if nobody is signed in.
    Introduced(String),
    /// Whoever wrote it has taken it back.
    Withdrawn,
    /// The visitor has ended the conversation.
    Ended,
    /// What the visitor thinks of it.
    Rated(Rating),
    /// What an agent tells other agents, as its sender's masker passed it. Never shown to a visitor.
    Note(String),
    /// All labels that the conversation has from then on; shown in its [`Summary`] and not here.
    Labels(Vec<String>),
    /// What the visitor said before the first message; it stands beside the timeline.
    Details(Details),
    /// The visitor has erased the conversation: nothing else of it is left.
    Erased,
}

cbor_variants!(Body {
    0: Text(text),
    1: Closed(refusal),
    2: BeforeEnrolment,
    3: Act(deed),
    4: Withheld,
    5: File(file),
    6: Introduced(subject),
    7: Withdrawn,
    8: Ended,
    9: Rated(rating),
    10: Note(text),
    11: Labels(labels),
    12: Details(details),
    13: Erased
});

/// What is said of a file: its name and type are its sender's words, and such as PROTOCOL.md, section 5.11, allows.
#[derive(Clone, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its size in bytes.
    pub size: u64,
}

cbor_map!(File { 0: name, 1: media_type, 2: size });

/// Its size only.
impl core::fmt::Debug for File {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("File").field("size", &self.size).finish_non_exhaustive()
    }
}

/// How far a message's file has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer {
    /// The conversation.
    pub conversation: ConversationId,
    /// The message.
    pub event: EventId,
    /// Where it stands.
    pub progress: Progress,
}

cbor_map!(Transfer { 0: conversation, 1: event, 2: progress });

/// Where a file stands that is sent or fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Nothing of it is under way.
    Rests,
    /// So many hundredths of it are stored by the relay.
    Sending(u32),
    /// So many hundredths of it were fetched and opened.
    Fetching(u32),
    /// It was fetched and is not handed out.
    Refused(Refusal),
}

cbor_variants!(Progress { 0: Rests, 1: Sending(percent), 2: Fetching(percent), 3: Refused(refusal) });

/// How it came, never what it says.
impl core::fmt::Debug for Body {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Text(_) => f.write_str("Text(..)"),
            Self::Closed(refusal) => f.debug_tuple("Closed").field(refusal).finish(),
            Self::BeforeEnrolment => f.write_str("BeforeEnrolment"),
            Self::Act(deed) => f.debug_tuple("Act").field(deed).finish(),
            Self::Withheld => f.write_str("Withheld"),
            Self::File(file) => f.debug_tuple("File").field(file).finish(),
            Self::Introduced(_) => f.write_str("Introduced(..)"),
            Self::Withdrawn => f.write_str("Withdrawn"),
            Self::Ended => f.write_str("Ended"),
            Self::Rated(_) => f.write_str("Rated(..)"),
            Self::Note(_) => f.write_str("Note(..)"),
            Self::Labels(_) => f.write_str("Labels(..)"),
            Self::Details(_) => f.write_str("Details(..)"),
            Self::Erased => f.write_str("Erased"),
        }
    }
}

/// Without the preview.
impl core::fmt::Debug for Summary {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { conversation, time, unread, answerable, hold, .. } = self;
        f.debug_struct("Summary")
            .field("conversation", conversation)
            .field("time", time)
            .field("unread", unread)
            .field("answerable", answerable)
            .field("hold", hold)
            .finish_non_exhaustive()
    }
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Kept here, not yet answered for by the relay.
    Sending,
    /// Durably stored by the relay.
    Sent,
    /// A device of the other side has it.
    Delivered,
    /// Somebody on the other side had it before their eyes, or has answered it.
    Read,
    /// Refused for good; can be sent anew.
    Failed(Refusal),
    /// Came from the other side.
    Received,
}

cbor_variants!(Delivery { 0: Sending, 1: Sent, 2: Delivered, 3: Read, 4: Failed(refusal), 5: Received });
