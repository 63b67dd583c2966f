//! Sealed files, chunk by chunk in bounded memory. PROTOCOL.md, section 5.11; after STREAM (Hoang,
//! Reyhanitabar, Rogaway, Vizár, CRYPTO 2015).
//!
//! A source is read twice: [`Measure`] hashes it, [`Sealer`] seals it and refuses a chunk that is not what was
//! hashed, so that no nonce ever seals two plaintexts, also when an upload is resumed from a stored sealer.

mod opener;
mod sealer;

use segel_wire::cbor_map;
use segel_wire::ids::AttachmentId;
use segel_wire::limits;
use segel_wire::signed::statement;
use segel_wire::sizes::derive_padded;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

pub use opener::{OpenError, Opener};
pub use sealer::{Measure, Measured, SealError, SealedHash, Sealer};

use crate::secret::{Secret, secrets};
use segel_hazmat::{aead, kdf};

secrets! {
    /// Seals the chunks of one attachment.
    pub AttachmentKey;
}

/// What a message says of an attachment: everything that is needed to open it.
#[derive(Clone)]
pub struct Attachment {
    /// Its id at the relay.
    pub id: AttachmentId,
    /// The file's name, as its sender calls it.
    pub name: String,
    /// Its media type, as its sender says.
    pub media_type: String,
    /// Its true size in bytes, without padding.
    pub size: u64,
    /// What opens it.
    pub key: AttachmentKey,
    /// SHA-256 of the padded plaintext.
    pub plain_hash: [u8; 32],
    /// SHA-256 of all sealed chunks.
    pub sealed_hash: [u8; 32],
    /// What its sender says about it.
    pub caption: Option<String>,
}

cbor_map!(Attachment {
    0: id,
    1: name,
    2: media_type,
    3: size,
    4: key,
    5: plain_hash,
    6: sealed_hash,
    7: caption
});

const _: () = assert!(limits::CHUNK_OVERHEAD == aead::TAG);

/// How a plaintext of some size is padded and cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Bytes with padding; a Padmé size of at least 256.
    padded: u64,
}

/// The plaintext is over the limit.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
struct TooLarge;

impl Layout {
    fn of(size: u64) -> Result<Self, TooLarge> {
        if size > limits::ATTACHMENT_BYTES {
            return Err(TooLarge);
        }
        Ok(Self { padded: derive_padded(size) })
    }

    fn chunks(self) -> u32 {
        u32::try_from(self.padded.div_ceil(limits::CHUNK_BYTES as u64)).unwrap_or(u32::MAX)
    }

    /// Bytes of plaintext in a chunk; 0 after the last.
    fn chunk_size(self, index: u32) -> usize {
        let before = u64::from(index) * limits::CHUNK_BYTES as u64;
        let left = self.padded.saturating_sub(before).min(limits::CHUNK_BYTES as u64);
        usize::try_from(left).unwrap_or(limits::CHUNK_BYTES)
    }

    fn associated_data(self, id: &AttachmentId) -> Vec<u8> {
        statement("segel/1 attachment", &[&id.0, &self.padded.to_be_bytes()])
    }

    /// Zeros, the chunk's index and whether it is the last.
    fn nonce(self, index: u32) -> [u8; 12] {
        let mut nonce = [0; 12];
        nonce[7..11].copy_from_slice(&index.to_be_bytes());
        nonce[11] = u8::from(index + 1 == self.chunks());
        nonce
    }
}

fn derive_key(plain_hash: &[u8; 32], secret: &[u8; 32]) -> AttachmentKey {
    let key: Zeroizing<[u8; 32]> = kdf::derive(plain_hash, secret, "segel/1 attachment key");
    AttachmentKey::from_bytes(*key)
}

/// An attachment's name, type and caption are part of a message: it prints its id only.
impl core::fmt::Debug for Attachment {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Attachment({})", self.id)
    }
}

impl PartialEq for Attachment {
    fn eq(&self, other: &Self) -> bool {
        let said = |attachment: &Self| {
            let Self { id, name, media_type, size, plain_hash, sealed_hash, caption, .. } =
                attachment.clone();
            (id, name, media_type, size, plain_hash, sealed_hash, caption)
        };
        bool::from(self.key.expose().ct_eq(other.key.expose())) && said(self) == said(other)
    }
}

impl Eq for Attachment {}
