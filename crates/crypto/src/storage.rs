//! Records at rest, sealed under the state key. PROTOCOL.md, section 5.5.

use rand_core::CryptoRng;
use segel_wire::signed::statement;
use zeroize::Zeroizing;

use crate::hazmat::aead;
use crate::secret::{Secret, secrets};

secrets! {
    /// Seals everything that a client stores; the browser keeps it wrapped.
    pub StateKey;
}

/// A stored record did not open: another key, another name, or altered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a stored record cannot be opened")]
pub struct BrokenRecord;

const NONCE: usize = 24;

impl StateKey {
    /// A key that the browser unwrapped or made.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self::from_bytes(bytes)
    }

    /// A key for a state that passes with the tab, where the browser keeps nothing.
    pub fn make_passing(random: &mut impl CryptoRng) -> Self {
        Self::make(random)
    }

    /// Seals a record under its name.
    pub fn seal(&self, name: &str, record: &[u8], random: &mut impl CryptoRng) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        random.fill_bytes(&mut nonce);
        let mut sealed = nonce.to_vec();
        sealed.extend_from_slice(&aead::seal_x(self.expose(), &nonce, &associated_data(name), record));
        sealed
    }

    /// Opens a record by the name it was sealed under.
    pub fn open(&self, name: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, BrokenRecord> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(BrokenRecord)?;
        aead::open_x(self.expose(), nonce, &associated_data(name), sealed)
            .map(Zeroizing::new)
            .map_err(|_| BrokenRecord)
    }
}

fn associated_data(name: &str) -> Vec<u8> {
    statement("segel/1 store", &[name.as_bytes()])
}
