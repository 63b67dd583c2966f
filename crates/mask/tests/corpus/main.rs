//! What is found in the open corpus of chat messages and in this project's own cases. `tests/data/SOURCES.md` says where
//! they come from.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "the helpers of a test: the tables are what it measures, and a broken corpus should stop it"
)]

mod case;
mod predict;
mod score;

use case::Case;
use score::Score;

const OPEN: &str = include_str!("../data/cards-open.jsonl");
const OWN: &str = include_str!("../data/own.txt");
const TYPED: &str = include_str!("../data/typed.txt");

#[test]
fn the_open_corpus_is_masked_as_promised() {
    let cases = case::read_corpus(OPEN);
    let score = |tiers: &[&str]| {
        let mut score = Score::default();
        for case in cases.iter().filter(|case| tiers.contains(&case.tier.as_str())) {
            score.add(case, &found(case));
        }
        score
    };
    let all = score(&["core", "hard", "neg"]);
    let [core, hard, negative, stretch] = ["core", "hard", "neg", "stretch"].map(|tier| score(&[tier]));
    all.print("core, hard and negative cases");
    stretch.print("stretch");

    assert!(all.f1("card") >= 0.98);
    assert!(core.covered_part() >= 0.995, "core: {}", core.covered_part());
    assert!(hard.covered_part() >= 0.98, "hard: {}", hard.covered_part());
    assert!(stretch.covered_part() >= 0.70, "stretch: {}", stretch.covered_part());
    assert!(negative.false_alarm_part() <= 0.015, "false alarms: {}", negative.false_alarm_part());
    for (least, kinds) in [
        (0.99, &["email"][..]),
        (0.95, &["cvv", "nik", "npwp"]),
        (0.90, &["expiry", "otp", "pin", "bank_account", "phone"]),
    ] {
        for kind in kinds {
            assert!(all.f1(kind) >= least, "{kind}: {}", all.f1(kind));
        }
    }
}

#[test]
fn the_message_that_completes_a_number_is_masked() {
    let cases = case::read_corpus(OPEN);
    let split = cases.iter().filter(|case| case.messages.len() > 1);
    let (mut last, mut masked) = (0_u32, 0_u32);
    for case in split {
        let found = found(case);
        let piece = case.spans.iter().max_by_key(|gold| gold.end).unwrap();
        last += 1;
        masked += u32::from(score::is_covered(&case.text, piece.start..piece.end, &found));
    }
    assert!(last >= 9 && f64::from(masked) >= 0.9 * f64::from(last), "{masked} of {last}");
}

#[test]
fn the_projects_own_cases_are_masked_and_nothing_else_is() {
    let cases = [case::read_own(OWN), case::read_own(TYPED)].concat();
    let mut score = Score::default();
    for case in &cases {
        score.add(case, &found(case));
    }
    score.print("own cases");
    assert!(cases.len() >= 450);
    assert!(score.errors.is_empty(), "{}", score.errors.join("\n"));
}

fn found(case: &Case) -> Vec<predict::Found> {
    predict::predict(&case.text, &case.messages).unwrap()
}
