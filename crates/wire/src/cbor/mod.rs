//! Deterministic CBOR: what is signed or sealed has exactly one encoding.
//!
//! PROTOCOL.md, section 2.3. Structures are maps with ascending integer keys, all lengths definite
//! and shortest; absent fields are left out. A decoder proves it by encoding again.

mod items;
mod structures;
mod values;

pub use items::{Reader, Writer};
pub use structures::Fields;

/// Bytes were not the one deterministic encoding of the expected structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("malformed or non-canonical CBOR")]
pub struct MalformedCbor;

/// A value with one encoding. [`cbor_map`](crate::cbor_map) and its kin write it for structures.
pub trait Cbor: Sized {
    /// Appends the value.
    fn write(&self, to: &mut Writer);

    /// Takes the value that comes next.
    fn read(from: &mut Reader<'_>) -> Result<Self, MalformedCbor>;

    /// Whether a structure leaves this field out.
    fn is_absent(&self) -> bool {
        false
    }

    /// What a field that was left out stands for; nothing, unless it is optional.
    fn absent() -> Option<Self> {
        None
    }
}

/// Encodes `value`; writing to memory cannot fail.
pub fn encode<T: Cbor>(value: &T) -> Vec<u8> {
    let mut writer = Writer::default();
    value.write(&mut writer);
    writer.into_bytes()
}

/// Reads what this device kept and sealed itself, which proves nothing and may hold fields of a later version.
pub fn read<T: Cbor>(bytes: &[u8]) -> Result<T, MalformedCbor> {
    T::read(&mut Reader::new(bytes))
}

/// Decodes a whole input and refuses any encoding but the deterministic one.
pub fn decode<T: Cbor>(bytes: &[u8]) -> Result<T, MalformedCbor> {
    let value = read(bytes)?;
    if encode(&value) == bytes { Ok(value) } else { Err(MalformedCbor) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longer_lengths_trailing_bytes_and_indefinite_arrays_are_refused() {
        assert_eq!(decode::<Vec<u32>>(&[0x81, 0x05]), Ok(vec![5]));
        for bytes in
            [&[0x81, 0x18, 0x05][..], &[0x81, 0x05, 0x00], &[0x9f, 0x05, 0xff], &[0x98, 0x01, 0x05], &[]]
        {
            assert_eq!(decode::<Vec<u32>>(bytes), Err(MalformedCbor), "{bytes:02x?}");
        }
    }
}
