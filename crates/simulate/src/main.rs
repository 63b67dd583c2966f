//! Plays seeds and says what they came to.
#![allow(clippy::print_stdout, reason = "a program's output")]

use std::collections::BTreeSet;
use std::num::NonZero;
use std::ops::Range;
use std::panic::{catch_unwind, resume_unwind};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
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
    let is_late = || args.minutes.is_some_and(|minutes| began.elapsed().as_secs() >= minutes * 60);
    let end = args.from.saturating_add(args.seeds);
    let Played { tally, failed, next } = play(args.from..end, &is_late);
    for (name, times) in &tally.counts {
        println!("{times:>12} {name}");
    }
    println!(
        "{} seeds from {} on: {} failed; go on with --from {next}",
        next - args.from,
        args.from,
        failed.len()
    );
    let mut sound = failed.is_empty();
    if args.planted {
        for planted in Planted::ALL {
            let found = (args.from..end).find(|seed| try_out(*seed, Some(planted)).is_err());
            println!(
                "{planted:?}: {}",
                found.map_or("not found".to_owned(), |seed| format!("found by seed {seed}"))
            );
            sound &= found.is_some();
        }
    }
    if let Some(seed) = failed.first()
        && tell(*seed) == ExitCode::SUCCESS
    {
        println!(
            "seed {seed} failed before and did not again: something in it does not follow from the seed"
        );
    }
    if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What seeds came to.
#[derive(Default)]
struct Played {
    tally: Tally,
    failed: BTreeSet<u64>,
    /// The first seed that was not played.
    next: u64,
}

/// Plays seeds on every processor until it is late. Those before `next` have all been played then.
fn play(seeds: Range<u64>, is_late: &(impl Fn() -> bool + Sync)) -> Played {
    let next = AtomicU64::new(seeds.start);
    let work = || {
        let mut own = Played::default();
        while !is_late() {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                break;
            }
            match try_out(seed, None) {
                Ok(counts) => own.tally.merge(&counts),
                Err(complaints) => {
                    println!("seed {seed}: {complaints}");
                    own.failed.insert(seed);
                }
            }
        }
        own
    };
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let mut all = Played::default();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..processors).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            match worker.join() {
                Ok(own) => {
                    all.tally.merge(&own.tally);
                    all.failed.extend(own.failed);
                }
                Err(panic) => resume_unwind(panic),
            }
        }
    });
    all.next = next.into_inner().min(seeds.end);
    all
}

/// Plays a seed; what did not hold is in one line.
fn try_out(seed: u64, planted: Option<Planted>) -> Result<Tally, String> {
    let ran = catch_unwind(|| run(seed, planted, false)).map_err(|_| "panics".to_owned())?;
    ran.map_err(|failure| failure.complaints.join("; "))
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
