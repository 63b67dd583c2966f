//! Searches bytes for what must not be in them, in every encoding that a leak is likely to have.

use std::collections::BTreeSet;

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, Encoding, HEXLOWER, HEXUPPER};

/// How many consecutive digits of a number give it away.
pub const TELLING_DIGITS: usize = 8;

/// What stands between the digits of a number; NUL, too, which is there in UTF-16.
const SEPARATORS: &[u8] = b" \t\r\n-._/,\0";

/// Something that must not appear, ready to be looked for.
#[derive(Debug, Clone, Default)]
pub struct Canary {
    /// By the name of the encoding.
    forms: Vec<(String, Vec<u8>)>,
    /// Digits to look for once separators are removed.
    digits: BTreeSet<Vec<u8>>,
}

impl Canary {
    /// A text as UTF-8, UTF-16, hex, base64 and base64url at each alignment, and with JSON escapes.
    pub fn text(text: &str) -> Self {
        let utf8 = text.as_bytes();
        let utf16 = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<_>>();
        let lower = |unit: u16| format!("\\u{unit:04x}");
        let upper = |unit: u16| format!("\\u{unit:04X}");
        let mut forms = vec![
            ("UTF-8".to_owned(), utf8.to_vec()),
            ("UTF-16LE".to_owned(), utf16(u16::to_le_bytes)),
            ("UTF-16BE".to_owned(), utf16(u16::to_be_bytes)),
            ("hex, lower case".to_owned(), HEXLOWER.encode(utf8).into_bytes()),
            ("hex, upper case".to_owned(), HEXUPPER.encode(utf8).into_bytes()),
            ("JSON escapes, lower case".to_owned(), escape(text, char::is_ascii, lower)),
            ("JSON escapes, upper case".to_owned(), escape(text, char::is_ascii, upper)),
            ("JSON escapes only, lower case".to_owned(), escape(text, |_| false, lower)),
            ("JSON escapes only, upper case".to_owned(), escape(text, |_| false, upper)),
        ];
        for offset in 0..3 {
            forms.push((format!("base64 at {offset}"), whole_groups(utf8, offset, &BASE64_NOPAD)));
            forms.push((format!("base64url at {offset}"), whole_groups(utf8, offset, &BASE64URL_NOPAD)));
        }
        Self { forms, digits: BTreeSet::new() }
    }

    /// Any [`TELLING_DIGITS`] consecutive digits of a number: in each encoding of a text, or written
    /// with separators anywhere between them.
    pub fn number(number: &str) -> Self {
        let digits: Vec<u8> = number.bytes().filter(u8::is_ascii_digit).collect();
        let digits: BTreeSet<_> = digits.windows(TELLING_DIGITS).map(<[u8]>::to_vec).collect();
        let texts = digits.iter().map(|digits| String::from_utf8_lossy(digits).into_owned());
        let forms = texts.flat_map(|digits| {
            let forms = Self::text(&digits).forms.into_iter();
            forms.map(move |(name, form)| (format!("{digits} as {name}"), form))
        });
        Self { forms: forms.collect(), digits }
    }

    /// Where it was found: the names of encodings; empty if it is not there.
    pub fn find(&self, bytes: &[u8]) -> BTreeSet<&str> {
        let found = self.forms.iter().filter(|(_, form)| contains(bytes, form));
        let mut found: BTreeSet<_> = found.map(|(name, _)| name.as_str()).collect();
        let bare: Vec<u8> = bytes.iter().copied().filter(|byte| !SEPARATORS.contains(byte)).collect();
        if self.digits.iter().any(|digits| contains(&bare, digits)) {
            found.insert("digits without separators");
        }
        found
    }
}

/// The part of the encoding that stays the same whatever stands around the text, if the text begins
/// `offset` bytes into a group of three.
fn whole_groups(text: &[u8], offset: usize, encoding: &Encoding) -> Vec<u8> {
    let inside = &text[((3 - offset) % 3).min(text.len())..];
    encoding.encode(&inside[..inside.len() / 3 * 3]).into_bytes()
}

fn escape(text: &str, keep: impl Fn(&char) -> bool, escape: impl Fn(u16) -> String) -> Vec<u8> {
    let mut escaped = String::new();
    for character in text.chars() {
        if keep(&character) {
            escaped.push(character);
        } else {
            escaped.extend(character.encode_utf16(&mut [0; 2]).iter().map(|unit| escape(*unit)));
        }
    }
    escaped.into_bytes()
}

fn contains(bytes: &[u8], form: &[u8]) -> bool {
    !form.is_empty() && bytes.windows(form.len()).any(|window| window == form)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "burung kenari 🐤 berkicau";
    const CARD: &str = "4111 1111 1111 1111";

    /// Bytes that hold nothing: every value, and plain words.
    fn noise() -> Vec<u8> {
        (0..=255).chain(*b"kartu saya \xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2 1111 ya").collect()
    }

    fn planted(control: &[u8]) -> Vec<u8> {
        [&noise(), control, &noise()].concat()
    }

    fn found(canary: &Canary, control: &[u8]) -> BTreeSet<String> {
        canary.find(&planted(control)).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn nothing_is_found_where_nothing_is() {
        assert_eq!(Canary::text(TEXT).find(&noise()), BTreeSet::new());
        assert_eq!(Canary::number(CARD).find(&noise()), BTreeSet::new());
        assert_eq!(Canary::text(TEXT).find(b""), BTreeSet::new());
    }

    #[test]
    fn a_planted_text_is_found_in_each_encoding() {
        let canary = Canary::text(TEXT);
        let utf16: Vec<u16> = TEXT.encode_utf16().collect();
        let bytes =
            |spell: fn(u8) -> String| TEXT.bytes().flat_map(|byte| spell(byte).into_bytes()).collect();
        let units =
            |spell: fn(u16) -> String| utf16.iter().flat_map(|unit| spell(*unit).into_bytes()).collect();
        let controls: [(&str, Vec<u8>); 9] = [
            ("UTF-8", TEXT.into()),
            ("UTF-16LE", utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect()),
            ("UTF-16BE", utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect()),
            ("hex, lower case", bytes(|byte| format!("{byte:02x}"))),
            ("hex, upper case", bytes(|byte| format!("{byte:02X}"))),
            ("JSON escapes, lower case", r"burung kenari \ud83d\udc24 berkicau".into()),
            ("JSON escapes, upper case", r"burung kenari \uD83D\uDC24 berkicau".into()),
            ("JSON escapes only, lower case", units(|unit| format!("\\u{unit:04x}"))),
            ("JSON escapes only, upper case", units(|unit| format!("\\u{unit:04X}"))),
        ];
        for (name, control) in controls {
            assert!(found(&canary, &control).contains(name), "{name}");
        }
    }

    #[test]
    fn a_planted_text_is_found_in_base64_wherever_it_begins() {
        let canary = Canary::text(TEXT);
        for offset in 0..3 {
            let around = [&b"abc"[..offset], TEXT.as_bytes(), b"z"].concat();
            let standard = data_encoding::BASE64.encode(&around);
            assert!(found(&canary, standard.as_bytes()).contains(&format!("base64 at {offset}")));
            let url = BASE64URL_NOPAD.encode(&around);
            assert!(found(&canary, url.as_bytes()).contains(&format!("base64url at {offset}")));
        }
    }

    #[test]
    fn eight_digits_in_a_row_are_found_however_they_are_set_apart_or_encoded() {
        let canary = Canary::number(CARD);
        for control in ["41111111", "4111-1111", "1.1.1.1.1.1.1.1", "1\x001\x001\x001\x001\x001\x001\x001"] {
            assert!(found(&canary, control.as_bytes()).contains("digits without separators"), "{control}");
        }
        assert!(!found(&canary, HEXLOWER.encode(b"41111111").as_bytes()).is_empty());
        assert!(!found(&canary, BASE64_NOPAD.encode(b"no: 4111111111111111").as_bytes()).is_empty());
        assert_eq!(found(&canary, b"4111111"), BTreeSet::new(), "seven are too few");
    }
}
