//! A few connections answer questions, apart from the writer.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::open_connection;
use crate::store::StoreError;

const READERS: usize = 4;

pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    permits: Semaphore,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, idle: Mutex::default(), permits: Semaphore::new(READERS) }
    }

    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let _permit = self.permits.acquire().await.map_err(|_| StoreError::Closed)?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let path = self.path.clone();
        let asked = spawn_blocking(move || {
            let connection = idle.map_or_else(|| open_reader(&path), Ok)?;
            let answer = question(&connection);
            Ok::<_, StoreError>((connection, answer))
        });
        let (connection, answer) = asked.await.map_err(|_| StoreError::Closed)??;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Ok(answer?)
    }
}

fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = open_connection(path)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}
