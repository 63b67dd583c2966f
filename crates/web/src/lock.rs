//! The lock before what is kept: opened, set and taken off where an engine starts (ARCHITECTURE.md, "A lock").

mod secret;

pub use segel_crypto::lock::{DraftKey, Lock, LockKey, PASSPHRASE_CHARS, Way};
pub use segel_crypto::storage::StateKey;
use thiserror::Error;

use crate::random::Random;
use crate::state_key::{self, KeptKey, Locked, StateKeyBytes, StateKeyError};
use crate::store::Store;
pub use secret::{Opener, make, offers_passkeys, open};

/// Why a lock was not opened, set or taken off. What is kept is as it was.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum LockError {
    /// It is not the passphrase, or the passkey.
    #[error("this does not open the lock")]
    Wrong,
    /// The worker that stretches passphrases did not start, or gave no answer.
    #[error("the passphrase could not be stretched")]
    NoWorker,
    /// The person or the browser gave no passkey, or one that makes no keys.
    #[error("there is no passkey to be had")]
    NoPasskey,
    /// Nothing is kept in this browser.
    #[error("nothing is kept that could be locked")]
    NothingKept,
    /// The store refused, or another tab was in the way.
    #[error("the store could not be changed")]
    NotStored,
}

impl LockError {
    /// Its code, for whoever is asked for help.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Wrong => "lock-wrong",
            Self::NoWorker => "lock-worker",
            Self::NoPasskey => "lock-passkey",
            Self::NothingKept => "lock-nothing",
            Self::NotStored => "lock-storage",
        }
    }
}

/// Whoever waits for what becomes of a lock hears it once.
pub type Answer = Box<dyn FnOnce(Result<(), LockError>)>;

/// What the next start of an engine is to do about the lock.
#[derive(Default)]
pub struct Errand {
    /// Opens the lock that stands.
    pub key: Option<LockKey>,
    /// What is to become of the lock.
    pub change: Option<Change>,
    /// The lock that stands, once something was opened.
    pub standing: Option<Lock>,
    answer: Option<Answer>,
    outcome: Option<LockError>,
}

/// What is to become of a lock. Either way everything is sealed anew under another key.
pub enum Change {
    /// This one is set.
    Set(Lock, LockKey),
    /// There is to be none.
    TakeOff,
}

impl Errand {
    /// Opens the lock that stands.
    pub fn new(key: Option<LockKey>, change: Option<Change>, answer: Answer) -> Self {
        Self { key, change, standing: None, answer: Some(answer), outcome: Some(LockError::NotStored) }
    }

    /// The state key, if no lock stands before it or the errand opens that. Where one stands there is an errand afterwards.
    pub(crate) fn open(
        errand: &mut Option<Box<Self>>,
        kept: KeptKey,
    ) -> Result<StateKeyBytes, StateKeyError> {
        let locked = match kept {
            KeptKey::Open(key) => return Ok(key),
            KeptKey::Locked(locked) => locked,
        };
        let errand = errand.get_or_insert_default();
        let opened = errand.key.take().and_then(|key| locked.open(&key));
        errand.standing = Some(locked.lock);
        opened.ok_or(StateKeyError::Locked)
    }

    /// Changes the lock of a store in its term, if that is to be done; answers the state key that everything is sealed under
    /// then, which is the one before unless the change was kept.
    pub(crate) async fn carry_out(
        errand: &mut Option<Box<Self>>,
        store: &Store,
        key: StateKeyBytes,
    ) -> StateKeyBytes {
        let Some(errand) = errand else { return key };
        let change = errand.change.take();
        errand.outcome = None;
        let Some(change) = change else { return key };
        let (lock, lock_key) = match change {
            Change::Set(lock, key) => (Some(lock), Some(key)),
            Change::TakeOff => (None, None),
        };
        if let Ok(new) = rekey(store, &key, lock.as_ref().zip(lock_key.as_ref())).await {
            errand.standing = lock;
            return new;
        }
        errand.outcome = Some(LockError::NotStored);
        key
    }
}

/// Says what came of it, also where a start was given up.
impl Drop for Errand {
    fn drop(&mut self) {
        if let Some(answer) = self.answer.take() {
            answer(self.outcome.map_or(Ok(()), Err));
        }
    }
}

/// The lock before what is kept under this name; none where none stands.
pub async fn standing(name: &str) -> Result<Option<Locked>, LockError> {
    let not_stored = |_| LockError::NotStored;
    let store = Store::open_kept(name).await.map_err(not_stored)?.ok_or(LockError::NothingKept)?;
    match state_key::load(&store).await.map_err(|_| LockError::NotStored)? {
        None => Err(LockError::NothingKept),
        Some(KeptKey::Open(_)) => Ok(None),
        Some(KeptKey::Locked(locked)) => Ok(Some(locked)),
    }
}

/// Seals everything anew under a new key, kept behind this lock if there is one.
async fn rekey(
    store: &Store,
    old: &StateKeyBytes,
    lock: Option<(&Lock, &LockKey)>,
) -> Result<StateKeyBytes, StateKeyError> {
    let mut random = Random::new().map_err(|_| StateKeyError::NoCrypto)?;
    let new = state_key::make()?;
    let (name, wrapped) = state_key::wrap_with(&store.name(), &new, lock, &mut random).await?;
    let (from, to) = (StateKey::new(**old), StateKey::new(*new));
    let mut reseal = |name: &str, sealed: &[u8], generation: u64| {
        from.reseal(&to, name, sealed, generation, &mut random).ok()
    };
    store.rekey(name, &wrapped, &mut reseal).await.map_err(StateKeyError::Store)?;
    Ok(new)
}
