//! Serves the demo shop, the widget's files and the console, each on its own origin.
//!
//! Every piece can be started alone and on free ports, so that end-to-end scenarios put together what they need.

pub mod files;
pub mod relay_process;
pub mod server;
pub mod shop;
