//! Deterministic CBOR: what is signed or sealed has exactly one encoding.
//!
//! PROTOCOL.md, section 2.3. Structures are maps with ascending integer keys, all lengths definite
//! and shortest; absent fields are left out. A decoder proves it by encoding again.

mod structures;
mod values;

use core::convert::Infallible;
use core::mem;

pub use structures::Fields;
use zeroize::{Zeroize, Zeroizing};

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
    encode_into(Vec::new(), value)
}

/// Reads what this device kept and sealed itself, which proves nothing and may hold fields of a later version.
pub fn read<T: Cbor>(bytes: &[u8]) -> Result<T, MalformedCbor> {
    T::read(&mut Reader(minicbor::Decoder::new(bytes)))
}

/// Decodes a whole input and refuses any encoding but the deterministic one.
pub fn decode<T: Cbor>(bytes: &[u8]) -> Result<T, MalformedCbor> {
    let value = read(bytes)?;
    let again = encode_into(Vec::with_capacity(bytes.len()), &value);
    if is_same(again, bytes) { Ok(value) } else { Err(MalformedCbor) }
}

/// Compares what was encoded again, which may hold keys, and wipes it. Not generic, so that it is in a program once.
fn is_same(again: Vec<u8>, bytes: &[u8]) -> bool {
    Zeroizing::new(again).as_slice() == bytes
}

fn encode_into<T: Cbor>(bytes: Vec<u8>, value: &T) -> Vec<u8> {
    let mut writer = Writer(minicbor::Encoder::new(Memory(bytes)));
    value.write(&mut writer);
    writer.0.into_writer().0
}

/// Bytes that grow by the items written.
#[derive(Debug)]
pub struct Writer(minicbor::Encoder<Memory>);

/// Bytes, read item by item. No item has an indefinite length.
#[derive(Debug)]
pub struct Reader<'b>(minicbor::Decoder<'b>);

/// What it outgrows it wipes: keys and texts pass through here.
#[derive(Debug)]
struct Memory(Vec<u8>);

impl Memory {
    fn make_room(&mut self, more: usize) {
        let length = self.0.len();
        if more > self.0.capacity() - length {
            let mut larger = Vec::with_capacity((length + more).max(2 * length));
            larger.extend_from_slice(&self.0);
            mem::replace(&mut self.0, larger).zeroize();
        }
    }
}

impl minicbor::encode::Write for Memory {
    type Error = Infallible;

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        self.make_room(bytes.len());
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

/// What is written to memory is written.
macro_rules! write_items {
    ($($(#[$doc:meta])* $name:ident($item:ty) by $method:ident;)*) => {
        impl Writer {
            $($(#[$doc])* pub fn $name(&mut self, item: $item) {
                let Ok(_) = self.0.$method(item) else { return };
            })*

            /// Absence, where a place must be taken.
            pub fn null(&mut self) {
                let Ok(_) = self.0.null() else { return };
            }
        }
    };
}

write_items! {
    /// An unsigned integer.
    number(u64) by u64;
    /// A truth value.
    truth(bool) by bool;
    /// A byte string.
    bytes(&[u8]) by bytes;
    /// A text string.
    text(&str) by str;
    /// The head of an array of this many items.
    array(u64) by array;
    /// The head of a map of this many entries.
    map(u64) by map;
}

impl<'b> Reader<'b> {
    /// An unsigned integer.
    pub fn number(&mut self) -> Result<u64, MalformedCbor> {
        self.0.u64().map_err(|_| MalformedCbor)
    }

    /// A truth value.
    pub fn truth(&mut self) -> Result<bool, MalformedCbor> {
        self.0.bool().map_err(|_| MalformedCbor)
    }

    /// A byte string.
    pub fn bytes(&mut self) -> Result<&'b [u8], MalformedCbor> {
        self.0.bytes().map_err(|_| MalformedCbor)
    }

    /// A text string.
    pub fn text(&mut self) -> Result<&'b str, MalformedCbor> {
        self.0.str().map_err(|_| MalformedCbor)
    }

    /// The head of an array: how many items follow.
    pub fn array(&mut self) -> Result<u64, MalformedCbor> {
        self.0.array().ok().flatten().ok_or(MalformedCbor)
    }

    /// The head of a map: how many entries follow.
    pub fn map(&mut self) -> Result<u64, MalformedCbor> {
        self.0.map().ok().flatten().ok_or(MalformedCbor)
    }

    /// Passes over a null if it comes next.
    pub fn null(&mut self) -> bool {
        matches!(self.0.datatype(), Ok(minicbor::data::Type::Null)) && self.skip().is_ok()
    }

    /// Passes over an item.
    pub fn skip(&mut self) -> Result<(), MalformedCbor> {
        self.0.skip().map_err(|_| MalformedCbor)
    }
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
