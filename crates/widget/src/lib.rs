//! The visitor's widget as browsers load it: all of it, optimised as one program.
//!
//! Nothing is written here: the flags for the whole would count for this package's own code as well.

pub use segel::api::*;
