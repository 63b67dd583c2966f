//! The lock before what is kept, on the screen: what stands there while everything is locked, the sheet on which a lock is set
//! and taken off, and what leads to both.

mod curtain;
mod entries;
mod field;
pub(crate) mod idle;
mod sheet;

use segel_web::lock::LockError;

pub(crate) use curtain::{Curtain, Side};
pub use entries::{Entries, Shape};
pub(crate) use sheet::{Sheet, Standing};

use crate::text::{LaterText, fill};

/// After so many minutes without use a lock can close by itself.
pub(crate) const IDLE_MINUTES: [u32; 3] = [5, 15, 60];

/// What went wrong, in a sentence, with its code.
fn sentence(error: LockError, text: LaterText) -> String {
    let words = match error {
        LockError::Wrong => text.wrong(),
        LockError::NoWorker => text.no_worker(),
        LockError::NoPasskey => text.no_passkey(),
        LockError::NothingKept => text.nothing_kept(),
        LockError::NotStored => text.not_stored(),
    };
    [words, " ", &fill(text.code(), error.code())].concat()
}
