//! Sans-IO engines of the visitor and the agent.

pub mod show;
