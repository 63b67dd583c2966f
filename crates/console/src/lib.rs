//! The agent's console.
