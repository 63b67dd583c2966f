//! Ids, frames, events, limits, errors and public signed structures of the Segel protocol.
//!
//! The bottom floor: the relay links this crate and nothing else of the house, so nothing here can
//! open a message. docs/PROTOCOL.md is normative; items name the section that they implement.

pub mod api;
pub mod cbor;
pub mod events;
pub mod frames;
pub mod ids;
pub mod json;
pub mod limits;
pub mod problem;
pub mod report;
pub mod signed;
pub mod sizes;
pub mod text;

pub use events::{Delivered, Envelope, Withdraws, Wrapped};
pub use frames::{ClientFrame, ServerFrame};
pub use ids::{
    AgentId, AttachmentId, ContentDigest, ConversationId, DeskId, DeviceId, EventId, InvitationId, Octets,
    SiteId,
};
pub use problem::{Code, Problem};
