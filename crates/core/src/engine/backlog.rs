//! How much an engine has in memory that is not in its store.

use super::Engine;

impl Engine {
    /// How many things it remembers beside its conversations and their messages: what waits for an answer, for a roster, for the
    /// store or for a time, what was handed on within the hour, and what is to be sent of every conversation. For whoever watches
    /// that memory is bounded.
    #[must_use]
    pub fn backlog(&self) -> usize {
        let waits = [
            self.asked.len(),
            self.unreachable.len(),
            self.resyncs.len(),
            self.unsettled.len(),
            self.fetching.len(),
            self.held.len(),
            self.reads_due.len(),
            self.waiting.len(),
            self.outputs.len(),
            self.ledger.backlog(),
            self.told.len(),
            self.attachments.len(),
        ];
        let of_conversations = self.conversations.values().map(|conversation| {
            let lists = [conversation.outbox.len(), conversation.keeping.len(), conversation.again.len()];
            lists.iter().sum::<usize>() + conversation.controls.len()
        });
        waits.into_iter().chain(of_conversations).sum()
    }
}
