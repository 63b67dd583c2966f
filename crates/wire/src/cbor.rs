//! Deterministic CBOR: what is signed or sealed has exactly one encoding.
//!
//! PROTOCOL.md, section 2.3. Structures are maps with ascending integer keys, all lengths definite
//! and shortest; absent fields are left out. A decoder proves it by encoding again.

use minicbor::{Decode, Encode};

/// Bytes were not the one deterministic encoding of the expected structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("malformed or non-canonical CBOR")]
pub struct MalformedCbor;

/// Encodes `value`; writing to memory cannot fail.
pub fn encode<T: Encode<()>>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    match minicbor::encode(value, &mut bytes) {
        Ok(()) => bytes,
        Err(_) => Vec::new(),
    }
}

/// Decodes a whole input and refuses any encoding but the deterministic one.
pub fn decode<'b, T: Decode<'b, ()> + Encode<()>>(bytes: &'b [u8]) -> Result<T, MalformedCbor> {
    let value = minicbor::decode(bytes).map_err(|_| MalformedCbor)?;
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
