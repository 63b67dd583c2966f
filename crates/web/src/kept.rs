//! What an engine starts from: the store of this browser, its state key, and what it kept.

use segel_core::Kept;
use segel_crypto::storage::StateKey;
use thiserror::Error;

use crate::random::Random;
use crate::state_key::{self, StateKeyError};
use crate::store::{Home, Later, NewStore, Store, StoreError};

/// A store that was read, or none where the browser offers none.
pub struct KeptState {
    /// Where to keep what follows; `None` if nothing outlives the tab.
    pub store: Option<Home>,
    /// Seals every record.
    pub key: StateKey,
    /// What was kept before.
    pub kept: Kept,
}

/// Why there is nothing to start from.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum KeptError {
    /// It was written under another key, or by code that this code does not follow.
    #[error("what is kept in this browser cannot be read")]
    Unreadable,
    /// The store is another page's now, which has taken it over or runs newer code.
    #[error("the store cannot be opened now")]
    Busy,
}

/// Opens the store of this name and reads it, but for what is left for later. Where there is none, none is made before something
/// is kept. A browser that blocks storage, or is full,
/// gets a state that passes with the tab: the conversation works and the screen says that it is not kept. This takes for ever
/// while a page of other code has the store open, or the browser gives no answer.
///
/// `leads` is asked before whoever had the store so far is shut out: a tab that was frozen since it began may lead no more.
pub async fn open(
    name: &str,
    later: Option<&'static Later>,
    random: &mut Random,
    leads: impl Fn() -> bool,
) -> Result<KeptState, KeptError> {
    match read(name, later, leads).await {
        Ok(state) => Ok(state),
        Err(StateKeyError::Store(StoreError::Blocked | StoreError::Full)) => {
            Ok(KeptState { store: None, key: StateKey::make_passing(random), kept: Kept::default() })
        }
        Err(StateKeyError::Store(StoreError::Newer | StoreError::Stale)) => Err(KeptError::Busy),
        Err(_) => Err(KeptError::Unreadable),
    }
}

async fn read(
    name: &str,
    later: Option<&'static Later>,
    leads: impl Fn() -> bool,
) -> Result<KeptState, StateKeyError> {
    let store = Store::open_kept(name).await.map_err(StateKeyError::Store)?;
    let key = match &store {
        Some(store) => state_key::load(store).await?,
        None => None,
    };
    // One without a key is one that a page began to make.
    let (Some(store), Some(key)) = (store, key) else {
        let key = state_key::make()?;
        let state_key = StateKey::new(*key);
        let store = NewStore { name: name.to_owned(), key, later };
        return Ok(KeptState { store: Some(Home::New(store)), key: state_key, kept: Kept::default() });
    };
    let (store, key) = (store.in_parts(later), StateKey::new(*key));
    if !leads() {
        return Err(StateKeyError::Store(StoreError::Stale));
    }
    store.take_over().await.map_err(StateKeyError::Store)?;
    let loaded = store.load().await.map_err(StateKeyError::Store)?;
    let kept = Kept { generation: loaded.generation, records: loaded.records, left_out: later.is_some() };
    Ok(KeptState { store: Some(Home::Kept(store)), key, kept })
}
