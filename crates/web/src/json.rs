//! JSON through the browser's own reader and writer, which costs no bytes of wasm.

use js_sys::JSON;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::Serializer;
use thiserror::Error;
use wasm_bindgen::JsValue;

/// Why a text could not be read as JSON of the expected shape, or a value not be written as JSON.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum JsonError {
    /// Not JSON, or JSON of another shape.
    #[error("not JSON of the expected shape")]
    Malformed,
}

/// Reads a `T` from JSON text.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, JsonError> {
    let value = JSON::parse(text).map_err(|_| JsonError::Malformed)?;
    serde_wasm_bindgen::from_value(value).map_err(|_| JsonError::Malformed)
}

/// Reads a `T` from a JavaScript value.
pub fn from_value<T: DeserializeOwned>(value: JsValue) -> Result<T, JsonError> {
    serde_wasm_bindgen::from_value(value).map_err(|_| JsonError::Malformed)
}

/// Turns `value` into the JavaScript value that [`stringify()`] writes: maps become plain objects, `None`
/// becomes `null`. A number above 2^53 is refused, since JSON readers in browsers would round it.
pub fn to_value<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, JsonError> {
    value.serialize(&Serializer::json_compatible()).map_err(|_| JsonError::Malformed)
}

/// Writes a JavaScript value as JSON text.
pub fn stringify(value: &JsValue) -> Result<String, JsonError> {
    // `undefined` and functions have no JSON text: stringify answers `undefined` for them.
    let text = JSON::stringify(value).map_err(|_| JsonError::Malformed)?;
    text.as_string().ok_or(JsonError::Malformed)
}
