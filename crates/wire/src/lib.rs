//! Ids, frames, events, limits, errors and public signed structures of the Segel protocol.
