//! Why the relay refuses: one stable code, and for how long to wait if waiting helps.

use std::time::Duration;

use segel_wire::{Code, Problem};

use crate::store::StoreError;

/// A refusal, before it becomes a response or a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: Code,
    pub(crate) retry_after: Option<Duration>,
}

impl Refusal {
    /// Wait this long and try again.
    pub(crate) fn too_many(wait: Duration) -> Self {
        Self { code: Code::TooMany, retry_after: Some(wait) }
    }

    pub(crate) fn problem(self) -> Problem {
        self.code.into()
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self { code, retry_after: None }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store failed");
        Code::Internal.into()
    }
}
