//! Masks until masking again finds nothing: what stays readable of a number must not look like the start of another.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::digits::{BULLET, BULLET_TEXT};
use crate::iban;
use crate::kind::Kind;
use crate::mask::Masker;
use crate::policy::{Action, Writer};
use crate::scan::{Finding, kept, scan};
use crate::words::Meaning;

/// Longer texts are no messages: they are looked at once.
const MESSAGE: usize = 1 << 15;

/// So often at most; twice was never needed yet.
const ROUNDS: usize = 4;

impl Masker {
    /// Everything in `text`, in order, without overlaps, that is masked, warned of or blocked.
    pub(crate) fn find(&self, text: &str, writer: Writer, asked: Meaning) -> Vec<Finding> {
        let mut found = scan(text, &self.policy, writer, asked);
        for _ in 0..ROUNDS {
            if found.is_empty() || text.len() > MESSAGE {
                break;
            }
            let hidden: Vec<_> = found.iter().flat_map(|one| hidden(one, text)).cloned().collect();
            let mut masked = String::with_capacity(text.len() + hidden.len() * BULLET.len_utf8());
            rewrite(&mut masked, text, 0..text.len(), &hidden);
            let mut more = scan(&masked, &self.policy, writer, asked);
            more.retain(|one| matches!(one.action, Action::Mask(_) | Action::Block));
            if more.is_empty() {
                break;
            }
            for mut one in more {
                one.bytes = unmoved(&hidden, &one.bytes);
                one.places.iter_mut().for_each(|place| *place = unmoved(&hidden, place));
                let is_within = |other: &&mut Finding| {
                    other.bytes.start <= one.bytes.start && one.bytes.end <= other.bytes.end
                };
                match found.iter_mut().find(is_within) {
                    // What was to stay readable of a number looks like another.
                    Some(whole) if matches!(whole.action, Action::Mask(_)) => whole.action = Action::Mask(0),
                    _ => add(&mut found, one),
                }
            }
        }
        found
    }
}

/// The places of a finding that do not stay readable.
pub(crate) fn hidden<'f>(one: &'f Finding, text: &str) -> &'f [Range<usize>] {
    let digits = match one.kind {
        Kind::Iban => iban::together(&text[one.bytes.clone()]),
        _ => one.places.len(),
    };
    &one.places[..one.places.len() - kept(one.action, digits).min(one.places.len())]
}

/// Adds these bytes of the text with a bullet in every place, all of which are within them.
pub(crate) fn rewrite(out: &mut String, text: &str, bytes: Range<usize>, places: &[Range<usize>]) {
    let mut from = bytes.start;
    for place in places {
        if place.end <= from {
            continue;
        }
        if from < place.start {
            out.push_str(&text[from..place.start]);
        }
        out.push_str(BULLET_TEXT);
        from = place.end;
    }
    out.push_str(&text[from..bytes.end]);
}

/// Puts a finding among the others; one that covers what is there replaces it.
pub(crate) fn add(found: &mut Vec<Finding>, mut one: Finding) {
    let first = found.partition_point(|other| other.bytes.end <= one.bytes.start);
    let last = found.partition_point(|other| other.bytes.start < one.bytes.end).max(first);
    let overlapped = &mut found[first..last];
    if let Some(whole) = overlapped.iter_mut().find(|other| covers(other, &one)) {
        if one.kind.is_always_kept_back() {
            absorb(whole, &one);
        }
        return;
    }
    for other in overlapped {
        absorb(&mut one, other);
    }
    replace(found, first..last, one);
}

/// Both in order; where they overlap they become one, of which no more stays than of either.
pub(crate) fn join(found: Vec<Finding>, others: Vec<Finding>) -> Vec<Finding> {
    zip(found, others, |last, one, _| absorb(last, &one))
}

/// Both in order; of `others`, those that overlap none of `found`.
pub(crate) fn merge(found: Vec<Finding>, others: Vec<Finding>) -> Vec<Finding> {
    zip(found, others, |last, one, is_other| {
        if !is_other {
            *last = one;
        }
    })
}

/// Both in order, each without overlaps; `overlap` is given what overlaps the one before it, and whether it is of the others.
fn zip(found: Vec<Finding>, others: Vec<Finding>, overlap: fn(&mut Finding, Finding, bool)) -> Vec<Finding> {
    if found.is_empty() || others.is_empty() {
        return if found.is_empty() { others } else { found };
    }
    let mut zipped: Vec<Finding> = Vec::with_capacity(found.len() + others.len());
    let mut found = found.into_iter().peekable();
    let mut others = others.into_iter().peekable();
    loop {
        let start = others.peek().map_or(usize::MAX, |other| other.bytes.start);
        let own = found.next_if(|one| one.bytes.start <= start);
        let is_other = own.is_none();
        let Some(one) = own.or_else(|| others.next()) else { return zipped };
        match zipped.last_mut() {
            Some(last) if one.bytes.start < last.bytes.end => overlap(last, one, is_other),
            _ => zipped.push(one),
        }
    }
}

fn covers(whole: &Finding, one: &Finding) -> bool {
    whole.bytes.start <= one.bytes.start && one.bytes.end <= whole.bytes.end
}

/// Makes one finding of two that overlap: no more of it stays than would of either by itself.
fn absorb(into: &mut Finding, other: &Finding) {
    let by_itself = |one: &Finding| match one.action {
        Action::Mask(_) => Action::Mask(stays(one)),
        action => action,
    };
    into.action = match (by_itself(into), by_itself(other)) {
        (Action::Block, _) | (_, Action::Block) => Action::Block,
        (Action::Mask(keep), Action::Mask(other)) => Action::Mask(keep.min(other)),
        (mask @ Action::Mask(_), _) | (_, mask @ Action::Mask(_)) => mask,
        (action, _) => action,
    };
    let is_part = into.kind != Kind::Custom && covers(into, other);
    if other.kind.is_always_kept_back() && !into.kind.is_always_kept_back() && !is_part {
        into.kind = other.kind;
    }
    into.bytes = into.bytes.start.min(other.bytes.start)..into.bytes.end.max(other.bytes.end);
    if into.places != other.places {
        other.places.iter().for_each(|place| put(&mut into.places, place));
    }
}

/// How many of its places stay readable.
fn stays(one: &Finding) -> u8 {
    u8::try_from(kept(one.action, one.places.len())).unwrap_or(0)
}

/// Puts a place among the others; those that overlap, as a spelled digit and its letters, become one.
fn put(places: &mut Vec<Range<usize>>, place: &Range<usize>) {
    let first = places.partition_point(|known| known.end <= place.start);
    let last = places.partition_point(|known| known.start < place.end).max(first);
    let start = places[first..last].first().map_or(place.start, |known| known.start.min(place.start));
    let end = places[first..last].last().map_or(place.end, |known| known.end.max(place.end));
    replace(places, first..last, start..end);
}

/// Puts `one` where this range of the list was.
fn replace<T>(list: &mut Vec<T>, range: Range<usize>, one: T) {
    let first = range.start;
    drop(list.drain(range));
    list.insert(first, one);
}

/// Where a range of the rewritten text was before.
fn unmoved(places: &[Range<usize>], range: &Range<usize>) -> Range<usize> {
    let was = |at: usize| {
        let (mut moved, mut grown) = (0, 0);
        for place in places {
            if place.start + grown - moved >= at {
                break;
            }
            grown += BULLET.len_utf8();
            moved += place.len();
        }
        at + moved - grown
    };
    was(range.start)..was(range.end)
}
