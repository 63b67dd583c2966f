//! Plays seeds and says what they came to.
#![allow(clippy::print_stdout, reason = "a program's output")]

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use segel_simulate::{Planted, Tally, run};

/// Play seeds of a hostile world; the first failure is played again and told line by line.
#[derive(Parser)]
struct Args {
    /// How many seeds
    #[arg(long, default_value_t = 2_000)]
    seeds: u64,
    /// The first of them
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Play this one seed and tell it
    #[arg(long)]
    seed: Option<u64>,
    /// Also see whether each planted mistake is found
    #[arg(long)]
    planted: bool,
    /// Stop after so many minutes and say where to go on
    #[arg(long)]
    minutes: Option<u64>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    if let Some(seed) = args.seed {
        return tell(seed);
    }
    let began = Instant::now();
    let mut tally = Tally::default();
    let mut failed = Vec::new();
    let mut next = args.from;
    while next < args.from + args.seeds {
        if args.minutes.is_some_and(|minutes| began.elapsed().as_secs() >= minutes * 60) {
            break;
        }
        match run(next, None, false) {
            Ok(counts) => tally.merge(&counts),
            Err(failure) => {
                println!("seed {next}: {}", failure.complaints.join("; "));
                failed.push(next);
            }
        }
        next += 1;
    }
    for (name, times) in &tally.counts {
        println!("{times:>12} {name}");
    }
    println!("seeds {} to {}: {} failed; go on with --from {next}", args.from, next - 1, failed.len());
    let mut sound = failed.is_empty();
    if args.planted {
        for planted in Planted::ALL {
            let found =
                (args.from..args.from + args.seeds).find(|seed| run(*seed, Some(planted), false).is_err());
            println!(
                "{planted:?}: {}",
                found.map_or("not found".to_owned(), |seed| format!("found by seed {seed}"))
            );
            sound &= found.is_some();
        }
    }
    match failed.first() {
        Some(seed) => tell(*seed),
        None if sound => ExitCode::SUCCESS,
        None => ExitCode::FAILURE,
    }
}

fn tell(seed: u64) -> ExitCode {
    match run(seed, None, true) {
        Ok(_) => {
            println!("seed {seed}: all held");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            failure.trace.iter().for_each(|line| println!("{line}"));
            failure.complaints.iter().for_each(|complaint| println!("seed {seed}: {complaint}"));
            ExitCode::FAILURE
        }
    }
}
