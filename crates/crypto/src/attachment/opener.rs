//! The receiver's side: chunk by chunk, whole only at the end.

use zeroize::Zeroizing;

use super::{Attachment, Layout};
use crate::secret::Secret;
use segel_hazmat::aead;
use segel_hazmat::kdf::Hasher;

/// Opens the chunks of an attachment in order, one in memory at a time.
#[derive(Debug)]
pub struct Opener {
    attachment: Attachment,
    layout: Layout,
    bound: Vec<u8>,
    next: u32,
    plain: Hasher,
    sealed: Hasher,
}

/// Why an attachment does not open. Nothing of it is to be handed on as whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Its size is over the limit.
    #[error("the file is too large")]
    TooLarge,
    /// A chunk was altered, is of another attachment or stands in another place.
    #[error("a part of the file was altered or is out of place")]
    NotAuthentic,
    /// There is more after the last chunk.
    #[error("the file has more parts than it should")]
    AfterTheLast,
    /// It ended before its last chunk.
    #[error("the file is not whole")]
    Truncated,
    /// A hash or the padding does not hold.
    #[error("the file is not the one that the message names")]
    AnotherFile,
}

impl Opener {
    /// Begins with what the message says.
    pub fn new(attachment: &Attachment) -> Result<Self, OpenError> {
        let layout = Layout::of(attachment.size).map_err(|_| OpenError::TooLarge)?;
        let bound = layout.associated_data(&attachment.id);
        let (plain, sealed) = (Hasher::default(), Hasher::default());
        let attachment = attachment.clone();
        Ok(Self { attachment, layout, bound, next: 0, plain, sealed })
    }

    /// Bytes of the next sealed chunk; 0 after the last.
    pub fn expects(&self) -> usize {
        match self.layout.chunk_size(self.next) {
            0 => 0,
            size => size + aead::TAG,
        }
    }

    /// Opens the next chunk; the answer is of the file, without padding.
    pub fn open(&mut self, sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
        let size = self.layout.chunk_size(self.next);
        if size == 0 {
            return Err(OpenError::AfterTheLast);
        }
        if sealed.len() != size + aead::TAG {
            return Err(OpenError::NotAuthentic);
        }
        let nonce = self.layout.nonce(self.next);
        let chunk = aead::open(self.attachment.key.expose(), &nonce, &self.bound, sealed);
        let chunk = chunk.map(Zeroizing::new).map_err(|_| OpenError::NotAuthentic)?;
        self.sealed.update(sealed);
        self.plain.update(&chunk);
        let before = u64::from(self.next) * segel_wire::limits::CHUNK_BYTES as u64;
        let left = usize::try_from(self.attachment.size.saturating_sub(before)).unwrap_or(usize::MAX);
        let (file, padding) = chunk.split_at(left.min(chunk.len()));
        if padding.iter().any(|byte| *byte != 0) {
            return Err(OpenError::AnotherFile);
        }
        self.next += 1;
        Ok(file.to_vec())
    }

    /// Whether all that was opened is the whole file.
    pub fn finish(&self) -> Result<(), OpenError> {
        if self.next != self.layout.chunks() {
            return Err(OpenError::Truncated);
        }
        let is_it = self.plain.clone().finish() == self.attachment.plain_hash
            && self.sealed.clone().finish() == self.attachment.sealed_hash;
        if is_it { Ok(()) } else { Err(OpenError::AnotherFile) }
    }
}
