//! Keys, handshake, sessions and content sealing: sections 3 to 5 of docs/PROTOCOL.md.
//!
//! Sans-IO: randomness is an argument (`&mut impl CryptoRng`), time is a number. Only `segel-hazmat` names
//! primitives; the other rooms speak in keys with a role. Nothing here knows about masking.

pub mod act;
pub mod attachment;
pub mod authority;
pub mod content;
pub mod device;
pub mod enrol;
pub mod grant;
pub mod handshake;
pub mod lock;
pub mod log;
pub mod prekeys;
pub mod safety;
pub mod session;
pub mod signal;
pub mod storage;

mod padding;
mod secret;
