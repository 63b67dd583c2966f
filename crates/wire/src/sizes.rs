//! Which sizes sealing gives: Padmé, and the chunks of an attachment. PROTOCOL.md, sections 5.6, 5.11 and 7.2.

use crate::limits::{ATTACHMENT_BYTES, CHUNK_BYTES, CHUNK_OVERHEAD, PADDING_FLOOR};

const CHUNK: u64 = CHUNK_BYTES as u64;
/// A full chunk, sealed.
const SEALED_CHUNK: u64 = CHUNK + CHUNK_OVERHEAD as u64;

/// The Padmé size for `length` bytes: at most 12 % larger, and leaking O(log log length) bits.
pub fn derive_padded(length: u64) -> u64 {
    let length = length.max(PADDING_FLOOR as u64);
    let exponent = length.ilog2();
    let low_bits = exponent - (exponent.ilog2() + 1);
    length.next_multiple_of(1 << low_bits)
}

/// Bytes of an attachment's chunks when they are sealed, all together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedSize(u64);

/// Why a number is not the size of a sealed attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealedSizeError {
    /// Sealing gives no such size.
    #[error("sealing gives no such size")]
    Impossible,
    /// It is over the limit.
    #[error("the attachment is over the size limit")]
    TooLarge,
}

impl SealedSize {
    /// The size of a file of `size` bytes when it is sealed.
    pub fn derive(size: u64) -> Result<Self, SealedSizeError> {
        if size > ATTACHMENT_BYTES {
            return Err(SealedSizeError::TooLarge);
        }
        let padded = derive_padded(size);
        Ok(Self(padded + padded.div_ceil(CHUNK) * CHUNK_OVERHEAD as u64))
    }

    /// Takes a number of bytes, if sealing gives it.
    pub fn new(sealed: u64) -> Result<Self, SealedSizeError> {
        let padded = sealed.checked_sub(sealed.div_ceil(SEALED_CHUNK) * CHUNK_OVERHEAD as u64);
        let padded = padded.ok_or(SealedSizeError::Impossible)?;
        if padded > ATTACHMENT_BYTES {
            return Err(SealedSizeError::TooLarge);
        }
        let derived = Self::derive(padded)?;
        if derived.0 == sealed { Ok(derived) } else { Err(SealedSizeError::Impossible) }
    }

    /// The number of bytes.
    pub const fn bytes(self) -> u64 {
        self.0
    }

    /// The number of bytes of the sealed chunk that begins at `offset`, if one does.
    pub fn chunk_at(self, offset: u64) -> Option<u64> {
        let begins = offset < self.0 && offset.is_multiple_of(SEALED_CHUNK);
        begins.then(|| SEALED_CHUNK.min(self.0 - offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_size_is_that_of_some_file_and_no_other_number_is() {
        let mut possible: Vec<u64> =
            (0..400_000).filter_map(|size| SealedSize::derive(size).ok()).map(SealedSize::bytes).collect();
        possible.dedup();
        for sealed in 0..400_000 {
            let is_one = possible.binary_search(&sealed).is_ok();
            assert_eq!(SealedSize::new(sealed).is_ok(), is_one, "{sealed}");
        }
        let largest = SealedSize::derive(ATTACHMENT_BYTES).unwrap();
        assert_eq!(largest.bytes(), 104_883_200);
        assert_eq!(SealedSize::new(largest.bytes()), Ok(largest));
        for (sealed, error) in [
            (largest.bytes() + 1, SealedSizeError::Impossible),
            (largest.bytes() + 2 * CHUNK, SealedSizeError::TooLarge),
            (u64::MAX, SealedSizeError::TooLarge),
        ] {
            assert_eq!(SealedSize::new(sealed), Err(error), "{sealed}");
        }
        assert_eq!(SealedSize::derive(ATTACHMENT_BYTES + 1), Err(SealedSizeError::TooLarge));
    }

    #[test]
    fn chunks_begin_at_multiples_and_the_last_is_what_is_left() {
        let size = SealedSize::derive(100_000).unwrap();
        assert_eq!(size.bytes(), 100_352 + 32);
        assert_eq!(size.chunk_at(0), Some(65_552));
        assert_eq!(size.chunk_at(65_552), Some(34_832));
        for offset in [1, 65_536, 131_104, u64::MAX] {
            assert_eq!(size.chunk_at(offset), None, "{offset}");
        }
    }
}
