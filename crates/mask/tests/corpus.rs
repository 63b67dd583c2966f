//! The open corpus of chat messages, and what is found in it. `tests/data/SOURCES.md` says where it comes from.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "the helpers of a test: the table is what it measures, and a broken corpus should stop it"
)]

use std::ops::Range;

use segel_mask::{Kind, mask};
use serde::Deserialize;

const CORPUS: &str = include_str!("data/cards-open.jsonl");

/// One message and what is in it; places are counted in characters.
#[derive(Deserialize)]
struct Case {
    id: String,
    text: String,
    spans: Vec<Gold>,
    tier: String,
}

#[derive(Deserialize)]
struct Gold {
    start: usize,
    end: usize,
    kind: String,
    /// Neither right nor wrong when found.
    #[serde(default)]
    optional: bool,
}

/// What was right and wrong in a tier.
#[derive(Default)]
struct Count {
    cases: usize,
    cards: usize,
    found: usize,
    covered: usize,
    false_alarms: usize,
}

impl Count {
    fn add(&mut self, case: &Case) {
        let found = found(&case.text);
        let hits = |gold: &Gold| found.iter().any(|span| overlaps(span, gold));
        let is_card = |gold: &&Gold| gold.kind == "card" && !gold.optional;
        self.cases += 1;
        for gold in case.spans.iter().filter(is_card) {
            let hit = hits(gold);
            let covered = hit && is_covered(&case.text, gold, &found);
            self.cards += 1;
            self.found += usize::from(hit);
            self.covered += usize::from(covered);
            if !hit {
                report("missed", case);
            } else if !covered {
                report("part left", case);
            }
        }
        let allowed = |gold: &&Gold| gold.optional || gold.kind == "card";
        for span in &found {
            if !case.spans.iter().filter(allowed).any(|gold| overlaps(span, gold)) {
                self.false_alarms += 1;
                report("false alarm", case);
            }
        }
    }

    /// The harmonic mean of precision and recall.
    fn f1(&self) -> f64 {
        let part = u32::try_from(2 * self.found).unwrap();
        let whole = u32::try_from(self.found + self.false_alarms + self.cards).unwrap();
        f64::from(part) / f64::from(whole)
    }

    fn print(&self, name: &str) {
        println!(
            "{name:<16}{:>6}{:>7}{:>7}{:>9}{:>14}{:>8.3}",
            self.cases,
            self.cards,
            self.found,
            self.covered,
            self.false_alarms,
            self.f1()
        );
    }
}

#[test]
fn cards_are_found_and_other_numbers_are_not() {
    let cases: Vec<Case> = CORPUS.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let count = |tiers: &[&str]| {
        let mut count = Count::default();
        cases.iter().filter(|case| tiers.contains(&case.tier.as_str())).for_each(|case| count.add(case));
        count
    };
    let tiers = [&["core"][..], &["hard"], &["neg"], &["stretch"], &["core", "hard", "neg"]];
    let counts = tiers.map(|tier| (tier.join("+"), count(tier)));
    println!(
        "{:<16}{:>6}{:>7}{:>7}{:>9}{:>14}{:>8}",
        "tier", "cases", "cards", "found", "covered", "false alarms", "F1"
    );
    for (tier, count) in &counts {
        count.print(tier);
    }
    let [core, hard, negative, stretch, judged] = counts.map(|(_, count)| count);
    assert_eq!((core.cards, core.found, core.covered), (148, 148, 148));
    assert_eq!((hard.cards, hard.found, hard.covered), (92, 92, 92));
    assert_eq!((negative.cases, negative.false_alarms), (119, 0));
    assert!(stretch.found >= 25, "spelled-out digits and other stretches: {}", stretch.found);
    // What remains are population numbers that are cards by every rule: masked, if under the wrong name.
    assert!(judged.false_alarms <= 4 && judged.f1() >= 0.99, "{} false alarms", judged.false_alarms);
}

fn found(text: &str) -> Vec<Range<usize>> {
    let chars = |byte: usize| text[..byte].chars().count();
    let spans = mask(text).unwrap().spans;
    spans
        .iter()
        .filter(|span| span.kind == Kind::Card)
        .map(|span| chars(span.start)..chars(span.end))
        .collect()
}

fn overlaps(span: &Range<usize>, gold: &Gold) -> bool {
    span.start < gold.end && gold.start < span.end
}

/// Whether every digit of a card is in something found.
fn is_covered(text: &str, gold: &Gold, found: &[Range<usize>]) -> bool {
    let digits =
        text.chars().enumerate().filter(|(at, c)| (gold.start..gold.end).contains(at) && c.is_numeric());
    digits.into_iter().all(|(at, _)| found.iter().any(|span| span.contains(&at)))
}

fn report(what: &str, case: &Case) {
    println!("{what}: {} {:?}", case.id, case.text);
}
