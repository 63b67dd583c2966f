//! Chance, drawn from the seed.

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

/// One stream of chance. What happens to one thing does not change what happens to another that has its own.
#[derive(Debug)]
pub(crate) struct Chance(ChaCha20Rng);

impl Chance {
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut random = ChaCha20Rng::seed_from_u64(seed);
        random.set_stream(stream);
        Self(random)
    }

    /// For keys and everything else that is random bytes.
    pub(crate) fn bytes(&mut self) -> &mut ChaCha20Rng {
        &mut self.0
    }

    /// For ids.
    pub(crate) fn id<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// From `least` to `most`, both included.
    pub(crate) fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.0.next_u64() % (most - least + 1)
    }

    /// True once in `times`.
    pub(crate) fn one_in(&mut self, times: u64) -> bool {
        self.0.next_u64().is_multiple_of(times)
    }

    /// A place in a list of this length, which must not be empty.
    pub(crate) fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.0.next_u64() % length as u64).unwrap_or_default()
    }

    /// One of these.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        if from.is_empty() { None } else { from.get(self.place(from.len())) }
    }
}
