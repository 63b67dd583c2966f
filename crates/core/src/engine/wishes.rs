//! What a person wants besides writing a text. In a visitor's program it comes with the rest: nobody wants any of it before a
//! first message has gone.

use rand_core::CryptoRng;
use segel_wire::ids::{ConversationId, EventId};

use super::Engine;
use crate::io::Input;

impl Engine {
    /// Does what a person wants.
    // Within its caller it would be in the first part of a visitor's program.
    #[inline(never)]
    pub(super) fn fulfil(&mut self, wish: Input, now: u64, random: &mut impl CryptoRng) {
        match wish {
            Input::Details { message, details } => self.describe(message, details.0, now, random),
            Input::Retry { conversation, event } => {
                self.ledger.resume();
                self.retry(conversation, event, now);
            }
            Input::Attach { conversation, event, file } => {
                self.ledger.resume();
                self.attach(conversation, event, file, now, random);
            }
            Input::Read { source, from, bytes } => self.source_read(source, from, bytes.as_deref(), random),
            Input::Fetch { conversation, event } => self.fetch(conversation, event),
            Input::Cancel { conversation, event } => {
                self.cancel(self.where_it_stands(conversation, event), event);
            }
            Input::Withdraw { conversation, event } => {
                self.ledger.resume();
                self.withdraw(self.where_it_stands(conversation, event), event, now, random);
            }
            Input::Report { conversation, events } => self.report(conversation, events),
            Input::End(conversation) => {
                self.ledger.resume();
                self.end(conversation, now, random);
            }
            Input::Erase => {
                self.ledger.resume();
                self.erase(now, random);
            }
            Input::Rate { conversation, rating } => {
                self.ledger.resume();
                self.rate(conversation, rating, now, random);
            }
            Input::Act { conversation, deed } => {
                self.ledger.resume();
                self.act(conversation, deed, now, random);
            }
            Input::Introduce(Some(token)) => self.introduce(token, now, random),
            // Messages are at hand, and texts and what is blocked kept by now; the engine takes whatever else there is itself.
            _ => {}
        }
    }

    /// The conversation of a message that a tab's person named. The one that they saw it in may be gone with the tab that led,
    /// before it was kept, and the message have been taken in again in another.
    fn where_it_stands(&self, named: ConversationId, event: EventId) -> ConversationId {
        let stands = self.conversations.get(&named).is_some_and(|kept| kept.messages.contains(&event));
        if stands { named } else { self.place_of(event).unwrap_or(named) }
    }
}
