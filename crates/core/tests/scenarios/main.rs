//! The engines at work: real relay, real file, real sockets, and a proxy in between.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of a test fail it")]

mod acts;
mod acts_anew;
mod acts_crossed;
mod acts_forged;
mod attachments;
mod bench;
mod bounded;
mod by_hand;
mod canned;
mod clocks;
mod details;
mod endings;
mod erasing;
mod exchange;
mod handed_on;
mod hostile_member;
mod identity;
mod identity_judged;
mod kept_forms;
mod masked_again;
mod masking;
mod member;
mod missed;
mod notes;
mod order_shown;
mod outbox;
mod own_place;
mod process;
mod quotes;
mod receipts;
mod refused_access;
mod refused_bundles;
mod refused_messages;
mod refused_rosters;
mod relay_killed;
mod restored;
mod safety;
mod secrecy;
mod shelf;
mod stale_state;
mod table;
mod tabs;
mod typing;
mod withdrawals;
