//! Conversations that an agent has blocked: kept on this device alone, sealed for rest, and told to nobody.
//!
//! The engine goes on opening what comes of them, so that sessions and chains stay whole and nothing is missing once one is
//! wanted again; that nothing of it is on the screen or rings is the console's to see to.

use segel_wire::cbor_map;
use segel_wire::ids::ConversationId;

use super::Engine;
use crate::io::Output;
use crate::records::{BrokenStore, Name, Opened};
use crate::show::Show;

/// So many are kept; with one more the first is wanted again.
const MOST: usize = 1_000;

/// Those that are blocked, the last one last.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Blocked {
    all: Vec<ConversationId>,
}

cbor_map!(Blocked { 0: all });

impl Blocked {
    /// As a screen is told.
    pub(super) fn shown(&self) -> Show {
        Show::Blocked(self.all.clone())
    }

    /// Takes one in or out. Whether that is news.
    fn set(&mut self, conversation: ConversationId, on: bool) -> bool {
        if self.all.contains(&conversation) == on {
            return false;
        }
        self.all.retain(|blocked| *blocked != conversation);
        if on {
            self.all.push(conversation);
            let excess = self.all.len().saturating_sub(MOST);
            self.all.drain(..excess);
        }
        true
    }
}

impl Engine {
    /// Takes up what the agent has blocked, and shows it.
    pub(super) fn restore_blocked(&mut self, opened: &Opened) -> Result<(), BrokenStore> {
        self.blocked = opened.read(Name::Blocked)?.unwrap_or_default();
        self.outputs.push_back(Output::Show(self.blocked.shown()));
        Ok(())
    }

    /// Blocks a conversation that is known here, or unblocks one.
    pub(super) fn block(&mut self, conversation: ConversationId, on: bool) {
        let is_known = self.conversations.get(&conversation).is_some();
        if (is_known || !on) && self.blocked.set(conversation, on) {
            self.ledger.resume();
            self.ledger.put(Name::Blocked, &self.blocked);
            self.outputs.push_back(Output::Show(self.blocked.shown()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> ConversationId {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&number.to_be_bytes());
        ConversationId(id)
    }

    #[test]
    fn one_is_blocked_once_and_so_many_at_most() {
        let mut blocked = Blocked::default();
        assert!(blocked.set(id(0), true) && !blocked.set(id(0), true) && !blocked.set(id(1), false));
        for number in 1..=MOST {
            blocked.set(id(number), true);
        }
        assert_eq!((blocked.all.len(), blocked.all[0]), (MOST, id(1)));
        assert!(blocked.set(id(1), false));
        assert_eq!(blocked.all[0], id(2));
    }
}
