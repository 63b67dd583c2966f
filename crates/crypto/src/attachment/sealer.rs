//! The sender's side: hash the source, then seal it.

use rand_core::CryptoRng;
use segel_wire::cbor_array;
use segel_wire::ids::AttachmentId;
use segel_wire::limits;

use super::{Attachment, AttachmentKey, Layout, derive_key};
use crate::secret::Secret;
use segel_hazmat::aead;
use segel_hazmat::kdf::{self, Hasher};

/// The first reading of a source: 32 bytes a chunk are kept of it, and one chunk at a time.
pub struct Measure {
    layout: Layout,
    size: u64,
    taken: u64,
    whole: Hasher,
    chunk: Vec<u8>,
    chunks: Vec<[u8; 32]>,
}

/// What a source was when it was read first.
#[derive(Clone, PartialEq, Eq)]
pub struct Measured {
    size: u64,
    plain_hash: [u8; 32],
    /// Hash of each chunk of the padded plaintext.
    chunks: Vec<[u8; 32]>,
}

cbor_array!(Measured { size, plain_hash, chunks });

/// Seals the chunks of a measured source, in any order and as often as an upload needs. It can be stored.
#[derive(Debug, Clone)]
pub struct Sealer {
    id: AttachmentId,
    key: AttachmentKey,
    measured: Measured,
}

cbor_array!(Sealer { id, key, measured });

/// SHA-256 of all sealed chunks, taken in their order.
#[derive(Debug, Default)]
pub struct SealedHash(Hasher);

/// Why a source is not sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It is over the limit of 104,857,600 bytes.
    #[error("the file is too large")]
    TooLarge,
    /// It has another size, or a chunk is not what it was: begin anew under a new key.
    #[error("the file has changed since it was first read")]
    SourceChanged,
}

/// How far the reading is, and nothing of what was read.
impl core::fmt::Debug for Measure {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Measure({} of {} bytes)", self.taken, self.size)
    }
}

/// The size: hashes of a file that others have tell which one it is.
impl core::fmt::Debug for Measured {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Measured({} bytes)", self.size)
    }
}

impl Measure {
    /// Begins reading a source of this size in bytes.
    pub fn new(size: u64) -> Result<Self, SealError> {
        let layout = Layout::of(size).map_err(|_| SealError::TooLarge)?;
        let (chunk, chunks) = (Vec::new(), Vec::new());
        Ok(Self { layout, size, taken: 0, whole: Hasher::default(), chunk, chunks })
    }

    /// Takes the next bytes, however many.
    pub fn take(&mut self, bytes: &[u8]) -> Result<(), SealError> {
        self.taken += bytes.len() as u64;
        if self.taken > self.size {
            return Err(SealError::SourceChanged);
        }
        self.fill(bytes);
        Ok(())
    }

    /// Ends the reading.
    pub fn finish(mut self) -> Result<Measured, SealError> {
        if self.taken != self.size {
            return Err(SealError::SourceChanged);
        }
        let mut padding = self.layout.padded - self.size;
        while padding > 0 {
            let step = padding.min(limits::CHUNK_BYTES as u64);
            self.fill(&vec![0; usize::try_from(step).unwrap_or(limits::CHUNK_BYTES)]);
            padding -= step;
        }
        if !self.chunk.is_empty() {
            self.chunks.push(kdf::hash(&self.chunk));
        }
        Ok(Measured { size: self.size, plain_hash: self.whole.finish(), chunks: self.chunks })
    }

    fn fill(&mut self, bytes: &[u8]) {
        self.whole.update(bytes);
        let mut rest = bytes;
        while !rest.is_empty() {
            let room = limits::CHUNK_BYTES - self.chunk.len();
            let (part, after) = rest.split_at(room.min(rest.len()));
            self.chunk.extend_from_slice(part);
            rest = after;
            if self.chunk.len() == limits::CHUNK_BYTES {
                self.chunks.push(kdf::hash(&self.chunk));
                self.chunk.clear();
            }
        }
    }
}

impl SealedHash {
    /// Takes the next sealed chunk.
    pub fn take(&mut self, sealed: &[u8]) {
        self.0.update(sealed);
    }

    /// The hash.
    pub fn finish(self) -> [u8; 32] {
        self.0.finish()
    }
}

impl Sealer {
    /// The attachment's id.
    pub fn id(&self) -> AttachmentId {
        self.id
    }

    /// A sealer under a key of its own.
    pub fn new(measured: Measured, id: AttachmentId, random: &mut impl CryptoRng) -> Self {
        let secret = AttachmentKey::make(random);
        let key = derive_key(&measured.plain_hash, secret.expose());
        Self { id, key, measured }
    }

    /// How many chunks there are.
    pub fn chunks(&self) -> u32 {
        u32::try_from(self.measured.chunks.len()).unwrap_or(u32::MAX)
    }

    /// The bytes of the source that a chunk is made of, from and to.
    pub fn source_of(&self, index: u32) -> (u64, u64) {
        let from = u64::from(index) * limits::CHUNK_BYTES as u64;
        let to = from + limits::CHUNK_BYTES as u64;
        (from.min(self.measured.size), to.min(self.measured.size))
    }

    /// Seals a chunk from its bytes of the source (without padding).
    pub fn seal(&self, index: u32, source: &[u8]) -> Result<Vec<u8>, SealError> {
        let layout = Layout::of(self.measured.size).map_err(|_| SealError::TooLarge)?;
        let (from, to) = self.source_of(index);
        if source.len() as u64 != to - from {
            return Err(SealError::SourceChanged);
        }
        let mut chunk = source.to_vec();
        chunk.resize(layout.chunk_size(index), 0);
        let known = usize::try_from(index).ok().and_then(|index| self.measured.chunks.get(index));
        if known != Some(&kdf::hash(&chunk)) {
            return Err(SealError::SourceChanged);
        }
        let bound = layout.associated_data(&self.id);
        Ok(aead::seal(self.key.expose(), &layout.nonce(index), &bound, &chunk))
    }

    /// What a message says of the attachment. `sealed_hash` is SHA-256 of all sealed chunks, in order.
    pub fn describe(
        &self,
        sealed_hash: [u8; 32],
        name: String,
        media_type: String,
        caption: Option<String>,
    ) -> Attachment {
        Attachment {
            id: self.id,
            name,
            media_type,
            size: self.measured.size,
            key: self.key.clone(),
            plain_hash: self.measured.plain_hash,
            sealed_hash,
            caption,
        }
    }
}
