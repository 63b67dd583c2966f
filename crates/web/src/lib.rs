//! Browser services: dom kit, socket, store, tab lock, clock, randomness.
