//! What masking takes and gives.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::card;
use crate::digits::{BULLET, Class, class};
use crate::runs::Run;

/// The longest text that [`mask`] takes, in bytes of UTF-8.
pub const MAX_BYTES: usize = 1 << 20;

/// How many digits at the end of a masked number stay readable (PCI DSS 4.0.1, 3.4.1).
const KEPT_DIGITS: usize = 4;

/// Masks every sensitive number in `text`.
///
/// Each of its digits but the last four becomes `•`; everything else stays, so the result has as many
/// characters as `text`. Masking the result again changes nothing. Time is linear in the length of `text`.
///
/// Fails closed: with [`MaskError`] there is no text to send.
///
/// ```
/// let masked = segel_mask::mask("kartu saya 4111 1111 1111 1111 ya")?;
/// assert_eq!(masked.text.as_str(), "kartu saya •••• •••• •••• 1111 ya");
/// # Ok::<(), segel_mask::MaskError>(())
/// ```
pub fn mask(text: &str) -> Result<Masked, MaskError> {
    if text.len() > MAX_BYTES {
        return Err(MaskError::TooLong);
    }
    let mut spans = Vec::new();
    let mut run = Run::default();
    let mut from = 0;
    while let Some(next) = run.read(text, from) {
        for number in card::find(text, &mut run) {
            spans.push(Span {
                kind: Kind::Card,
                replacement: hide(&text[number.clone()]),
                start: number.start,
                end: number.end,
            });
        }
        from = next;
    }
    Ok(Masked { text: MaskedText(rewrite(text, &spans)), spans })
}

/// Text that has been masked; only [`mask`] makes it, and its `Debug` shows no more than its length.
///
/// ```
/// let masked: segel_mask::MaskedText = segel_mask::mask("halo")?.text;
/// # Ok::<(), segel_mask::MaskError>(())
/// ```
///
/// There is no other way to one:
///
/// ```compile_fail,E0423
/// let masked = segel_mask::MaskedText(String::from("halo"));
/// ```
/// ```compile_fail,E0277
/// let masked: segel_mask::MaskedText = String::from("halo").into();
/// ```
/// ```compile_fail,E0277
/// let masked: segel_mask::MaskedText = "halo".parse()?;
/// ```
/// ```compile_fail,E0599
/// let masked = segel_mask::MaskedText::default();
/// ```
/// ```compile_fail,E0277
/// let masked: segel_mask::MaskedText = serde_json::from_str(r#""halo""#)?;
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct MaskedText(String);

impl MaskedText {
    /// The masked text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The masked text, as a string of its own.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Debug for MaskedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MaskedText(")?;
        fmt::Display::fmt(&self.0.len(), f)?;
        f.write_str(" bytes)")
    }
}

/// What a masked number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The number of a payment card.
    Card,
}

/// One number that was found and what stands in its place; its `Debug` shows no digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Span {
    /// What was found.
    pub kind: Kind,
    /// Where it starts in the original text, in bytes.
    pub start: usize,
    /// Where it ends in the original text, in bytes, exclusive.
    pub end: usize,
    /// What the masked text has instead.
    pub replacement: String,
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Span").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// A masked text and what was masked in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masked {
    /// The text as it may be sent.
    pub text: MaskedText,
    /// What was found, in order, without overlaps.
    pub spans: Vec<Span>,
}

/// Why a text could not be masked. There is nothing to send then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MaskError {
    /// The text is longer than [`MAX_BYTES`].
    #[error("the text is too long to be masked")]
    TooLong,
}

impl MaskError {
    /// A name for this error that does not change between versions.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLong => "mask.too_long",
        }
    }
}

/// The number with a bullet for every digit but the last few.
fn hide(number: &str) -> String {
    let is_digit = |c: char| matches!(class(c), Class::Digit(_));
    let mut hidden = number.chars().filter(|&c| is_digit(c)).count().saturating_sub(KEPT_DIGITS);
    let mut out = String::with_capacity(number.len() + hidden * BULLET.len_utf8());
    for c in number.chars() {
        if hidden > 0 && is_digit(c) {
            hidden -= 1;
            out.push(BULLET);
        } else {
            out.push(c);
        }
    }
    out
}

fn rewrite(text: &str, spans: &[Span]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for span in spans {
        out.push_str(&text[from..span.start]);
        out.push_str(&span.replacement);
        from = span.end;
    }
    out.push_str(&text[from..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;
    use std::string::ToString;

    fn masked(text: &str) -> String {
        mask(text).unwrap().text.into_string()
    }

    #[test]
    fn last_four_digits_and_shape_stay() {
        assert_eq!(masked("4111 1111 1111 1111"), "•••• •••• •••• 1111");
        assert_eq!(masked("pay 3782-822463-10005 ok"), "pay ••••-••••••-•0005 ok");
        assert_eq!(masked("４１１１１１１１１１１１１１１１"), "••••••••••••１１１１");
    }

    #[test]
    fn spans_point_into_the_original() {
        let text = "é 4111111111111111!";
        let Masked { spans, .. } = mask(text).unwrap();
        assert_eq!(&text[spans[0].start..spans[0].end], "4111111111111111");
        assert_eq!(spans[0].replacement, "••••••••••••1111");
    }

    #[test]
    fn text_over_the_limit_is_refused() {
        let longest = "a".repeat(MAX_BYTES);
        assert_eq!(masked(&longest), longest);
        let error = mask(&(longest + "a")).unwrap_err();
        assert_eq!((error, error.code()), (MaskError::TooLong, "mask.too_long"));
        assert!(!error.to_string().is_empty());
    }

    #[test]
    fn debug_shows_only_length_and_kind() {
        let masked = mask("4111111111111111").unwrap();
        assert_eq!(
            format!("{masked:?}"),
            "Masked { text: MaskedText(40 bytes), spans: [Span { kind: Card, .. }] }"
        );
    }
}
