//! What scenarios stand on: a [`Stage`] with shop, relay, proxy and console, and each [`Person`] on it at a
//! browser of their own.

mod browser;
mod journal;
mod kept;
mod natives;
mod person;
mod picture;
mod stage;

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub(crate) use browser::Device;
pub(crate) use kept::copied;
pub(crate) use person::{Person, Row};
pub(crate) use picture::make_picture;
pub(crate) use stage::{Stage, program, widget_files};

/// How long anything may take that a scenario waits for; only a failing one waits that long.
const DEADLINE: Duration = Duration::from_secs(30);
/// How often a browser is looked at.
const LOOK: Duration = Duration::from_millis(40);

/// Puts a file into a folder and answers where it is.
pub(crate) fn put(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

/// Looks again and again until there is an answer; none in time is `None`.
pub(crate) async fn look_until<T>(mut look: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + DEADLINE;
    while Instant::now() < end {
        if let Some(seen) = look().await {
            return Some(seen);
        }
        tokio::time::sleep(LOOK).await;
    }
    None
}
