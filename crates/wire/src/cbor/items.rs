//! Items of CBOR as bytes: RFC 8949, section 3, without indefinite lengths.

use crate::cbor::MalformedCbor;

const NUMBER: u8 = 0;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;

const FALSE: u8 = 0xf4;
const TRUE: u8 = 0xf5;
const NULL: u8 = 0xf6;

/// Bytes that grow by the items written.
#[derive(Debug, Default)]
pub struct Writer(Vec<u8>);

/// Bytes, read item by item. No item has an indefinite length.
#[derive(Debug)]
pub struct Reader<'b>(&'b [u8]);

impl Writer {
    /// What was written.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// An unsigned integer.
    pub fn number(&mut self, number: u64) {
        self.head(NUMBER, number);
    }

    /// A truth value.
    pub fn truth(&mut self, truth: bool) {
        self.0.push(if truth { TRUE } else { FALSE });
    }

    /// A byte string.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.string(BYTES, bytes);
    }

    /// A text string.
    pub fn text(&mut self, text: &str) {
        self.string(TEXT, text.as_bytes());
    }

    /// The head of an array of this many items.
    pub fn array(&mut self, items: u64) {
        self.head(ARRAY, items);
    }

    /// The head of a map of this many entries.
    pub fn map(&mut self, entries: u64) {
        self.head(MAP, entries);
    }

    /// Absence, where a place must be taken.
    pub fn null(&mut self) {
        self.0.push(NULL);
    }

    fn string(&mut self, major: u8, bytes: &[u8]) {
        self.head(major, bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    /// The shortest head of a major type with its argument.
    fn head(&mut self, major: u8, argument: u64) {
        let bytes = argument.to_be_bytes();
        let [.., least] = bytes;
        let (size, unused) = match argument {
            0..24 => (least, 8),
            24..0x100 => (24, 7),
            0x100..0x1_0000 => (25, 6),
            0x1_0000..0x1_0000_0000 => (26, 4),
            _ => (27, 0),
        };
        self.0.push((major << 5) | size);
        self.0.extend(bytes.iter().skip(unused));
    }
}

impl<'b> Reader<'b> {
    /// Reads from the first byte on.
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }

    /// An unsigned integer.
    pub fn number(&mut self) -> Result<u64, MalformedCbor> {
        self.argument(NUMBER)
    }

    /// A truth value.
    pub fn truth(&mut self) -> Result<bool, MalformedCbor> {
        match self.take(1)? {
            [TRUE] => Ok(true),
            [FALSE] => Ok(false),
            _ => Err(MalformedCbor),
        }
    }

    /// A byte string.
    pub fn bytes(&mut self) -> Result<&'b [u8], MalformedCbor> {
        let length = self.argument(BYTES)?;
        self.take(length)
    }

    /// A text string.
    pub fn text(&mut self) -> Result<&'b str, MalformedCbor> {
        let length = self.argument(TEXT)?;
        self.take_text(length)
    }

    /// The head of an array: how many items follow.
    pub fn array(&mut self) -> Result<u64, MalformedCbor> {
        self.argument(ARRAY)
    }

    /// The head of a map: how many entries follow.
    pub fn map(&mut self) -> Result<u64, MalformedCbor> {
        self.argument(MAP)
    }

    /// Passes over a null if it comes next.
    pub fn null(&mut self) -> bool {
        let rest = self.0.strip_prefix(&[NULL]);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// Passes over an item and all that is in it, in a loop: nesting takes no stack.
    pub fn skip(&mut self) -> Result<(), MalformedCbor> {
        let mut left = 1_u64;
        while left > 0 {
            let (major, argument) = self.head()?;
            let inside = match major {
                BYTES => self.take(argument).map(|_| Some(0))?,
                TEXT => self.take_text(argument).map(|_| Some(0))?,
                ARRAY => Some(argument),
                MAP => argument.checked_mul(2),
                TAG => Some(1),
                // A number, or a simple value, which is all in its head.
                _ => Some(0),
            };
            left = inside.and_then(|inside| inside.checked_add(left - 1)).ok_or(MalformedCbor)?;
        }
        Ok(())
    }

    fn argument(&mut self, expected: u8) -> Result<u64, MalformedCbor> {
        let (major, argument) = self.head()?;
        if major == expected { Ok(argument) } else { Err(MalformedCbor) }
    }

    /// Major type and argument of the item that comes next.
    fn head(&mut self) -> Result<(u8, u64), MalformedCbor> {
        let (first, rest) = self.0.split_first().ok_or(MalformedCbor)?;
        self.0 = rest;
        let size = first & 0x1f;
        let length = match size {
            ..24 => return Ok((first >> 5, size.into())),
            24..28 => 1 << (size - 24),
            _ => return Err(MalformedCbor),
        };
        let argument = self.take(length)?.iter().fold(0, |argument, byte| (argument << 8) | u64::from(*byte));
        Ok((first >> 5, argument))
    }

    fn take(&mut self, length: u64) -> Result<&'b [u8], MalformedCbor> {
        let length = usize::try_from(length).map_err(|_| MalformedCbor)?;
        let (taken, rest) = self.0.split_at_checked(length).ok_or(MalformedCbor)?;
        self.0 = rest;
        Ok(taken)
    }

    fn take_text(&mut self, length: u64) -> Result<&'b str, MalformedCbor> {
        str::from_utf8(self.take(length)?).map_err(|_| MalformedCbor)
    }

    /// How many bytes are left.
    #[cfg(test)]
    pub(super) fn left(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_written_as_short_as_they_can_be() {
        for (number, bytes) in [
            (0, &[0x00][..]),
            (23, &[0x17]),
            (24, &[0x18, 24]),
            (0xff, &[0x18, 0xff]),
            (0x100, &[0x19, 1, 0]),
            (0xffff, &[0x19, 0xff, 0xff]),
            (0x1_0000, &[0x1a, 0, 1, 0, 0]),
            (0xffff_ffff, &[0x1a, 0xff, 0xff, 0xff, 0xff]),
            (0x1_0000_0000, &[0x1b, 0, 0, 0, 1, 0, 0, 0, 0]),
            (u64::MAX, &[0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        ] {
            let mut writer = Writer::default();
            writer.number(number);
            assert_eq!(writer.into_bytes(), bytes);
            assert_eq!(Reader::new(bytes).number(), Ok(number));
        }
    }

    #[test]
    fn a_length_that_nothing_holds_is_refused() {
        for bytes in [&[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff][..], &[0x42, 1], &[0x5a, 1]] {
            assert_eq!(Reader::new(bytes).bytes(), Err(MalformedCbor));
            assert_eq!(Reader::new(bytes).skip(), Err(MalformedCbor));
        }
        let too_many = [0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        assert_eq!(Reader::new(&too_many).skip(), Err(MalformedCbor));
    }

    #[test]
    fn an_item_is_passed_over_with_all_that_is_in_it() {
        let nested = [vec![0x81; 100_000], vec![0x00]].concat();
        assert_eq!(Reader::new(&nested).skip(), Ok(()));
        // A map of a text to an array of a tagged number, a negative one, a half, and a double.
        let bytes =
            [0xa1, 0x61, b'k', 0x84, 0xc1, 0x05, 0x20, 0xf9, 0x3c, 0, 0xfb, 1, 2, 3, 4, 5, 6, 7, 8, 0x07];
        let mut reader = Reader::new(&bytes);
        assert_eq!(reader.skip(), Ok(()));
        assert_eq!((reader.number(), reader.left()), (Ok(7), 0));
    }
}

#[cfg(test)]
#[cfg(not(target_family = "wasm"))]
mod beside_another_codec {
    use proptest::prelude::*;

    use super::*;

    /// Heads with few bytes behind them, which random bytes alone would seldom be.
    fn any_items() -> impl Strategy<Value = Vec<u8>> {
        let head = (0..8_u8, 0..28_u8).prop_map(|(major, size)| vec![(major << 5) | size]);
        let small = prop::collection::vec(0..5_u8, 0..9);
        let text = "\\PC{0,3}".prop_map(|text| {
            let mut writer = Writer::default();
            writer.text(&text);
            writer.into_bytes()
        });
        let part = prop_oneof![head, small, text, prop::collection::vec(any::<u8>(), 0..4)];
        prop::collection::vec(part, 0..6).prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn the_same_bytes_are_the_same_items(bytes in any_items()) {
            macro_rules! alike {
                ($own:ident.$read:ident(), $other:ident => $expected:expr) => {{
                    let (mut $own, mut $other) = (Reader::new(&bytes), minicbor::Decoder::new(&bytes));
                    let (read, expected) = ($own.$read().ok(), $expected);
                    prop_assert_eq!(read, expected);
                    if read.is_some() {
                        prop_assert_eq!(bytes.len() - $own.left(), $other.position());
                    }
                }};
            }
            alike!(own.number(), other => other.u64().ok());
            alike!(own.truth(), other => other.bool().ok());
            alike!(own.bytes(), other => other.bytes().ok());
            alike!(own.text(), other => other.str().ok());
            alike!(own.array(), other => other.array().ok().flatten());
            alike!(own.map(), other => other.map().ok().flatten());
            let is_null = minicbor::Decoder::new(&bytes).null().is_ok();
            prop_assert_eq!(Reader::new(&bytes).null(), is_null);
            let (mut own, mut other) = (Reader::new(&bytes), minicbor::Decoder::new(&bytes));
            let (skipped, expected) = (own.skip().is_ok(), other.skip().is_ok());
            if skipped {
                prop_assert!(expected);
                prop_assert_eq!(bytes.len() - own.left(), other.position());
            } else if expected {
                let is_indefinite = |byte: &u8| matches!(byte, 0x5f | 0x7f | 0x9f | 0xbf | 0xff);
                prop_assert!(bytes.iter().any(is_indefinite));
            }
        }
    }
}
