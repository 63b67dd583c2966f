//! `bench`: times what the project promises to be fast.

use anyhow::Result;
use clap::ValueEnum;

use crate::{bench_crypto, bench_mask, bench_widget, shell};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The benchmark to run; without it they are listed
    what: Option<Benchmark>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Time a build with SIMD instructions as well (crypto)
    #[arg(long)]
    simd: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Benchmark {
    /// Masking in Node, in Chromium and on this machine, beside a regular expression with Luhn, arcjet and redact-pii; with its weight
    Mask,
    /// Sealing in Node and in Chromium, beside libsodium, noble and olm; with its share of the download
    Crypto,
    /// The chat in Chromium at a quarter of this machine's speed, beside Rocket.Chat's livechat; with the weight of both
    Widget,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    match args.what {
        None => {
            list();
            Ok(())
        }
        Some(Benchmark::Mask) => bench_mask::run(args.json),
        Some(Benchmark::Crypto) => bench_crypto::run(args.json, args.simd),
        Some(Benchmark::Widget) => bench_widget::run(args.json),
    }
}

fn list() {
    for value in Benchmark::value_variants().iter().filter_map(ValueEnum::to_possible_value) {
        let help = value.get_help().map(ToString::to_string).unwrap_or_default();
        shell::say(format!("cargo xtask bench {:<8} {help}", value.get_name()));
    }
}
