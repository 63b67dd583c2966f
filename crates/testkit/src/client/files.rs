//! Files of a device: sources that its engine reads, and what it fetched of others.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use segel_wire::ids::EventId;

/// The files of one device; a clone is the same files.
#[derive(Debug, Clone, Default)]
pub(crate) struct Files(Arc<Mutex<Shelf>>);

#[derive(Debug, Default)]
struct Shelf {
    sources: BTreeMap<u64, Vec<u8>>,
    next: u64,
    pieces: BTreeMap<EventId, Vec<u8>>,
}

impl Files {
    /// Puts a source down; answers its number.
    pub(crate) fn put(&self, bytes: Vec<u8>) -> u64 {
        let mut shelf = self.shelf();
        shelf.next += 1;
        let number = shelf.next;
        shelf.sources.insert(number, bytes);
        number
    }

    /// Puts other bytes in the place of every source.
    pub(crate) fn change(&self, change: impl Fn(&mut Vec<u8>)) {
        self.shelf().sources.values_mut().for_each(change);
    }

    /// Takes every source away, as when the files are deleted.
    pub(crate) fn lose(&self) {
        self.shelf().sources.clear();
    }

    /// How many sources the engine has not let go of.
    pub(crate) fn held(&self) -> usize {
        self.shelf().sources.len()
    }

    pub(crate) fn read(&self, source: u64, from: u64, to: u64) -> Option<Vec<u8>> {
        let within = usize::try_from(from).unwrap()..usize::try_from(to).unwrap();
        self.shelf().sources.get(&source)?.get(within).map(<[u8]>::to_vec)
    }

    pub(crate) fn release(&self, source: u64) {
        self.shelf().sources.remove(&source);
    }

    pub(crate) fn take(&self, event: EventId, bytes: Vec<u8>) {
        self.shelf().pieces.entry(event).or_default().extend(bytes);
    }

    /// The pieces so far, which are taken away.
    pub(crate) fn whole(&self, event: EventId) -> Vec<u8> {
        self.shelf().pieces.remove(&event).unwrap_or_default()
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
