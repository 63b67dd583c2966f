//! What an engine starts from: the store of this browser, its state key, and what it kept.

use segel_core::Kept;
use segel_crypto::storage::StateKey;
use thiserror::Error;

use crate::random::Random;
use crate::state_key::{self, StateKeyError};
use crate::store::{Later, Store, StoreError};

/// A store that was read, or none where the browser offers none.
pub struct KeptState {
    /// Where to keep what follows; `None` if nothing outlives the tab.
    pub store: Option<Store>,
    /// Seals every record.
    pub key: StateKey,
    /// What was kept before.
    pub kept: Kept,
}

/// What is kept in this browser cannot be read.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("what is kept in this browser cannot be read")]
pub struct Unreadable;

/// Opens the store of this name and reads it, but for what is left for later. A browser that blocks storage, or is full, gets a state that passes with the
/// tab: the conversation works and the screen says that it is not kept.
pub async fn open(
    name: &str,
    later: Option<&'static Later>,
    random: &mut Random,
) -> Result<KeptState, Unreadable> {
    match read(name, later).await {
        Ok(state) => Ok(state),
        Err(StateKeyError::Store(StoreError::Blocked | StoreError::Full)) => {
            Ok(KeptState { store: None, key: StateKey::make_passing(random), kept: Kept::default() })
        }
        Err(_) => Err(Unreadable),
    }
}

async fn read(name: &str, later: Option<&'static Later>) -> Result<KeptState, StateKeyError> {
    let store = Store::open(name).await.map_err(StateKeyError::Store)?.in_parts(later);
    let key = StateKey::new(*state_key::load_or_make(&store).await?);
    store.take_over().await.map_err(StateKeyError::Store)?;
    let loaded = store.load().await.map_err(StateKeyError::Store)?;
    let kept = Kept { generation: loaded.generation, records: loaded.records, left_out: later.is_some() };
    Ok(KeptState { store: Some(store), key, kept })
}
