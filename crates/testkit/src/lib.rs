//! What tests of the whole house stand on: a site with a real relay on a real file ([`site::TestSite`]),
//! devices driven natively ([`client::Client`]), a proxy between them that records and meddles
//! ([`proxy::Proxy`]), and a search for text that must not be there ([`canary`]).
//!
//! For development only. Whatever goes wrong in here fails the test that called it.
#![allow(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of a test fail it"
)]

pub mod canary;
pub mod client;
pub mod forge;
pub mod proxy;
pub mod site;

use std::time::Duration;

/// How long anything may take that a test waits for; only a failing test waits that long.
pub const DEADLINE: Duration = Duration::from_secs(30);
