//! One thread writes. Changes that wait while it commits are committed together next.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use crate::store::{Answer, StoreError};

/// Changes in one commit at most, so that the first of them does not wait long.
const GROUP: usize = 256;

/// A reader that is in the middle of a question keeps the log from being emptied; it is tried again after this.
const FORGET_AGAIN: Duration = Duration::from_millis(200);

/// How long a change waits for another process that holds the file.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

struct Change {
    run: Box<dyn FnOnce(&mut Transaction<'_>) -> Settle + Send>,
    /// Whether what it takes out must not stay in the file either.
    forgets: bool,
}

type Settle = Box<dyn FnOnce(bool)>;

pub(super) struct Writer {
    changes: Option<Sender<Change>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> std::io::Result<Self> {
        let (changes, waiting) = channel();
        let thread = std::thread::Builder::new()
            .name("segel-relay-writer".into())
            .spawn(move || write(connection, &waiting))?;
        Ok(Self { changes: Some(changes), thread: Some(thread) })
    }

    /// Runs `change` on its own: if it fails nothing of it stays. Answers after the commit.
    pub(super) fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<'_, T> {
        self.ask(false, change)
    }

    /// As [`Self::change`]; soon after it, nothing of what it took out is in the file or its log.
    pub(super) fn forget<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<'_, T> {
        self.ask(true, change)
    }

    fn ask<T: Send + 'static>(
        &self,
        forgets: bool,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<'_, T> {
        let (answer, answered) = oneshot::channel();
        let run = Box::new(move |group: &mut Transaction<'_>| -> Settle {
            let outcome = apart(group, change);
            Box::new(move |committed| {
                let settled = match outcome {
                    Ok(value) if committed => Ok(value),
                    Ok(_) => Err(StoreError::NotCommitted),
                    Err(error) => Err(error.into()),
                };
                // Whoever asked may have gone; the change stands all the same.
                let _ = answer.send(settled);
            })
        });
        let change = Change { run, forgets };
        let queued = self.changes.as_ref().is_some_and(|changes| changes.send(change).is_ok());
        Box::pin(async move {
            if !queued {
                return Err(StoreError::Closed);
            }
            answered.await.unwrap_or(Err(StoreError::NotCommitted))
        })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.changes = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn write(mut connection: Connection, waiting: &Receiver<Change>) {
    // A crash may have left in the log what was to be forgotten.
    let mut is_to_forget = true;
    loop {
        let next = if is_to_forget {
            waiting.recv_timeout(FORGET_AGAIN)
        } else {
            waiting.recv().map_err(Into::into)
        };
        match next {
            Ok(first) => match write_group(&mut connection, first, waiting) {
                Ok(forgets) => is_to_forget |= forgets,
                Err(error) => tracing::error!(%error, "a group of changes was not committed"),
            },
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        if is_to_forget {
            match empty_log(&connection) {
                Ok(is_empty) => is_to_forget = !is_empty,
                Err(error) => tracing::error!(%error, "what was withdrawn may still be in the store's log"),
            }
        }
    }
}

/// Writes the log into the file, which overwrites what was taken out there, and cuts it off; whether no reader was in the
/// way.
fn empty_log(connection: &Connection) -> rusqlite::Result<bool> {
    connection.busy_timeout(Duration::ZERO)?;
    let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
    connection.busy_timeout(PATIENCE)?;
    Ok(!busy?)
}

/// Whether a change of the group takes out what must not stay in the file.
fn write_group(
    connection: &mut Connection,
    first: Change,
    waiting: &Receiver<Change>,
) -> rusqlite::Result<bool> {
    let mut group = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut forgets = false;
    let mut settles = Vec::new();
    for change in [first].into_iter().chain(waiting.try_iter().take(GROUP - 1)) {
        forgets |= change.forgets;
        settles.push((change.run)(&mut group));
    }
    let outcome = group.commit();
    for settle in settles {
        settle(outcome.is_ok());
    }
    outcome.map(|()| forgets)
}

fn apart<T>(
    group: &mut Transaction<'_>,
    change: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let savepoint = group.savepoint()?;
    let value = change(&savepoint)?;
    savepoint.commit()?;
    Ok(value)
}
