//! What the numbers of one run are, once cards are known: by what stands beside a card, by the words around, by
//! their own form, and by what was asked for.

use alloc::vec::Vec;
use core::ops::Range;

use crate::cues::{Around, Mark};
use crate::kind::Kind;
use crate::number::{self, fits};
use crate::runs::{Gap, Group, Run};
use crate::words::Meaning;

/// How far before a short code its word may stand, in characters.
const CLOSE: usize = 40;

/// How far before a number a word such as "order" says that it is no other.
const VETO: usize = 30;

/// How far after a number a word may stand that speaks of it.
const BEHIND: usize = 15;

/// A masked number of so many digits may have been a card.
const CARD_DIGITS: usize = 12;

/// A number in a run: what it is and which groups.
pub(crate) struct Found {
    pub(crate) kind: Kind,
    pub(crate) groups: Range<usize>,
}

/// What is known before a run is looked at.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    /// Whether this kind is looked for at all.
    pub(crate) looks_for: &'a dyn Fn(Kind) -> bool,
    /// A card stands in the text, not far before.
    pub(crate) card_before: bool,
    /// The kinds that the other side asked for.
    pub(crate) asked: Meaning,
}

/// Population numbers and family cards that a word speaks for and whose form holds: such a number may be a card by
/// every rule, and is none.
pub(crate) fn claim(run: &mut Run, around: &Around, may: impl Fn(Kind) -> bool) -> Option<Found> {
    let first = Meaning::NIK | Meaning::KK;
    let nearest = around.close().find(|mark| !mark.says.has(Meaning::BANK))?;
    if !nearest.says.has(first) || run.groups.first()?.masked {
        return None;
    }
    let kind = if nearest.says.has(Meaning::NIK) { Kind::Nik } else { Kind::Kk };
    let groups = fits(kind, run, 0, around)
        .filter(|groups| may(kind) && number::is_of_a_region(run.values(groups)))?;
    take(run, kind, groups)
}

/// The other numbers of the run, in order; their groups are marked as masked.
pub(crate) fn find(run: &mut Run, around: &Around, cards: &[Range<usize>], known: &Known) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut cards = cards.iter().peekable();
    let mut masked = 0;
    let mut counts = 0;
    let mut at = 0;
    while at < run.groups.len() {
        let group = &run.groups[at];
        if group.masked {
            let is_card = cards.next_if(|card| card.end <= at + 1).is_some();
            masked += group.size();
            let was_card = masked >= CARD_DIGITS && group_was_masked(run, at);
            at += 1;
            if (is_card || was_card) && !run.groups.get(at).is_none_or(|next| next.masked) {
                at = beside_card(run, at, &mut found);
                masked = 0;
            }
            counts = usize::MAX;
            continue;
        }
        masked = 0;
        let is_first = counts <= 2;
        let one = one(run, at, around, is_first, found.last(), known);
        counts = counts.saturating_add(run.groups[at].size());
        match one.and_then(|one| take(run, one.kind, one.groups)) {
            Some(one) => {
                at = one.groups.end;
                counts = usize::MAX;
                found.push(one);
            }
            None => at += 1,
        }
    }
    found
}

/// What the groups from `at` on are.
fn one(
    run: &Run,
    at: usize,
    around: &Around,
    is_first: bool,
    last: Option<&Found>,
    known: &Known,
) -> Option<Found> {
    let found = |kind, groups| Found { kind, groups };
    // Numbers in a row are of one kind.
    if let Some(last) = last.filter(|last| last.groups.end == at && is_listed(last.kind)) {
        let again = fits(last.kind, run, at, around).filter(|_| (known.looks_for)(last.kind));
        if let Some(groups) = again.filter(|again| run.values(again).len() == run.values(&last.groups).len())
        {
            return Some(found(last.kind, groups));
        }
    }
    let mut vetoed = !is_first;
    if is_first {
        for mark in around.close() {
            if let Some(one) = by_word(run, at, around, mark, known) {
                return Some(one);
            }
            if mark.says.has(Meaning::VETO) {
                vetoed = around.is_within(mark, VETO);
                break;
            }
        }
    }
    if !vetoed && let Some(one) = by_word_behind(run, at, around, known) {
        return Some(one);
    }
    if !(is_first && vetoed)
        && !around.in_address()
        && let Some((kind, groups)) = number::alone(run, at, around)
        && !crate::context::in_code(around.text, run.bytes(groups.clone()))
        && !(is_first && kind == Kind::Nik && around.close().any(|mark| mark.says.has(Meaning::OTHER)))
    {
        return Some(found(kind, groups));
    }
    if vetoed {
        return None;
    }
    let mut asked = kinds(known.asked).filter(|kind| (known.looks_for)(*kind));
    asked.find_map(|kind| fits(kind, run, at, around).map(|groups| found(kind, groups)))
}

/// What this word before the number makes of it.
fn by_word(run: &Run, at: usize, around: &Around, mark: &Mark, known: &Known) -> Option<Found> {
    let is_near = around.is_within(mark, CLOSE);
    let says = mark.says;
    let is_account = says.has(Meaning::ACCOUNT)
        && around.says(Meaning::BANK)
        && !around.close().any(|mark| mark.says.has(Meaning::VETO));
    if is_account || says.has(Meaning::REK) {
        let groups = fits(Kind::BankAccount, run, at, around);
        let round =
            |groups: &Range<usize>| run.values(groups).ends_with(&[0, 0, 0]) && !says.has(Meaning::REK);
        if let Some(groups) = groups.filter(|groups| !round(groups)) {
            return Some(Found { kind: Kind::BankAccount, groups });
        }
    }
    if says.has(Meaning::EXPIRY)
        && (known.card_before || around.said(Meaning::CARD))
        && let Some(groups) = expiry(run, at, true)
    {
        return Some(Found { kind: Kind::Expiry, groups });
    }
    let mut kinds = kinds(says).filter(|kind| (is_near || !is_code(*kind)) && (known.looks_for)(*kind));
    kinds.find_map(|kind| fits(kind, run, at, around).map(|groups| Found { kind, groups }))
}

/// What the first word behind makes of the number, unless it speaks of the next.
fn by_word_behind(run: &Run, at: usize, around: &Around, known: &Known) -> Option<Found> {
    let mark = around.behind().find(|mark| !mark.says.has(Meaning::BANK | Meaning::LINK))?;
    if !around.is_behind(mark, BEHIND) || around.leads_on(mark) {
        return None;
    }
    let one = by_word(run, at, around, mark, known)?;
    (one.groups.end == run.groups.len()).then_some(one)
}

/// The kinds that a word names and that its form alone decides.
fn kinds(says: Meaning) -> impl Iterator<Item = Kind> {
    const BY_WORD: [(Meaning, Kind); 12] = [
        (Meaning::NIK, Kind::Nik),
        (Meaning::KK, Kind::Kk),
        (Meaning::NPWP, Kind::Npwp),
        (Meaning::BPJS, Kind::Bpjs),
        (Meaning::PASSPORT, Kind::Passport),
        (Meaning::RECORD, Kind::MedicalRecord),
        (Meaning::SSN, Kind::Ssn),
        (Meaning::PHONE, Kind::Phone),
        (Meaning::CVV, Kind::Cvv),
        (Meaning::SAFE, Kind::Cvv),
        (Meaning::PIN, Kind::Pin),
        (Meaning::OTP, Kind::Otp),
    ];
    let code = says.has(Meaning::SAFE).then_some(Kind::Otp);
    BY_WORD.into_iter().filter(move |(word, _)| says.has(*word)).map(|(_, kind)| kind).chain(code)
}

/// What stands right after a card: its expiry and code, in either order. Gives the group to go on with.
fn beside_card(run: &mut Run, mut at: usize, found: &mut Vec<Found>) -> usize {
    let mut take = |run: &mut Run, kind, groups: Range<usize>| {
        let end = groups.end;
        found.extend(take(run, kind, groups));
        end
    };
    let is_cvv = |run: &Run, at: usize| {
        run.groups.get(at).is_some_and(|group| !group.masked && Kind::Cvv.lengths().has(group.size()))
    };
    if let Some(groups) = expiry(run, at, false) {
        at = take(run, Kind::Expiry, groups);
        if is_cvv(run, at) {
            at = take(run, Kind::Cvv, at..at + 1);
        }
    } else if is_cvv(run, at) && expiry(run, at + 1, false).is_some() {
        at = take(run, Kind::Cvv, at..at + 1);
        if let Some(groups) = expiry(run, at, false) {
            at = take(run, Kind::Expiry, groups);
        }
    } else if is_cvv(run, at) && at + 1 == run.groups.len() {
        let gap = run.groups[at].gap;
        if matches!(gap, Gap::Line | Gap::Comma) || run.groups[at].tight && gap == Gap::Other {
            at = take(run, Kind::Cvv, at..at + 1);
        }
    }
    at
}

/// A month and a year from group `at` on, and no third part of a date. Together they need a word, `spoken`.
fn expiry(run: &Run, at: usize, spoken: bool) -> Option<Range<usize>> {
    let month = run.groups.get(at).filter(|month| !month.masked)?;
    let is_month = |digits: &[u8]| matches!(digits, [0, 1..=9] | [1, 0..=2]);
    let is_year = |digits: &[u8]| matches!(digits, [2..=4, _] | [2, 0, 2..=4, _]);
    let digits = &run.digits[month.digits.clone()];
    if let Some((month, year)) = digits.split_at_checked(2)
        && !year.is_empty()
    {
        return (spoken && is_month(month) && is_year(year)).then_some(at..at + 1);
    }
    let year = run.groups.get(at + 1).filter(|year| !year.masked)?;
    let is_date = run.groups.get(at + 2).is_some_and(|next| next.tight && next.same_gap && next.size() <= 2)
        || (at > 0 && month.tight && year.same_gap && !run.groups[at - 1].masked);
    let fits = is_month(digits) && is_year(&run.digits[year.digits.clone()]) && year.gap != Gap::Line;
    (fits && !is_date).then_some(at..at + 2)
}

/// Marks the groups as masked.
fn take(run: &mut Run, kind: Kind, groups: Range<usize>) -> Option<Found> {
    run.groups.get_mut(groups.clone())?.iter_mut().for_each(|group| group.masked = true);
    Some(Found { kind, groups })
}

/// Whether this group ends a number that was masked in an earlier pass.
fn group_was_masked(run: &Run, at: usize) -> bool {
    let masked = run.groups[..=at].iter().rev().take(5).take_while(|group| group.masked);
    masked.into_iter().any(|group: &Group| group.size() > group.digits.len())
}

/// Kinds that people give several of in a row.
fn is_listed(kind: Kind) -> bool {
    matches!(kind, Kind::Nik | Kind::Kk | Kind::Phone | Kind::BankAccount | Kind::Npwp | Kind::Bpjs)
}

/// Codes so short that their word has to be close.
fn is_code(kind: Kind) -> bool {
    matches!(kind, Kind::Cvv | Kind::Pin | Kind::Otp)
}
