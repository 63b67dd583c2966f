//! What the relay is asked.

use super::Engine;
use crate::io::{Output, Request};

impl Engine {
    pub(super) fn ask(&mut self, request: Request) {
        let id = self.next_request;
        self.next_request += 1;
        let token = if request.needs_session() { self.link.token.clone() } else { None };
        self.asked.insert(id, request.clone());
        // Public halves leave only after their private halves are kept.
        self.ledger.after_store(Output::Request { id, request, token });
    }

    /// Asks for what nothing that is kept depends on, also while the store keeps nothing.
    pub(super) fn ask_at_once(&mut self, request: Request) {
        self.ask(request);
        let asked = self.ledger.take_last();
        self.outputs.extend(asked);
    }

    pub(super) fn is_asking(&self, kind: impl Fn(&Request) -> bool) -> bool {
        self.asked.values().any(kind)
    }
}
