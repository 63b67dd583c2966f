//! Who is to be woken when an event was stored.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use segel_wire::DeviceId;
use tokio::sync::Notify;

use crate::sites::Site;

/// The bells of all open streams by device. A bell says only "look again": what was missed is read
/// from the store, so a bell that rings twice or early does no harm.
#[derive(Default)]
pub(crate) struct Listeners(Mutex<HashMap<DeviceId, Vec<Arc<Notify>>>>);

/// A stream's bell, hung up while this lives.
pub(super) struct Listener<'a> {
    listeners: &'a Listeners,
    device: DeviceId,
    pub(super) bell: Arc<Notify>,
}

impl Listeners {
    /// Rings for a conversation's visitor and every device of the site's roster.
    pub(crate) fn wake(&self, site: &Site, visitor: DeviceId) {
        let roster = site.newest();
        let bells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let desk = roster.iter().flat_map(|roster| roster.devices());
        for bell in desk.chain([visitor]).filter_map(|device| bells.get(&device)).flatten() {
            bell.notify_one();
        }
    }

    pub(super) fn listen(&self, device: DeviceId) -> Listener<'_> {
        let bell = Arc::new(Notify::new());
        let mut bells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        bells.entry(device).or_default().push(Arc::clone(&bell));
        Listener { listeners: self, device, bell }
    }
}

impl Drop for Listener<'_> {
    fn drop(&mut self) {
        let mut bells = self.listeners.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(hung) = bells.get_mut(&self.device) {
            hung.retain(|bell| !Arc::ptr_eq(bell, &self.bell));
            if hung.is_empty() {
                bells.remove(&self.device);
            }
        }
    }
}
