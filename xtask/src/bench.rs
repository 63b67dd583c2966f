//! `bench`: times what the project promises to be fast.

use std::os::unix::process::CommandExt;

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::shell;
use crate::toolchain::Toolchain;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The benchmark to run; without it they are listed
    what: Option<Benchmark>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Benchmark {
    /// Masking, beside a plain regular expression with Luhn's check
    Mask,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    match args.what {
        None => list(),
        Some(Benchmark::Mask) => return example("segel-mask", "bench"),
    }
    Ok(())
}

fn list() {
    for value in Benchmark::value_variants().iter().filter_map(ValueEnum::to_possible_value) {
        let help = value.get_help().map(ToString::to_string).unwrap_or_default();
        shell::say(format!("cargo xtask bench {:<8} {help}", value.get_name()));
    }
}

/// Becomes the example that measures and prints.
fn example(package: &str, example: &str) -> Result<()> {
    let mut cargo = Toolchain::ready()?.cargo();
    cargo.args(["run", "--release", "--quiet", "-p", package, "--example", example]);
    Err(cargo.exec()).context("cannot run cargo")
}
