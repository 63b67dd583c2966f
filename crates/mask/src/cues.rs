//! The telling words around a number, read once however many numbers stand among them.

use alloc::vec::Vec;
use core::cell::OnceCell;
use core::ops::Range;

use crate::digits::{Class, char_at, class};
use crate::steps::step;
use crate::words::{Meaning, word_at, word_end};

/// How far before and after a number a word counts, in characters that are seen.
const BEFORE: usize = 60;
const AFTER: usize = 30;

/// Nor is more than this looked at, with those that are not.
const FARTHEST: usize = 240;

/// Numbers of one run with so little between them are one mark.
const NARROW: usize = 6;

/// A number of so few digits is a count ("3 digits") and hides no word from the number after it.
const COUNT: u32 = 2;

/// A telling word, or a number.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    /// Its bytes.
    pub(crate) at: usize,
    pub(crate) end: usize,
    pub(crate) says: Meaning,
    /// Which word of the text it is; of a number, how many digits.
    nth: u32,
}

impl Mark {
    /// Whether this is a number that a word before it speaks of, and of none behind.
    fn is_barrier(&self) -> bool {
        self.says.has(Meaning::NUMBER) && self.nth > COUNT
    }
}

/// Reads words forward, as far as they are asked for.
pub(crate) struct Cues<'t> {
    text: &'t str,
    /// Places that are one thing each, in order, whatever letters are in them.
    opaque: &'t [Range<usize>],
    at: usize,
    words: u32,
    marks: Vec<Mark>,
    /// Which of them is the first that was not too far before the last number.
    first: usize,
    /// Since the last number nothing was read that ends a run.
    goes_on: bool,
}

impl<'t> Cues<'t> {
    pub(crate) fn new(text: &'t str, opaque: &'t [Range<usize>]) -> Self {
        Self { text, opaque, at: 0, words: 0, marks: Vec::new(), first: 0, goes_on: false }
    }

    /// The words around the bytes `number`; the numbers must be asked about in order.
    pub(crate) fn around(&mut self, number: Range<usize>) -> Around<'_> {
        let from = back(self.text, number.start, BEFORE);
        if from > self.at {
            self.marks.clear();
            let bytes = self.text.as_bytes();
            let is_cut = from > 0 && bytes[from - 1].is_ascii_alphabetic();
            self.at = if is_cut { word_end(bytes, from) } else { from };
            self.first = 0;
        }
        let to = forth(self.text, number.end, AFTER);
        while self.at < to {
            self.read(to);
        }
        // Numbers come in order, so what was too far before one is too far before the next.
        self.first += starting_before(&self.marks[self.first..], from);
        let marks = &self.marks[self.first..];
        let marks = &marks[..starting_before(marks, to)];
        let (before, after) = marks.split_at(starting_before(marks, number.start));
        let after = &after[starting_before(after, number.end)..];
        Around { text: self.text, number, before, after, near: OnceCell::new() }
    }

    /// Reads what is one thing, or up to the next such place or byte `to`.
    fn read(&mut self, to: usize) {
        while self.opaque.first().is_some_and(|range| range.end <= self.at) {
            self.opaque = &self.opaque[1..];
        }
        let start = self.opaque.first().map_or(to, |range| range.start);
        if let Some(range) = self.opaque.first().filter(|range| range.start <= self.at) {
            let at = self.at;
            self.at = range.end;
            self.number(at, u32::MAX);
        }
        while self.at < start.min(to) {
            self.read_plain(start.min(to));
        }
    }

    /// Reads one word, number or other character, and of a number nothing beyond byte `to`.
    fn read_plain(&mut self, to: usize) {
        step();
        let at = self.at;
        let bytes = self.text.as_bytes();
        let byte = bytes.get(at).copied().unwrap_or_default();
        // Half of what stands between words, and it says nothing.
        if byte == b' ' {
            self.at += 1;
            return;
        }
        if byte.is_ascii_alphabetic() {
            let (end, says) = word_at(bytes, at);
            self.at = end;
            self.words += 1;
            if says.digit().is_some() {
                self.number(at, 1);
            } else if says != Meaning::NOTHING {
                self.marks.push(Mark { at, end, says, nth: self.words });
            }
            return;
        }
        if byte.is_ascii_digit() {
            let mut digits = 0;
            while self.at < to && bytes[self.at].is_ascii_digit() {
                (self.at, digits) = (self.at + 1, digits + 1);
            }
            self.number(at, digits);
            return;
        }
        let c = char_at(self.text, at).unwrap_or_default();
        self.at += c.len_utf8();
        let class = class(c);
        self.goes_on &= class != Class::Other;
        if matches!(class, Class::Digit(_) | Class::Masked) {
            self.number(at, 1);
        } else if !c.is_ascii() && is_card_abroad(&bytes[at..]) {
            self.marks.push(Mark { at, end: self.at, says: Meaning::CARD_ABROAD, nth: 0 });
        }
    }

    /// Marks a number that was read, or that the number before goes on.
    fn number(&mut self, at: usize, digits: u32) {
        match self.marks.last_mut() {
            Some(last) if self.goes_on && last.says == Meaning::NUMBER && at - last.end <= NARROW => {
                last.end = self.at;
                last.nth = last.nth.saturating_add(digits);
            }
            _ => self.marks.push(Mark { at, end: self.at, says: Meaning::NUMBER, nth: digits }),
        }
        self.goes_on = true;
    }
}

/// How many marks start before this byte.
fn starting_before(marks: &[Mark], at: usize) -> usize {
    marks.partition_point(|mark| mark.at < at)
}

/// What is in `place` can make a difference to numbers that are in this, and to no others.
pub(crate) fn reach(text: &str, place: &Range<usize>) -> Range<usize> {
    back(text, place.start, AFTER)..forth(text, place.end, BEFORE)
}

/// The telling words around one number.
pub(crate) struct Around<'c> {
    pub(crate) text: &'c str,
    /// The bytes that they are around.
    pub(crate) number: Range<usize>,
    before: &'c [Mark],
    after: &'c [Mark],
    near: OnceCell<Near>,
}

/// What the nearest telling word says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Near {
    /// A payment card.
    Card,
    /// Some other number.
    Other,
    /// Nothing.
    Nothing,
}

impl Around<'_> {
    /// What the words say of a card; those before count more.
    pub(crate) fn near(&self) -> Near {
        *self.near.get_or_init(|| self.find_near())
    }

    fn find_near(&self) -> Near {
        let number = self.before.iter().rposition(|mark| mark.says == Meaning::NUMBER).unwrap_or(0);
        let (far, close) = self.before.split_at(number);
        if let Some(near) = nearest(close, true).or_else(|| nearest(far, false)) {
            return near;
        }
        let says = |marks: &[Mark], any| marks.iter().any(|mark| mark.says.has(any));
        let after = Meaning::CARD | Meaning::EXPIRY | Meaning::CVV;
        let card = says(self.before, Meaning::CARD_ABROAD) || says(self.after, after);
        if card { Near::Card } else { Near::Nothing }
    }

    /// The words before, nearest first, up to the number before.
    pub(crate) fn close(&self) -> impl Iterator<Item = &Mark> {
        self.before
            .iter()
            .rev()
            .take_while(|mark| !mark.is_barrier())
            .filter(|mark| mark.says != Meaning::NUMBER)
    }

    /// The words behind, nearest first, up to the next number.
    pub(crate) fn behind(&self) -> impl Iterator<Item = &Mark> {
        self.after.iter().take_while(|mark| mark.says != Meaning::NUMBER)
    }

    /// Whether any word around says this.
    pub(crate) fn says(&self, any: Meaning) -> bool {
        self.before.iter().chain(self.after).any(|mark| mark.says.has(any))
    }

    /// Whether any word before says this.
    pub(crate) fn said(&self, any: Meaning) -> bool {
        self.before.iter().any(|mark| mark.says.has(any))
    }

    /// Whether the mark is at most so many characters before the number.
    pub(crate) fn is_within(&self, mark: &Mark, width: usize) -> bool {
        // There are no more characters than bytes.
        let start = self.number.start;
        start.saturating_sub(mark.end) <= width || mark.end >= back(self.text, start, width)
    }

    /// Whether the mark behind starts at most so many characters after the number.
    pub(crate) fn is_behind(&self, mark: &Mark, width: usize) -> bool {
        let end = self.number.end;
        mark.at.saturating_sub(end) <= width || mark.at <= forth(self.text, end, width)
    }

    /// Whether this word behind is about the number that follows it.
    pub(crate) fn leads_on(&self, mark: &Mark) -> bool {
        let next = self.after.iter().find(|next| next.at >= mark.end && next.says == Meaning::NUMBER);
        next.is_some_and(|next| next.at - mark.end <= NARROW)
    }
}

/// What the last telling word says of a card.
fn nearest(marks: &[Mark], of_next: bool) -> Option<Near> {
    for (nth, mark) in marks.iter().enumerate().rev() {
        if mark.says.has(Meaning::ELSE) || (of_next && mark.says.has(Meaning::OTHER)) {
            return Some(Near::Other);
        }
        if mark.says.has(Meaning::CARD) {
            let before = nth.checked_sub(1).and_then(|before| marks.get(before));
            let of_another =
                before.is_some_and(|before| before.says.has(Meaning::ELSE) && before.nth + 1 == mark.nth);
            return Some(if of_another { Near::Other } else { Near::Card });
        }
    }
    None
}

/// Whether a character counts when distances are measured.
fn is_seen(c: char) -> bool {
    step();
    c.is_ascii() || class(c) != Class::Transparent
}

/// The byte that is so many characters before `end`.
fn back(text: &str, end: usize, mut left: usize) -> usize {
    if is_ascii(text, end.saturating_sub(left + 1)..end) {
        return end.saturating_sub(left);
    }
    let mut at = end;
    for (start, c) in text[..end].char_indices().rev().take(FARTHEST) {
        let Some(rest) = left.checked_sub(usize::from(is_seen(c))) else { break };
        (left, at) = (rest, start);
    }
    at
}

/// The byte that is so many characters after `start`.
fn forth(text: &str, start: usize, mut left: usize) -> usize {
    if is_ascii(text, start..text.len().min(start + left + 1)) {
        return text.len().min(start + left);
    }
    let mut at = start;
    for (step, c) in text[start..].char_indices().take(FARTHEST) {
        let Some(rest) = left.checked_sub(usize::from(is_seen(c))) else { break };
        (left, at) = (rest, start + step + c.len_utf8());
    }
    at
}

fn is_card_abroad(rest: &[u8]) -> bool {
    CARD_ABROAD.iter().any(|word| rest.starts_with(word.as_bytes()))
}

/// Whether each of these bytes is a character that is seen.
fn is_ascii(text: &str, bytes: Range<usize>) -> bool {
    step();
    text.as_bytes().get(bytes).is_some_and(<[u8]>::is_ascii)
}

/// "Card" in the scripts that have no spaces or other letters.
const CARD_ABROAD: [&str; 8] = ["カード", "卡", "카드", "карт", "कार्ड", "بطاق", "บัตร", "thẻ"];

#[cfg(test)]
mod tests {
    use super::*;

    fn near(text: &str) -> Near {
        let number = text.find('#').unwrap()..text.rfind('#').unwrap() + 1;
        Cues::new(text, &[]).around(number).near()
    }

    #[test]
    fn the_nearest_word_speaks() {
        for (text, said) in [
            ("kartu saya #", Near::Card),
            ("My CARD_number is #", Near::Card),
            ("kartu gagal, pesanan #", Near::Other),
            ("pesanan saya, kartunya #", Near::Card),
            ("order 12 dibayar #", Near::Nothing),
            ("# cvv 123", Near::Card),
            ("カード番号は#です", Near::Card),
            ("halo # ya", Near::Nothing),
        ] {
            assert_eq!(near(text), said, "{text}");
        }
    }

    #[test]
    fn other_cards_are_not_payment_cards() {
        for text in ["SIM card #", "kartu perdana #", "kartu BPJS #", "gift card no. #", "loyalty card 2: #"]
        {
            assert_eq!(near(text), Near::Other, "{text}");
        }
    }

    #[test]
    fn words_are_found_alike_whether_asked_for_one_by_one_or_across_a_gap() {
        let text = ["otp 111 pin 222 ", &"lorem ".repeat(100), "cvv 333"].concat();
        let mut cues = Cues::new(&text, &[]);
        for (digits, said) in [("111", Meaning::OTP), ("222", Meaning::PIN), ("333", Meaning::CVV)] {
            let at = text.find(digits).unwrap();
            let around = cues.around(at..at + 3);
            assert!(around.close().map(|mark| mark.says).eq([said]), "{digits}");
        }
    }

    #[test]
    fn counts_hide_no_word_and_numbers_do() {
        let close = |text: &str| {
            let at = text.find('#').unwrap();
            Cues::new(text, &[]).around(at..at + 1).close().any(|mark| mark.says.has(Meaning::CVV))
        };
        assert!(close("cvv 3 angka: #") && !close("cvv 123 itu #"));
    }

    #[test]
    fn distances_are_in_characters_that_are_seen() {
        assert_eq!(
            (forth("12345", 1, 3), forth("12345", 1, 9), back("12345", 4, 3), back("12345", 4, 9)),
            (4, 5, 1, 0)
        );
        let text = "ab\u{200b}1234\u{200b}cé";
        assert_eq!((forth(text, 5, 4), forth(text, 5, 5), forth(text, 5, 9)), (12, 13, text.len()));
        assert_eq!((back(text, 9, 4), back(text, 9, 5)), (2, 1));
    }
}
