//! What a browser keeps: whole generations, each or not at all.

use std::collections::BTreeMap;

use segel_core::{Change, Kept};

/// A store that a crash cannot tear.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disk {
    pub(crate) generation: u64,
    /// Counts engines that started from it: only the last one may commit.
    pub(crate) term: u64,
    sealed: BTreeMap<String, Vec<u8>>,
    /// Whether there is no room.
    pub(crate) full: bool,
}

impl Disk {
    /// An empty one, in which no engine of an earlier term may keep anything.
    pub(crate) fn begun_anew(term: u64) -> Self {
        Self { term, ..Self::default() }
    }

    /// What a visitor's engine starts from.
    pub(crate) fn kept(&self) -> Kept {
        Kept { generation: self.generation, records: self.named(|_| true), left_out: false }
    }

    /// What an agent's engine starts from.
    pub(crate) fn kept_in_outline(&self) -> Kept {
        let records = self.named(|name| !name.starts_with(Kept::LATER));
        Kept { generation: self.generation, records, left_out: true }
    }

    /// Records of these names.
    pub(crate) fn named(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<(String, Vec<u8>)> {
        let records = self.sealed.iter().filter(|(name, _)| is_wanted(name));
        records.map(|(name, sealed)| (name.clone(), sealed.clone())).collect()
    }

    /// Whether an engine of this term may keep this generation next.
    pub(crate) fn expects(&self, term: u64, generation: u64) -> bool {
        term == self.term && generation == self.generation + 1
    }

    /// Keeps a generation; whether there was room.
    pub(crate) fn commit(&mut self, generation: u64, changes: Vec<Change>) -> bool {
        if self.full {
            return false;
        }
        self.generation = self.generation.max(generation);
        for Change { name, sealed } in changes {
            match sealed {
                Some(sealed) => drop(self.sealed.insert(name, sealed)),
                None => drop(self.sealed.remove(&name)),
            }
        }
        true
    }

    /// Records whose names begin so.
    pub(crate) fn count(&self, prefix: &str) -> usize {
        self.sealed.keys().filter(|name| name.starts_with(prefix)).count()
    }

    /// Bytes of all records but messages, which grow with the conversation.
    pub(crate) fn weight(&self) -> usize {
        let others = self.sealed.iter().filter(|(name, _)| !name.starts_with("message/"));
        others.map(|(_, sealed)| sealed.len()).sum()
    }
}
