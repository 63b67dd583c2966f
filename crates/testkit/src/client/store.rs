//! A store in memory that outlives its engine and can be told to fail.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use segel_core::{Change, Kept};
use segel_crypto::storage::StateKey;

/// Sealed records, as a browser's database would keep them.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore(Arc<Mutex<Records>>);

#[derive(Debug, Default)]
struct Records {
    generation: u64,
    sealed: BTreeMap<String, Vec<u8>>,
    failing: bool,
}

impl MemoryStore {
    /// From now on nothing can be kept, as when the disk is full.
    pub fn fail(&self) {
        self.records().failing = true;
    }

    /// The disk has room again.
    pub fn recover(&self) {
        self.records().failing = false;
    }

    /// The sealed bytes of every record, by name.
    pub fn sealed(&self) -> BTreeMap<String, Vec<u8>> {
        self.records().sealed.clone()
    }

    /// The sealed sessions alone: what a refused message must leave as it was.
    pub fn sessions(&self) -> BTreeMap<String, Vec<u8>> {
        let mut sealed = self.sealed();
        sealed.retain(|name, _| name.starts_with("sessions/"));
        sealed
    }

    /// A copy of everything as it is now, which changes no more with the store.
    #[must_use]
    pub fn copy(&self) -> Self {
        let records = self.records();
        let copied =
            Records { generation: records.generation, sealed: records.sealed.clone(), failing: false };
        Self(Arc::new(Mutex::new(copied)))
    }

    /// The key that records are sealed under; the same for every store.
    pub fn key() -> StateKey {
        StateKey::new([42; 32])
    }

    /// What an engine starts from.
    pub(crate) fn kept(&self) -> Kept {
        let records = self.records();
        let sealed = records.sealed.iter().map(|(name, sealed)| (name.clone(), sealed.clone()));
        Kept { generation: records.generation, records: sealed.collect(), left_out: false }
    }

    /// Keeps a generation; whether that could be done.
    pub(crate) fn keep(&self, generation: u64, changes: Vec<Change>) -> bool {
        let mut records = self.records();
        if records.failing {
            return false;
        }
        assert_eq!(generation, records.generation + 1, "generations come in order");
        records.generation = generation;
        for Change { name, sealed } in changes {
            match sealed {
                Some(sealed) => drop(records.sealed.insert(name, sealed)),
                None => drop(records.sealed.remove(&name)),
            }
        }
        true
    }

    fn records(&self) -> MutexGuard<'_, Records> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
