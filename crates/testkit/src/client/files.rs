//! Files of a device: sources that its engine reads, and what it fetched of others.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use segel_wire::ids::EventId;

/// The files of one device; a clone is the same files.
#[derive(Debug, Clone, Default)]
pub(crate) struct Files(Arc<Mutex<All>>);

#[derive(Debug, Default)]
struct All {
    sources: BTreeMap<u64, Vec<u8>>,
    next: u64,
    pieces: BTreeMap<EventId, Vec<u8>>,
}

impl Files {
    /// Puts a source down; answers its number.
    pub(crate) fn put(&self, bytes: Vec<u8>) -> u64 {
        let mut files = self.all();
        files.next += 1;
        let number = files.next;
        files.sources.insert(number, bytes);
        number
    }

    /// Puts other bytes in the place of every source.
    pub(crate) fn change(&self, change: impl Fn(&mut Vec<u8>)) {
        self.all().sources.values_mut().for_each(change);
    }

    /// Takes every source away, as when the files are deleted.
    pub(crate) fn lose(&self) {
        self.all().sources.clear();
    }

    /// How many sources the engine has not let go of.
    pub(crate) fn held(&self) -> usize {
        self.all().sources.len()
    }

    pub(crate) fn read(&self, source: u64, from: u64, to: u64) -> Option<Vec<u8>> {
        let within = usize::try_from(from).unwrap()..usize::try_from(to).unwrap();
        self.all().sources.get(&source)?.get(within).map(<[u8]>::to_vec)
    }

    pub(crate) fn release(&self, source: u64) {
        self.all().sources.remove(&source);
    }

    pub(crate) fn take(&self, event: EventId, bytes: Vec<u8>) {
        self.all().pieces.entry(event).or_default().extend(bytes);
    }

    /// The pieces so far, which are taken away.
    pub(crate) fn whole(&self, event: EventId) -> Vec<u8> {
        self.all().pieces.remove(&event).unwrap_or_default()
    }

    fn all(&self) -> MutexGuard<'_, All> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
