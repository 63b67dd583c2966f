//! The browser's cryptographic randomness, in the shape the core asks for.

use core::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};
use thiserror::Error;

/// Randomness from `crypto.getRandomValues`; every draw asks the browser, nothing is kept between draws.
pub struct Random(());

/// Why there is no randomness to be had.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum RandomError {
    /// This browser offers no cryptographic random source.
    #[error("the browser offers no cryptographic randomness")]
    Missing,
}

impl Random {
    /// Makes one trial draw, so that a browser without a random source is found at the start and not in the
    /// middle of sealing.
    pub fn new() -> Result<Self, RandomError> {
        let mut trial = [0; 16];
        getrandom::fill(&mut trial).map_err(|_| RandomError::Missing)?;
        Ok(Self(()))
    }
}

/// Sixteen random bytes for an id that is no secret; `None` where there is no randomness to be had.
pub fn make_id() -> Option<[u8; 16]> {
    let mut id = [0; 16];
    getrandom::fill(&mut id).ok().map(|()| id)
}

impl TryRng for Random {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut word = [0; 4];
        self.try_fill_bytes(&mut word)?;
        Ok(u32::from_le_bytes(word))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut word = [0; 8];
        self.try_fill_bytes(&mut word)?;
        Ok(u64::from_le_bytes(word))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        if getrandom::fill(bytes).is_err() {
            // A source that answered at the start and fails later leaves nothing safe to return: keys made of
            // zeros would be worse than no widget.
            std::process::abort();
        }
        Ok(())
    }
}

impl TryCryptoRng for Random {}
