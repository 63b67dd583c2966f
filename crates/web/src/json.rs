//! JSON through the browser's own reader, which costs no bytes of wasm.

use js_sys::{Array, JSON, Number, Reflect};
use segel_wire::json::{self, FromJson, Parsed, ToJson};
use thiserror::Error;
use wasm_bindgen::{JsCast, JsValue};

/// Why a text could not be read as JSON of the expected shape, or a value not be written as JSON.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum JsonError {
    /// Not JSON, or JSON of another shape.
    #[error("not JSON of the expected shape")]
    Malformed,
}

/// Reads a `T` from JSON text.
pub fn parse<T: FromJson>(text: &str) -> Result<T, JsonError> {
    JSON::parse(text).map_err(|_| JsonError::Malformed).and_then(from_value)
}

/// Reads a `T` from a JavaScript value.
pub fn from_value<T: FromJson>(value: JsValue) -> Result<T, JsonError> {
    T::from_json(&Given(value)).ok_or(JsonError::Malformed)
}

/// Writes `value` as JSON text. A number above 2^53 is refused, since JSON readers in browsers would round it.
pub fn write<T: ToJson>(value: &T) -> Result<String, JsonError> {
    json::write(value).map_err(|_| JsonError::Malformed)
}

/// Turns `value` into a JavaScript value: plain objects, lists, texts and numbers.
pub fn to_value<T: ToJson>(value: &T) -> Result<JsValue, JsonError> {
    JSON::parse(&write(value)?).map_err(|_| JsonError::Malformed)
}

/// A JavaScript value that is read.
struct Given(JsValue);

impl Parsed for Given {
    fn field(&self, name: &str) -> Option<Self> {
        // Anything but an object throws; a field that is missing is `undefined`.
        let value = Reflect::get(&self.0, &name.into()).ok()?;
        (!value.is_undefined()).then_some(Self(value))
    }

    fn items(&self) -> Option<Vec<Self>> {
        let items: &Array = self.0.dyn_ref()?;
        Some((0..items.length()).map(|at| Self(items.get(at))).collect())
    }

    fn text(&self) -> Option<String> {
        self.0.as_string()
    }

    fn number(&self) -> Option<u64> {
        let number = self.0.as_f64().filter(|number| *number >= 0.0 && Number::is_safe_integer(&self.0))?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and below 2^53")]
        Some(number as u64)
    }

    fn truth(&self) -> Option<bool> {
        self.0.as_bool()
    }

    fn is_null(&self) -> bool {
        self.0.is_null()
    }
}
