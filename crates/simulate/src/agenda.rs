//! What is to happen, in order of time; what was planned first comes first.

use std::collections::BTreeMap;

/// Happenings by time, Unix milliseconds.
#[derive(Debug)]
pub(crate) struct Agenda<T> {
    planned: BTreeMap<(u64, u64), T>,
    count: u64,
}

impl<T> Agenda<T> {
    pub(crate) fn new() -> Self {
        Self { planned: BTreeMap::new(), count: 0 }
    }

    pub(crate) fn plan(&mut self, at: u64, happening: T) {
        self.count += 1;
        self.planned.insert((at, self.count), happening);
    }

    /// The next happening and its time.
    pub(crate) fn next(&mut self) -> Option<(u64, T)> {
        self.planned.pop_first().map(|((at, _), happening)| (at, happening))
    }
}
