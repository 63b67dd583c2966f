//! Sealing as sections 3 to 5 of docs/PROTOCOL.md state it: what opens, and all that must not.
#![cfg(test)]

mod authority;
mod bounds;
mod clones;
mod compromise;
mod content;
mod enrolment;
mod example;
mod flips;
mod forward_secrecy;
mod handshake;
mod hostile_relay;
mod kem_step;
mod mirror;
mod order;
mod prekeys;
mod printed;
mod ratchet;
mod replay;
mod rubbish;
mod silence;
#[path = "../site/mod.rs"]
#[expect(dead_code, reason = "acts are tested elsewhere; here they are printed")]
mod site;
mod splicing;
mod support;
mod text;
mod transcript;
mod weak_keys;
