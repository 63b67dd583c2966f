//! The relay as its clients meet it: over HTTP and WebSocket, on a real file.

mod enrolments;
mod events;
mod origins;
mod process;
mod rosters;
mod sessions;
mod stream;
mod support;
