//! A site's own patterns.

use alloc::vec::Vec;
use core::ops::Range;

use crate::digits::{Class, class};
use crate::steps::step;

/// The longest text that a pattern may match, in characters: one bit each.
const MAX_LENGTH: usize = 64;

/// A site's own pattern, such as `MB-#{8}`.
///
/// - `#` is a digit of any script, `@` an ASCII letter, `?` either;
/// - `{3}` after one of these or after a character repeats it, `{3,5}` that often;
/// - a space is up to one separator (space, dash, point, slash), or nothing;
/// - a backslash takes the character after it as it is; every other character is itself, in either case.
///
/// It matches whole words only: no letter or digit stands before or after. Of several matches from one place the longest
/// counts, and at most 64 characters. Matching takes at most 64 steps a character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// For each place, what stands there.
    places: Vec<Element>,
    /// One bit for each place that may be left out.
    optional: u64,
}

/// What may stand at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    Digit,
    Letter,
    Either,
    Separator,
    Is(char),
}

/// Why a pattern cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// It could match nothing at all.
    #[error("the pattern matches the empty text")]
    Empty,
    /// It would match more than 64 characters.
    #[error("the pattern is too long")]
    TooLong,
    /// A repetition is not of the form `{3}` or `{3,5}`, or follows nothing.
    #[error("the pattern's repetition cannot be read")]
    Repetition,
}

impl Pattern {
    /// Reads a pattern.
    pub fn new(pattern: &str) -> Result<Self, PatternError> {
        let mut places: Vec<Element> = Vec::new();
        let mut optional = 0_u64;
        let mut rest = pattern.chars();
        while let Some(c) = rest.next() {
            let element = match c {
                '#' => Element::Digit,
                '@' => Element::Letter,
                '?' => Element::Either,
                ' ' => Element::Separator,
                '{' | '}' => return Err(PatternError::Repetition),
                '\\' => Element::Is(rest.next().ok_or(PatternError::Repetition)?),
                c => Element::Is(c.to_ascii_lowercase()),
            };
            let (least, most) = match rest.as_str().strip_prefix('{') {
                Some(after) => {
                    let (inside, after) = after.split_once('}').ok_or(PatternError::Repetition)?;
                    rest = after.chars();
                    repetition(inside).ok_or(PatternError::Repetition)?
                }
                None if element == Element::Separator => (0, 1),
                None => (1, 1),
            };
            if places.len() + most > MAX_LENGTH {
                return Err(PatternError::TooLong);
            }
            for nth in 0..most {
                optional |= u64::from(nth >= least) << places.len();
                places.push(element);
            }
        }
        let all = u64::MAX.checked_shr(64 - u32::try_from(places.len()).unwrap_or(64)).unwrap_or(0);
        if optional & all == all { Err(PatternError::Empty) } else { Ok(Self { places, optional }) }
    }

    /// The bytes of the match that starts at byte `at`, where no letter or digit stands before.
    pub(crate) fn matches(&self, text: &str, at: usize) -> Option<Range<usize>> {
        let mut states = self.past_optional(1);
        let mut best = None;
        let accepts = 1_u128 << self.places.len();
        for (offset, c) in text[at..].char_indices() {
            let end = at + offset;
            if states & accepts != 0 && !(is_word(c) && text[..end].ends_with(is_word)) {
                best = Some(at..end);
            }
            step();
            states = self.past_optional(self.next(states, c));
            if states == 0 {
                return best.filter(|range: &Range<usize>| !range.is_empty());
            }
        }
        if states & accepts != 0 {
            best = Some(at..text.len());
        }
        best.filter(|range| !range.is_empty())
    }

    fn next(&self, states: u128, c: char) -> u128 {
        let places = self.places.iter().enumerate();
        let fit = places.filter(|(at, element)| states & (1 << at) != 0 && element.is(c));
        fit.fold(0, |next, (at, _)| next | 1 << (at + 1))
    }

    /// The states with those that are reached by leaving places out.
    fn past_optional(&self, mut states: u128) -> u128 {
        for at in 0..self.places.len() {
            if states & (1 << at) != 0 && self.optional & (1 << at) != 0 {
                states |= 1 << (at + 1);
            }
        }
        states
    }
}

impl Element {
    fn is(self, c: char) -> bool {
        let is_digit = || matches!(class(c), Class::Digit(_));
        match self {
            Self::Digit => is_digit(),
            Self::Letter => c.is_ascii_alphabetic(),
            Self::Either => c.is_ascii_alphabetic() || is_digit(),
            Self::Separator => matches!(c, ' ' | '-' | '.' | '/'),
            Self::Is(own) => own == c || own == c.to_ascii_lowercase(),
        }
    }
}

/// A letter or a digit: patterns match whole words.
pub(crate) fn is_word(c: char) -> bool {
    match class(c) {
        Class::Digit(_) => true,
        Class::Other => c.is_ascii_alphabetic() || !c.is_ascii(),
        Class::Masked | Class::Transparent | Class::Separator => false,
    }
}

/// `3` or `3,5`.
fn repetition(inside: &str) -> Option<(usize, usize)> {
    let (least, most) = inside.split_once(',').unwrap_or((inside, inside));
    let (least, most) = (least.parse().ok()?, most.parse().ok()?);
    (least <= most && most > 0 && most <= MAX_LENGTH).then_some((least, most))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'t>(pattern: &str, text: &'t str) -> Option<&'t str> {
        Pattern::new(pattern).unwrap().matches(text, 0).map(|range| &text[range])
    }

    #[test]
    fn elements_and_repetitions_match_what_they_say() {
        assert_eq!(found("MB-#{8}", "mb-12345678 ya"), Some("mb-12345678"));
        assert_eq!(found("MB-#{8}", "mb-1234567"), None);
        assert_eq!(found("@{2}#{3,5}", "ab1234."), Some("ab1234"));
        assert_eq!(found("# #", "1-2"), Some("1-2"));
        assert_eq!(found("# #", "12"), Some("12"));
        assert_eq!(found("\\##", "#1"), Some("#1"));
        assert_eq!(found("?{2,9}", "a1b2c3"), Some("a1b2c3"));
        assert_eq!(found("#{4}", "٤٤٤٤"), Some("٤٤٤٤"));
    }

    #[test]
    fn words_match_whole() {
        assert_eq!(found("#{3}", "1234"), None);
        assert_eq!(found("#{3}", "123a"), None);
        assert_eq!(found("#{2,3}", "123"), Some("123"));
    }

    #[test]
    fn patterns_that_cannot_be_used_are_refused() {
        for (pattern, error) in [
            ("", PatternError::Empty),
            ("#{0,3}", PatternError::Empty),
            (" ", PatternError::Empty),
            ("#{65}", PatternError::Repetition),
            ("#{60}#{5}", PatternError::TooLong),
            ("{3}", PatternError::Repetition),
            ("#{3", PatternError::Repetition),
            ("#{5,3}", PatternError::Repetition),
            ("#{x}", PatternError::Repetition),
            ("a\\", PatternError::Repetition),
        ] {
            assert_eq!(Pattern::new(pattern), Err(error), "{pattern}");
        }
        assert!(Pattern::new(&"a".repeat(64)).is_ok());
    }
}
