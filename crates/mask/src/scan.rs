//! Finds what a policy asks for in one text.

use alloc::vec::Vec;
use core::ops::Range;

use crate::cues::{self, Around, Cues};
use crate::digits::{Class, class};
use crate::kind::Kind;
use crate::pattern::{Pattern, is_word};
use crate::policy::{Action, Policy, Writer};
use crate::rules::{self, Known};
use crate::runs::{MIN_MASKED, Run};
use crate::settle::{join, merge};
use crate::words::Meaning;
use crate::{card, context, email, iban};

#[cfg(test)]
mod plain;

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

/// Everything found in a text, in order, without overlaps, but for what is left.
///
/// What is one word to a pattern or as an address hides no number that is always kept back: around such words, those are also
/// looked for as if there were no patterns, and as if nothing were one word.
pub(crate) fn scan(text: &str, policy: &Policy, writer: Writer, asked: Meaning) -> Vec<Finding> {
    let sought = Sought { text, policy, writer, asked };
    let words = sought.whole_words();
    // What is let through hides no number that is not.
    let opaque = words.iter().filter(|word| matches!(word.action, Action::Mask(_) | Action::Block));
    let (all, addresses): (Vec<_>, Vec<_>) = (
        opaque.clone().map(|word| word.bytes.clone()).collect(),
        opaque.filter(|word| word.kind == Kind::Email).map(|word| word.bytes.clone()).collect(),
    );
    let mut first = Scan::new(sought, &all);
    let stands = first.all();
    let mut found = merge(first.found, words);
    let mut looked = all.len();
    for fewer in [&addresses[..], &[]] {
        if fewer.len() < looked {
            let mut again = Scan::new(sought, fewer);
            again.around(&all, &stands);
            again.found.retain(|one| one.kind.is_always_kept_back());
            found = join(found, again.found);
            looked = fewer.len();
        }
    }
    found
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

/// What is looked for, and where.
#[derive(Clone, Copy)]
struct Sought<'a> {
    text: &'a str,
    policy: &'a Policy,
    writer: Writer,
    asked: Meaning,
}

/// Where a look at a text stands between two runs: all that those before have to do with those after.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Stand {
    /// The byte to go on from.
    from: usize,
    /// The last card, if the next run may be beside it.
    card: Option<CardBefore>,
    /// Where the last IBAN ends, if the next run may be in it, and how many of its digits stay.
    iban_end: usize,
    iban_kept: usize,
}

/// A card before a run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct CardBefore {
    /// Where it, or what belongs to it, ends.
    pub(crate) end: usize,
    /// Its expiry is the last that was read.
    pub(crate) has_expiry: bool,
}

/// A look at the runs of a text, one after another.
struct Scan<'a> {
    sought: Sought<'a>,
    /// The places that no run goes into and that are still to come.
    opaque: &'a [Range<usize>],
    cues: Cues<'a>,
    run: Run,
    stand: Stand,
    found: Vec<Finding>,
}

impl<'a> Scan<'a> {
    fn new(sought: Sought<'a>, opaque: &'a [Range<usize>]) -> Self {
        let cues = Cues::new(sought.text, opaque);
        Self { sought, opaque, cues, run: Run::default(), stand: Stand::default(), found: Vec::new() }
    }

    /// Looks at every run. Where there are opaque places, says how it stood before each.
    fn all(&mut self) -> Vec<Stand> {
        let mut stands = Vec::new();
        let is_plain = self.opaque.is_empty();
        loop {
            if !is_plain {
                stands.push(self.stand);
            }
            if !self.step() {
                return stands;
            }
        }
    }

    /// Looks at the runs that these places may have hidden or changed when they were opaque: at each from before it until
    /// nothing is as it would not have been then, by how that look stood before each run.
    fn around(&mut self, places: &[Range<usize>], stands: &[Stand]) {
        for place in places {
            let reach = cues::reach(self.sought.text, place);
            let before = stands.partition_point(|stand| stand.from <= reach.start);
            let begin = stands.get(before.saturating_sub(1)).copied().unwrap_or_default();
            if begin.from > self.stand.from {
                self.stand = begin;
            }
            while !(self.stand.from >= reach.end && self.stand.is_among(stands)) && self.step() {}
        }
    }

    /// Looks at the next run, if there is one.
    fn step(&mut self) -> bool {
        loop {
            while self.opaque.first().is_some_and(|place| place.end <= self.stand.from) {
                self.opaque = &self.opaque[1..];
            }
            let text = self.sought.text;
            let end = self.opaque.first().map_or(text.len(), |place| place.start);
            if let Some(from) = self.run.read(&text[..end], self.stand.from) {
                self.look();
                self.stand.go_on(from);
                return true;
            }
            match self.opaque.first() {
                Some(place) => self.stand.from = place.end,
                None => return false,
            }
        }
    }

    /// Looks at the run that was read.
    fn look(&mut self) {
        self.iban();
        let Self { sought, run, stand, found, .. } = self;
        let bytes = run.bytes(0..run.groups.len());
        if run.digits.len() >= MIN_DIGITS {
            if stand.is_stripe(sought.text, bytes.start) {
                found.push(sought.finding(Kind::Track, run, &(0..run.groups.len())));
                // What goes on after it is of the same stripe.
                stand.card = Some(CardBefore { end: bytes.end, has_expiry: false });
                return;
            }
            let around = self.cues.around(bytes.clone());
            stand.card = stand.card.filter(|card| bytes.start - card.end <= BESIDE);
            sought.find(run, &around, stand.card, stand.iban_end, found);
        }
        // A count may stand between: "3 digits".
        let count = run.groups.iter().rev().take_while(|group| group.size() == 1).count();
        let has_expiry = run.follows_expiry(run.groups.len() - count.min(1));
        if run.has_masked_card() || (has_expiry && stand.card.is_some()) {
            stand.card = Some(CardBefore { end: bytes.end, has_expiry });
        }
    }

    /// Takes the IBAN that starts before the run's digits, and marks what of it is in this run; the rest of it is in the next.
    fn iban(&mut self) {
        let Self { sought, run, stand, found, .. } = self;
        let Some(first) = run.groups.first() else { return };
        if !first.masked
            && first.bytes.start >= stand.iban_end
            && let Some(bytes) = iban::find(sought.text, first.bytes.start)
        {
            let number = &sought.text[bytes.clone()];
            let action = sought.policy.action(Kind::Iban, number, sought.writer);
            if matches!(action, Action::Mask(_) | Action::Block) {
                let places = places_of(sought.text, &bytes, |c| matches!(class(c), Class::Digit(_)));
                stand.iban_end = bytes.end;
                stand.iban_kept = kept(action, iban::together(number));
                found.push(Finding { kind: Kind::Iban, bytes, places, action });
            }
        }
        let within = run.groups.iter().take_while(|group| group.bytes.end <= stand.iban_end).count();
        let ends = within.checked_sub(1).is_some_and(|last| run.groups[last].bytes.end == stand.iban_end);
        run.mark(&(0..within), if ends { stand.iban_kept } else { 0 });
    }
}

impl Stand {
    /// Goes on from this byte, and forgets what is too far before it.
    fn go_on(&mut self, from: usize) {
        self.from = from;
        self.card = self.card.filter(|card| from - card.end <= BESIDE);
        if self.iban_end <= from {
            (self.iban_end, self.iban_kept) = (0, 0);
        }
    }

    /// Whether it is one of these, which are in order.
    fn is_among(&self, stands: &[Self]) -> bool {
        stands.get(stands.partition_point(|stand| stand.from < self.from)) == Some(self)
    }

    /// Whether what stands between the last card and byte `at` makes this the rest of a magnetic stripe.
    fn is_stripe(&self, text: &str, at: usize) -> bool {
        self.card.is_some_and(|card| {
            let between = text.as_bytes().get(card.end..at).unwrap_or_default();
            let is_name = match between.trim_ascii() {
                [b'^', name @ .., b'^'] => name.len() <= NAME && !name.contains(&b'^'),
                _ => false,
            };
            between == b"=" || is_name || context::is_stripe(text, card.end)
        })
    }
}

impl Sought<'_> {
    /// Adds what a run has, in order, from byte `from` on.
    fn find(
        &self,
        run: &mut Run,
        around: &Around,
        card: Option<CardBefore>,
        from: usize,
        found: &mut Vec<Finding>,
    ) {
        let Self { policy, writer, .. } = *self;
        let asked = if is_bare(around) { self.asked } else { Meaning::NOTHING };
        let known = Known { policy, writer, card, asked };
        let first = found.len();
        let mut add = |run: &Run, kind, groups: &Range<usize>| {
            let one = self.finding(kind, run, groups);
            if one.action != Action::Leave && one.bytes.start >= from {
                insert(found, first, one);
            }
        };
        if let Some(claimed) = rules::claim(run, around, &known) {
            known.mark(run, &claimed);
            add(run, claimed.kind, &claimed.groups);
        }
        for card in card::find(run, around) {
            known.mark(run, &card);
            add(run, card.kind, &card.groups);
        }
        for other in rules::find(run, around, &known) {
            add(run, other.kind, &other.groups);
        }
    }

    fn finding(&self, kind: Kind, run: &Run, groups: &Range<usize>) -> Finding {
        let mut bytes = run.bytes(groups.clone());
        if kind == Kind::Passport {
            bytes.start -= crate::number::letters_before(self.text, bytes.start);
        }
        if kind == Kind::Phone && self.text.as_bytes()[..bytes.start].ends_with(b"+") {
            bytes.start -= 1;
        }
        let action = self.policy.action(kind, &self.text[bytes.clone()], self.writer);
        Finding { kind, bytes, places: run.places_of(groups), action }
    }

    /// Addresses and what the site's own patterns find, in order, without overlaps.
    fn whole_words(&self) -> Vec<Finding> {
        let Self { text, policy, writer, .. } = *self;
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
}

fn whole_word(kind: Kind, text: &str, bytes: Range<usize>, action: Action) -> Finding {
    let places = places_of(text, &bytes, is_word);
    Finding { kind, bytes, places, action }
}

/// Where in these bytes there are such characters.
fn places_of(text: &str, bytes: &Range<usize>, is_such: fn(char) -> bool) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let mut at = bytes.start;
    for c in text[bytes.clone()].chars() {
        let end = at + c.len_utf8();
        if is_such(c) {
            places.push(at..end);
        }
        at = end;
    }
    places
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

/// Puts one of a run's findings among those from `first` on, unless it overlaps one.
fn insert(found: &mut Vec<Finding>, first: usize, one: Finding) {
    let after = found[first..].iter().rev().take_while(|other| other.bytes.start > one.bytes.start).count();
    let mut at = found.len() - after;
    let is_clear = found[first..at].last().is_none_or(|last| last.bytes.end <= one.bytes.start)
        && found.get(at).is_none_or(|next| one.bytes.end <= next.bytes.start);
    if is_clear {
        found.push(one);
        let last = found.len() - 1;
        while at < last {
            found.swap(at, last);
            at += 1;
        }
    }
}

/// Whether hardly anything stands around a number: an answer to a question.
fn is_bare(around: &Around) -> bool {
    const ANSWER: usize = 60;
    around.text.len() - (around.number.end - around.number.start) <= ANSWER
}
