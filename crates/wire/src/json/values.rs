//! Values: how numbers, texts, lists and what may be missing stand in JSON.

use crate::json::{FromJson, Parsed, ToJson, Writer};

impl FromJson for u64 {
    fn from_json(value: &impl Parsed) -> Option<Self> {
        value.number()
    }
}

impl ToJson for u64 {
    fn to_json(&self, to: &mut Writer) {
        to.number(*self);
    }
}

macro_rules! smaller_numbers {
    ($($type:ty),*) => {$(
        impl FromJson for $type {
            fn from_json(value: &impl Parsed) -> Option<Self> {
                value.number()?.try_into().ok()
            }
        }

        impl ToJson for $type {
            fn to_json(&self, to: &mut Writer) {
                to.number((*self).into());
            }
        }
    )*};
}

smaller_numbers!(u16, u32);

impl FromJson for bool {
    fn from_json(value: &impl Parsed) -> Option<Self> {
        value.truth()
    }
}

impl FromJson for String {
    fn from_json(value: &impl Parsed) -> Option<Self> {
        value.text()
    }
}

impl ToJson for String {
    fn to_json(&self, to: &mut Writer) {
        to.text(self);
    }
}

impl ToJson for &str {
    fn to_json(&self, to: &mut Writer) {
        to.text(self);
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(value: &impl Parsed) -> Option<Self> {
        value.items()?.iter().map(T::from_json).collect()
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn to_json(&self, to: &mut Writer) {
        to.array(self);
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(value: &impl Parsed) -> Option<Self> {
        if value.is_null() { Some(None) } else { T::from_json(value).map(Some) }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn to_json(&self, to: &mut Writer) {
        if let Some(value) = self {
            value.to_json(to);
        }
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}
