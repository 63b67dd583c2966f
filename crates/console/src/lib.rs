//! The agent's console.

pub mod api;
mod app;
mod desk;
mod inbox;
mod model;
mod view;
