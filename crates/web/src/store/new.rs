//! A store that is not there before something is kept: who only looks leaves nothing in the browser.

use zeroize::Zeroizing;

use super::{Eventually, Later, Store, StoreError};
use crate::state_key::{self, STATE_KEY_LEN, StateKeyError};

/// Where an engine keeps what it hands out.
pub enum Home {
    /// A store with what was kept before.
    Kept(Store),
    /// A store that is yet to be made.
    New(NewStore),
}

/// A store that is made with what is kept first.
pub struct NewStore {
    pub(crate) name: String,
    /// The key of the state that goes into it.
    pub(crate) key: Zeroizing<[u8; STATE_KEY_LEN]>,
    pub(crate) later: Option<&'static Later>,
}

impl NewStore {
    /// Makes it. Where another tab was first, that one's state is what counts: [`StoreError::Stale`].
    ///
    /// It is in the term in which nobody has taken it over, which lasts until somebody does: without a key nobody could.
    // Boxed: within its caller it would be made anew with every commit.
    #[inline(never)]
    pub(crate) fn make(&self) -> Eventually<'_, Store> {
        Box::pin(self.made())
    }

    async fn made(&self) -> Result<Store, StoreError> {
        let store = Store::open(&self.name).await?.in_parts(self.later);
        match state_key::keep_first(&store, &self.key).await {
            Ok(true) => Ok(store),
            Ok(false) => Err(StoreError::Stale),
            Err(StateKeyError::Store(error)) => Err(error),
            Err(StateKeyError::NoCrypto | StateKeyError::Lost | StateKeyError::Locked) => {
                Err(StoreError::Broken)
            }
        }
    }
}
