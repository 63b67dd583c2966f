//! The visitor's chat widget.

pub mod api;
mod app;
mod intake;
mod model;
mod options;
mod view;
