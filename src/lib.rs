//! The visitor's chat widget.
