//! What an engine asks its screen to show: facts and stable codes, never sentences.

pub use segel_crypto::safety::SafetyNumber;
use segel_wire::ids::{AgentId, ConversationId, EventId};
use segel_wire::signed::Masking;
use segel_wire::{cbor_index, cbor_map, cbor_variants};

pub use crate::identity::Identity;

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
    /// Somebody else is typing in a conversation, or nobody any more.
    Typing {
        /// The conversation.
        conversation: ConversationId,
        /// Who; of several, the one who was heard first.
        who: Option<Author>,
    },
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
}

/// How the site presents itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The business's name.
    pub name: String,
    /// The name under which this device answers, if the roster lists it as an agent's.
    pub agent: Option<String>,
    /// What it has masked; [`crate::masker`] reads it.
    pub masking: Option<Masking>,
}

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
}

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
    /// Whether this device can answer; a device enrolled later waits for the visitor's next message.
    pub answerable: bool,
    /// What visitor and business compare (PROTOCOL.md, section 3.8); `None` while the visitor's key is not known here.
    pub safety: Option<SafetyNumber>,
    /// Who holds it, and what the person at this device may do about that.
    pub hold: Hold,
    /// Who the visitor is, by the business's word.
    pub identity: Identity,
}

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
}

cbor_variants!(Deed<AgentId> { 0: Claim, 1: Transfer(agent), 2: Release, 3: Takeover, 4: Join, 5: Leave });
cbor_variants!(Deed<String> { 0: Claim, 1: Transfer(name), 2: Release, 3: Takeover, 4: Join, 5: Leave });

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
}

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
}

cbor_variants!(Body {
    0: Text(text),
    1: Closed(refusal),
    2: BeforeEnrolment,
    3: Act(deed),
    4: Withheld,
    5: File(file),
    6: Introduced(subject)
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

/// Where a file stands that is sent or fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Nothing of it is under way.
    Rests,
    /// So many hundredths of it are stored by the relay.
    Sending(u8),
    /// So many hundredths of it were fetched and opened.
    Fetching(u8),
    /// It was fetched and is not handed out.
    Refused(Refusal),
}

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

/// Why something was refused: a stable code that every language has a sentence for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The roster was not signed under the root key that the page pins.
    WrongRoot,
    /// The roster's signature or shape does not hold.
    RosterAltered,
    /// The roster has expired.
    RosterExpired,
    /// The relay served a roster older than one already seen here, or than the page's floor.
    RosterOlder,
    /// The rosters do not form one chain.
    RosterForked,
    /// The relay keeps no roster for this site.
    RosterMissing,
    /// A prekey bundle was not signed by the device that the roster lists.
    BundleRefused,
    /// A public key would give away the secret.
    WeakKey,
    /// A message was altered, or belongs to another conversation.
    MessageAltered,
    /// A message was delivered again.
    MessageReplayed,
    /// A message came from a device that no roster vouches for.
    UnknownSender,
    /// The message is too long.
    TooLarge,
    /// The relay refuses this origin.
    OriginRefused,
    /// The page that shows the widget is not listed by the site.
    PageRefused,
    /// This device may not reach the conversation.
    NotAMember,
    /// The enrolment code was refused or used before.
    EnrolmentRefused,
    /// The relay answered something that this version does not understand.
    RelayRefused,
    /// What is kept in this browser cannot be read.
    StoreBroken,
    /// The browser could not keep the message; nothing was sent.
    StoreFailed,
    /// A message is genuine, but one side's state is older; its sender was asked for it anew.
    MessageStale,
    /// Events of a sender are missing.
    EventsMissing,
    /// Another member was shown another conversation.
    LogForked,
    /// A message was sealed under a roster that was superseded long before.
    RosterOutdated,
    /// A message is of a kind that this version does not show.
    NotUnderstood,
    /// An act does not follow or is not allowed.
    ActRefused,
    /// Another agent holds the conversation.
    HeldByAnother,
    /// A chunk of a file was altered, or the whole is not the file that the message names.
    AttachmentAltered,
    /// The relay does not have the file.
    AttachmentMissing,
    /// A file has no bytes.
    FileEmpty,
    /// A file is too large.
    FileTooLarge,
    /// A file's name or type is not allowed: it could mislead.
    FileNameRefused,
    /// A file is not what its type says.
    FileTypeRefused,
    /// A file of text that the masker cannot take.
    FileUnmasked,
    /// A file changed since it was first read.
    SourceChanged,
    /// A file cannot be read any more: it is to be chosen again.
    SourceGone,
    /// The relay has no room for more files.
    QuotaExceeded,
    /// An identity token does not count.
    TokenRefused,
}

cbor_index!(Refusal {
    0: WrongRoot,
    1: RosterAltered,
    2: RosterExpired,
    3: RosterOlder,
    4: RosterForked,
    5: RosterMissing,
    6: BundleRefused,
    7: WeakKey,
    8: MessageAltered,
    9: MessageReplayed,
    10: UnknownSender,
    11: TooLarge,
    12: OriginRefused,
    13: PageRefused,
    14: NotAMember,
    15: EnrolmentRefused,
    16: RelayRefused,
    17: StoreBroken,
    18: StoreFailed,
    19: MessageStale,
    20: EventsMissing,
    21: LogForked,
    22: RosterOutdated,
    23: NotUnderstood,
    24: ActRefused,
    25: HeldByAnother,
    26: AttachmentAltered,
    27: AttachmentMissing,
    28: FileEmpty,
    29: FileTooLarge,
    30: FileNameRefused,
    31: FileTypeRefused,
    32: FileUnmasked,
    33: SourceChanged,
    34: SourceGone,
    35: QuotaExceeded,
    36: TokenRefused
});

impl Refusal {
    /// Whether the same file would be refused again: it is to be chosen anew, or not at all.
    pub const fn is_of_the_file(self) -> bool {
        matches!(
            self,
            Self::FileEmpty
                | Self::FileTooLarge
                | Self::FileNameRefused
                | Self::FileTypeRefused
                | Self::FileUnmasked
                | Self::SourceGone
        )
    }

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::WrongRoot => "wrong-root",
            Self::RosterAltered => "roster-altered",
            Self::RosterExpired => "roster-expired",
            Self::RosterOlder => "roster-older",
            Self::RosterForked => "roster-forked",
            Self::RosterMissing => "roster-missing",
            Self::BundleRefused => "bundle-refused",
            Self::WeakKey => "weak-key",
            Self::MessageAltered => "message-altered",
            Self::MessageReplayed => "message-replayed",
            Self::UnknownSender => "unknown-sender",
            Self::TooLarge => "too-large",
            Self::OriginRefused => "origin-refused",
            Self::PageRefused => "page-refused",
            Self::NotAMember => "not-a-member",
            Self::EnrolmentRefused => "enrolment-refused",
            Self::RelayRefused => "relay-refused",
            Self::StoreBroken => "store-broken",
            Self::StoreFailed => "store-failed",
            Self::MessageStale => "message-stale",
            Self::EventsMissing => "events-missing",
            Self::LogForked => "log-forked",
            Self::RosterOutdated => "roster-outdated",
            Self::NotUnderstood => "not-understood",
            Self::ActRefused => "act-refused",
            Self::HeldByAnother => "held-by-another",
            Self::AttachmentAltered => "attachment-altered",
            Self::AttachmentMissing => "attachment-missing",
            Self::FileEmpty => "file-empty",
            Self::FileTooLarge => "file-too-large",
            Self::FileNameRefused => "file-name-refused",
            Self::FileTypeRefused => "file-type-refused",
            Self::FileUnmasked => "file-unmasked",
            Self::SourceChanged => "source-changed",
            Self::SourceGone => "source-gone",
            Self::QuotaExceeded => "quota-exceeded",
            Self::TokenRefused => "token-refused",
        }
    }
}
