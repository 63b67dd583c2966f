//! `segel-owner`: the command line of a site's owner.

mod args;
mod commands;
mod verdict;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match commands::run(args::Args::parse(), &mut io::stdout()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // With the error output gone too there is nobody left to tell but the exit code.
            let _ = writeln!(io::stderr(), "segel-owner: {error}");
            ExitCode::FAILURE
        }
    }
}
