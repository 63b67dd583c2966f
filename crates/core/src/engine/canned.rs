//! Texts that an agent keeps on this device to send again.

use super::Engine;
use crate::canned::Canned;
use crate::io::Output;
use crate::records::{BrokenStore, Name, Opened};
use crate::show::Show;

impl Engine {
    /// Takes up the texts that the agent keeps, and shows them.
    pub(super) fn restore_canned(&mut self, opened: &Opened) -> Result<(), BrokenStore> {
        self.canned = opened.read(Name::Canned)?.unwrap_or_default();
        self.outputs.push_back(Output::Show(Show::Canned(self.canned.clone())));
        Ok(())
    }

    /// Keeps these texts instead of those before.
    pub(super) fn keep_canned(&mut self, texts: &[Canned]) {
        if Canned::check(texts).is_err() {
            return;
        }
        self.ledger.resume();
        self.canned = texts.to_vec();
        self.ledger.put(Name::Canned, &self.canned);
        self.outputs.push_back(Output::Show(Show::Canned(self.canned.clone())));
    }
}
