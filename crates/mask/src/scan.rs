//! Finds what a policy asks for in one text.

use alloc::vec::Vec;
use core::ops::Range;

use crate::cues::{Around, Cues};
use crate::digits::{Class, class};
use crate::kind::Kind;
use crate::pattern::{Pattern, is_word};
use crate::policy::{Action, Policy, Writer};
use crate::rules::{self, Known};
use crate::runs::{MIN_MASKED, Run};
use crate::settle::join;
use crate::words::Meaning;
use crate::{card, email, iban};

/// Fewer digits are nothing.
const MIN_DIGITS: usize = 3;

/// So near before a date a card makes it the card's, in bytes.
const BESIDE: usize = 240;

/// A name on a stripe ends within so many bytes.
const NAME: usize = 80;

/// Something found, and what is done with it.
#[derive(Clone)]
pub(crate) struct Finding {
    pub(crate) kind: Kind,
    pub(crate) bytes: Range<usize>,
    /// The digits, and where letters go as well the letters.
    pub(crate) places: Vec<Range<usize>>,
    pub(crate) action: Action,
}

/// Everything found in `text`, in order, without overlaps, but for what is left.
///
/// What is one word to a pattern or as an address hides no number that is always kept back: those are also looked for as if
/// there were no patterns, and as if nothing were one word.
pub(crate) fn scan(text: &str, policy: &Policy, writer: Writer, asked: Meaning) -> Vec<Finding> {
    let words = whole_words(text, policy, writer);
    // What is let through hides no number that is not.
    let opaque = words.iter().filter(|word| matches!(word.action, Action::Mask(_) | Action::Block));
    let (all, addresses): (Vec<_>, Vec<_>) = (
        opaque.clone().map(|word| word.bytes.clone()).collect(),
        opaque.filter(|word| word.kind == Kind::Email).map(|word| word.bytes.clone()).collect(),
    );
    let mut found = merge(numbers(text, policy, writer, asked, &all), words);
    let mut looked = all.len();
    for fewer in [&addresses[..], &[]] {
        if fewer.len() < looked {
            let mut always = numbers(text, policy, writer, asked, fewer);
            always.retain(|one| one.kind.is_always_kept_back());
            found = join(found, always);
            looked = fewer.len();
        }
    }
    found
}

/// The numbers of `text` that are in no opaque place.
fn numbers(
    text: &str,
    policy: &Policy,
    writer: Writer,
    asked: Meaning,
    opaque: &[Range<usize>],
) -> Vec<Finding> {
    let mut scan =
        Scan { text, policy, writer, asked, card_end: None, iban_end: 0, iban_kept: 0, found: Vec::new() };
    let mut cues = Cues::new(text, opaque);
    let mut run = Run::default();
    let mut from = 0;
    let ends = opaque.iter().map(|range| (range.start, range.end)).chain([(text.len(), text.len())]);
    for (end, next) in ends {
        while let Some(at) = run.read(&text[..end], from) {
            scan.run(&mut run, &mut cues);
            from = at;
        }
        from = from.max(next);
    }
    scan.found
}

/// How many digits of a number stay readable: as many as the policy keeps, where enough before them are hidden to show that it
/// is masked.
pub(crate) fn kept(action: Action, digits: usize) -> usize {
    match action {
        Action::Mask(keep) => usize::from(keep).min(digits.saturating_sub(MIN_MASKED)),
        Action::Warn | Action::Leave => digits,
        Action::Block => 0,
    }
}

struct Scan<'a> {
    text: &'a str,
    policy: &'a Policy,
    writer: Writer,
    asked: Meaning,
    /// Where the last card ended.
    card_end: Option<usize>,
    /// Where the last IBAN ended, and how many of its digits stay.
    iban_end: usize,
    iban_kept: usize,
    found: Vec<Finding>,
}

impl Scan<'_> {
    /// Looks at one run.
    fn run(&mut self, run: &mut Run, cues: &mut Cues) {
        let bytes = run.bytes(0..run.groups.len());
        self.iban(run);
        if run.digits.len() < MIN_DIGITS {
            self.card_end = if run.has_masked_card() { Some(bytes.end) } else { self.card_end };
            return;
        }
        if self.is_stripe(bytes.start) {
            let track = self.finding(Kind::Track, run, &(0..run.groups.len()));
            self.found.push(track);
            // What goes on after it is of the same stripe.
            self.card_end = Some(bytes.end);
            return;
        }
        let around = cues.around(bytes.clone());
        let (policy, writer) = (self.policy, self.writer);
        let kept_of = |kind, digits| kept(policy.action(kind, "", writer), digits);
        let known = Known {
            looks_for: &|kind| policy.action(kind, "", writer) != Action::Leave,
            kept: &kept_of,
            card_before: self.card_end.is_some_and(|end| bytes.start - end <= BESIDE),
            asked: if is_bare(&around) { self.asked } else { Meaning::NOTHING },
        };
        let may = |kind| matches!(policy.action(kind, "", writer), Action::Mask(_) | Action::Block);
        let mut found = Vec::new();
        if let Some(claimed) = rules::claim(run, &around, may) {
            run.mark(&claimed.groups, kept_of(claimed.kind, run.values(&claimed.groups).len()));
            found.push(self.finding(claimed.kind, run, &claimed.groups));
        }
        let cards = card::find(run, &around);
        for groups in &cards {
            run.mark(groups, kept_of(Kind::Card, run.values(groups).len()));
        }
        let others = rules::find(run, &around, &known);
        let cards = cards.iter().map(|groups| self.finding(Kind::Card, run, groups)).collect();
        let others = others.iter().map(|one| self.finding(one.kind, run, &one.groups)).collect();
        found = merge(merge(found, cards), others);
        let from = self.found.last().map_or(0, |last| last.bytes.end);
        let clear = |one: &Finding| one.action != Action::Leave && one.bytes.start >= from;
        self.found.extend(found.into_iter().filter(clear));
        self.card_end = if run.has_masked_card() { Some(bytes.end) } else { self.card_end };
    }

    fn finding(&self, kind: Kind, run: &Run, groups: &Range<usize>) -> Finding {
        let mut bytes = run.bytes(groups.clone());
        if kind == Kind::Passport {
            bytes.start -= crate::number::letters_before(self.text, bytes.start);
        }
        if kind == Kind::Phone && self.text[..bytes.start].ends_with('+') {
            bytes.start -= 1;
        }
        let action = self.policy.action(kind, &self.text[bytes.clone()], self.writer);
        Finding { kind, bytes, places: run.places_of(groups), action }
    }

    /// Takes the IBAN that starts before these digits, and marks what of it is in this run; the rest of it is in the next.
    fn iban(&mut self, run: &mut Run) {
        let Some(first) = run.groups.first() else { return };
        if !first.masked
            && first.bytes.start >= self.iban_end
            && let Some(bytes) = iban::find(self.text, first.bytes.start)
        {
            let number = &self.text[bytes.clone()];
            let action = self.policy.action(Kind::Iban, number, self.writer);
            if matches!(action, Action::Mask(_) | Action::Block) {
                let digits = number.char_indices().filter(|(_, c)| matches!(class(*c), Class::Digit(_)));
                let places: Vec<_> =
                    digits.map(|(at, c)| bytes.start + at..bytes.start + at + c.len_utf8()).collect();
                self.iban_end = bytes.end;
                self.iban_kept = kept(action, iban::together(number));
                self.found.push(Finding { kind: Kind::Iban, bytes, places, action });
            }
        }
        let within = run.groups.iter().take_while(|group| group.bytes.end <= self.iban_end).count();
        let ends = within.checked_sub(1).is_some_and(|last| run.groups[last].bytes.end == self.iban_end);
        run.mark(&(0..within), if ends { self.iban_kept } else { 0 });
    }

    /// Whether what stands between the last card and byte `at` makes this the rest of a magnetic stripe.
    fn is_stripe(&self, at: usize) -> bool {
        let between = self.card_end.and_then(|end| self.text.get(end..at)).unwrap_or_default();
        let name = between.strip_prefix('^').and_then(|name| name.strip_suffix('^'));
        between == "=" || name.is_some_and(|name| name.len() <= NAME && !name.contains('^'))
    }
}

/// Addresses and what the site's own patterns find, in order, without overlaps.
fn whole_words(text: &str, policy: &Policy, writer: Writer) -> Vec<Finding> {
    let mut found = Vec::new();
    for bytes in email::find(text) {
        let action = policy.action(Kind::Email, &text[bytes.clone()], writer);
        if action != Action::Leave {
            found.push(whole_word(Kind::Email, text, bytes, action));
        }
    }
    for (pattern, action) in policy.patterns(writer).filter(|(_, action)| *action != Action::Leave) {
        let own = matches_of(pattern, text).into_iter();
        found = merge(found, own.map(|bytes| whole_word(Kind::Custom, text, bytes, action)).collect());
    }
    found
}

fn whole_word(kind: Kind, text: &str, bytes: Range<usize>, action: Action) -> Finding {
    let seen = text[bytes.clone()].char_indices().filter(|(_, c)| is_word(*c));
    let places = seen.map(|(at, c)| bytes.start + at..bytes.start + at + c.len_utf8()).collect();
    Finding { kind, bytes, places, action }
}

fn matches_of(pattern: &Pattern, text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut inside = false;
    let mut from = 0;
    for (at, c) in text.char_indices() {
        if at >= from
            && !(inside && is_word(c))
            && let Some(range) = pattern.matches(text, at)
        {
            from = range.end;
            found.push(range);
        }
        inside = is_word(c) || matches!(class(c), Class::Masked);
    }
    found
}

/// Both in order; of `others`, those that overlap none of `found`.
fn merge(found: Vec<Finding>, others: Vec<Finding>) -> Vec<Finding> {
    if others.is_empty() || found.is_empty() {
        return if found.is_empty() { others } else { found };
    }
    let mut merged: Vec<Finding> = Vec::with_capacity(found.len() + others.len());
    let mut found = found.into_iter().peekable();
    for other in others {
        while let Some(one) = found.next_if(|one| one.bytes.start <= other.bytes.start) {
            merged.push(one);
        }
        let is_clear = merged.last().is_none_or(|last| last.bytes.end <= other.bytes.start)
            && found.peek().is_none_or(|next| other.bytes.end <= next.bytes.start);
        if is_clear {
            merged.push(other);
        }
    }
    merged.extend(found);
    merged
}

/// Whether hardly anything stands around a number: an answer to a question.
fn is_bare(around: &Around) -> bool {
    const ANSWER: usize = 60;
    around.text.len() - (around.number.end - around.number.start) <= ANSWER
}
