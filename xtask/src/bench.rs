//! `bench`: times what the project promises to be fast.

use std::os::unix::process::CommandExt;

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::toolchain::Toolchain;
use crate::{bench_crypto, shell};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The benchmark to run; without it they are listed
    what: Option<Benchmark>,
    /// Print one JSON object (crypto)
    #[arg(long)]
    json: bool,
    /// Time a build with SIMD instructions as well (crypto)
    #[arg(long)]
    simd: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Benchmark {
    /// Masking, beside a plain regular expression with Luhn's check
    Mask,
    /// Sealing in Node and in Chromium, beside libsodium, noble and olm; with its share of the download
    Crypto,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    match args.what {
        None => {
            list();
            Ok(())
        }
        Some(Benchmark::Mask) => example("segel-mask", "bench"),
        Some(Benchmark::Crypto) => bench_crypto::run(args.json, args.simd),
    }
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
