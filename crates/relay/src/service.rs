//! What every request and every stream works with.

use std::time::Duration;

use segel_wire::{DeviceId, SiteId};
use tokio::sync::{mpsc, watch};

use crate::config::AttachmentRoom;
use crate::limiter::Limiter;
use crate::sessions::Challenges;
use crate::sites::Sites;
use crate::store::Store;
use crate::stream::Listeners;

/// The relay's parts. Each request and each stream holds the service, so it is dropped when the last is done.
pub(crate) struct Service {
    pub(crate) store: Box<dyn Store>,
    pub(crate) sites: Sites,
    pub(crate) challenges: Challenges,
    pub(crate) limiter: Limiter<DeviceId>,
    /// How fast a site is asked for records: by nobody in particular, so by all together.
    pub(crate) records: Limiter<SiteId>,
    pub(crate) room: AttachmentRoom,
    pub(crate) signals: Limiter<DeviceId>,
    pub(crate) listeners: Listeners,
    /// How long a client may take nothing.
    pub(crate) patience: Duration,
    /// The origin that login proofs must name.
    pub(crate) public_origin: String,
    /// Turns true when the relay is to stop.
    pub(crate) draining: watch::Receiver<bool>,
    /// Dropped last: the other end hears that the store is closed and nothing is left to do.
    pub(crate) _alive: mpsc::Sender<()>,
}
