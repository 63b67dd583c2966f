//! JSON of the structures that browsers read and write: they bring a reader of their own, so serde would only weigh.
//!
//! What serde derives for the same structures and this must agree; `tests/json.rs` holds them against each other.

mod structures;
mod values;

/// A value that somebody else has read from JSON text, such as a browser.
pub trait Parsed: Sized {
    /// The field of an object; none if there is no such field or this is no object.
    fn field(&self, name: &str) -> Option<Self>;

    /// The items of an array, in order.
    fn items(&self) -> Option<Vec<Self>>;

    /// A text.
    fn text(&self) -> Option<String>;

    /// A whole number that is not negative and was not rounded.
    fn number(&self) -> Option<u64>;

    /// A truth value.
    fn truth(&self) -> Option<bool>;

    /// Whether it is `null`.
    fn is_null(&self) -> bool;
}

/// What is read from JSON. [`json_read`](crate::json_read) writes it for structures.
pub trait FromJson: Sized {
    /// The value; none if the JSON is of another shape. Unknown fields are passed over.
    fn from_json(value: &impl Parsed) -> Option<Self>;

    /// What a field that is missing stands for; nothing, unless it is optional.
    fn absent() -> Option<Self> {
        None
    }
}

/// What is written as JSON. [`json_write`](crate::json_write) writes it for structures.
pub trait ToJson {
    /// Appends the value.
    fn to_json(&self, to: &mut Writer);

    /// Whether a structure leaves this field out.
    fn is_absent(&self) -> bool {
        false
    }
}

/// The field `name` of `object`, if it is of the expected shape.
pub fn field<T: FromJson>(object: &impl Parsed, name: &str) -> Option<T> {
    match object.field(name) {
        Some(value) => T::from_json(&value),
        None => T::absent(),
    }
}

/// A number is too large to be read back by a browser, which would round it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a number above 2^53 has no JSON that every reader understands")]
pub struct TooLarge;

/// Writes a value as JSON text.
pub fn write<T: ToJson>(value: &T) -> Result<String, TooLarge> {
    let mut writer = Writer { text: String::new(), is_exact: true };
    value.to_json(&mut writer);
    if writer.is_exact { Ok(writer.text) } else { Err(TooLarge) }
}

/// JSON text that grows by the values written.
#[derive(Debug)]
pub struct Writer {
    text: String,
    /// No number so far is above [`MAX_NUMBER`].
    is_exact: bool,
}

/// The largest number that a browser reads exactly.
const MAX_NUMBER: u64 = (1 << 53) - 1;

impl Writer {
    /// Appends an object; `fields` names each with [`Self::field`].
    pub fn object(&mut self, fields: impl FnOnce(&mut Self)) {
        self.text.push('{');
        fields(self);
        self.text.push('}');
    }

    /// Appends a field of the object that is being written, unless it is absent.
    pub fn field(&mut self, name: &str, value: &impl ToJson) {
        if !value.is_absent() {
            self.separate();
            self.text(name);
            self.text.push(':');
            value.to_json(self);
        }
    }

    /// Appends an array.
    pub fn array(&mut self, items: &[impl ToJson]) {
        self.text.push('[');
        for item in items {
            self.separate();
            item.to_json(self);
        }
        self.text.push(']');
    }

    /// Appends a text.
    pub fn text(&mut self, text: &str) {
        self.text.push('"');
        for part in text.chars() {
            match part {
                '"' | '\\' => self.text.push('\\'),
                '\0'..'\x20' => {
                    self.text.push_str(if part < '\x10' { "\\u000" } else { "\\u001" });
                    self.text.extend(char::from_digit(u32::from(part) % 16, 16));
                    continue;
                }
                _ => {}
            }
            self.text.push(part);
        }
        self.text.push('"');
    }

    /// Appends a number.
    pub fn number(&mut self, number: u64) {
        self.is_exact &= number <= MAX_NUMBER;
        self.text.push_str(&number.to_string());
    }

    /// Between two fields or items. What a text or a number ends with is neither of these.
    fn separate(&mut self) {
        if !self.text.ends_with(['{', '[']) {
            self.text.push(',');
        }
    }
}
