//! From JavaScript values to types. A wrong value is refused without a reason: the sentences that serde
//! makes of one, with decimal fractions in them, would be more bytes than this reader.

use core::fmt;
use std::vec;

use js_sys::{Array, Object, Reflect};
use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeSeed, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use wasm_bindgen::{JsCast, JsValue};

use crate::json::JsonError;

/// A value as `JSON.parse` makes it.
pub(super) struct Value(pub(super) JsValue);

/// The largest number up to which every whole one is exact.
const SAFE: f64 = 9_007_199_254_740_991.0;

impl Value {
    fn text(&self) -> Result<String, JsonError> {
        self.0.as_string().ok_or(JsonError::Malformed)
    }

    fn truth(&self) -> Result<bool, JsonError> {
        self.0.as_bool().ok_or(JsonError::Malformed)
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and within the range")]
    fn number(&self) -> Result<u64, JsonError> {
        let number = self.0.as_f64().filter(|number| (0.0..=SAFE).contains(number) && number.fract() == 0.0);
        number.map(|number| number as u64).ok_or(JsonError::Malformed)
    }

    fn items(&self) -> Result<Items, JsonError> {
        let items = self.0.dyn_ref::<Array>().ok_or(JsonError::Malformed)?;
        Ok(Items(items.to_vec().into_iter()))
    }

    fn entries(&self) -> Result<Entries, JsonError> {
        let object = self.0.dyn_ref::<Object>().ok_or(JsonError::Malformed)?;
        Ok(Entries { entries: Object::entries(object).to_vec().into_iter(), value: None })
    }

    fn is_absent(&self) -> bool {
        self.0.is_null() || self.0.is_undefined()
    }
}

macro_rules! read_directly {
    ($($method:ident: $visit:ident($take:ident);)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
            visitor.$visit(self.$take()?)
        })*
    };
}

impl<'de> de::Deserializer<'de> for Value {
    type Error = JsonError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        if self.0.is_string() {
            self.deserialize_str(visitor)
        } else if self.0.as_f64().is_some() {
            self.deserialize_u64(visitor)
        } else if self.0.as_bool().is_some() {
            self.deserialize_bool(visitor)
        } else if self.is_absent() {
            visitor.visit_unit()
        } else if self.0.is_instance_of::<Array>() {
            self.deserialize_seq(visitor)
        } else {
            self.deserialize_map(visitor)
        }
    }

    read_directly! {
        deserialize_str: visit_string(text);
        deserialize_string: visit_string(text);
        deserialize_bool: visit_bool(truth);
        deserialize_u16: visit_u64(number);
        deserialize_u32: visit_u64(number);
        deserialize_u64: visit_u64(number);
        deserialize_seq: visit_seq(items);
        deserialize_map: visit_map(entries);
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        if self.is_absent() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        if !self.0.is_object() {
            return Err(JsonError::Malformed);
        }
        visitor.visit_map(Fields { object: self.0, names, value: None })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u128 f32 f64 char bytes byte_buf unit unit_struct newtype_struct tuple
        tuple_struct enum identifier
    }
}

/// The items of an array.
struct Items(vec::IntoIter<JsValue>);

impl<'de> de::SeqAccess<'de> for Items {
    type Error = JsonError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, JsonError> {
        self.0.next().map(|item| seed.deserialize(Value(item))).transpose()
    }
}

/// The fields that a structure has and the object too; others are passed over.
struct Fields {
    object: JsValue,
    names: &'static [&'static str],
    value: Option<Value>,
}

impl<'de> de::MapAccess<'de> for Fields {
    type Error = JsonError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, JsonError> {
        while let Some((name, rest)) = self.names.split_first() {
            self.names = rest;
            let value =
                Reflect::get(&self.object, &JsValue::from_str(name)).map_err(|_| JsonError::Malformed)?;
            if !value.is_undefined() {
                self.value = Some(Value(value));
                let name: StrDeserializer<'_, JsonError> = name.into_deserializer();
                return seed.deserialize(name).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, JsonError> {
        seed.deserialize(self.value.take().ok_or(JsonError::Malformed)?)
    }
}

/// Whatever an object has.
struct Entries {
    entries: vec::IntoIter<JsValue>,
    value: Option<Value>,
}

impl<'de> de::MapAccess<'de> for Entries {
    type Error = JsonError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, JsonError> {
        let Some(entry) = self.entries.next() else { return Ok(None) };
        let entry: Array = entry.unchecked_into();
        self.value = Some(Value(entry.get(1)));
        seed.deserialize(Value(entry.get(0))).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, JsonError> {
        seed.deserialize(self.value.take().ok_or(JsonError::Malformed)?)
    }
}

impl de::Error for JsonError {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::Malformed
    }
}
