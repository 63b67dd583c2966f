//! The agent's console.

mod model;
mod view;
