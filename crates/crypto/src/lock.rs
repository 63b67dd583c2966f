//! A lock on the state key, which a passphrase or a passkey opens, and what seals what was being written when it closed.
//! PROTOCOL.md, section 5.14.

use core::ops::RangeInclusive;

use rand_core::CryptoRng;
use segel_hazmat::{aead, kdf};
use segel_wire::cbor::{self, MalformedCbor};
use segel_wire::ids::Octets;
use segel_wire::signed::statement;
use segel_wire::{cbor_map, cbor_variants};
use zeroize::Zeroizing;

use crate::secret::{Secret, secrets};
use crate::storage::StateKey;

secrets! {
    /// Opens a lock: made of what a passphrase is stretched to, or of what a passkey answers.
    pub LockKey;
    /// Seals what a person was writing when a lock closed. It opens nothing that is stored.
    pub DraftKey;
}

/// Bytes of a lock's salt.
pub const SALT_LEN: usize = 16;
/// Bytes of what a passphrase is stretched to, and of what a passkey answers.
pub const SECRET_LEN: usize = 32;
/// A passphrase has at least so many characters.
pub const PASSPHRASE_CHARS: usize = 8;

const MEMORY_KIB: RangeInclusive<u32> = 19_456..=262_144;
const PASSES: RangeInclusive<u32> = 2..=16;
const CREDENTIAL: RangeInclusive<usize> = 1..=1_023;
const IDLE_MINUTES: RangeInclusive<u32> = 1..=1_440;
const NONCE: usize = 24;

/// What asks for a passphrase or a passkey: no secret, kept beside what it locks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// What opens it.
    pub way: Way,
    /// [`SALT_LEN`] random bytes.
    pub salt: Octets,
    /// After so many minutes without use the device locks itself.
    pub idle_minutes: u32,
}

cbor_map!(Lock { 0: way, 1: salt, 2: idle_minutes });

/// What opens a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// A passphrase, stretched by Argon2id with so many KiB of memory and so many passes.
    Passphrase {
        /// Memory in KiB.
        memory: u32,
        /// How often the memory is gone over.
        passes: u32,
    },
    /// The passkey of this credential.
    Passkey(Octets),
}

cbor_variants!(Way { 1: Passphrase { memory, passes }, 2: Passkey(credential) });

impl Lock {
    /// Reads a lock as it is kept; one whose numbers are out of bounds is malformed.
    pub fn read(bytes: &[u8]) -> Result<Self, MalformedCbor> {
        let lock: Self = cbor::read(bytes)?;
        let is_sound = match &lock.way {
            Way::Passphrase { memory, passes } => MEMORY_KIB.contains(memory) && PASSES.contains(passes),
            Way::Passkey(credential) => CREDENTIAL.contains(&credential.0.len()),
        };
        let is_sound = is_sound && lock.salt.0.len() == SALT_LEN && IDLE_MINUTES.contains(&lock.idle_minutes);
        if is_sound { Ok(lock) } else { Err(MalformedCbor) }
    }
}

impl LockKey {
    /// The key of what a passphrase was stretched to, or of what a passkey answered.
    pub fn derive(lock: &Lock, secret: &[u8; SECRET_LEN]) -> Self {
        Self::from_bytes(*kdf::derive(&lock.salt.0, secret, "segel/1 lock key"))
    }

    /// Locks the state key of the store of this name.
    pub fn lock(
        &self,
        lock: &Lock,
        store: &str,
        state_key: &[u8; 32],
        random: &mut impl CryptoRng,
    ) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        random.fill_bytes(&mut nonce);
        let sealed = aead::seal_x(self.expose(), &nonce, &derive_associated_data(lock, store), state_key);
        [&nonce[..], &sealed].concat()
    }

    /// The state key that was locked; `None` by another key, for another store or beside another lock.
    pub fn unlock(&self, lock: &Lock, store: &str, locked: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
        let (nonce, sealed) = locked.split_first_chunk::<NONCE>()?;
        let opened = aead::open_x(self.expose(), nonce, &derive_associated_data(lock, store), sealed).ok()?;
        let opened = Zeroizing::new(opened);
        Some(Zeroizing::new(*opened.as_slice().as_array()?))
    }
}

impl DraftKey {
    /// The one that belongs to a state key: whoever comes after everything was erased has another.
    pub fn derive(state_key: &StateKey) -> Self {
        Self::from_bytes(*kdf::derive(&[], state_key.expose(), "segel/1 draft key"))
    }

    /// Seals what was being written.
    pub fn seal(&self, written: &[u8], random: &mut impl CryptoRng) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        random.fill_bytes(&mut nonce);
        let sealed = aead::seal_x(self.expose(), &nonce, &statement("segel/1 draft", &[]), written);
        [&nonce[..], &sealed].concat()
    }

    /// What was being written; `None` by another key.
    pub fn open(&self, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let opened = aead::open_x(self.expose(), nonce, &statement("segel/1 draft", &[]), sealed).ok()?;
        Some(Zeroizing::new(opened))
    }
}

fn derive_associated_data(lock: &Lock, store: &str) -> Vec<u8> {
    statement("segel/1 lock", &[store.as_bytes(), &cbor::encode(lock)])
}
