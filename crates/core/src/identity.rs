//! Who a visitor is, by the business's word, as a conversation keeps it. PROTOCOL.md, section 3.7.

use segel_wire::{cbor_variants, limits};

use crate::conversation::{Conversation, Message};
use crate::show::{Author, Body};

/// What is known of who a visitor is (PROTOCOL.md, section 3.7). Nothing else says it: names in messages prove nothing.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Identity {
    /// The business said nothing, or that nobody is signed in.
    #[default]
    Unknown,
    /// The business's server vouches for this person, by its own name for the person.
    Confirmed {
        /// The name.
        subject: String,
        /// When, Unix milliseconds; less than a day ago.
        at: u64,
    },
    /// It did so longer ago: somebody else may be at the device by now.
    Lapsed {
        /// The name.
        subject: String,
        /// When, Unix milliseconds.
        at: u64,
    },
    /// What came last does not count: not signed by the business, made for another, or not of its time.
    Refused,
}

cbor_variants!(Identity { 0: Unknown, 1: Confirmed { subject, at }, 2: Lapsed { subject, at }, 3: Refused });

/// Without the name.
impl core::fmt::Debug for Identity {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Unknown => "Unknown",
            Self::Confirmed { .. } => "Confirmed",
            Self::Lapsed { .. } => "Lapsed",
            Self::Refused => "Refused",
        })
    }
}

impl Conversation {
    /// The last message of the visitor that says who that is; tokens of others take nothing away.
    pub(crate) fn introduction(&self) -> Option<&Message> {
        let visitor = self.facts.visitor.or(self.facts.told);
        let is_visitors = |message: &&Message| {
            message.author == Author::Own || (visitor.is_some() && message.sender == visitor)
        };
        let judged = |message: &&Message| message.token.is_some() && message.body != Body::Withheld;
        let introductions = self.messages.values().filter(judged).filter(is_visitors);
        introductions.max_by_key(|message| (message.position.unwrap_or(u64::MAX), message.time))
    }

    /// What that says at `now`, Unix milliseconds.
    pub(crate) fn identity(&self, now: u64) -> Identity {
        let Some(Message { body, time, .. }) = self.introduction() else { return Identity::Unknown };
        let (at, is_fresh) = (*time, now.abs_diff(*time) < limits::IDENTITY_SECONDS * 1_000);
        match body {
            Body::Introduced(subject) if subject.is_empty() => Identity::Unknown,
            Body::Introduced(subject) if is_fresh => Identity::Confirmed { subject: subject.clone(), at },
            Body::Introduced(subject) => Identity::Lapsed { subject: subject.clone(), at },
            _ => Identity::Refused,
        }
    }
}
