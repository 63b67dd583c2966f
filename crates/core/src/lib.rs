//! Sans-IO engines of the visitor and the agent: one [`Input`] in, [`Output`]s out.
//!
//! No clock, socket, storage, randomness or async: time and randomness are arguments, everything else
//! is a value. The driver hands in what happened and carries out what comes out, in order.

mod account;
mod acts;
mod canned;
mod chronicle;
mod conversation;
mod details;
mod ending;
mod engine;
mod facts;
pub mod file;
mod identity;
mod io;
mod link;
mod masking;
mod membership;
mod notes;
mod outgoing;
mod outline;
mod peers;
mod reads;
mod records;
mod refusal;
mod reporting;
mod said;
mod sent;
pub mod show;
mod signals;
mod sorted;
pub mod tabs;
mod unopened;
mod withdrawal;

pub use account::{AgentConfig, VisitorConfig};
pub use canned::{Canned, CannedError};
pub use engine::{Engine, StartError};
pub use file::OutgoingFile;
pub use io::{Answer, Change, Expects, Input, Json, Kept, Method, Output, Request, RequestBody};
pub use masking::masker;
pub use outgoing::{Outgoing, OutgoingDetails, OutgoingRating, OutgoingToken};
pub use records::BrokenStore;
