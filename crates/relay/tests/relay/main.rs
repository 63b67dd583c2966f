//! The relay as its clients meet it: over HTTP, WebSocket and server-sent events, on a real file.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of a test fail it")]

mod attachments;
mod enrolments;
mod erasure;
mod events;
mod fallback;
mod origins;
mod prekeys;
mod process;
mod records;
mod rosters;
mod sessions;
mod signals;
mod slow;
mod stream;
mod support;
mod withdrawals;
