//! What the numbers of one run are, once cards are known: by what stands beside a card, by the words around, by
//! their own form, and by what was asked for.

use alloc::vec::Vec;
use core::ops::Range;

use crate::came::has_come;
use crate::context;
use crate::cues::Around;
use crate::issuers::Issuer;
use crate::kind::Kind;
use crate::luhn::Luhn;
use crate::marks::Mark;
use crate::number::{self, fits};
use crate::policy::{Action, Policy, Writer};
use crate::runs::{Gap, Run, Stretch};
use crate::scan::{CardBefore, kept};
use crate::words::Meaning;

/// How far before a short code its word may stand, in characters.
const CLOSE: usize = 40;

/// How far before a number a word such as "order" says that it is no other.
const VETO: usize = 30;

/// How far after a number a word may stand that speaks of it.
const BEHIND: usize = 15;

/// After more digits a word before them speaks of those.
const COUNT: usize = 2;

/// A word right before a number is so near, in characters.
const BESIDE: usize = 3;

/// Bank accounts have so many digits; what is shorter and round is an amount.
const ACCOUNT: usize = 10;

/// A number in a run: what it is and which groups.
pub(crate) struct Found {
    pub(crate) kind: Kind,
    pub(crate) groups: Range<usize>,
}

/// What is known before a run is looked at.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) writer: Writer,
    /// The card that stands in the text not far before.
    pub(crate) card: Option<CardBefore>,
    /// The kinds that the other side asked for.
    pub(crate) asked: Meaning,
}

impl Known<'_> {
    /// Marks what was found in a run, all but the digits that stay readable.
    pub(crate) fn mark(&self, run: &mut Run, found: &Found) {
        let kept = kept(self.action(found.kind), run.values(&found.groups).len());
        run.mark(&found.groups, kept);
    }

    /// Whether this kind is looked for at all.
    fn looks_for(&self, kind: Kind) -> bool {
        self.action(kind) != Action::Leave
    }

    fn action(&self, kind: Kind) -> Action {
        self.policy.action(kind, "", self.writer)
    }
}

/// Population numbers and family cards that a word speaks for and whose form holds: such a number may be a card by
/// every rule, and is none.
pub(crate) fn claim(run: &Run, around: &Around, known: &Known) -> Option<Found> {
    if run.digits.len() < Kind::Nik.lengths().most() {
        return None;
    }
    let first = Meaning::NIK | Meaning::KK;
    let nearest = around.close().find(|mark| !mark.says.has(Meaning::BANK))?;
    if !nearest.says.has(first) || run.groups.first()?.masked {
        return None;
    }
    let kind = if nearest.says.has(Meaning::NIK) { Kind::Nik } else { Kind::Kk };
    let groups = fits(kind, run, 0, around).filter(|groups| number::is_of_a_region(run.values(groups)))?;
    // One that is let through may be a card all the same.
    let number = &around.text[run.bytes(groups.clone())];
    let action = known.policy.action(kind, number, known.writer);
    matches!(action, Action::Mask(_) | Action::Block).then_some(Found { kind, groups })
}

/// The other numbers of the run, in order; their groups are marked.
pub(crate) fn find(run: &mut Run, around: &Around, known: &Known) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut stretch = Stretch::default();
    let mut before = 0_usize;
    let mut at = 0;
    while let Some(group) = run.groups.get(at) {
        let one = if group.masked {
            None
        } else {
            let has_card = || known.card.is_some() || run.has_masked_card();
            let is_beside = stretch.is_long() || (run.follows_expiry(at) && has_card());
            let beside = if is_beside || (at <= 1 && has_card()) {
                by_card(run, at, around, known, is_beside)
            } else {
                None
            };
            beside.or_else(|| one_at(run, at, around, before <= COUNT, found.last(), known))
        };
        let end = one.as_ref().map_or(at + 1, |one| one.groups.end);
        if let Some(one) = one {
            known.mark(run, &one);
            found.push(one);
        }
        for group in &run.groups[at..end] {
            stretch.pass(group);
            before = before.saturating_add(if stretch.is_empty() { group.size() } else { usize::MAX });
        }
        at = end;
    }
    found
}

/// What the groups from `at` on are.
fn one_at(
    run: &Run,
    at: usize,
    around: &Around,
    is_first: bool,
    last: Option<&Found>,
    known: &Known,
) -> Option<Found> {
    let found = |kind, groups| Found { kind, groups };
    // Numbers in a row are of one kind.
    let holds = |groups: &Range<usize>, kind| {
        !matches!(kind, Kind::Nik | Kind::Kk) || number::is_of_a_region(run.values(groups))
    };
    if let Some(last) = last.filter(|last| last.groups.end == at && is_listed(last.kind)) {
        let again = fits(last.kind, run, at, around).filter(|groups| {
            known.looks_for(last.kind)
                && holds(groups, last.kind)
                && run.values(groups).len() == run.values(&last.groups).len()
        });
        if let Some(groups) = again {
            return Some(found(last.kind, groups));
        }
    }
    let mut vetoed = !is_first;
    if is_first {
        for mark in around.close() {
            if let Some(one) = by_word(run, at, around, &mark, known) {
                return Some(one);
            }
            if mark.says.has(Meaning::VETO) {
                vetoed = around.is_within(&mark, VETO);
                break;
            }
        }
    }
    if !vetoed && let Some(one) = by_word_behind(run, at, around, known) {
        return Some(one);
    }
    let is_ruled_out =
        if is_first { vetoed } else { is_amid(run, at) && is_vetoed(around) || is_virtual(at, around) };
    if !is_ruled_out
        && let Some((kind, groups)) = number::alone(run, at, around)
        && !context::in_address(around.text, run.groups[at].bytes.start)
        && !context::in_code(around.text, run.bytes(groups.clone()))
        && !(is_first && kind == Kind::Nik && around.close().any(|mark| mark.says.has(Meaning::OTHER)))
    {
        return Some(found(kind, groups));
    }
    if vetoed {
        return None;
    }
    // Parts of a card are no codes, whatever else was asked for.
    let is_answer = |kind: Kind, groups: &Range<usize>| !is_code(kind) || groups.end == run.groups.len();
    let answer = |kind: Kind| {
        let groups = fits(kind, run, at, around).filter(|groups| is_answer(kind, groups));
        groups.filter(|_| known.looks_for(kind)).map(|groups| found(kind, groups))
    };
    let account = || known.asked.has(Meaning::REK).then_some(Kind::BankAccount);
    kinds(known.asked).find_map(answer).or_else(|| account().and_then(answer))
}

/// Whether the group goes on with those before it, which are as long and set apart alike: what is said of the first is said of it.
fn is_amid(run: &Run, at: usize) -> bool {
    let Some([before, group, after]) = at.checked_sub(1).and_then(|from| run.groups.get(from..from + 3))
    else {
        return false;
    };
    !before.masked && before.size() == group.size() && after.same_gap
}

/// Whether the group is the second of a virtual account: the customer's telephone number, as often as not.
fn is_virtual(at: usize, around: &Around) -> bool {
    let is_virtual = |mark: &Mark| mark.says.has(Meaning::VETO) && mark.says.has(Meaning::ACCOUNT);
    at == 1 && around.close().any(|mark| is_virtual(&mark) && around.is_within(&mark, VETO))
}

/// Whether the nearest word before the run says that its number is to be left.
fn is_vetoed(around: &Around) -> bool {
    around.close().next().is_some_and(|mark| mark.says.has(Meaning::VETO) && around.is_within(&mark, VETO))
}

/// What this word before the number makes of it.
fn by_word(run: &Run, at: usize, around: &Around, mark: &Mark, known: &Known) -> Option<Found> {
    let is_near = around.is_within(mark, CLOSE);
    let says = mark.says;
    // A bank's name is enough right before as many digits as its accounts have.
    let is_banks = || {
        says.has(Meaning::BANK)
            && matches!(run.groups[at].size(), 10 | 13 | 15)
            && around.is_within(mark, BESIDE)
    };
    let is_account = (says.has(Meaning::ACCOUNT) && around.says(Meaning::BANK) || is_banks())
        && !around.close().any(|mark| mark.says.has(Meaning::VETO));
    if is_account || says.has(Meaning::REK) {
        let groups = fits(Kind::BankAccount, run, at, around);
        let round = |groups: &Range<usize>| {
            let digits = run.values(groups);
            let is_day = || matches!(digits, [2, 0, 2, ..] | [_, _, _, _, 2, 0, 2, _]) && digits.len() == 8;
            is_day() || digits.ends_with(&[0, 0, 0]) && (digits.len() < ACCOUNT || !says.has(Meaning::REK))
        };
        if let Some(groups) = groups.filter(|groups| !round(groups)) {
            return Some(Found { kind: Kind::BankAccount, groups });
        }
    }
    if says.has(Meaning::EXPIRY)
        && let Some(groups) = expiry(run, at, true)
        && (known.card.is_some() || around.said(Meaning::CARD) || leads_to_card(around))
    {
        return Some(Found { kind: Kind::Expiry, groups });
    }
    let says = if says.has(Meaning::CODE) { code(run, at, around, mark, known) } else { says };
    let mut kinds = kinds(says).filter(|kind| (is_near || !is_code(*kind)) && known.looks_for(*kind));
    let one = kinds.find_map(|kind| fits(kind, run, at, around).map(|groups| Found { kind, groups }))?;
    // "The code has not come, and 150000 are gone."
    let is_amount = is_code(one.kind)
        && run.values(&one.groups).ends_with(&[0, 0, 0])
        && beside(mark, around).has(Meaning::NOT);
    (!is_amount).then_some(one)
}

/// Whether the next number is a card's, or the one after it, where the next is its code.
fn leads_to_card(around: &Around) -> bool {
    let (mut run, mut end) = (Run::default(), around.number.end);
    (0..2).any(|_| {
        let from = end;
        end = run.read(around.text, from).unwrap_or(from);
        let mut luhn = Luhn::default();
        run.digits.iter().for_each(|&digit| luhn.push(digit));
        luhn.holds() && Issuer::of(&run.digits).is_exact(run.digits.len())
    })
}

/// What a word for a code says with the words beside it: of what it is the code.
fn code(run: &Run, at: usize, around: &Around, mark: &Mark, known: &Known) -> Meaning {
    let beside = beside(mark, around);
    // "The three digits behind", and few other counts.
    let counts_digits =
        |mark: Mark| mark.says.has(Meaning::UNIT) && matches!(around.text.as_bytes()[mark.at], b'd' | b'D');
    let is_card = known.card.is_some()
        || ((beside.has(Meaning::CARD) || around.close().any(counts_digits)) && !beside.has(Meaning::ELSE));
    let is_sent =
        !beside.has(Meaning::VETO) && telling_behind(around).any(|mark| mark.says.has(Meaning::PHONE));
    let between = mark.end..around.number.start;
    if beside.has(Meaning::PHONE) || has_come(around.text.as_bytes(), between, is_sent) {
        Meaning::OTP
    } else if is_card && run.groups[at].size() == 3 {
        Meaning::CVV
    } else {
        mark.says
    }
}

/// What all words on this word's side of the number say, but "telephone" where that is a thing and no way to send a code.
fn beside(mark: &Mark, around: &Around) -> Meaning {
    let add = |all, mark: Mark| {
        all | if mark.says.has(Meaning::OTHER) { mark.says.without(Meaning::PHONE) } else { mark.says }
    };
    if mark.at < around.number.start {
        around.close().fold(Meaning::NOTHING, add)
    } else {
        around.behind().fold(Meaning::NOTHING, add)
    }
}

/// What the words behind make of the number, up to one that speaks of the next.
fn by_word_behind(run: &Run, at: usize, around: &Around, known: &Known) -> Option<Found> {
    let one = telling_behind(around).find_map(|mark| by_word(run, at, around, &mark, known))?;
    (one.groups.end == run.groups.len()).then_some(one)
}

/// The words behind that may speak of the number.
fn telling_behind(around: &Around) -> impl Iterator<Item = Mark> {
    around.behind().take_while(|mark| {
        !mark.says.has(Meaning::VETO) && around.is_behind(mark, BEHIND) && !around.leads_on(mark)
    })
}

/// The kinds that a word names and that its form alone decides.
fn kinds(says: Meaning) -> impl Iterator<Item = Kind> {
    static BY_WORD: [(Meaning, Kind); 13] = [
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
        (Meaning::SAFE, Kind::Otp),
    ];
    BY_WORD.iter().filter(move |(word, _)| says.has(*word)).map(|(_, kind)| *kind)
}

/// What a group is by the card near it. Few first messages have such, so that it stays a function.
#[inline(never)]
fn by_card(run: &Run, at: usize, around: &Around, known: &Known, is_beside: bool) -> Option<Found> {
    if is_beside {
        beside_card(run, at, around)
    } else {
        before_card(run, at, around).or_else(|| (at == 0).then(|| past_card(run, around, known))?)
    }
}

/// What stands right after a card, or after its code or expiry.
fn beside_card(run: &Run, at: usize, around: &Around) -> Option<Found> {
    let after_expiry = run.follows_expiry(at);
    if around.text.as_bytes()[..run.groups[at].bytes.start].ends_with(b"=") {
        return Some(Found { kind: Kind::Track, groups: at..at + 1 });
    }
    if let Some(groups) = expiry(run, at, true).filter(|_| !after_expiry) {
        return Some(Found { kind: Kind::Expiry, groups });
    }
    let group = &run.groups[at];
    let before_expiry = || expiry(run, at + 1, false).is_some();
    let is_last = at + 1 == run.groups.len();
    let set_apart = matches!(group.gap, Gap::Line | Gap::Comma | Gap::Bracket)
        || (group.tight && group.gap == Gap::Other)
        || (group.size() == 3 && !matches!(group.gap, Gap::Words | Gap::Point));
    let is_led = || after_expiry || before_expiry() || (is_last && (set_apart || run.follows_expiry(2)));
    if is_led() { card_code(run, at, around) } else { None }
}

/// An expiry before a card, which its code may follow; or a code before a card, or before its expiry.
fn before_card(run: &Run, at: usize, around: &Around) -> Option<Found> {
    if !run.has_masked_card() {
        return None;
    }
    let masked = |from: usize| run.groups[from..].iter().position(|group| group.masked);
    let is_led = |groups: &Range<usize>| {
        let between = &around.text.as_bytes()[run.groups[at].bytes.end..run.groups[at + 1].bytes.start];
        between == b"/" && masked(groups.end).is_some_and(|codes| codes <= 1) && !is_vetoed(around)
    };
    if let Some(groups) = expiry(run, at, false).filter(is_led) {
        return Some(Found { kind: Kind::Expiry, groups });
    }
    let end = 1 + run.groups[1..].iter().take_while(|group| group.masked).count();
    (at == 0 && expiry(run, end, true).is_some()).then(|| card_code(run, 0, around))?
}

/// What stands after a card and other words: an expiry on a line of its own, or a code after the expiry.
fn past_card(run: &Run, around: &Around, known: &Known) -> Option<Found> {
    let card = known.card?;
    let between = around.text.get(card.end..around.number.start)?;
    if !card.has_expiry {
        let groups = expiry(run, 0, true)?;
        let has_code = || run.groups.get(groups.end).is_some_and(|code| Kind::Cvv.lengths().has(code.size()));
        let is_apart = between.bytes().rfind(|byte| *byte != b' ') == Some(b'\n') || has_code();
        is_apart.then_some(())?;
        return Some(Found { kind: Kind::Expiry, groups });
    }
    if between.len() > CLOSE || is_vetoed(around) || run.groups.get(1).is_some_and(|next| next.tight) {
        return None;
    }
    card_code(run, 0, around)
}

/// The code of a card, if group `at` can be one.
fn card_code(run: &Run, at: usize, around: &Around) -> Option<Found> {
    let groups = at..at + 1;
    let is_code = Kind::Cvv.lengths().has(run.groups[at].size()) && !number::is_amount(run, &groups, around);
    is_code.then_some(Found { kind: Kind::Cvv, groups })
}

/// A month and a year from group `at` on, and no third part of a date. Together, or with a month of one digit, they need
/// a word or a card that they stand beside: `sure`.
fn expiry(run: &Run, at: usize, sure: bool) -> Option<Range<usize>> {
    let month = run.groups.get(at).filter(|month| !month.masked)?;
    let is_month = |digits: &[u8]| matches!(digits, [0, 1..=9] | [1, 0..=2]);
    let is_year = |digits: &[u8]| matches!(digits, [2..=4, _] | [2, 0, 2..=4, _]);
    let digits = &run.digits[month.digits.clone()];
    if let Some((month, year)) = digits.split_at_checked(2)
        && !year.is_empty()
    {
        return (sure && is_month(month) && is_year(year)).then_some(at..at + 1);
    }
    let year = run.groups.get(at + 1).filter(|year| !year.masked)?;
    let is_date = run.groups.get(at + 2).is_some_and(|next| next.tight && next.same_gap && next.size() <= 2)
        || (at > 0 && month.tight && year.same_gap && !run.groups[at - 1].masked);
    let is_month = is_month(digits) || (sure && year.tight && matches!(digits, [1..=9]));
    let fits = is_month && is_year(&run.digits[year.digits.clone()]) && year.gap != Gap::Line;
    (fits && !is_date).then_some(at..at + 2)
}

/// Kinds that people give several of in a row.
fn is_listed(kind: Kind) -> bool {
    matches!(kind, Kind::Nik | Kind::Kk | Kind::Phone | Kind::BankAccount | Kind::Npwp | Kind::Bpjs)
}

/// Codes so short that their word has to be close.
fn is_code(kind: Kind) -> bool {
    matches!(kind, Kind::Cvv | Kind::Pin | Kind::Otp)
}
