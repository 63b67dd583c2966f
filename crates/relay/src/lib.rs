//! The reference relay: numbers, keeps and delivers sealed events.
//!
//! It links `segel-wire` and nothing else of the house, so it has no code to open a message with.
//! It is trusted with availability alone: what it checks, every client checks again.

mod attachments;
mod clock;
mod config;
mod events;
mod http;
mod limiter;
mod refusal;
mod rosters;
mod running;
mod service;
mod sessions;
mod signals;
mod sites;
mod store;
mod stream;

pub use config::{AttachmentRoom, Config, EventRate, PATIENCE, ParseSiteError, SiteKey};
pub use running::{Relay, Running, StartError};
pub use sites::SiteError;
pub use store::StoreError;
