//! What a person wants besides writing a text. In a visitor's program it comes with the rest: nobody wants any of it before a
//! first message has gone.

use rand_core::CryptoRng;

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
            Input::Cancel { conversation, event } => self.cancel(conversation, event),
            Input::Withdraw { conversation, event } => {
                self.ledger.resume();
                self.withdraw(conversation, event, now, random);
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
}
