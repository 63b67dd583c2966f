//! Digits that may belong to one number.

use alloc::vec::Vec;
use core::ops::Range;

use crate::digits::{Class, char_at, class};
use crate::steps::step;
use crate::words::{Meaning, first_telling, word_at};

/// How many separator characters may stand between two digits of one number.
const MAX_SEPARATORS: usize = 5;

/// And so many words such as "and then".
const MAX_LINKS: usize = 3;

/// So many masked digits in a row are a masked number, and the [`SHOWN`] digits after them its readable end.
pub(crate) const MIN_MASKED: usize = 8;
const SHOWN: usize = 4;

/// A card of 14 digits has so many masked, and a telephone number of 13 has not.
const MASKED_CARD: usize = 10;

/// Card numbers are this long at least (ISO/IEC 7812-1, and Maestro from 12).
pub(crate) const CARD_DIGITS: usize = 12;

/// Groups of digits with nothing but separators between them.
#[derive(Default)]
pub(crate) struct Run {
    /// The values of all digits that are not masked.
    pub(crate) digits: Vec<u8>,
    /// The bytes of each, of a spelled one all its letters.
    pub(crate) places: Vec<Range<usize>>,
    pub(crate) groups: Vec<Group>,
}

/// Digits with nothing visible between them, or masked digits.
pub(crate) struct Group {
    /// Which digits of the run; none in a group of masked digits.
    pub(crate) digits: Range<usize>,
    /// Where in the text.
    pub(crate) bytes: Range<usize>,
    /// How many digits are masked, now or before.
    hidden: usize,
    /// The gap before this group reads the same as the gap before the group before it.
    pub(crate) same_gap: bool,
    /// What stands before this group.
    pub(crate) gap: Gap,
    /// There is a mark before this group and no space, as within dates and amounts.
    pub(crate) tight: bool,
    /// Part of a masked number, so never part of another.
    pub(crate) masked: bool,
}

/// What stands between two groups.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gap {
    /// Spaces, or nothing.
    Blank,
    /// White space with the end of a line in it.
    Line,
    /// A point.
    Point,
    /// A comma.
    Comma,
    /// Words such as "then".
    Words,
    /// A bracket opens or closes.
    Bracket,
    /// Anything else.
    Other,
}

impl Gap {
    /// What this gap is, and whether there is a mark in it and no space.
    fn of(gap: &str) -> (Self, bool) {
        let [mut blank, mut spaced, mut line, mut letters, mut entity] = [true, false, false, false, false];
        let mut bracket = false;
        for c in gap.chars() {
            let is_space = c.is_whitespace();
            blank &= is_space;
            spaced |= is_space;
            line |= matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
            letters |= c.is_ascii_alphabetic();
            entity |= c == '&';
            bracket |= matches!(c, '(' | ')' | '[' | ']');
        }
        let gap = match gap.as_bytes() {
            b"." => Self::Point,
            b"," => Self::Comma,
            _ if blank && line => Self::Line,
            _ if blank => Self::Blank,
            _ if bracket => Self::Bracket,
            _ if letters && !entity => Self::Words,
            _ => Self::Other,
        };
        (gap, !blank && !spaced && !bracket)
    }
}

impl Group {
    /// How many digits, masked or not.
    pub(crate) fn size(&self) -> usize {
        self.digits.len().max(self.hidden)
    }
}

impl Run {
    /// Reads the first run of `text` from byte `from` on; gives the byte to go on from, or `None` where no run is left.
    pub(crate) fn read(&mut self, text: &str, from: usize) -> Option<usize> {
        self.digits.clear();
        self.places.clear();
        self.groups.clear();
        let mut at = first_telling(text.as_bytes(), from)?;
        let (mut separators, mut links) = (0, 0);
        let (mut last_end, mut last_gap) = (at, "");
        while let Some(piece) = Piece::at(text, at, Before::of(self.groups.is_empty(), at == last_end)) {
            step();
            let end = at + piece.length;
            match piece.role {
                Role::Transparent => {}
                Role::Separator if separators < MAX_SEPARATORS => separators += 1,
                Role::Link if links < MAX_LINKS && !self.groups.is_empty() => {
                    (links, separators) = (links + 1, 0);
                }
                Role::Separator | Role::Link | Role::Other if self.groups.is_empty() => separators = 0,
                Role::Separator | Role::Link | Role::Other => {
                    self.find_masked();
                    return Some(end);
                }
                Role::Masked if self.is_between(text, end) => separators += 1,
                Role::Digit(_) | Role::Figures | Role::Masked | Role::Spelled(_) => {
                    let masked = matches!(piece.role, Role::Masked);
                    let apart = last_end < at && (separators > 0 || links > 0);
                    let alone = matches!(piece.role, Role::Spelled(_));
                    if apart || alone || self.groups.last().is_none_or(|last| last.masked != masked) {
                        let gap = &text[last_end..at];
                        self.open(at, gap, last_gap, masked);
                        last_gap = gap;
                    }
                    self.push(&piece, text, at..end);
                    (separators, links, last_end) = (0, 0, end);
                }
            }
            at = end;
        }
        self.find_masked();
        Some(text.len())
    }

    /// Whether a single bullet that ends here stands between digits: somebody wrote it.
    fn is_between(&self, text: &str, end: usize) -> bool {
        let rest = &text.as_bytes()[end..];
        let next = rest.strip_prefix(b" ").unwrap_or(rest);
        self.groups.last().is_some_and(|last| !last.masked) && next.first().is_some_and(u8::is_ascii_digit)
    }

    /// The bytes of some groups in a row, without what stands around them.
    pub(crate) fn bytes(&self, groups: Range<usize>) -> Range<usize> {
        match &self.groups[groups] {
            [first, .., last] => first.bytes.start..last.bytes.end,
            [only] => only.bytes.clone(),
            [] => 0..0,
        }
    }

    /// The digits of some groups in a row.
    pub(crate) fn values(&self, groups: &Range<usize>) -> &[u8] {
        &self.digits[self.digits_of(groups)]
    }

    /// The bytes of each of their digits.
    pub(crate) fn places_of(&self, groups: &Range<usize>) -> Vec<Range<usize>> {
        self.places[self.digits_of(groups)].to_vec()
    }

    /// Marks groups as masked, all but so many digits at their end.
    pub(crate) fn mark(&mut self, groups: &Range<usize>, mut kept: usize) {
        for group in self.groups[groups.clone()].iter_mut().rev() {
            let visible = kept.min(group.digits.len());
            (group.masked, group.hidden, kept) = (true, group.digits.len() - visible, kept - visible);
        }
    }

    /// Whether a number is masked, now or before, that is as long as most cards and few telephone numbers.
    pub(crate) fn has_masked_card(&self) -> bool {
        let mut stretch = Stretch::default();
        self.groups.iter().any(|group| {
            stretch.pass(group);
            stretch.is_long()
        })
    }

    /// Whether the groups before this one are a masked month and year, in two groups or in one of which no digit stays.
    pub(crate) fn follows_expiry(&self, at: usize) -> bool {
        let pair = self.groups.get(at.saturating_sub(2)..at).unwrap_or_default();
        let is_gone = |group: &Group| group.hidden == group.size();
        match pair {
            [month, year] => {
                is_gone(year)
                    && month.size() <= 2
                    && (year.size() == 4 && month.masked || year.size() == 2 && is_gone(month))
            }
            [both] => both.size() == 4 && is_gone(both),
            _ => false,
        }
    }

    fn digits_of(&self, groups: &Range<usize>) -> Range<usize> {
        match &self.groups[groups.clone()] {
            [first, .., last] => first.digits.start..last.digits.end,
            [only] => only.digits.clone(),
            [] => 0..0,
        }
    }

    fn open(&mut self, start: usize, gap: &str, last_gap: &str, masked: bool) {
        let at = self.digits.len();
        let same_gap = gap == last_gap;
        let (gap, tight) = match self.groups.last() {
            Some(last) if same_gap => (last.gap, last.tight),
            _ => Gap::of(gap),
        };
        self.groups.push(Group {
            digits: at..at,
            bytes: start..start,
            hidden: 0,
            same_gap,
            gap,
            tight,
            masked,
        });
    }

    fn push(&mut self, piece: &Piece, text: &str, bytes: Range<usize>) {
        let Some(group) = self.groups.last_mut() else { return };
        group.bytes.end = bytes.end;
        if matches!(piece.role, Role::Masked) {
            group.hidden += 1;
            return;
        }
        let mut start = bytes.start;
        while start < bytes.end {
            let (value, width) = match piece.role {
                Role::Digit(value) | Role::Spelled(value) => (value, piece.length),
                // Letters for zeros, which come together.
                _ => (text.as_bytes()[start].checked_sub(b'0').filter(|value| *value < 10).unwrap_or(0), 1),
            };
            self.digits.push(value);
            self.places.push(start..start + width);
            start += width;
        }
        group.digits.end = self.digits.len();
    }

    /// Marks the readable end of numbers that were masked before.
    fn find_masked(&mut self) {
        let mut stretch = Stretch::default();
        for group in &mut self.groups {
            let shown = stretch.shown;
            stretch.pass(group);
            group.masked |= group.digits.len() <= shown;
        }
    }
}

/// Masked groups in a row, and what of them is readable: the same whether they were masked now or before.
#[derive(Default)]
pub(crate) struct Stretch {
    hidden: usize,
    /// How many of them there are with nothing readable between: what hides a whole number has a readable end.
    row: usize,
    /// How many more digits would be taken for the readable end.
    shown: usize,
    /// How many digits stand on the lines before: parts of a card that left before its last part came, which is hidden wholly.
    led: usize,
}

impl Stretch {
    /// Goes past a group.
    pub(crate) fn pass(&mut self, group: &Group) {
        let visible = group.size() - group.hidden;
        if group.hidden > 0 {
            if self.hidden == 0 && group.gap != Gap::Line {
                self.led = 0;
            }
            self.hidden += group.hidden;
            self.row += group.hidden;
            let is_whole = self.row < MIN_MASKED || self.is_completed();
            self.shown = if is_whole { 0 } else { SHOWN.saturating_sub(visible) };
        } else if visible <= self.shown {
            self.shown -= visible;
        } else {
            let led = if self.hidden == 0 { self.led } else { 0 };
            *self = Self { led: led + visible, ..Self::default() };
        }
        if visible > 0 {
            self.row = 0;
        }
    }

    /// Whether so much is hidden that it may be a card.
    pub(crate) fn is_long(&self) -> bool {
        self.hidden >= MASKED_CARD || self.is_completed()
    }

    fn is_completed(&self) -> bool {
        self.hidden.min(self.led) > 0 && self.hidden + self.led >= CARD_DIGITS
    }

    /// Whether anything is hidden right before.
    pub(crate) fn is_empty(&self) -> bool {
        self.hidden == 0
    }
}

/// What stands at one place of a text.
struct Piece {
    role: Role,
    /// In bytes.
    length: usize,
}

/// What a piece is to a run.
#[derive(Clone, Copy)]
enum Role {
    Digit(u8),
    /// Digits of one byte each, or the letter O, once or more, in the place of zeros.
    Figures,
    /// A digit as a word.
    Spelled(u8),
    Masked,
    Transparent,
    Separator,
    /// A word that may stand between the parts of a number.
    Link,
    Other,
}

/// What stands right before a piece.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nothing of a run.
    Text,
    /// A gap of a run.
    Gap,
    /// A digit.
    Digit,
}

impl Before {
    fn of(no_run: bool, glued: bool) -> Self {
        match (no_run, glued) {
            (true, _) => Self::Text,
            (false, true) => Self::Digit,
            (false, false) => Self::Gap,
        }
    }
}

impl Piece {
    /// What stands at byte `at`.
    fn at(text: &str, at: usize, before: Before) -> Option<Self> {
        let bytes = text.as_bytes();
        let byte = *bytes.get(at)?;
        let piece = |role, length| Some(Self { role, length });
        if byte.is_ascii_alphabetic() {
            let (end, says) = word_at(bytes, at);
            let (word, length) = (&bytes[at..end], end - at);
            let is_zeros = || word.iter().all(|letter| letter | 0x20 == b'o');
            if before != Before::Text && bytes.get(end).is_some_and(u8::is_ascii_digit) && is_zeros() {
                return piece(Role::Figures, length);
            }
            return piece(
                match says.digit() {
                    Some(value) if before != Before::Digit => Role::Spelled(value),
                    None if says.has(Meaning::LINK) => Role::Link,
                    _ => Role::Other,
                },
                length,
            );
        }
        if byte.is_ascii_digit() {
            let mut end = at + 1;
            while bytes.get(end).is_some_and(u8::is_ascii_digit) {
                end += 1;
            }
            return piece(Role::Figures, end - at);
        }
        if matches!(byte, b'#' | b'=') && before == Before::Digit {
            let digits = bytes[at + 1..].iter().take(STRIPE).take_while(|byte| byte.is_ascii_digit()).count();
            return piece(if (1..STRIPE).contains(&digits) { Role::Separator } else { Role::Other }, 1);
        }
        if matches!(byte, b'&' | b'%')
            && let Some(entity) = ENTITIES.iter().find(|entity| bytes[at..].starts_with(entity.as_bytes()))
        {
            return piece(Role::Separator, entity.len());
        }
        let c = char_at(text, at)?;
        let role = match class(c) {
            Class::Digit(value) => Role::Digit(value),
            Class::Masked => Role::Masked,
            Class::Transparent => Role::Transparent,
            Class::Separator => Role::Separator,
            Class::Other => Role::Other,
        };
        piece(role, c.len_utf8())
    }
}

/// Spaces and dashes as pages write them.
const ENTITIES: [&str; 11] = [
    "&nbsp;", "&#160;", "&#xa0;", "&#32;", "&ensp;", "&emsp;", "&thinsp;", "&ndash;", "&mdash;", "&#45;",
    "%20",
];

/// So many digits behind a sign are no group of a number, but may be the rest of a stripe.
const STRIPE: usize = 7;

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
                out.extend(core::iter::repeat_n('x', group.hidden).chain(digits));
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
        assert_eq!(read("12     34"), "12 34");
        assert_eq!(read("12      34"), "12");
    }

    #[test]
    fn spelled_digits_words_between_entities_and_letters_for_zeros_belong_to_a_number() {
        assert_eq!(read("nomor dua tujuh-Nine ya"), "2 7 9");
        assert_eq!(read("4111 and then 22&nbsp;3 habis"), "4111 22 3");
        assert_eq!(read("73O8 1oO2"), "7308 1002");
        assert_eq!(read("O12 34"), "12 34");
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
