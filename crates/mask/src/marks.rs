//! The telling words and the numbers on one side of a number, nearest first, read as far as they are asked for.

use alloc::vec::Vec;
use core::ops::Range;

use crate::digits::{Class, char_at, class};
use crate::steps::step;
use crate::words::{Meaning, word_at};

/// Numbers of one run with so little between them are one mark.
pub(crate) const NARROW: usize = 6;

/// A number of so few digits is a count ("3 digits") and hides no word from the number after it.
const COUNT: u32 = 2;

/// "Card" in the scripts that have no spaces or other letters.
const CARD_ABROAD: [&str; 7] = ["カード", "卡", "카드", "карт", "कार्ड", "بطاق", "บัตร"];

/// A telling word, or a number.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    /// Its bytes.
    pub(crate) at: usize,
    pub(crate) end: usize,
    pub(crate) says: Meaning,
    /// How many words from the number it is; of a number, how many digits.
    pub(crate) nth: u32,
}

impl Mark {
    pub(crate) fn is_number(&self) -> bool {
        self.says == Meaning::NUMBER
    }

    /// Whether this is a number that a word before it speaks of, and of none behind.
    pub(crate) fn is_barrier(&self) -> bool {
        self.is_number() && self.nth > COUNT
    }
}

/// What was read on one side of a number.
#[derive(Default)]
pub(crate) struct Side {
    /// From the number to this byte.
    read: usize,
    /// How many opaque places begin before what is still to be read behind, or before what was read before.
    places: usize,
    /// Nothing beyond this byte counts; found when first asked for.
    edge: Option<usize>,
    is_before: bool,
    marks: Vec<Mark>,
    words: u32,
    /// The number that was read last, if what was read since ends no run and tells nothing.
    last: Option<Range<usize>>,
}

impl Side {
    /// Begins at a number that so many opaque places stand before.
    pub(crate) fn begin(&mut self, number: Range<usize>, places: usize, is_before: bool) {
        self.marks.clear();
        (self.edge, self.words, self.places, self.is_before) = (None, 0, places, is_before);
        self.read = if is_before { number.start } else { number.end };
        self.last = Some(number);
    }

    /// One of the marks, from the nearest on; `edge` says how far they count. `opaque` are places that are one thing each,
    /// in order, whatever is in them.
    pub(crate) fn mark(
        &mut self,
        nth: usize,
        text: &str,
        opaque: &[Range<usize>],
        edge: impl Fn() -> usize,
    ) -> Option<Mark> {
        while !self.is_whole(nth) {
            let edge = *self.edge.get_or_insert_with(&edge);
            if !(if self.is_before {
                self.go_back(text, opaque, edge)
            } else {
                self.go_on(text, opaque, edge)
            }) {
                break;
            }
        }
        self.marks.get(nth).copied()
    }

    /// Whether a mark was read, and nothing that is still to be read belongs to it and matters.
    fn is_whole(&self, nth: usize) -> bool {
        let is_whole = |mark: &Mark| !self.is_before || !mark.is_number() || mark.is_barrier();
        self.marks.len() > nth + 1 || self.marks.get(nth).is_some_and(is_whole)
    }

    /// Reads what stands before; `false` where nothing is left.
    fn go_back(&mut self, text: &str, opaque: &[Range<usize>], edge: usize) -> bool {
        let end = self.read;
        if end <= edge {
            return false;
        }
        let place = opaque[..self.places].last();
        if let Some(place) = place.filter(|place| place.end >= end) {
            (self.read, self.places) = (place.start, self.places - 1);
            self.number(place.start..end, u32::MAX);
            return true;
        }
        let bytes = text.as_bytes();
        let start = start_of(text, place.map_or(edge, |place| place.end.max(edge)), end);
        self.read = start;
        // Of a word that is cut nothing is known.
        let is_cut = start == edge && bytes[..start].last().is_some_and(u8::is_ascii_alphabetic);
        if !is_cut || !bytes[start].is_ascii_alphabetic() {
            self.see(text, start, end);
        }
        true
    }

    /// Reads what stands behind; `false` where nothing is left.
    fn go_on(&mut self, text: &str, opaque: &[Range<usize>], edge: usize) -> bool {
        let start = self.read;
        if start >= edge {
            return false;
        }
        while opaque.get(self.places).is_some_and(|place| place.end <= start) {
            self.places += 1;
        }
        let place = opaque.get(self.places);
        if let Some(place) = place.filter(|place| place.start <= start) {
            self.read = place.end;
            self.number(start..place.end, u32::MAX);
            return true;
        }
        self.read = self.see(text, start, place.map_or(edge, |place| place.start.min(edge)));
        true
    }

    /// Takes the word, number or other character that starts here, and of a number nothing beyond byte `to`; says where it ends.
    fn see(&mut self, text: &str, start: usize, to: usize) -> usize {
        step();
        let bytes = text.as_bytes();
        let byte = bytes[start];
        // Half of what stands between words, and it says nothing.
        if byte == b' ' {
            return start + 1;
        }
        if byte.is_ascii_alphabetic() {
            let (end, says) = word_at(bytes, start);
            self.words += 1;
            if says.digit().is_some() {
                self.number(start..end, 1);
            } else if says != Meaning::NOTHING && !is_half(bytes, start..end, says) {
                self.tell(start..end, says, self.words);
            }
            return end;
        }
        if byte.is_ascii_digit() {
            let (mut end, mut digits) = (start, 0);
            while end < to && bytes[end].is_ascii_digit() {
                (end, digits) = (end + 1, digits + 1);
            }
            self.number(start..end, digits);
            return end;
        }
        let c = char_at(text, start).unwrap_or_default();
        let end = start + c.len_utf8();
        match class(c) {
            Class::Digit(_) | Class::Masked => self.number(start..end, 1),
            Class::Other => {
                self.last = None;
                if !c.is_ascii() && CARD_ABROAD.iter().any(|word| bytes[start..].starts_with(word.as_bytes()))
                {
                    self.tell(start..end, Meaning::CARD_ABROAD, 0);
                }
            }
            Class::Transparent | Class::Separator => {}
        }
        end
    }

    fn tell(&mut self, bytes: Range<usize>, says: Meaning, nth: u32) {
        self.last = None;
        self.marks.push(Mark { at: bytes.start, end: bytes.end, says, nth });
    }

    /// Marks a number that was read, or that the number before goes on.
    fn number(&mut self, bytes: Range<usize>, digits: u32) {
        let gap = |last: &Range<usize>| bytes.start.max(last.start).saturating_sub(bytes.end.min(last.end));
        let last = self.last.take().filter(|last| gap(last) <= NARROW);
        let all =
            last.as_ref().map_or(bytes.clone(), |last| bytes.start.min(last.start)..bytes.end.max(last.end));
        self.last = Some(all.clone());
        match self.marks.last_mut() {
            Some(mark) if last.is_some() && mark.is_number() => {
                (mark.at, mark.end, mark.nth) = (all.start, all.end, mark.nth.saturating_add(digits));
            }
            // It goes on with the number itself, which has more digits than a count.
            _ if last.is_some() => {
                if self.is_before {
                    self.marks.push(Mark {
                        at: all.start,
                        end: all.end,
                        says: Meaning::NUMBER,
                        nth: u32::MAX,
                    });
                }
            }
            _ => self.marks.push(Mark { at: all.start, end: all.end, says: Meaning::NUMBER, nth: digits }),
        }
    }
}

/// Whether a word is one of a code only with its digit, as in "2FA" and "CV2", and has none.
fn is_half(bytes: &[u8], word: Range<usize>, says: Meaning) -> bool {
    let is_digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    word.len() == 2
        && says.has(Meaning::CVV | Meaning::OTP)
        && !is_digit(word.start.checked_sub(1))
        && !is_digit(Some(word.end))
}

/// Where the word, number or other character starts that ends at byte `end`, or byte `from` within it.
fn start_of(text: &str, from: usize, end: usize) -> usize {
    let bytes = text.as_bytes();
    let mut start = end - 1;
    let last = bytes[start];
    if last.is_ascii_alphabetic() {
        while start > from && bytes[start - 1].is_ascii_alphabetic() {
            start -= 1;
        }
    } else if last.is_ascii_digit() {
        while start > from && bytes[start - 1].is_ascii_digit() {
            start -= 1;
        }
    } else {
        while start > from && !text.is_char_boundary(start) {
            start -= 1;
        }
    }
    start
}
