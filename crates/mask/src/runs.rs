//! Digits that may belong to one number.

use alloc::vec::Vec;
use core::ops::Range;

use crate::digits::{Class, class};

/// How many separator characters may stand between two digits of one number.
const MAX_SEPARATORS: usize = 4;

/// So many masked digits in a row are a masked number, and the [`SHOWN`] digits after them its readable end.
const MIN_MASKED: usize = 8;
const SHOWN: usize = 4;

/// Groups of digits with nothing but separators between them.
#[derive(Default)]
pub(crate) struct Run {
    /// The values of all digits that are not masked.
    pub(crate) digits: Vec<u8>,
    pub(crate) groups: Vec<Group>,
}

/// Digits with nothing visible between them, or masked digits.
pub(crate) struct Group {
    /// Which digits of the run; none in a group of masked digits.
    pub(crate) digits: Range<usize>,
    /// Where in the text.
    pub(crate) bytes: Range<usize>,
    /// How many masked digits.
    bullets: usize,
    /// The gap before this group reads the same as the gap before the group before it.
    pub(crate) same_gap: bool,
    /// What stands before this group.
    pub(crate) gap: Gap,
    /// Part of a masked number, so never part of another.
    pub(crate) masked: bool,
}

/// What stands between two groups.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gap {
    /// White space, or nothing.
    Blank,
    /// A point.
    Point,
    /// A comma.
    Comma,
    /// Anything else.
    Other,
}

impl Gap {
    fn of(gap: &str) -> Self {
        match gap {
            "." => Self::Point,
            "," => Self::Comma,
            _ if gap.chars().all(char::is_whitespace) => Self::Blank,
            _ => Self::Other,
        }
    }
}

impl Group {
    /// How many digits, masked or not.
    pub(crate) fn size(&self) -> usize {
        self.digits.len() + self.bullets
    }
}

impl Run {
    /// Reads the first run of `text` from byte `from` on; gives the byte to go on from, or `None` where no run is left.
    pub(crate) fn read(&mut self, text: &str, from: usize) -> Option<usize> {
        self.digits.clear();
        self.groups.clear();
        let from = from + first_telling(text.as_bytes().get(from..)?)?;
        let mut separators = 0;
        let (mut last_end, mut last_gap) = (from, "");
        for (at, c) in text.get(from..)?.char_indices() {
            let (start, end) = (from + at, from + at + c.len_utf8());
            let class = class(c);
            match class {
                Class::Transparent => {}
                Class::Separator if separators < MAX_SEPARATORS => separators += 1,
                Class::Separator | Class::Other if self.groups.is_empty() => separators = 0,
                Class::Separator | Class::Other => {
                    self.find_masked();
                    return Some(end);
                }
                Class::Digit(_) | Class::Masked => {
                    let masked = class == Class::Masked;
                    if separators > 0 || self.groups.last().is_none_or(|last| last.masked != masked) {
                        let gap = &text[last_end..start];
                        self.open(start, gap, last_gap, masked);
                        last_gap = gap;
                    }
                    self.push(class, end);
                    (separators, last_end) = (0, end);
                }
            }
        }
        self.find_masked();
        Some(text.len())
    }

    /// The bytes of some groups in a row, without what stands around them.
    pub(crate) fn bytes(&self, groups: Range<usize>) -> Range<usize> {
        match &self.groups[groups] {
            [first, .., last] => first.bytes.start..last.bytes.end,
            [only] => only.bytes.clone(),
            [] => 0..0,
        }
    }

    fn open(&mut self, start: usize, gap: &str, last_gap: &str, masked: bool) {
        let at = self.digits.len();
        self.groups.push(Group {
            digits: at..at,
            bytes: start..start,
            bullets: 0,
            same_gap: gap == last_gap,
            gap: Gap::of(gap),
            masked,
        });
    }

    fn push(&mut self, class: Class, end: usize) {
        let Some(group) = self.groups.last_mut() else { return };
        group.bytes.end = end;
        if let Class::Digit(value) = class {
            self.digits.push(value);
            group.digits.end += 1;
        } else {
            group.bullets += 1;
        }
    }

    /// Marks the readable end of numbers that were masked before.
    fn find_masked(&mut self) {
        let (mut bullets, mut shown) = (0, 0);
        for group in &mut self.groups {
            if group.masked {
                bullets += group.bullets;
                shown = if bullets < MIN_MASKED { 0 } else { SHOWN };
            } else {
                group.masked = group.digits.len() <= shown;
                shown = shown.saturating_sub(group.digits.len());
                bullets = 0;
            }
        }
    }
}

/// The first byte that may belong to a digit. Whole blocks are skipped first: most text has none.
fn first_telling(bytes: &[u8]) -> Option<usize> {
    const BLOCK: usize = 32;
    let telling = |byte: &u8| byte.is_ascii_digit() || !byte.is_ascii();
    let blank = |block: &[u8]| !block.iter().fold(false, |any, byte| any | telling(byte));
    let skipped = bytes.chunks_exact(BLOCK).take_while(|block| blank(block)).count() * BLOCK;
    bytes[skipped..].iter().position(telling).map(|at| skipped + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The groups of the first run, masked ones in brackets.
    fn read(text: &str) -> std::string::String {
        let mut run = Run::default();
        run.read(text, 0);
        let mut out = std::string::String::new();
        for group in &run.groups {
            let digits = run.digits[group.digits.clone()].iter().map(|value| char::from(b'0' + value));
            if !out.is_empty() {
                out.push(' ');
            }
            if group.masked {
                out.push('[');
                out.extend(core::iter::repeat_n('x', group.bullets).chain(digits));
                out.push(']');
            } else {
                out.extend(digits);
            }
        }
        out
    }

    #[test]
    fn separators_divide_groups_and_joiners_do_not() {
        assert_eq!(read("a 12-34 / 5\u{200b}6\u{fe0f}\u{20e3}7 b 8"), "12 34 567");
        assert_eq!(read("12\r\n34"), "12 34");
    }

    #[test]
    fn too_wide_a_gap_ends_a_run() {
        assert_eq!(read("12    34"), "12 34");
        assert_eq!(read("12     34"), "12");
    }

    #[test]
    fn reading_goes_on_after_a_run() {
        let (text, mut run) = ("12 a 34", Run::default());
        let next = run.read(text, 0).unwrap();
        assert_eq!(&text[next..], " 34");
        assert_eq!(run.read(text, next), Some(text.len()));
        assert_eq!(run.digits.len(), 2);
        assert_eq!(run.read(text, text.len()), None);
    }

    #[test]
    fn the_end_of_a_masked_number_is_masked() {
        assert_eq!(read("•••• •••• •••• 1111 2222"), "[xxxx] [xxxx] [xxxx] [1111] 2222");
        assert_eq!(read("•• •••••• ••••552 3 4"), "[xx] [xxxxxx] [xxxx] [552] [3] 4");
        assert_eq!(read("• 4111 1111"), "[x] 4111 1111");
    }

    #[test]
    fn equal_gaps_are_seen() {
        let mut run = Run::default();
        run.read("1-2-3 4-5", 0);
        assert!(run.groups.iter().map(|g| g.same_gap).eq([true, false, true, false, false]));
    }
}
