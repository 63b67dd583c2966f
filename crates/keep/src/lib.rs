//! What keeps an engine's steps, for tests: a store in memory ([`Memory`]), and the cases ([`cases`]) that it and a browser's
//! database must pass alike.
//!
//! For development only.

pub mod cases;
mod memory;

use std::future::Future;

pub use memory::Memory;
use segel_core::Change;
use thiserror::Error;

/// A name and sealed bytes.
pub type Record = (String, Vec<u8>);

/// Why a store did not do as asked. Nothing has been changed then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refused {
    /// The generation is not the next one, or somebody has begun a term since.
    #[error("the store has moved on")]
    Stale,
    /// There is no room.
    #[error("there is no room left to store")]
    NoRoom,
}

/// A place where records are kept, however often it is opened.
pub trait Place {
    /// What it is opened as.
    type Store: Keeps;

    /// Opens it and begins a term: whoever had it open before can commit nothing from now on. Where there is no room for that,
    /// they can.
    fn open(&self) -> impl Future<Output = Result<Self::Store, Refused>>;

    /// From now on there is no room, or there is again.
    fn fill(&self, is_full: bool);
}

/// A store that was opened.
pub trait Keeps {
    /// The generation that is kept, and every record in order of name.
    fn load(&self) -> impl Future<Output = (u64, Vec<Record>)>;

    /// As [`Keeps::load`] without the records whose names begin with [`segel_core::Kept::LATER`].
    fn load_outline(&self) -> impl Future<Output = (u64, Vec<Record>)>;

    /// The records whose names begin so, in order of name.
    fn load_named(&self, beginning: &str) -> impl Future<Output = Result<Vec<Record>, Refused>>;

    /// Makes all changes in their order, or none of them.
    fn commit(&self, generation: u64, changes: Vec<Change>) -> impl Future<Output = Result<(), Refused>>;
}
