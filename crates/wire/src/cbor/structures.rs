//! Structures: their fields, named or in order. One line each says how a type stands in CBOR.

use crate::cbor::{Cbor, MalformedCbor, Reader};

/// The fields of a structure, taken in the order of their keys. Unknown fields are passed over.
#[derive(Debug)]
pub struct Fields<'r, 'b> {
    reader: &'r mut Reader<'b>,
    left: u64,
    /// The key that was read, its value not yet.
    key: Option<u64>,
}

impl<'r, 'b> Fields<'r, 'b> {
    /// The entries of the map that comes next.
    pub fn of_map(reader: &'r mut Reader<'b>) -> Result<Self, MalformedCbor> {
        let left = reader.map()?;
        Ok(Self { reader, left, key: None })
    }

    /// The items of the array that comes next.
    pub fn of_array(reader: &'r mut Reader<'b>) -> Result<Self, MalformedCbor> {
        let left = reader.array()?;
        Ok(Self { reader, left, key: None })
    }

    /// The field of this key; keys are asked for in ascending order.
    // Once for each type, not for each field of it: so is the next.
    #[inline(never)]
    pub fn named<T: Cbor>(&mut self, key: u64) -> Result<T, MalformedCbor> {
        if self.find(key)? { T::read(self.reader) } else { T::absent().ok_or(MalformedCbor) }
    }

    /// The field of this key, or what stands for it in what was written before there was such a field.
    #[inline(never)]
    pub fn named_or_default<T: Cbor + Default>(&mut self, key: u64) -> Result<T, MalformedCbor> {
        if self.find(key)? { T::read(self.reader) } else { Ok(T::default()) }
    }

    /// The next item of an array.
    #[inline(never)]
    pub fn item<T: Cbor>(&mut self) -> Result<T, MalformedCbor> {
        if self.take() { T::read(self.reader) } else { T::absent().ok_or(MalformedCbor) }
    }

    /// Passes over what nobody asked for in a map.
    pub fn end_map(mut self) -> Result<(), MalformedCbor> {
        self.find(u64::MAX).map(drop)
    }

    /// Passes over what nobody asked for in an array.
    pub fn end_array(mut self) -> Result<(), MalformedCbor> {
        while self.take() {
            self.reader.skip()?;
        }
        Ok(())
    }

    fn find(&mut self, wanted: u64) -> Result<bool, MalformedCbor> {
        loop {
            let key = match self.key.take() {
                Some(key) => key,
                None if self.take() => self.reader.number()?,
                None => return Ok(false),
            };
            if key > wanted {
                self.key = Some(key);
                return Ok(false);
            }
            if key == wanted {
                return Ok(true);
            }
            self.reader.skip()?;
        }
    }

    fn take(&mut self) -> bool {
        let is_left = self.left > 0;
        self.left -= u64::from(is_left);
        is_left
    }
}

/// A structure as a map: `cbor_map!(Type { 0: first, 1: second, 2: third or default })`. Absent fields are left out. `or default` is
/// for what devices keep: a field that was not there from the beginning.
#[macro_export]
macro_rules! cbor_map {
    ($type:ty { $($key:literal: $field:ident $(or $default:ident)?),* $(,)? }) => {
        impl $crate::cbor::Cbor for $type {
            fn write(&self, to: &mut $crate::cbor::Writer) {
                to.map(0 $(+ u64::from(!$crate::cbor::Cbor::is_absent(&self.$field)))*);
                $(if !$crate::cbor::Cbor::is_absent(&self.$field) {
                    to.number($key);
                    $crate::cbor::Cbor::write(&self.$field, to);
                })*
            }

            fn read(from: &mut $crate::cbor::Reader<'_>) -> Result<Self, $crate::cbor::MalformedCbor> {
                let mut fields = $crate::cbor::Fields::of_map(from)?;
                let read = Self { $($field: $crate::cbor_map!(@read fields $key $($default)?)),* };
                fields.end_map()?;
                Ok(read)
            }
        }
    };
    (@read $fields:ident $key:literal) => {
        $fields.named($key)?
    };
    (@read $fields:ident $key:literal default) => {
        $fields.named_or_default($key)?
    };
}

/// A structure as an array: `cbor_array!(Type { first, second })`. Absent fields at its end are left out.
#[macro_export]
macro_rules! cbor_array {
    ($type:ty { $($field:tt),* $(,)? }) => {
        impl $crate::cbor::Cbor for $type {
            fn write(&self, to: &mut $crate::cbor::Writer) {
                let present = [$(!$crate::cbor::Cbor::is_absent(&self.$field)),*];
                let length = present.iter().rposition(|present| *present).map_or(0, |last| last + 1);
                to.array(length as u64);
                let mut places = 0..length;
                $(if places.next().is_some() {
                    $crate::cbor::Cbor::write(&self.$field, to);
                })*
            }

            fn read(from: &mut $crate::cbor::Reader<'_>) -> Result<Self, $crate::cbor::MalformedCbor> {
                let mut fields = $crate::cbor::Fields::of_array(from)?;
                let read = Self { $($field: fields.item()?),* };
                fields.end_array()?;
                Ok(read)
            }
        }
    };
}

/// Variants as an array of the variant's number and an array of what is in it:
/// `cbor_variants!(Type { 0: Empty, 1: Full(inside), 2: Fuller(one, other), 3: Named { first, second } })`.
#[macro_export]
macro_rules! cbor_variants {
    ($type:ty { $($number:literal: $variant:ident $(($($inside:ident),+))? $({ $($named:ident),+ })?),* $(,)? }) => {
        impl $crate::cbor::Cbor for $type {
            fn write(&self, to: &mut $crate::cbor::Writer) {
                to.array(2);
                match self {
                    $(Self::$variant $(($($inside),+))? $({ $($named),+ })? => {
                        to.number($number);
                        to.array(0 $($(+ { let _ = $inside; 1 })+)? $($(+ { let _ = $named; 1 })+)?);
                        $($($crate::cbor::Cbor::write($inside, to);)+)?
                        $($($crate::cbor::Cbor::write($named, to);)+)?
                    })*
                }
            }

            fn read(from: &mut $crate::cbor::Reader<'_>) -> Result<Self, $crate::cbor::MalformedCbor> {
                let malformed = $crate::cbor::MalformedCbor;
                if from.array()? != 2 {
                    return Err(malformed);
                }
                let number = from.number()?;
                let mut fields = $crate::cbor::Fields::of_array(from)?;
                let read = match number {
                    $($number => Self::$variant
                        $(($({ let $inside = fields.item()?; $inside }),+))? $({ $($named: fields.item()?),+ })?,)*
                    _ => return Err(malformed),
                };
                fields.end_array()?;
                Ok(read)
            }
        }
    };
}

/// Variants with nothing in them as their number: `cbor_index!(Type { 0: First, 1: Second })`.
#[macro_export]
macro_rules! cbor_index {
    ($type:ty { $($number:literal: $variant:ident),* $(,)? }) => {
        impl $crate::cbor::Cbor for $type {
            fn write(&self, to: &mut $crate::cbor::Writer) {
                to.number(match self { $(Self::$variant => $number),* });
            }

            fn read(from: &mut $crate::cbor::Reader<'_>) -> Result<Self, $crate::cbor::MalformedCbor> {
                match from.number()? {
                    $($number => Ok(Self::$variant),)*
                    _ => Err($crate::cbor::MalformedCbor),
                }
            }
        }
    };
}

/// A structure of one field, as that field: `cbor_transparent!(Type)`.
#[macro_export]
macro_rules! cbor_transparent {
    ($type:ty) => {
        impl $crate::cbor::Cbor for $type {
            fn write(&self, to: &mut $crate::cbor::Writer) {
                $crate::cbor::Cbor::write(&self.0, to);
            }

            fn read(from: &mut $crate::cbor::Reader<'_>) -> Result<Self, $crate::cbor::MalformedCbor> {
                $crate::cbor::Cbor::read(from).map(Self)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use crate::cbor::{Cbor, MalformedCbor, decode, encode, read};

    #[derive(Debug, PartialEq)]
    struct Named {
        first: u32,
        second: Option<bool>,
        third: Option<String>,
    }
    cbor_map!(Named { 0: first, 2: second, 5: third });

    #[derive(Debug, PartialEq)]
    struct Listed {
        first: u32,
        second: Option<bool>,
        third: Option<u32>,
    }
    cbor_array!(Listed { first, second, third });

    #[derive(Debug, PartialEq)]
    enum Either {
        Empty,
        Full(u32),
        Fuller(u32, bool),
        Named { first: u32, second: bool },
    }
    cbor_variants!(Either {
        0: Empty,
        7: Full(number),
        8: Fuller(number, truth),
        9: Named { first, second }
    });

    #[derive(Debug, PartialEq)]
    enum Index {
        Low,
        High,
    }
    cbor_index!(Index { 0: Low, 300: High });

    #[derive(Debug, PartialEq)]
    struct Wrapper(Vec<u32>);
    cbor_transparent!(Wrapper);

    fn assert_stands_as<T: Cbor + PartialEq + core::fmt::Debug>(value: &T, bytes: &[u8]) {
        assert_eq!(encode(value), bytes);
        assert_eq!(decode::<T>(bytes).as_ref(), Ok(value));
        for end in 0..bytes.len() {
            assert_eq!(decode::<T>(&bytes[..end]), Err(MalformedCbor));
        }
    }

    #[test]
    fn each_kind_stands_as_the_document_says() {
        assert_stands_as(&Named { first: 1, second: None, third: None }, &[0xa1, 0, 1]);
        assert_stands_as(
            &Named { first: 24, second: Some(true), third: Some("x".to_owned()) },
            &[0xa3, 0, 0x18, 24, 2, 0xf5, 5, 0x61, b'x'],
        );
        assert_stands_as(&Listed { first: 1, second: None, third: None }, &[0x81, 1]);
        assert_stands_as(&Listed { first: 1, second: None, third: Some(2) }, &[0x83, 1, 0xf6, 2]);
        assert_stands_as(&Either::Empty, &[0x82, 0, 0x80]);
        assert_stands_as(&Either::Full(3), &[0x82, 7, 0x81, 3]);
        assert_stands_as(&Either::Fuller(3, true), &[0x82, 8, 0x82, 3, 0xf5]);
        assert_stands_as(&Either::Named { first: 3, second: true }, &[0x82, 9, 0x82, 3, 0xf5]);
        assert_stands_as(&Index::Low, &[0]);
        assert_stands_as(&Index::High, &[0x19, 1, 44]);
        assert_stands_as(&Wrapper(vec![1, 2]), &[0x82, 1, 2]);
    }

    #[test]
    fn a_second_encoding_is_refused() {
        for bytes in [
            &[0xa1, 0, 0x18, 1][..],
            &[0xa2, 0, 1, 2, 0xf6],
            &[0xa2, 0, 1, 1, 1],
            &[0xa2, 0, 1, 0, 1],
            &[0xa2, 2, 0xf5, 0, 1],
            &[0xbf, 0, 1, 0xff],
            &[0xa1, 2, 0xf5],
        ] {
            assert_eq!(decode::<Named>(bytes), Err(MalformedCbor), "{bytes:02x?}");
        }
        for bytes in [&[0x82, 1, 0xf6][..], &[0x84, 1, 0xf5, 2, 3], &[0x80], &[0x9f, 1, 0xff]] {
            assert_eq!(decode::<Listed>(bytes), Err(MalformedCbor), "{bytes:02x?}");
        }
        for bytes in [&[0x82, 1, 0x80][..], &[0x82, 7, 0x80], &[0x82, 0, 0x81, 1], &[0x81, 0]] {
            assert_eq!(decode::<Either>(bytes), Err(MalformedCbor), "{bytes:02x?}");
        }
        assert_eq!(decode::<Index>(&[1]), Err(MalformedCbor));
    }

    #[test]
    fn unknown_fields_are_passed_over_where_encodings_are_not_proven() {
        let kept = Named { first: 1, second: Some(false), third: None };
        assert_eq!(read(&[0xa4, 0, 1, 1, 0x82, 1, 2, 2, 0xf4, 9, 0xa1, 1, 1]), Ok(kept));
        let kept = Listed { first: 1, second: Some(true), third: Some(2) };
        assert_eq!(read(&[0x85, 1, 0xf5, 2, 0x81, 3, 4]), Ok(kept));
    }
}
