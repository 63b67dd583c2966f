//! The telling words around a number, nearest first.

use core::cell::{OnceCell, RefCell};
use core::ops::Range;

use crate::digits::{Class, class};
use crate::marks::{Mark, NARROW, Side};
use crate::steps::step;
use crate::words::Meaning;

/// How far before and after a number a word counts, in characters that are seen.
const BEFORE: usize = 60;
const AFTER: usize = 30;

/// Nor is more than this looked at, with those that are not.
const FARTHEST: usize = 240;

/// Reads the words around numbers.
pub(crate) struct Cues<'t> {
    text: &'t str,
    /// Places that are one thing each, in order, whatever letters are in them.
    opaque: &'t [Range<usize>],
    before: RefCell<Side>,
    after: RefCell<Side>,
}

impl<'t> Cues<'t> {
    pub(crate) fn new(text: &'t str, opaque: &'t [Range<usize>]) -> Self {
        Self { text, opaque, before: RefCell::default(), after: RefCell::default() }
    }

    /// The words around the bytes `number`.
    pub(crate) fn around(&mut self, number: Range<usize>) -> Around<'_> {
        let Self { text, opaque, before, after } = self;
        let places = opaque.partition_point(|place| place.start < number.start);
        before.get_mut().begin(number.clone(), places, true);
        after.get_mut().begin(number.clone(), places, false);
        Around { text, opaque, number, before, after, near: OnceCell::new() }
    }
}

/// What is in `place` can make a difference to numbers that are in this, and to no others.
pub(crate) fn reach(text: &str, place: &Range<usize>) -> Range<usize> {
    back(text, place.start, AFTER)..forth(text, place.end, BEFORE)
}

/// The telling words around one number.
pub(crate) struct Around<'c> {
    pub(crate) text: &'c str,
    opaque: &'c [Range<usize>],
    /// The bytes that they are around.
    pub(crate) number: Range<usize>,
    before: &'c RefCell<Side>,
    after: &'c RefCell<Side>,
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
        let mut of_next = true;
        for (nth, mark) in self.before().enumerate() {
            of_next &= !mark.is_number();
            // A bank calls its card a passport.
            let is_brand = || {
                let before = self.mark_before(nth + 1);
                mark.says.has(Meaning::PASSPORT)
                    && before.is_some_and(|before| before.says.has(Meaning::CARD))
            };
            if mark.says.has(Meaning::ELSE) || (of_next && mark.says.has(Meaning::OTHER) && !is_brand()) {
                return Near::Other;
            }
            if mark.says.has(Meaning::CARD) {
                let of_another = self
                    .mark_before(nth + 1)
                    .is_some_and(|before| before.says.has(Meaning::ELSE) && before.nth == mark.nth + 1);
                return if of_another { Near::Other } else { Near::Card };
            }
        }
        let after = Meaning::CARD | Meaning::EXPIRY | Meaning::CVV;
        let card = self.said(Meaning::CARD_ABROAD) || self.after().any(|mark| mark.says.has(after));
        if card { Near::Card } else { Near::Nothing }
    }

    /// The words before, nearest first, up to the number before.
    pub(crate) fn close(&self) -> impl Iterator<Item = Mark> {
        self.before().take_while(|mark| !mark.is_barrier()).filter(|mark| !mark.is_number())
    }

    /// The words behind, nearest first, up to the next number.
    pub(crate) fn behind(&self) -> impl Iterator<Item = Mark> {
        self.after().take_while(|mark| !mark.is_number())
    }

    /// Whether any word around says this.
    pub(crate) fn says(&self, any: Meaning) -> bool {
        self.said(any) || self.after().any(|mark| mark.says.has(any))
    }

    /// Whether any word before says this.
    pub(crate) fn said(&self, any: Meaning) -> bool {
        self.before().any(|mark| mark.says.has(any))
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
        let next = self.after().find(|next| next.at >= mark.end && next.is_number());
        next.is_some_and(|next| next.at - mark.end <= NARROW)
    }

    fn before(&self) -> impl Iterator<Item = Mark> {
        (0..).map_while(|nth| self.mark_before(nth))
    }

    fn after(&self) -> impl Iterator<Item = Mark> {
        let edge = || forth(self.text, self.number.end, AFTER);
        (0..).map_while(move |nth| self.after.borrow_mut().mark(nth, self.text, self.opaque, edge))
    }

    fn mark_before(&self, nth: usize) -> Option<Mark> {
        let edge = || back(self.text, self.number.start, BEFORE);
        self.before.borrow_mut().mark(nth, self.text, self.opaque, edge)
    }
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

/// Whether each of these bytes is a character that is seen.
fn is_ascii(text: &str, bytes: Range<usize>) -> bool {
    step();
    text.as_bytes().get(bytes).is_some_and(<[u8]>::is_ascii)
}

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
