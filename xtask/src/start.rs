//! `start`: builds everything and becomes the demo server.

use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::toolchain::Toolchain;
use crate::{build, paths};

/// Each origin has its own port, one after the other from the shop's.
const ORIGINS: [&str; 4] = ["shop", "widget files", "relay", "console"];

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The shop's port; widget files, relay and console take the next three
    #[arg(long, default_value_t = 4700, value_parser = clap::value_parser!(u16).range(1..=65532))]
    port: u16,
    /// Forget conversations, keys and devices of earlier starts
    #[arg(long)]
    reset: bool,
    /// Another origin, like <http://localhost:8080>, whose pages may show the widget; repeatable
    #[arg(long = "origin", value_name = "URL")]
    origins: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    // Before the build, which takes minutes the first time.
    for (port, origin) in (args.port..).zip(ORIGINS) {
        if TcpListener::bind(("127.0.0.1", port)).is_err() {
            bail!("port {port} (for the {origin}) is taken: stop what uses it or choose others with --port");
        }
    }
    let toolchain = Toolchain::ready()?;
    build::browser_files(&toolchain, false)?;
    let servers = build::servers(&toolchain, true)?;
    let mut demo = Command::new(servers.join("segel-demo"));
    demo.current_dir(paths::root());
    demo.arg("--dist").arg(paths::dist()).arg("--relay-bin").arg(servers.join("segel-relay"));
    demo.args(["--state", ".segel/demo", "--port", &args.port.to_string()]);
    demo.args(args.reset.then_some("--reset"));
    demo.args(args.origins.iter().flat_map(|origin| ["--origin", origin]));
    // This process becomes the demo server: Ctrl-C reaches it alone, and its exit status is the command's.
    Err(demo.exec()).context("cannot run the demo server")
}
