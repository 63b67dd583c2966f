//! Sealing as sections 3 to 5 of docs/PROTOCOL.md state it: what opens, and all that must not.
#![cfg(test)]

mod authority;
mod content;
mod enrolment;
mod example;
mod forward_secrecy;
mod handshake;
mod order;
mod prekeys;
mod records;
mod rubbish;
mod silence;
mod splicing;
mod support;
mod transcript;
