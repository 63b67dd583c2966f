//! Records at rest, sealed under the state key. PROTOCOL.md, section 5.14.

use rand_core::CryptoRng;
use segel_wire::signed::statement;
use zeroize::Zeroizing;

use crate::secret::{Secret, secrets};
use segel_hazmat::aead;

secrets! {
    /// Seals everything that a client stores; the browser keeps it wrapped.
    pub StateKey;
}

/// A record, opened.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// The store's generation that wrote it.
    pub generation: u64,
    /// What was sealed.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// Why a stored record is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// It did not open: another key, another name, or altered.
    #[error("a stored record cannot be opened")]
    Broken,
    /// The store was set back: it is older than a record in it.
    #[error("a stored record is not of its store's time")]
    RolledBack,
}

const GENERATION: usize = 8;
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

    /// Seals a record under its name and the generation of the transaction that writes it.
    pub fn seal(&self, name: &str, generation: u64, record: &[u8], random: &mut impl CryptoRng) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        random.fill_bytes(&mut nonce);
        let sealed = aead::seal_x(self.expose(), &nonce, &derive_associated_data(name, generation), record);
        [&generation.to_be_bytes()[..], &nonce, &sealed].concat()
    }

    /// Opens a record by the name it was sealed under. One that is newer than its store is refused.
    pub fn open(&self, name: &str, sealed: &[u8], store_generation: u64) -> Result<Record, StorageError> {
        let (generation, rest) = sealed.split_first_chunk::<GENERATION>().ok_or(StorageError::Broken)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE>().ok_or(StorageError::Broken)?;
        let generation = u64::from_be_bytes(*generation);
        let bytes = aead::open_x(self.expose(), nonce, &derive_associated_data(name, generation), ciphertext)
            .map(Zeroizing::new)
            .map_err(|_| StorageError::Broken)?;
        if generation > store_generation {
            return Err(StorageError::RolledBack);
        }
        Ok(Record { generation, bytes })
    }

    /// A record of this key's, sealed under another; it stays of its generation.
    pub fn reseal(
        &self,
        other: &Self,
        name: &str,
        sealed: &[u8],
        store_generation: u64,
        random: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, StorageError> {
        let record = self.open(name, sealed, store_generation)?;
        Ok(other.seal(name, record.generation, &record.bytes, random))
    }
}

/// A record says nothing but when it was written.
impl core::fmt::Debug for Record {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Record(generation {}, sealed)", self.generation)
    }
}

fn derive_associated_data(name: &str, generation: u64) -> Vec<u8> {
    statement("segel/1 store", &[name.as_bytes(), &generation.to_be_bytes()])
}
