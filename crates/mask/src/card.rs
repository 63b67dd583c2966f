//! What makes digits the number of a payment card.

use alloc::vec::Vec;
use core::ops::Range;

use crate::context::{self, Near};
use crate::issuers::Issuer;
use crate::runs::{Digit, Run};

/// Card numbers are this long (ISO/IEC 7812-1, and Maestro from 12).
const MIN_DIGITS: usize = 12;
const MAX_DIGITS: usize = 19;

/// Shorter numbers are also given to goods, customers and clocks.
const SHORT: usize = 14;

/// How many digits an Indonesian phone number has, its 0 included.
const PHONE_DIGITS: core::ops::RangeInclusive<usize> = 9..=13;

/// How sure it is that a number is a card's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    /// Grouping or words speak for it.
    Weak,
    /// Issuer, length and Luhn do.
    Strong,
}

/// Finds the cards of `run` in `text`, marks their groups as masked, and gives their bytes in order.
///
/// Strong cards are taken first, so that no weak one cuts into them. Only whole groups make a card, and a
/// window of them slides over the run: cards may be written in a row, with other numbers between.
pub(crate) fn find(text: &str, run: &mut Run) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if run.digits.len() < MIN_DIGITS || only_phones(run) {
        return found;
    }
    for least in [Strength::Strong, Strength::Weak] {
        let mut at = 0;
        while at < run.groups.len() {
            let Some(mut end) = longest(text, run, at, least) else {
                at += 1;
                continue;
            };
            let mut inner = at + 1;
            while inner < end {
                end = end.max(longest(text, run, inner, least).unwrap_or(end));
                inner += 1;
            }
            let groups = &run.groups[at..end];
            if let [first, .., last] | [first @ last] = run.digits_of(groups) {
                found.push(first.start..last.end);
            }
            for group in &mut run.groups[at..end] {
                group.masked = true;
            }
            at = end;
        }
    }
    found.sort_unstable_by_key(|bytes| bytes.start);
    found
}

/// Where the longest card ends that starts with group `at`, exclusive.
fn longest(text: &str, run: &Run, at: usize, least: Strength) -> Option<usize> {
    let mut best = None;
    let mut length = 0;
    let mut issuer = None;
    for (group, end) in run.groups[at..].iter().zip(at + 1..) {
        length += group.digits.len();
        if group.masked || length > MAX_DIGITS {
            break;
        }
        if length >= MIN_DIGITS {
            let digits = run.digits_of(&run.groups[at..end]);
            let issuer = *issuer.get_or_insert_with(|| Issuer::of(prefix(digits)));
            let window = Window { text, run, groups: at..end, digits, issuer };
            if window.strength() >= Some(least) {
                best = Some(end);
            }
        }
    }
    best
}

/// Groups in a row that might be one card.
struct Window<'a> {
    text: &'a str,
    run: &'a Run,
    groups: Range<usize>,
    digits: &'a [Digit],
    issuer: Issuer,
}

/// How the digits of a window are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// In one group.
    Single,
    /// In groups as they are printed on cards.
    Printed,
    /// In other groups, all with the same gap.
    Even,
}

impl Window<'_> {
    fn strength(&self) -> Option<Strength> {
        let length = self.digits.len();
        let passes_luhn = luhn(self.digits);
        if !passes_luhn && !self.issuer.may_fail_luhn(length) {
            return None;
        }
        let shape = self.shape()?;
        let (starts, ends) = (self.starts(), self.ends());
        if shape == Shape::Even && !starts {
            return None;
        }
        let (start, end) = (self.digits.first()?.start, self.digits.last()?.end);
        if self.is_fraction(start) || context::in_code(self.text, start, end) {
            return None;
        }
        let near = context::near(self.text, start, end);
        let by_word = near == Near::Card;
        if !by_word && context::in_address(self.text, start) {
            return None;
        }
        let apart = shape == Shape::Single || (starts && ends);
        let by_look = near == Near::Nothing && apart;
        if shape == Shape::Even && !by_word && !by_look {
            return None;
        }
        if !passes_luhn {
            return (by_word && shape != Shape::Even).then_some(Strength::Weak);
        }
        if self.issuer.is_exact(length) {
            let vetoed = near == Near::Other && (!apart || length < SHORT);
            return (!vetoed).then_some(Strength::Strong);
        }
        let likely = if self.issuer.is_broad(length) {
            by_word || (by_look && shape == Shape::Printed)
        } else {
            by_word && shape != Shape::Even && self.digits.first()?.value >= 2
        };
        likely.then_some(Strength::Weak)
    }

    fn shape(&self) -> Option<Shape> {
        let groups = &self.run.groups[self.groups.clone()];
        let size = |at: usize| groups.get(at).map_or(0, |group| group.digits.len());
        let sizes = [size(0), size(1), size(2), size(3), size(4)];
        match (groups.len(), sizes) {
            (1, _) => Some(Shape::Single),
            (2, [8, 8, ..] | [6, 10 | 13, ..])
            | (3, [4, 6, 4 | 5, ..] | [4, 5, 6, ..])
            | (4, [4, 4, 4, 4, _])
            | (5, [4, 4, 4, 4, 1..=3]) => Some(Shape::Printed),
            _ => {
                let even = groups.iter().skip(2).all(|group| group.same_gap);
                let thousands = size(0) <= 3 && groups.iter().skip(1).all(|group| group.digits.len() == 3);
                (even && !thousands).then_some(Shape::Even)
            }
        }
    }

    /// Whether the run, or a masked number in it, or another kind of gap stands before the window.
    fn starts(&self) -> bool {
        let Range { start, .. } = self.groups;
        let groups = &self.run.groups;
        start == 0 || groups[start - 1].masked || groups.get(start + 1).is_none_or(|second| !second.same_gap)
    }

    /// Whether the run ends with the window, or goes on after another kind of gap.
    fn ends(&self) -> bool {
        self.run.groups.get(self.groups.end).is_none_or(|next| !next.same_gap)
    }

    /// Whether the window is what follows a decimal point.
    fn is_fraction(&self, start: usize) -> bool {
        let Some(before) = self.groups.start.checked_sub(1).and_then(|at| self.run.groups.get(at)) else {
            return false;
        };
        let whole_part = self.run.digits[before.digits.clone()].last();
        self.groups.len() == 1
            && before.digits.len() <= 3
            && self.text[..start].ends_with('.')
            && whole_part.is_some_and(|digit| digit.end + 1 == start)
    }
}

fn prefix(digits: &[Digit]) -> u32 {
    digits.iter().take(6).fold(0, |prefix, digit| prefix * 10 + u32::from(digit.value))
}

/// The check digit of ISO/IEC 7812-1, annex B.
fn luhn(digits: &[Digit]) -> bool {
    let odd = digits.iter().rev().step_by(2).map(|d| u32::from(d.value));
    let even = digits.iter().rev().skip(1).step_by(2).map(|d| u32::from(d.value));
    let doubled = even.map(|value| if value < 5 { 2 * value } else { 2 * value - 9 });
    (odd.sum::<u32>() + doubled.sum::<u32>()).is_multiple_of(10)
}

/// Whether the run is nothing but Indonesian phone numbers: each starts with a group that starts with 0, the first with 08.
fn only_phones(run: &Run) -> bool {
    let starts_with = |at: usize, value: u8| run.digits.get(at).is_some_and(|digit| digit.value == value);
    if !starts_with(0, 0) || !starts_with(1, 8) {
        return false;
    }
    let mut length = 0;
    for group in &run.groups {
        if starts_with(group.digits.start, 0) && length > 0 {
            if !PHONE_DIGITS.contains(&length) {
                return false;
            }
            length = 0;
        }
        length += group.digits.len();
    }
    PHONE_DIGITS.contains(&length)
}
