//! `simulate`: plays seeds of a hostile world against the engines.

use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Context, Result};

use crate::toolchain::Toolchain;

/// Seeds that `cargo xtask test` plays.
const SEEDS: u64 = 1_000;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many seeds
    #[arg(long, default_value_t = SEEDS)]
    seeds: u64,
    /// The first of them
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Play this one and tell what happened in it
    #[arg(long)]
    seed: Option<u64>,
    /// Stop after so many minutes and say where to go on
    #[arg(long)]
    minutes: Option<u64>,
    /// Make each planted mistake as well, and say which seed finds it
    #[arg(long)]
    planted: bool,
}

/// Becomes the program that plays them.
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut program = program(&Toolchain::ready()?);
    program.args(["--seeds", &args.seeds.to_string(), "--from", &args.from.to_string()]);
    if let Some(seed) = args.seed {
        program.args(["--seed", &seed.to_string()]);
    }
    if let Some(minutes) = args.minutes {
        program.args(["--minutes", &minutes.to_string()]);
    }
    if args.planted {
        program.arg("--planted");
    }
    Err(program.exec()).context("cannot run cargo")
}

/// What `cargo xtask test` plays: so many seeds hold, and each planted mistake is found among them.
pub(crate) fn checked(toolchain: &Toolchain) -> Command {
    let mut program = program(toolchain);
    program.args(["--seeds", &SEEDS.to_string(), "--planted"]);
    program
}

/// Compiled for speed: a seed takes a tenth of the time.
fn program(toolchain: &Toolchain) -> Command {
    let mut cargo = toolchain.cargo();
    cargo.args(["run", "--release", "--quiet", "-p", "segel-simulate", "--"]);
    cargo
}
