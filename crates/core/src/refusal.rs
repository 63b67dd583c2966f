//! Why something was refused, as stable codes. PROTOCOL.md, section 10.

use segel_wire::cbor_index;

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
    /// The site's newest policy lets nobody send what stands in a text.
    PolicyRefused,
    /// An identity token does not count.
    TokenRefused,
    /// The relay has dropped a message, and its author has not taken it back.
    MessageMissing,
    /// Somebody took back what is not theirs, or no message.
    WithdrawalRefused,
    /// The conversation has ended.
    ConversationEnded,
    /// Somebody ended or rated what only its visitor may.
    EndRefused,
    /// Another device than the visitor's says who the visitor is.
    DetailsRefused,
    /// The visitor has erased the conversation, by the relay's word or by their own.
    ConversationErased,
    /// Nothing leads to anybody whom a message is for: it waits.
    NobodyReachable,
    /// Nothing leads to the visitor whom a message answers: it waits.
    VisitorAway,
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
    36: PolicyRefused,
    37: TokenRefused,
    38: MessageMissing,
    39: WithdrawalRefused,
    40: ConversationEnded,
    41: EndRefused,
    42: DetailsRefused,
    43: ConversationErased,
    44: NobodyReachable,
    45: VisitorAway
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
            Self::PolicyRefused => "policy-refused",
            Self::TokenRefused => "token-refused",
            Self::MessageMissing => "message-missing",
            Self::WithdrawalRefused => "withdrawal-refused",
            Self::ConversationEnded => "conversation-ended",
            Self::ConversationErased => "conversation-erased",
            Self::EndRefused => "end-refused",
            Self::DetailsRefused => "details-refused",
            Self::NobodyReachable => "nobody-reachable",
            Self::VisitorAway => "visitor-away",
        }
    }
}
