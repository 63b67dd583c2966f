//! Chance, and what is under way between two devices.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// How often a message is overtaken at most: more would cost keys that the protocol does not keep for so long.
const OVERTAKEN: u32 = 4;

/// One direction.
pub(crate) struct Mail<T>(Vec<(u32, T)>);

impl<T> Mail<T> {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn post(&mut self, letter: T) {
        self.0.push((0, letter));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One of the next ones.
    pub(crate) fn take(&mut self, chance: &mut Chance) -> Option<T> {
        self.take_with_age(chance).map(|(_, letter)| letter)
    }

    /// The same, with how often it was overtaken.
    pub(crate) fn take_with_age(&mut self, chance: &mut Chance) -> Option<(u32, T)> {
        let (overtaken, _) = self.0.first()?;
        let most = if *overtaken < OVERTAKEN { self.0.len().min(3) } else { 1 };
        let place = chance.below(most);
        self.0[..place].iter_mut().for_each(|(overtaken, _)| *overtaken += 1);
        Some(self.0.remove(place))
    }
}

/// The same for the same seed.
pub(crate) struct Chance(ChaCha20Rng);

impl Chance {
    pub(crate) fn of(seed: u64) -> Self {
        Self(ChaCha20Rng::seed_from_u64(seed))
    }

    /// A number from 0 to one less than `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.0.next_u32()).unwrap() % end
    }

    /// Once in `times`.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// For keys.
    pub(crate) fn source(&mut self) -> &mut ChaCha20Rng {
        &mut self.0
    }
}
