//! A store in memory that outlives its engine and can be told to fail.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use segel_core::{Change, Kept};
use segel_crypto::storage::StateKey;
use segel_keep::{Memory, Refused};

/// Sealed records, as a browser's database would keep them.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore(Arc<Mutex<Memory>>);

impl MemoryStore {
    /// From now on nothing can be kept, as when the disk is full.
    pub fn fail(&self) {
        self.memory().fill(true);
    }

    /// The disk has room again.
    pub fn recover(&self) {
        self.memory().fill(false);
    }

    /// How many steps are kept.
    pub fn generation(&self) -> u64 {
        self.memory().generation()
    }

    /// The sealed bytes of every record, by name.
    pub fn sealed(&self) -> BTreeMap<String, Vec<u8>> {
        self.memory().sealed().clone()
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
        let mut copied = self.memory().clone();
        copied.fill(false);
        Self(Arc::new(Mutex::new(copied)))
    }

    /// The key that records are sealed under; the same for every store.
    pub fn key() -> StateKey {
        StateKey::new([42; 32])
    }

    /// What an engine starts from.
    pub(crate) fn kept(&self) -> Kept {
        self.memory().kept()
    }

    /// Keeps a generation; whether that could be done. A device has no tabs: whoever has the store is in its term.
    pub(crate) fn keep(&self, generation: u64, changes: Vec<Change>) -> bool {
        let mut memory = self.memory();
        let term = memory.term();
        let kept = memory.commit(term, generation, changes);
        assert_ne!(kept, Err(Refused::Stale), "generations come in order");
        kept.is_ok()
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
