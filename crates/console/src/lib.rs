//! The agent's console.

pub mod api;
mod app;
mod canned;
mod desk;
mod drafts;
mod inbox;
mod mark;
mod model;
mod view;
