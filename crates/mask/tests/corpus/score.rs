//! How right what was found is, counted as the corpus's own scorer counts.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::case::{Case, Gold};
use crate::predict::Found;

/// What was right and wrong in a set of cases.
#[derive(Default)]
pub(crate) struct Score {
    kinds: BTreeMap<String, Count>,
    cases: u32,
    cards: u32,
    covered: u32,
    false_alarms: u32,
    pub(crate) errors: Vec<String>,
}

/// Of one kind, overlaps in either direction.
#[derive(Default)]
struct Count {
    right: u32,
    wrong: u32,
    seen: u32,
    missed: u32,
}

impl Score {
    /// Counts what was found in a case.
    pub(crate) fn add(&mut self, case: &Case, found: &[Found]) {
        self.cases += 1;
        for gold in case.spans.iter().filter(|gold| !gold.optional) {
            let hit = found.iter().any(|one| one.kind.name() == gold.kind && overlaps(one, gold));
            let count = self.kinds.entry(gold.kind.clone()).or_default();
            *(if hit { &mut count.seen } else { &mut count.missed }) += 1;
            if !hit {
                self.errors.push(format!("missed {}: {:?}", gold.kind, case.text));
            }
            if gold.kind == "card" {
                self.cards += 1;
                self.covered += u32::from(is_covered(&case.text, gold.start..gold.end, found));
            }
        }
        let mut alarm = false;
        for one in found {
            let gold = || case.spans.iter().filter(|gold| overlaps(one, gold));
            let right = gold().any(|gold| !gold.optional && gold.kind == one.kind.name());
            if !right && gold().any(|gold| gold.optional) {
                continue;
            }
            let count = self.kinds.entry(one.kind.name().to_owned()).or_default();
            *(if right { &mut count.right } else { &mut count.wrong }) += 1;
            if !right {
                alarm |= one.kind.name() == "card";
                self.errors.push(format!("wrongly {} in {}: {:?}", one.kind.name(), case.cat, case.text));
            }
        }
        self.false_alarms += u32::from(alarm);
    }

    /// The harmonic mean of precision and recall, by overlap; 0 where nothing of this kind is to be found.
    pub(crate) fn f1(&self, kind: &str) -> f64 {
        self.kinds.get(kind).map_or(0.0, Count::f1)
    }

    /// Which part of the cards have every digit in something found.
    pub(crate) fn covered_part(&self) -> f64 {
        f64::from(self.covered) / f64::from(self.cards)
    }

    /// In which part of the cases a card was found where there is none.
    pub(crate) fn false_alarm_part(&self) -> f64 {
        f64::from(self.false_alarms) / f64::from(self.cases)
    }

    pub(crate) fn print(&self, name: &str) {
        println!("\n{name}: {} cases", self.cases);
        println!("{:<16}{:>7}{:>7}{:>11}{:>9}{:>8}", "kind", "gold", "found", "precision", "recall", "F1");
        for (kind, count) in &self.kinds {
            let (gold, found) = (count.seen + count.missed, count.right + count.wrong);
            let (precision, recall) = (part(count.right, found), part(count.seen, gold));
            println!("{kind:<16}{gold:>7}{found:>7}{precision:>11.3}{recall:>9.3}{:>8.3}", count.f1());
        }
        println!("cards with every digit covered: {} of {}", self.covered, self.cards);
        println!("cases with a false card: {} of {}", self.false_alarms, self.cases);
        self.errors.iter().for_each(|error| println!("{error}"));
    }
}

impl Count {
    fn f1(&self) -> f64 {
        let precision = part(self.right, self.right + self.wrong);
        let recall = part(self.seen, self.seen + self.missed);
        if precision + recall == 0.0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) }
    }
}

fn part(some: u32, all: u32) -> f64 {
    f64::from(some) / f64::from(all.max(1))
}

fn overlaps(one: &Found, gold: &Gold) -> bool {
    one.start < gold.end && gold.start < one.end
}

/// Whether every digit here, spelled ones as well, is in something found.
pub(crate) fn is_covered(text: &str, place: Range<usize>, found: &[Found]) -> bool {
    let digits: Vec<usize> = text
        .chars()
        .enumerate()
        .filter(|(at, c)| place.contains(at) && c.is_numeric())
        .map(|(at, _)| at)
        .collect();
    let letters =
        text.chars().enumerate().filter(|(at, c)| place.contains(at) && c.is_alphabetic()).map(|(at, _)| at);
    let seen = if digits.is_empty() { letters.collect() } else { digits };
    seen.iter().all(|at| found.iter().any(|one| (one.start..one.end).contains(at)))
}
