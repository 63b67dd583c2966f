//! The agent's console.

pub mod api;
mod app;
mod model;
mod view;
