//! What this device has sent, as long as the relay may turn out not to have it any more. PROTOCOL.md, section 6.4.

use segel_wire::ids::EventId;
use segel_wire::{Envelope, Withdraws, cbor_array};

use crate::sorted::{Sorted, SortedSet};

/// So many own events a visitor's device keeps of a conversation, whatever has become of them.
pub(crate) const VISITORS: usize = 64;
/// And an agent's, which has many conversations and reads all of this when it starts: so many acts and withdrawals, and so many of
/// everything else.
pub(crate) const AGENTS: usize = 8;

/// An own event that the relay has answered for.
#[derive(Clone)]
pub(crate) struct Sent {
    /// Where it stands, by the last answer or delivery.
    pub(crate) position: u64,
    /// As it was sent, to the byte,
    pub(crate) envelope: Envelope,
    /// and what the relay was to drop with it.
    pub(crate) withdraws: Option<Withdraws>,
    /// Whether it came back in the relay's order.
    pub(crate) came_back: bool,
    /// Whether it is an act or takes something back: what was said since must not drive that out.
    pub(crate) outlasts: bool,
}

cbor_array!(Sent { position, envelope, withdraws, came_back, outlasts });

impl Sorted<EventId, Sent> {
    /// Those that have not come back, in the conversation's order.
    pub(crate) fn missing(&self) -> Vec<EventId> {
        let missing = self.iter().filter(|(_, sent)| !sent.came_back);
        let in_order: SortedSet<_> = missing.map(|(event, sent)| ((sent.position, *event), ())).collect();
        in_order.keys().map(|(_, event)| *event).collect()
    }

    /// The oldest one, of acts and withdrawals or of everything else, if there are more than `most`.
    pub(crate) fn surplus(&self, most: usize, outlasts: bool) -> Option<EventId> {
        let alike = || self.iter().filter(|(_, sent)| sent.outlasts == outlasts);
        let oldest = alike().min_by_key(|(_, sent)| sent.position);
        oldest.filter(|_| alike().count() > most).map(|(event, _)| *event)
    }
}
