//! Which groups of a run are one number of a kind.

use core::ops::Range;

use crate::context;
use crate::cues::Around;
use crate::kind::Kind;
use crate::runs::{Gap, Group, Run};
use crate::steps::step;
use crate::table::{Lengths, Table};
use crate::words::{Meaning, meaning, word_end};

/// A group of so many digits is a number of its own.
const OWN_NUMBER: usize = 8;

/// The groups that some numbers are printed in.
const NPWP: [usize; 6] = [2, 3, 3, 1, 3, 3];
const SSN: [usize; 3] = [3, 2, 4];
const NIK: [usize; 3] = [6, 6, 4];

/// A day of birth is so much more for women.
const WOMEN: usize = 40;

/// The groups from `at` on that are one number of this kind, if they can be one; a word speaks for it.
pub(crate) fn fits(kind: Kind, run: &Run, at: usize, around: &Around) -> Option<Range<usize>> {
    match kind {
        Kind::Cvv | Kind::Pin | Kind::Otp => code(kind, run, at, around),
        Kind::Kk => {
            whole(run, at, kind.lengths(), around.text).filter(|groups| is_of_a_region(run.values(groups)))
        }
        Kind::Phone => whole(run, at, kind.lengths(), around.text)
            .filter(|groups| is_dialled(run.values(groups), around, run, at)),
        Kind::Passport => {
            let letters = letters_before(around.text, run.groups[at].bytes.start);
            let is_one = |groups: &Range<usize>| {
                (groups.len() == 1 || run.groups[at + 1].gap == Gap::Blank)
                    && (letters > 0 || !run.values(groups).ends_with(&[0, 0, 0]))
            };
            whole(run, at, kind.lengths(), around.text).filter(|groups| letters <= 2 && is_one(groups))
        }
        Kind::Ssn => whole(run, at, kind.lengths(), around.text)
            .filter(|groups| groups.len() == 1 || are_of(&run.groups[groups.clone()], &SSN)),
        _ => whole(run, at, kind.lengths(), around.text),
    }
}

/// The groups from `at` on that are such a number by themselves, where no word says what they are.
pub(crate) fn alone(run: &Run, at: usize, around: &Around) -> Option<(Kind, Range<usize>)> {
    let group = &run.groups[at];
    if at > 0 && group.tight && !run.groups[at - 1].masked {
        return None;
    }
    if let Some(groups) = open(run, at, &NPWP)
        && run.groups[at + 1].gap == Gap::Point
    {
        return Some((Kind::Npwp, groups));
    }
    if let Some(groups) = open(run, at, &SSN)
        && run.groups[at + 1].tight
        && run.groups[at + 2].same_gap
    {
        return Some((Kind::Ssn, groups));
    }
    let first = &run.digits[group.digits.start..];
    if let [tens, ones, ..] = first
        && matches!(group.size(), 6 | 16)
        && REGIONS & (1 << (tens * 10 + ones)) != 0
    {
        let is_nik = |groups: &Range<usize>| {
            is_of_a_region(run.values(groups))
                && (groups.len() == 1 || are_of(&run.groups[groups.clone()], &NIK))
        };
        if let Some(groups) = whole(run, at, Kind::Nik.lengths(), around.text).filter(is_nik) {
            return Some((Kind::Nik, groups));
        }
    }
    let is_dialled =
        matches!(first, [6, 2, 8, ..]) || group.size() > 2 && matches!(first, [0, ..] | [6, 2, ..]);
    if !is_dialled && !has_plus(around.text, run, at) {
        return None;
    }
    let groups = whole(run, at, Kind::Phone.lengths(), around.text)?;
    is_phone(run, &groups, around.text).then_some((Kind::Phone, groups))
}

/// Whether 16 digits start with a province, and have a day and a month where NIK and KK have them.
pub(crate) fn is_of_a_region(digits: &[u8]) -> bool {
    if digits.len() != 16 {
        return false;
    }
    let two = |at: usize| usize::from(digits[at]) * 10 + usize::from(digits[at + 1]);
    let (province, regency, district, day, month) = (two(0), two(2), two(4), two(6), two(8));
    REGIONS & (1 << province) != 0
        && regency > 0
        && district > 0
        && matches!(if day > WOMEN { day - WOMEN } else { day }, 1..=31)
        && matches!(month, 1..=12)
        && digits[12..] != [0; 4]
}

/// How many letters stand right before byte `at`, up to one more than any number has.
pub(crate) fn letters_before(text: &str, at: usize) -> usize {
    text[..at].bytes().rev().take(3).take_while(u8::is_ascii_alphabetic).count()
}

/// The most groups from `at` on that have as many digits as one of `lengths`. A plus begins another number.
fn whole(run: &Run, at: usize, lengths: Lengths, text: &str) -> Option<Range<usize>> {
    let (mut total, mut best) = (0, None);
    for (group, end) in run.groups[at..].iter().zip(at + 1..) {
        step();
        let is_cut = matches!(group.gap, Gap::Line | Gap::Comma) || follows_plus(group, text);
        let starts_anew =
            best.is_some() && (group.size() >= OWN_NUMBER || total >= OWN_NUMBER && end == at + 2);
        if group.masked || (is_cut && end > at + 1) || starts_anew {
            break;
        }
        total += group.digits.len();
        if total > lengths.most() {
            break;
        }
        if lengths.has(total) {
            best = Some(at..end);
        }
    }
    best
}

/// A few digits together, or in equal groups; no part of a date, a time or an amount.
fn code(kind: Kind, run: &Run, at: usize, around: &Around) -> Option<Range<usize>> {
    let group = &run.groups[at];
    let cut = |group: &Group| group.tight && !matches!(group.gap, Gap::Words);
    if at > 0 && cut(group) {
        return None;
    }
    let more = run.groups[at + 1..].iter().zip(&run.groups[at..]).take_while(|(next, last)| {
        let between = around.text.as_bytes().get(last.bytes.end..next.bytes.start).unwrap_or_default();
        let joins = matches!(next.gap, Gap::Blank | Gap::Point) || between.trim_ascii() == b"-";
        joins && !next.masked && next.size() == group.size() && group.size() < 4
    });
    let groups = at..at + 1 + more.take(kind.lengths().most()).count();
    let digits = run.values(&groups);
    let is_cut = run.groups.get(groups.end).is_some_and(cut) || is_dotted_date(run, &groups);
    (kind.lengths().has(digits.len()) && !is_cut && !is_amount(run, &groups, around)).then_some(groups)
}

/// Whether points divide the groups as they divide a date or an hour.
fn is_dotted_date(run: &Run, groups: &Range<usize>) -> bool {
    let points = run.groups[groups.clone()].iter().skip(1).any(|group| group.gap == Gap::Point);
    points && !matches!(run.values(groups), [_, _, 1, 3..=9, _, _] | [_, _, 2..=9, _, _, _])
}

/// Whether a unit follows the groups, or a currency sign comes first.
pub(crate) fn is_amount(run: &Run, groups: &Range<usize>, around: &Around) -> bool {
    let bytes = run.bytes(groups.clone());
    let (before, after) = (&around.text[..bytes.start], &around.text.as_bytes()[bytes.end..]);
    let gap = after.iter().take_while(|byte| matches!(byte, b' ' | b'-')).count();
    let word = &after[gap..word_end(after, gap)];
    matches!(before.chars().rev().find(|c| !c.is_whitespace()), Some('$' | '€' | '£'))
        || after.first() == Some(&b'%')
        || meaning(word).has(Meaning::UNIT)
}

/// The groups from `at` on, where they are of these sizes and no group of the run goes on with them.
fn open(run: &Run, at: usize, sizes: &[usize]) -> Option<Range<usize>> {
    let groups = at..at + sizes.len();
    let are_of = run.groups.get(groups.clone()).is_some_and(|all| are_of(all, sizes));
    (are_of && is_open(run, &groups)).then_some(groups)
}

fn are_of(groups: &[Group], sizes: &[usize]) -> bool {
    groups.len() == sizes.len() && groups.iter().zip(sizes).all(|(group, size)| group.size() == *size)
}

/// Whether no group of the run goes on with these.
fn is_open(run: &Run, groups: &Range<usize>) -> bool {
    run.groups.get(groups.clone()).is_some_and(|all| all.iter().all(|group| !group.masked))
        && run.groups.get(groups.end).is_none_or(|next| !next.tight || next.masked)
}

/// Whether beside a telephone word this may be dialled.
fn is_dialled(digits: &[u8], around: &Around, run: &Run, at: usize) -> bool {
    match digits {
        // From eight to five.
        [0, ..] => (8..=13).contains(&digits.len()) && !is_hours(run, at),
        // What everybody dials.
        [1, 5, 0, 0, ..] => digits.len() > 8,
        [6, 2, ..] => digits.len() >= 9,
        // A price, where telephones are sold.
        [.., 0, 0, 0] => false,
        _ => digits.len() <= 11 || has_plus(around.text, run, at),
    }
}

/// Whether the groups from `at` on are two hours with their minutes.
fn is_hours(run: &Run, at: usize) -> bool {
    let hours = run.groups.get(at..at + 4).unwrap_or_default();
    matches!(hours, [_, minutes, _, last] if minutes.gap == Gap::Point && last.gap == Gap::Point)
        && are_of(hours, &[2; 4])
}

/// Whether digits are a telephone number's without a word for it.
fn is_phone(run: &Run, groups: &Range<usize>, text: &str) -> bool {
    let digits = run.values(groups);
    let at = groups.start;
    // The country's code may stand apart.
    let even = || run.groups[at + 1..groups.end].iter().all(|group| group.size() >= 3);
    if context::is_glued(text, run.groups[at].bytes.start) || !is_open(run, groups) {
        return false;
    }
    match digits {
        _ if has_plus(text, run, at) => digits.len() >= 8 && digits[0] != 0,
        [0, 8, third, ..] => (10..=13).contains(&digits.len()) && *third != 0 && even(),
        [0, 0, 1..=9, ..] => (13..=15).contains(&digits.len()),
        [6, 2, 8, ..] => (11..=14).contains(&digits.len()) && even(),
        // An area code.
        [0, ..] => match &run.groups[groups.clone()] {
            [area, number] => {
                (number.gap == Gap::Bracket || number.tight && number.gap == Gap::Other)
                    && matches!((area.size(), number.size()), (3 | 4, 6..=8))
            }
            _ => false,
        },
        _ => false,
    }
}

fn has_plus(text: &str, run: &Run, at: usize) -> bool {
    follows_plus(&run.groups[at], text)
}

fn follows_plus(group: &Group, text: &str) -> bool {
    group.bytes.start.checked_sub(1).is_some_and(|before| text.as_bytes()[before] == b'+')
}

/// One bit for each two digits that a NIK may start with.
const REGIONS: u128 = regions();

const fn regions() -> u128 {
    let mut table = Table::new(include_bytes!("../data/regions.txt"));
    let mut regions = 0;
    while !table.is_read() {
        let (region, rest) = table.number();
        regions |= 1 << region;
        table = rest;
    }
    regions
}

#[cfg(test)]
mod tests {
    fn is_of_a_region(digits: &str) -> bool {
        super::is_of_a_region(&digits.bytes().map(|digit| digit - b'0').collect::<std::vec::Vec<_>>())
    }

    #[test]
    fn a_population_number_has_a_region_and_a_day_of_birth() {
        for digits in ["3578291404697774", "3171065512990003", "9471013101000001"] {
            assert!(is_of_a_region(digits), "{digits}");
        }
        for digits in [
            "9978291404697774",
            "3500291404697774",
            "3578003204697774",
            "3578297204697774",
            "3578291413697774",
            "3578291404690000",
            "357829140469777",
        ] {
            assert!(!is_of_a_region(digits), "{digits}");
        }
    }
}
