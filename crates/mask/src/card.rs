//! What makes digits the number of a payment card.

use alloc::vec::Vec;
use core::ops::{Range, RangeInclusive};

use crate::context;
use crate::cues::{Around, Near};
use crate::issuers::Issuer;
use crate::kind::Kind;
use crate::luhn::Luhn;
use crate::rules::Found;
use crate::runs::{CARD_DIGITS, Run};
use crate::shape::Shape;
use crate::steps::step;

/// Card numbers are this long at most (ISO/IEC 7812-1).
const MAX_DIGITS: usize = 19;

/// Shorter numbers are also given to goods, customers and clocks.
const SHORT: usize = 14;

/// A code behind a card has so many digits, and may be taken for the card's own, where those before are as many as most cards have.
const CODE: usize = 3;
const MIN_WITH_CODE: usize = 15;

/// Where no issuer is known, shorter numbers are no cards.
const MIN_UNKNOWN: usize = 15;

/// How many digits an Indonesian phone number has, its 0 included.
const PHONE_DIGITS: RangeInclusive<usize> = 9..=13;
const MIN_PHONE_GROUP: usize = 3;

/// How sure it is that a number is a card's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    /// Grouping or words speak for it.
    Weak,
    /// Issuer, length and Luhn do.
    Strong,
}

/// Finds the cards of a run, marks their groups as masked, and gives the groups of each.
///
/// Strong cards are taken first, so that no weak one cuts into them. Only whole groups make a card, and a
/// window of them slides over the run: cards may be written in a row, with other numbers between. Three digits at the
/// end of a card may as well be its code, of which nothing stays.
pub(crate) fn find(run: &mut Run, around: &Around) -> Vec<Found> {
    if run.digits.len() < CARD_DIGITS || only_phones(run) {
        return Vec::new();
    }
    let mut search = Search { run, around, saw_weak: false, found: Vec::new() };
    search.sweep(Strength::Strong);
    if search.saw_weak {
        search.sweep(Strength::Weak);
    }
    search.found
}

/// The search for cards in one run.
struct Search<'a> {
    run: &'a mut Run,
    around: &'a Around<'a>,
    saw_weak: bool,
    found: Vec<Found>,
}

impl Search<'_> {
    /// Takes the cards that are at least this strong.
    fn sweep(&mut self, least: Strength) {
        let mut at = 0;
        while at < self.run.groups.len() {
            let Some(mut end) = self.longest(at, least) else {
                at += 1;
                continue;
            };
            // Where two readings overlap, both are masked.
            let mut inner = at + 1;
            while inner < end {
                end = end.max(self.longest(inner, least).unwrap_or(end));
                inner += 1;
            }
            let code = end - 1;
            let is_code =
                self.run.groups[code].size() == CODE && self.run.values(&(at..code)).len() >= MIN_WITH_CODE;
            let card_end = if is_code { code } else { end };
            self.found.push(Found { kind: Kind::Card, groups: at..card_end });
            if is_code {
                let kind = if self.run.groups[code].same_gap { Kind::Card } else { Kind::Cvv };
                self.found.push(Found { kind, groups: code..end });
            }
            for group in &mut self.run.groups[at..end] {
                group.masked = true;
            }
            at = end;
        }
    }

    /// Where the longest card ends that starts with group `at`, exclusive.
    fn longest(&mut self, at: usize, least: Strength) -> Option<usize> {
        let (run, around) = (&*self.run, self.around);
        if Shape::is_amid(&run.groups, at) {
            return None;
        }
        let digits = &run.digits[run.groups[at].digits.start..];
        if digits.len() < CARD_DIGITS {
            return None;
        }
        let mut luhn = Luhn::default();
        let mut issuer = None;
        let mut length = 0;
        let mut best = None;
        for (group, end) in run.groups[at..].iter().zip(at + 1..) {
            step();
            let so_far = length;
            length += group.digits.len();
            if group.masked || length > MAX_DIGITS {
                break;
            }
            digits[so_far..length].iter().for_each(|&digit| luhn.push(digit));
            if length < CARD_DIGITS {
                continue;
            }
            let passes_luhn = luhn.holds();
            let issuer = *issuer.get_or_insert_with(|| Issuer::of(digits));
            if !passes_luhn && !issuer.may_fail_luhn(length) {
                continue;
            }
            let digits = &digits[..length];
            let strength = Window { run, around, groups: at..end, digits, issuer, passes_luhn }.strength();
            self.saw_weak |= strength == Some(Strength::Weak);
            if strength >= Some(least) {
                best = Some(end);
            }
        }
        best
    }
}

/// Groups in a row that might be one card.
struct Window<'a> {
    run: &'a Run,
    around: &'a Around<'a>,
    groups: Range<usize>,
    digits: &'a [u8],
    issuer: Issuer,
    passes_luhn: bool,
}

impl Window<'_> {
    fn strength(&self) -> Option<Strength> {
        let shape = Shape::of(&self.run.groups, self.groups.clone())?;
        let bytes = self.run.bytes(self.groups.clone());
        let length = self.digits.len();
        let text = self.around.text;
        let near = || self.around.near();
        let by_word = || near() == Near::Card;
        let by_look = || near() == Near::Nothing && shape.is_apart();
        let in_address = || {
            let is_one_word = !text[bytes.clone()].chars().any(char::is_whitespace);
            is_one_word && context::in_address(text, bytes.start)
        };
        let in_code = context::in_code(text, bytes.clone()) && !context::is_stripe(text, bytes.end);
        if in_code || (in_address() && !by_word()) {
            return None;
        }
        if !self.passes_luhn {
            return (shape.is_usual() && by_word()).then_some(Strength::Weak);
        }
        if self.issuer.is_exact(length) {
            let is_glued = context::is_glued(text, bytes.start) && !shape.is_printed();
            let plain = length >= SHORT && shape.is_apart() && !is_glued;
            let likely =
                if shape.is_usual() { plain || near() != Near::Other } else { by_word() || by_look() };
            return likely.then_some(Strength::Strong);
        }
        let likely = if self.issuer.is_broad(length) {
            by_word() || (shape.is_printed() && by_look())
        } else {
            length >= MIN_UNKNOWN && self.digits[0] > 1 && shape.is_usual() && by_word()
        };
        likely.then_some(Strength::Weak)
    }
}

/// Whether the run is nothing but Indonesian phone numbers, in groups of three digits or more: the first starts with 08,
/// the others with 0.
fn only_phones(run: &Run) -> bool {
    let mut length = 0;
    for group in &run.groups {
        let digits = &run.digits[group.digits.clone()];
        if digits.len() < MIN_PHONE_GROUP {
            return false;
        }
        if PHONE_DIGITS.contains(&length) && digits.starts_with(&[0]) {
            length = 0;
        }
        length += digits.len();
    }
    run.digits.starts_with(&[0, 8]) && PHONE_DIGITS.contains(&length)
}

#[cfg(test)]
mod tests {
    use crate::{Kind, mask};

    fn count(text: &str) -> usize {
        mask(text).unwrap().spans.iter().filter(|span| span.kind == Kind::Card).count()
    }

    fn finds(text: &str) -> bool {
        count(text) > 0
    }

    #[test]
    fn issuer_length_and_luhn_make_a_card() {
        for text in
            ["4111111111111111", "3782 822463 10005", "3056-9309-0259-04", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"]
        {
            assert!(finds(text), "{text}");
        }
        for text in ["4111111111111112", "411111111111111", "9111111111111110", "5555555555554446"] {
            assert!(!finds(text), "{text}");
        }
    }

    #[test]
    fn a_card_word_stands_in_for_issuer_or_luhn() {
        assert!(finds("kartu saya 9111111111111110") && !finds("nomor 9111111111111110"));
        assert!(finds("kartu UnionPay 6221558812340000") && !finds("nomor 6221558812340000"));
        assert!(!finds("kartu Visa 4111111111111112"));
    }

    #[test]
    fn broad_ranges_need_grouping_or_a_card_word() {
        assert!(finds("6020 0000 0000 0003") && finds("kartu 6020000000000003"));
        assert!(!finds("6020000000000003") && !finds("order 6020 0000 0000 0003"));
    }

    #[test]
    fn a_slice_of_a_longer_number_is_no_card() {
        for text in [
            "41111111111111111",
            "94111111111111111",
            "4111111111111111 4111111111111111".replace(' ', "").as_str(),
        ] {
            assert!(!finds(text), "{text}");
        }
    }

    #[test]
    fn cards_in_a_row_and_among_other_numbers_are_all_found() {
        for (text, cards) in [
            ("4111 1111 1111 1111 5555 5555 5555 4444", 2),
            ("150000 4111 1111 1111 1111 12/28 123", 1),
            ("4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1 12/28", 1),
            ("4111111111111111\n5555555555554444\n378282246310005", 3),
        ] {
            assert_eq!(count(text), cards, "{text}");
        }
    }

    #[test]
    fn where_two_readings_overlap_neither_leaves_digits() {
        let masked = mask("5112 4111 1111 1111 1111").unwrap().text.into_string();
        assert_eq!(masked.matches("1111").count(), 1, "{masked}");
    }

    #[test]
    fn numbers_of_other_things_are_no_cards() {
        for text in [
            "0813 5421 4902 0896 9666 4478",
            "IMEI kartu SIM 490154203237518",
            "kartu perdana 8962102406083945757",
            "Rp4.931.128.655.153",
            "30/10/2026 10:51:19",
            "rate 0.4111111111111111",
            "-6.4111111111111111, 106.8782813137445",
            "request id 40262975-3882-4350-8991-558346652586",
            "kode 6882a4111111111111111f046",
            "https://help.example.co.id/tickets/4111111111111111",
            "token listrik 4111 1111 1111 1111 4941",
        ] {
            assert!(!finds(text), "{text}");
        }
    }
}
