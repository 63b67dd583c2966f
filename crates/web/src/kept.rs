//! What an engine starts from: the store of this browser, its state key, and what it kept.

use std::future::Future;
use std::pin::Pin;

use segel_core::Kept;
use segel_crypto::storage::StateKey;
use thiserror::Error;

use crate::lock::Errand;
use crate::random::Random;
use crate::state_key::{self, StateKeyError};
use crate::store::{Home, Later, NewStore, Store, StoreError};
use crate::timer;

/// After how many milliseconds a store is asked for again that did not open.
const AGAIN: u32 = 500;

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
    /// It was written under another key, or by code that this code does not follow. Trying again is of no use.
    #[error("what is kept in this browser cannot be read")]
    Unreadable,
    /// There is no room for the little that is written before it is read.
    #[error("there is no room to open what is kept")]
    Full,
    /// The store is another page's now, which has taken it over or runs newer code, or the browser did not read it this time.
    #[error("the store cannot be opened now")]
    Busy,
    /// A lock stands before it, and the errand does not open that.
    #[error("what is kept is locked")]
    Locked,
}

/// Opens the store of this name and reads it, but for what is left for later. Where there is none, none is made before something
/// is kept. A browser that opens none, also not when it is asked again,
/// gets a state that passes with the tab: the conversation works and the screen says that it is not kept. Once a store was
/// opened nobody begins as somebody new, whatever comes of it: that would hide what is in it. This takes for ever
/// while a page of other code has the store open, or the browser gives no answer.
///
/// `whole` makes the program whole, once there is something to be read: a visitor who only looks reads nothing. `leads` is asked
/// before whoever had the store so far is shut out: a tab that was frozen since it began may lead no more. `errand` opens the lock
/// that stands before what is kept, or changes it, and says afterwards which stands.
pub async fn open(
    name: &str,
    later: Option<&'static Later>,
    random: &mut Random,
    whole: impl Future<Output = ()>,
    leads: &dyn Fn() -> bool,
    errand: &mut Option<Box<Errand>>,
) -> Result<KeptState, KeptError> {
    let found = match find(name).await {
        Ok(Some(store)) => {
            whole.await;
            read(store.in_parts(later), leads, errand).await
        }
        Ok(None) => Ok(None),
        Err(StoreError::Blocked | StoreError::Full) => {
            let key = StateKey::make_passing(random);
            return Ok(KeptState { store: None, key, kept: Kept::default() });
        }
        Err(error) => Err(StateKeyError::Store(error)),
    };
    let begun = || {
        let key = state_key::make()?;
        let state_key = StateKey::new(*key);
        let store = NewStore { name: name.to_owned(), key, later };
        Ok(KeptState { store: Some(Home::New(store)), key: state_key, kept: Kept::default() })
    };
    match found.and_then(|found| found.map_or_else(begun, Ok)) {
        Ok(state) => Ok(state),
        Err(StateKeyError::Locked) => Err(KeptError::Locked),
        Err(StateKeyError::Store(StoreError::Full)) => Err(KeptError::Full),
        Err(StateKeyError::NoCrypto | StateKeyError::Lost | StateKeyError::Store(StoreError::Broken)) => {
            Err(KeptError::Unreadable)
        }
        Err(StateKeyError::Store(_)) => Err(KeptError::Busy),
    }
}

/// The store of this name, if there is one. What fails once may do so in passing.
async fn find(name: &str) -> Result<Option<Store>, StoreError> {
    let mut is_again = false;
    loop {
        let found = Store::open_kept(name).await;
        if is_again || !matches!(found, Err(StoreError::Blocked | StoreError::Full)) {
            return found;
        }
        timer::pause(AGAIN).await;
        is_again = true;
    }
}

/// What is read of a store, some time; none of one without a key, which a page only began to make.
type Reading<'a> = Pin<Box<dyn Future<Output = Result<Option<KeptState>, StateKeyError>> + 'a>>;

// Within its caller it would be in the first part of the program.
#[inline(never)]
fn read<'a>(store: Store, leads: &'a dyn Fn() -> bool, errand: &'a mut Option<Box<Errand>>) -> Reading<'a> {
    Box::pin(async move {
        let Some(kept) = state_key::load(&store).await? else { return Ok(None) };
        let key = Errand::open(errand, kept)?;
        if !leads() {
            return Err(StateKeyError::Store(StoreError::Stale));
        }
        store.take_over().await?;
        let key = Errand::carry_out(errand, &store, key).await;
        let loaded = store.load().await?;
        let left_out = store.later().is_some();
        let kept = Kept { generation: loaded.generation, records: loaded.records, left_out };
        Ok(Some(KeptState { store: Some(Home::Kept(store)), key: StateKey::new(*key), kept }))
    })
}
