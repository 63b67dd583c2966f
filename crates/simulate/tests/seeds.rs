//! What can be said of the simulation itself. `cargo xtask test` plays two thousand seeds of it.

use segel_simulate::{Planted, run};

#[test]
fn a_few_seeds_hold() {
    for seed in 0..6 {
        assert!(run(seed, None, false).is_ok(), "seed {seed}");
    }
}

#[test]
fn a_failing_seed_plays_the_same_again() {
    let fails = (1..30).find(|seed| run(*seed, Some(Planted::CursorOffByOne), false).is_err());
    let fails = fails.expect("a seed that finds the mistake");
    let [first, second] = [(); 2].map(|()| run(fails, Some(Planted::CursorOffByOne), true).unwrap_err());
    assert_eq!(first, second);
    assert!(first.trace.len() > 10, "it is told line by line");
    assert!(!first.complaints.is_empty());
}
