//! The visitor's chat widget.

mod model;
mod view;
