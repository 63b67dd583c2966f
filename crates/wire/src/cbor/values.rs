//! Values that are no structures: numbers, texts, octets, lists, and what may be absent.

use crate::cbor::{Cbor, MalformedCbor, Reader, Writer};

impl Cbor for u64 {
    fn write(&self, to: &mut Writer) {
        to.number(*self);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, MalformedCbor> {
        from.number()
    }
}

impl Cbor for u32 {
    fn write(&self, to: &mut Writer) {
        to.number((*self).into());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, MalformedCbor> {
        from.number()?.try_into().map_err(|_| MalformedCbor)
    }
}

impl Cbor for bool {
    fn write(&self, to: &mut Writer) {
        to.truth(*self);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, MalformedCbor> {
        from.truth()
    }
}

impl Cbor for String {
    fn write(&self, to: &mut Writer) {
        to.text(self);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, MalformedCbor> {
        from.text().map(str::to_owned)
    }
}

impl<const N: usize> Cbor for [u8; N] {
    fn write(&self, to: &mut Writer) {
        to.bytes(self);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, MalformedCbor> {
        from.bytes()?.try_into().map_err(|_| MalformedCbor)
    }
}

impl<T: Cbor> Cbor for Box<T> {
    fn write(&self, to: &mut Writer) {
        T::write(self, to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, MalformedCbor> {
        T::read(from).map(Self::new)
    }
}

impl<T: Cbor> Cbor for Vec<T> {
    fn write(&self, to: &mut Writer) {
        to.array(self.len() as u64);
        for item in self {
            item.write(to);
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, MalformedCbor> {
        // Grows with the items that are there: a head may claim any number.
        let mut items = Self::new();
        for _ in 0..from.array()? {
            items.push(T::read(from)?);
        }
        Ok(items)
    }
}

impl<A: Cbor, B: Cbor> Cbor for (A, B) {
    fn write(&self, to: &mut Writer) {
        to.array(2);
        self.0.write(to);
        self.1.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, MalformedCbor> {
        if from.array()? != 2 {
            return Err(MalformedCbor);
        }
        Ok((A::read(from)?, B::read(from)?))
    }
}

impl<T: Cbor> Cbor for Option<T> {
    fn write(&self, to: &mut Writer) {
        match self {
            Some(value) => value.write(to),
            None => to.null(),
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, MalformedCbor> {
        if from.null() { Ok(None) } else { T::read(from).map(Some) }
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}
