//! End to end: real Chromium, a real shop, a real relay on a file. Run by `cargo xtask test`, which builds
//! what is needed and says in `SEGEL_*` variables where it is.
#![cfg(not(target_family = "wasm"))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what goes wrong in the harness fails the scenario"
)]

mod accessible;
mod attachments;
mod bench;
mod blocked;
mod composing;
mod desk;
mod endings;
mod enrolment;
mod erasing;
mod exchange;
mod formatting;
mod gallery;
mod handover;
mod harness;
mod hindered;
mod hours;
mod identity;
mod intake;
mod journals;
mod kept;
mod keyboard;
mod languages;
mod lifecycle;
mod locking;
mod looks;
mod many;
mod notes;
mod offers;
mod offline;
mod own_looks;
mod passkeys;
mod quotes;
mod receipts;
mod refused_access;
mod refused_messages;
mod refused_rosters;
mod relay_killed;
mod removal;
mod reports;
mod safety;
mod secrecy;
mod size;
mod storage;
mod tabs;
mod transports;
mod typing;
mod withdrawals;
