//! Times masking beside what one would write with a regular expression, on the same texts in one run.
//!
//! `cargo run --release -p segel-mask --example bench`
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use regex::Regex;
use segel_mask::{MaskError, mask};

/// So long is every text, in bytes, to a character.
const SIZE: u32 = 500_000;

/// The quickest of so many runs counts.
const RUNS: usize = 7;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let peer = Peer::new()?;
    let texts = [
        ("chat", repeat(include_str!("../tests/data/bench/mix.txt"))),
        ("prose", repeat(include_str!("../tests/data/bench/prose.txt"))),
        ("cards in a row", repeat("4111111111111111 ")),
        ("spaced digits", repeat("4 1 1 1 ")),
        ("dashed digits", repeat("1-")),
        ("one long number", repeat("7")),
    ];
    println!("{:<18}{:>12}{:>16}{:>8}", "text", "mask MB/s", "regex+Luhn MB/s", "ratio");
    for (name, text) in texts {
        let ours = quickest(|| mask(black_box(&text)).map(|masked| masked.spans.len()))?;
        let theirs = quickest(|| Ok(peer.mask(black_box(&text)).len()))?;
        let rate = |time: Duration| f64::from(SIZE) / time.as_secs_f64() / 1e6;
        let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
        println!("{name:<18}{:>12.1}{:>16.1}{ratio:>8.2}", rate(ours), rate(theirs));
    }
    Ok(())
}

/// A regular expression for 12 to 19 ASCII digits with single separators, and Luhn.
struct Peer(Regex);

impl Peer {
    fn new() -> Result<Self, regex::Error> {
        Regex::new(r"[0-9](?:[ .\-]?[0-9]){11,18}").map(Self)
    }

    fn mask(&self, text: &str) -> String {
        let replaced = self.0.replace_all(text, |found: &regex::Captures| {
            let number = &found[0];
            if is_luhn(number) { "•".repeat(number.len()) } else { number.to_owned() }
        });
        replaced.into_owned()
    }
}

fn is_luhn(number: &str) -> bool {
    let digits = number.bytes().rev().filter(u8::is_ascii_digit).map(|digit| u32::from(digit - b'0'));
    let sum: u32 =
        digits.enumerate().map(|(at, d)| if at % 2 == 0 { d } else { 2 * d / 10 + 2 * d % 10 }).sum();
    sum.is_multiple_of(10)
}

fn quickest(work: impl Fn() -> Result<usize, MaskError>) -> Result<Duration, MaskError> {
    let mut best = Duration::MAX;
    for _ in 0..RUNS {
        let start = Instant::now();
        black_box(work()?);
        best = best.min(start.elapsed());
    }
    Ok(best)
}

/// The text over and over, cut at a character.
fn repeat(text: &str) -> String {
    let size = SIZE as usize;
    let mut long = text.repeat(size / text.len() + 1);
    long.truncate(long.floor_char_boundary(size));
    long
}
