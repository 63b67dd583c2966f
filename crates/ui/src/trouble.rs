//! What stands between a person and the conversation.

use segel_core::show::{Gate, Refusal};

/// Something that a person must know about, as a banner or as all there is to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The relay is out of reach.
    Offline,
    /// An attempt to reach the relay is under way.
    Connecting,
    /// Another tab of this browser leads.
    OtherTab,
    /// The page is not a secure context: browsers offer no cryptography there.
    Insecure,
    /// The browser lets nothing be kept, and without that there is nothing to be done here.
    StoreBlocked,
    /// What is kept cannot be opened now: another page has it, or the browser gives no answer.
    StoreBusy,
    /// There is no room for the little that is written before what is kept is read.
    StoreFull,
    /// The browser lets nothing be kept: the conversation ends with the tab.
    NotKept,
    /// This device is no longer in the roster.
    Removed,
    /// What waits in the conversation cannot leave.
    Away(Refusal),
    /// Something was refused.
    Refused(Refusal),
}

impl Trouble {
    /// What a closed gate leaves to be seen; `None` if the conversation can be shown.
    pub const fn of_gate(gate: Gate) -> Option<Self> {
        match gate {
            Gate::Preparing | Gate::Open | Gate::NobodyEnrolled | Gate::AwaitingRoster | Gate::Erasing => {
                None
            }
            Gate::Removed => Some(Self::Removed),
            Gate::RosterExpired => Some(Self::Refused(Refusal::RosterExpired)),
            Gate::Refused(refusal) => Some(Self::Refused(refusal)),
        }
    }
}
