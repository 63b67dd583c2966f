//! Serves the demo shop, the widget's files, the relay and the console, each on its own origin.
//!
//! [`demo::Demo`] puts them together; every piece can also be started alone and on a free port, so that
//! end-to-end scenarios arrange what they need.

pub mod demo;
pub mod files;
pub mod relay_process;
pub mod seed;
pub mod server;
pub mod shop;
