//! `simulate`: plays seeds of a hostile world against the engines.

use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Context, Result};

use crate::toolchain::Toolchain;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Handed to the program that plays; `--help` lists them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

/// Becomes the program that plays.
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut program = program(&Toolchain::ready()?);
    Err(program.args(&args.options).exec()).context("cannot run cargo")
}

/// What `cargo xtask test` plays: as many seeds as the program plays unasked hold, and each planted mistake is found.
pub(crate) fn checked(toolchain: &Toolchain) -> Command {
    let mut program = program(toolchain);
    program.arg("--planted");
    program
}

/// Compiled for speed: a seed takes a tenth of the time.
fn program(toolchain: &Toolchain) -> Command {
    let mut cargo = toolchain.cargo();
    cargo.args(["run", "--release", "--quiet", "-p", "segel-simulate", "--"]);
    cargo
}
