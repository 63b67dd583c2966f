//! Masks random texts for as long as one likes, and holds the results against what holds for every text. A text comes
//! from a number, so that what fails can be looked at again: it is printed, and the rest goes on.
//!
//! `cargo run --release -p segel-mask --example random -- COUNT [FIRST]`
#![cfg(not(target_family = "wasm"))]
#![expect(clippy::print_stdout, reason = "what failed is what this program is for")]
#![expect(clippy::expect_used, clippy::panic, reason = "what should hold and does not is known by its panic")]

use std::panic::{self, AssertUnwindSafe};

#[path = "../../tests/properties/invariants.rs"]
mod invariants;
#[path = "../../tests/properties/texts.rs"]
mod texts;

use texts::{Cases, Random};

/// So many texts are told of at once.
const ROUND: u64 = 500_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let count: u64 = arguments.next().ok_or("how many texts?")?.parse()?;
    let first: u64 = arguments.next().map_or(Ok(0), |first| first.parse())?;
    let cases = Cases::read();
    panic::set_hook(Box::new(|why| println!("{why}")));
    let mut failed = 0;
    for seed in first..first + count {
        let mut random = Random::new(seed);
        let text = cases.text(&mut random);
        let checked =
            AssertUnwindSafe(|| invariants::check_all(&text, random.place(text.chars().count() + 1)));
        if panic::catch_unwind(checked).is_err() {
            failed += 1;
            println!("text {seed} failed: {text:?}\n");
        }
        if (seed - first + 1).is_multiple_of(ROUND) {
            println!("{} texts, {failed} failed", seed - first + 1);
        }
    }
    println!("{count} texts from {first} on, {failed} failed");
    if failed == 0 { Ok(()) } else { Err("what should hold does not".into()) }
}
