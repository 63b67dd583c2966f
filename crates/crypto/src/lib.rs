//! Keys, handshake, sessions and content sealing.
