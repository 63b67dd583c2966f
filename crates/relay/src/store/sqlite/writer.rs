//! One thread writes. Changes that wait while it commits are committed together next.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use crate::store::{Answer, StoreError};

/// Changes in one commit at most, so that the first of them does not wait long.
const GROUP: usize = 256;

type Change = Box<dyn FnOnce(&mut Transaction<'_>) -> Settle + Send>;
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
        let (answer, answered) = oneshot::channel();
        let boxed: Change = Box::new(move |group| {
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
        let queued = self.changes.as_ref().is_some_and(|changes| changes.send(boxed).is_ok());
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
    while let Ok(first) = waiting.recv() {
        if let Err(error) = write_group(&mut connection, first, waiting) {
            tracing::error!(%error, "a group of changes was not committed");
        }
    }
}

fn write_group(
    connection: &mut Connection,
    first: Change,
    waiting: &Receiver<Change>,
) -> rusqlite::Result<()> {
    let mut group = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut settles = vec![first(&mut group)];
    settles.extend(waiting.try_iter().take(GROUP - 1).map(|change| change(&mut group)));
    let outcome = group.commit();
    for settle in settles {
        settle(outcome.is_ok());
    }
    outcome
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
