//! What masking takes and gives.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::kind::Kind;
use crate::policy::{Action, Policy, Writer};
use crate::scan::Finding;
use crate::settle::{hidden, rewrite};
use crate::words::Meaning;

/// The longest text that [`mask`] takes, in bytes of UTF-8.
pub const MAX_BYTES: usize = 1 << 20;

/// Masks everything that [`Policy::default`] names in `text`, a message of a visitor without a conversation around it.
///
/// Of each number all digits but the last few become `•`, and so does a spelled digit; everything else stays. Masking the
/// result again changes nothing. Time is linear in the length of `text`.
///
/// Fails closed: with [`MaskError`] there is no text to send.
///
/// ```
/// let masked = segel_mask::mask("kartu saya 4111 1111 1111 1111 ya")?;
/// assert_eq!(masked.text.as_str(), "kartu saya •••• •••• •••• 1111 ya");
/// # Ok::<(), segel_mask::MaskError>(())
/// ```
pub fn mask(text: &str) -> Result<Masked, MaskError> {
    Masker::default().mask(text, Writer::Visitor)
}

/// Masks as a site's policy says.
#[derive(Clone, Debug, Default)]
pub struct Masker {
    pub(crate) policy: Policy,
}

impl Masker {
    /// A masker for this policy.
    pub fn new(policy: Policy) -> Self {
        Self { policy }
    }

    /// Masks a text without a conversation around it; as [`mask`].
    pub fn mask(&self, text: &str, writer: Writer) -> Result<Masked, MaskError> {
        check(text)?;
        finish(text, self.find(text, writer, Meaning::NOTHING), Vec::new())
    }

    /// Masks what was masked before once more, as another policy may have it. A mask is longer than its digit, so that
    /// [`MAX_BYTES`] does not bound what was masked.
    pub fn mask_again(&self, masked: &MaskedText, writer: Writer) -> Result<Masked, MaskError> {
        finish(&masked.0, self.find(&masked.0, writer, Meaning::NOTHING), Vec::new())
    }

    /// Masks a text that another page of this origin says it masked; as long as a mask can have made it.
    pub fn mask_elsewhere(&self, text: &str, writer: Writer) -> Result<Masked, MaskError> {
        // A digit of one byte becomes a mask of three.
        if text.len() > 3 * MAX_BYTES {
            return Err(MaskError::TooLong);
        }
        finish(text, self.find(text, writer, Meaning::NOTHING), Vec::new())
    }
}

/// Text that has been masked; only this crate makes it, and its `Debug` shows no more than its length.
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

/// One number that was found; its `Debug` shows no digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Span {
    /// What was found.
    pub kind: Kind,
    /// Where it starts in the original text, in bytes.
    pub start: usize,
    /// Where it ends in the original text, in bytes, exclusive.
    pub end: usize,
    /// What was done with it.
    pub outcome: Outcome,
}

/// What was done with a number.
#[derive(Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The masked text has this instead.
    Masked(String),
    /// It stands as it was, and its writer should be told.
    Warned,
    /// Nothing is sent while it stands there.
    Blocked,
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Span").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// A part of a number, in an earlier message of the same writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// What the whole number is.
    pub kind: Kind,
    /// How many messages back, from 1.
    pub back: usize,
    /// Where it starts in that message as it was sent, in bytes.
    pub start: usize,
    /// Where it ends there, exclusive.
    pub end: usize,
}

/// A masked text and what was found in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masked {
    /// The text as it may be sent.
    pub text: MaskedText,
    /// What was found, in order, without overlaps.
    pub spans: Vec<Span>,
    /// Parts of the same numbers that were sent before, which only withdrawing takes back.
    pub earlier: Vec<Earlier>,
}

/// Why there is nothing to send.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MaskError {
    /// The text is longer than [`MAX_BYTES`].
    #[error("the text is too long to be masked")]
    TooLong,
    /// The site's policy blocks something in it: all that was found.
    #[error("the text holds what this site lets nobody send")]
    Blocked(Vec<Span>),
}

impl MaskError {
    /// A name for this error that does not change between versions.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLong => "mask.too_long",
            Self::Blocked(_) => "mask.blocked",
        }
    }
}

/// Refuses a text that is over the limit.
pub(crate) fn check(text: &str) -> Result<(), MaskError> {
    if text.len() > MAX_BYTES { Err(MaskError::TooLong) } else { Ok(()) }
}

/// The text with what was found taken out of it.
pub(crate) fn finish(text: &str, findings: Vec<Finding>, earlier: Vec<Earlier>) -> Result<Masked, MaskError> {
    let mut spans = Vec::with_capacity(findings.len());
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    let mut blocked = false;
    for finding in findings {
        let Finding { kind, bytes, action, .. } = &finding;
        out.push_str(&text[from..bytes.start]);
        let start = out.len();
        let outcome = match action {
            Action::Mask(_) => {
                rewrite(&mut out, text, bytes.clone(), hidden(&finding, text));
                Outcome::Masked(String::from(&out[start..]))
            }
            Action::Block => Outcome::Blocked,
            Action::Warn | Action::Leave => Outcome::Warned,
        };
        blocked |= outcome == Outcome::Blocked;
        if !matches!(outcome, Outcome::Masked(_)) {
            out.push_str(&text[bytes.clone()]);
        }
        from = bytes.end;
        spans.push(Span { kind: *kind, start: bytes.start, end: bytes.end, outcome });
    }
    if blocked {
        return Err(MaskError::Blocked(spans));
    }
    out.push_str(&text[from..]);
    Ok(Masked { text: MaskedText(out), spans, earlier })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Rule;
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
    fn short_numbers_and_spelled_ones_leave_nothing_to_count() {
        assert_eq!(masked("otp 482913"), "otp ••••••");
        assert_eq!(masked("pin empat dua dua satu"), "pin • • • •");
    }

    #[test]
    fn spans_point_into_the_original() {
        let text = "é 4111111111111111!";
        let Masked { spans, .. } = mask(text).unwrap();
        assert_eq!(&text[spans[0].start..spans[0].end], "4111111111111111");
        assert!(spans[0].outcome == Outcome::Masked("••••••••••••1111".to_string()));
    }

    #[test]
    fn text_over_the_limit_is_refused() {
        let longest = "a".repeat(MAX_BYTES);
        assert_eq!(masked(&longest), longest);
        let error = mask(&(longest + "a")).unwrap_err();
        assert_eq!((error.code(), &error), ("mask.too_long", &MaskError::TooLong));
        assert!(!error.to_string().is_empty());
    }

    #[test]
    fn what_was_masked_under_one_policy_is_masked_again_under_another_however_long_its_masks_made_it() {
        let mut lenient = Policy::default();
        lenient.set(Kind::Phone, Rule::both(Action::Leave)).unwrap();
        let lenient = Masker::new(lenient);
        let text = "hp 081234567890, kartu 4111 1111 1111 1111\n".repeat(MAX_BYTES / 43);
        let once = lenient.mask(&text, Writer::Visitor).unwrap().text;
        assert!(once.as_str().len() > MAX_BYTES);
        let again = Masker::default().mask_again(&once, Writer::Visitor).unwrap().text;
        assert_eq!(again.as_str().lines().next(), Some("hp ••••••••7890, kartu •••• •••• •••• 1111"));
    }

    #[test]
    fn debug_shows_only_length_and_kind() {
        let masked = mask("4111111111111111").unwrap();
        assert_eq!(
            format!("{masked:?}"),
            "Masked { text: MaskedText(40 bytes), spans: [Span { kind: Card, .. }], earlier: [] }"
        );
    }
}
