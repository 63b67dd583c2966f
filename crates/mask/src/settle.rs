//! Masks until masking again finds nothing: what stays readable of a number must not look like the start of another.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::digits::BULLET;
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
            let masked = rewrite(text, &hidden);
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
                    Some(_) => {}
                    None => add(&mut found, one),
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

/// The text with a bullet in every place.
pub(crate) fn rewrite(text: &str, places: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(text.len() + places.len() * BULLET.len_utf8());
    let mut from = 0;
    for place in places {
        out.push_str(&text[from..place.start]);
        out.push(BULLET);
        from = place.end;
    }
    out.push_str(&text[from..]);
    out
}

/// Puts a finding among the others; one that covers what is there replaces it.
pub(crate) fn add(found: &mut Vec<Finding>, mut one: Finding) {
    let first = found.partition_point(|other| other.bytes.end <= one.bytes.start);
    let last = found.partition_point(|other| other.bytes.start < one.bytes.end).max(first);
    let overlapped = &found[first..last];
    if overlapped.iter().any(|other| other.bytes.start <= one.bytes.start && one.bytes.end <= other.bytes.end)
    {
        return;
    }
    for other in overlapped {
        one.bytes = one.bytes.start.min(other.bytes.start)..one.bytes.end.max(other.bytes.end);
        for place in &other.places {
            if let Err(at) = one.places.binary_search_by_key(&place.start, |known| known.start) {
                one.places.insert(at, place.clone());
            }
        }
    }
    found.splice(first..last, [one]);
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
