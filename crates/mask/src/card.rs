//! What makes digits the number of a payment card.

use alloc::vec::Vec;
use core::ops::Range;

use crate::context::{self, Context, Near};
use crate::issuers::Issuer;
use crate::runs::{Digit, Run};
use crate::shape::Shape;

/// Card numbers are this long (ISO/IEC 7812-1, and Maestro from 12).
const MIN_DIGITS: usize = 12;
const MAX_DIGITS: usize = 19;

/// Shorter numbers are also given to goods, customers and clocks.
const SHORT: usize = 14;

/// Where no issuer is known, shorter numbers are no cards.
const MIN_UNKNOWN: usize = 15;

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
    let context = Context::of(text, run.bytes.clone());
    for least in [Strength::Strong, Strength::Weak] {
        let mut at = 0;
        while at < run.groups.len() {
            let Some(mut end) = longest(text, run, &context, at, least) else {
                at += 1;
                continue;
            };
            // Where two readings overlap, both are masked.
            let mut inner = at + 1;
            while inner < end {
                end = end.max(longest(text, run, &context, inner, least).unwrap_or(end));
                inner += 1;
            }
            if let [first, .., last] = run.digits_of(at..end) {
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
fn longest(text: &str, run: &Run, context: &Context, at: usize, least: Strength) -> Option<usize> {
    let mut best = None;
    let mut length = 0;
    let mut issuer = None;
    for (group, end) in run.groups[at..].iter().zip(at + 1..) {
        length += group.digits.len();
        if group.masked || length > MAX_DIGITS {
            break;
        }
        if length >= MIN_DIGITS {
            let digits = run.digits_of(at..end);
            let issuer = *issuer.get_or_insert_with(|| Issuer::of(prefix(digits)));
            let window = Window { text, run, context, groups: at..end, digits, issuer };
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
    context: &'a Context<'a>,
    groups: Range<usize>,
    digits: &'a [Digit],
    issuer: Issuer,
}

impl Window<'_> {
    fn strength(&self) -> Option<Strength> {
        let length = self.digits.len();
        let passes_luhn = luhn(self.digits);
        if !passes_luhn && !self.issuer.may_fail_luhn(length) {
            return None;
        }
        let shape = Shape::of(&self.run.groups, self.groups.clone())?;
        let [first, .., last] = self.digits else { return None };
        if context::in_code(self.text, first.start, last.end) {
            return None;
        }
        let near = self.context.near();
        let by_word = near == Near::Card;
        let by_look = near == Near::Nothing && shape.is_apart();
        if !by_word && self.context.in_address() {
            return None;
        }
        if !passes_luhn {
            return (by_word && shape.is_usual()).then_some(Strength::Weak);
        }
        if self.issuer.is_exact(length) {
            let likely = match shape {
                Shape::Single => near != Near::Other || length >= SHORT && !self.is_glued(),
                Shape::Printed { apart } => near != Near::Other || apart && length >= SHORT,
                Shape::Even { .. } => by_word || by_look,
            };
            return likely.then_some(Strength::Strong);
        }
        let likely = if self.issuer.is_broad(length) {
            by_word || matches!(shape, Shape::Printed { .. }) && by_look
        } else {
            by_word && shape.is_usual() && length >= MIN_UNKNOWN && first.value > 1
        };
        likely.then_some(Strength::Weak)
    }

    /// Whether a letter stands right before the digits.
    fn is_glued(&self) -> bool {
        let before = self.digits.first().map_or("", |first| &self.text[..first.start]);
        before.ends_with(|c: char| c.is_ascii_alphabetic())
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
    let mut length = 0;
    for group in &run.groups {
        if PHONE_DIGITS.contains(&length) && starts_with(group.digits.start, 0) {
            length = 0;
        }
        length += group.digits.len();
    }
    starts_with(0, 0) && starts_with(1, 8) && PHONE_DIGITS.contains(&length)
}
