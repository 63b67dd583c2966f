//! Random sources whose draws are known.

use core::convert::Infallible;
use std::collections::VecDeque;

use rand_core::{TryCryptoRng, TryRng};

/// The n-th draw is the byte n (from 1, modulo 256), repeated; all of them are remembered.
#[derive(Default)]
pub(crate) struct CountingRng(pub(crate) Vec<Vec<u8>>);

/// Gives what it was made of, draw by draw, each of the length that is asked for.
pub(crate) struct Given(VecDeque<Vec<u8>>);

impl Given {
    pub(crate) fn new(draws: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self(draws.into_iter().collect())
    }
}

trait Source {
    fn draw(&mut self, bytes: &mut [u8]);
}

impl Source for CountingRng {
    fn draw(&mut self, bytes: &mut [u8]) {
        bytes.fill(u8::try_from((self.0.len() + 1) % 256).unwrap());
        self.0.push(bytes.to_vec());
    }
}

impl Source for Given {
    fn draw(&mut self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.0.pop_front().unwrap());
    }
}

macro_rules! random {
    ($($name:ident),*) => {$(
        impl TryRng for $name {
            type Error = Infallible;

            fn try_next_u32(&mut self) -> Result<u32, Infallible> {
                let mut bytes = [0; 4];
                self.draw(&mut bytes);
                Ok(u32::from_le_bytes(bytes))
            }

            fn try_next_u64(&mut self) -> Result<u64, Infallible> {
                let mut bytes = [0; 8];
                self.draw(&mut bytes);
                Ok(u64::from_le_bytes(bytes))
            }

            fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
                self.draw(bytes);
                Ok(())
            }
        }

        impl TryCryptoRng for $name {}
    )*};
}

random!(CountingRng, Given);
