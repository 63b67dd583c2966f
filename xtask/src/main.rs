//! The project's commands, one file each. They build and run the project's programs and link none of its
//! crates, so that they themselves compile in seconds.

mod apt;
mod bench;
mod bench_crypto;
mod bench_mask;
mod bench_widget;
mod build;
mod compress;
mod functions;
mod hints;
mod names;
mod pages;
mod panics;
mod paths;
mod program;
mod report;
mod shell;
mod shots;
mod simulate;
mod size;
mod split;
mod stamp;
mod start;
mod test;
mod texts;
mod toolchain;
mod tools;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// The project's commands. Missing tools are installed into a cache outside the checkout.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
#[command(
    after_help = "SEGEL_CACHE moves the tools' cache; SEGEL_TOOLCHAIN=rustup|debian forces a compiler."
)]
struct Xtask {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything and run the demo: shop, widget, relay and console on this machine
    Start(start::Args),
    /// Check everything: format, lints, native tests, browser tests, end-to-end scenarios
    Test(test::Args),
    /// Build what browsers load into target/dist
    Build(build::Args),
    /// Print the brotli bytes that a visitor downloads until the first message
    Size(size::Args),
    /// Take a picture of every state of widget and console in every look
    Shots(shots::Args),
    /// Play seeds of a hostile world against the engines
    #[command(disable_help_flag = true)]
    Simulate(simulate::Args),
    /// List the benchmarks, or run one
    Bench(bench::Args),
}

fn main() -> ExitCode {
    run(Xtask::parse().command).unwrap_or_else(|error| {
        shell::complain(&error);
        ExitCode::FAILURE
    })
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Start(args) => start::run(&args)?,
        Command::Test(args) => return Ok(test::run(&args)),
        Command::Build(args) => build::run(&args)?,
        Command::Size(args) => size::run(&args)?,
        Command::Shots(args) => shots::run(&args)?,
        Command::Simulate(args) => simulate::run(&args)?,
        Command::Bench(args) => bench::run(&args)?,
    }
    Ok(ExitCode::SUCCESS)
}
