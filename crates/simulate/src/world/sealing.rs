//! When messages are sealed: long before the relay stores them if it cannot be reached. A clock of the simulation's, not of a device.

use segel_core::{Change, Kept};

use super::World;
use crate::relay::Row;

impl World {
    /// Sealing moves a message and the sessions with those whom it is for in one step.
    pub(super) fn watch_sealing(&mut self, changes: &[Change]) {
        if !changes.iter().any(|change| change.name.starts_with("sessions/")) {
            return;
        }
        let messages = changes.iter().filter(|change| change.name.starts_with(Kept::LATER));
        for event in messages.filter_map(|message| message.name.rsplit('/').next()?.parse().ok()) {
            self.sealed.entry(event).or_insert(self.now);
        }
    }

    /// When an event was sealed, as far as that is known, else when it was stored.
    pub(crate) fn sealed_at(&self, row: &Row) -> u64 {
        self.sealed.get(&row.event).copied().unwrap_or(row.time)
    }
}
