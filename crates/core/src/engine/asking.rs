//! What the relay is asked.

use super::Engine;
use crate::io::{Output, Request};

impl Engine {
    /// Asks once everything is kept that the request follows from: public halves leave only after their private halves are.
    pub(super) fn ask(&mut self, request: Request) {
        let asked = self.note(request);
        self.ledger.after_store(asked);
    }

    /// Asks for what nothing that is kept depends on, also while the store keeps nothing.
    pub(super) fn ask_at_once(&mut self, request: Request) {
        let asked = self.note(request);
        self.outputs.push_back(asked);
    }

    fn note(&mut self, request: Request) -> Output {
        let id = self.next_request;
        self.next_request += 1;
        let token = if request.needs_session() { self.link.token.clone() } else { None };
        self.asked.insert(id, request.clone());
        Output::Request { id, request, token }
    }

    pub(super) fn is_asking(&self, kind: impl Fn(&Request) -> bool) -> bool {
        self.asked.values().any(kind)
    }
}
