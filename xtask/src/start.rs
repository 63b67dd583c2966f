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
    #[arg(long = "origin", value_name = "URL", value_parser = parse_origin)]
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
    let servers = build::servers(&toolchain)?;
    let mut demo = Command::new(servers.join("segel-demo"));
    demo.current_dir(paths::root());
    demo.arg("--dist").arg(paths::dist()).arg("--relay-bin").arg(servers.join("segel-relay"));
    demo.args(["--state", ".segel/demo", "--port", &args.port.to_string()]);
    demo.args(args.reset.then_some("--reset"));
    demo.args(args.origins.iter().flat_map(|origin| ["--origin", origin]));
    // This process becomes the demo server: nobody has to pass signals on to it or its exit status back.
    Err(demo.exec()).context("cannot run the demo server")
}

/// The demo server reads it in full; this spares whoever mistyped it the minutes of a first build.
fn parse_origin(text: &str) -> Result<String, &'static str> {
    let place = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")).unwrap_or_default();
    let place = place.strip_suffix('/').unwrap_or(place);
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if !place.ends_with(']') => (host, Some(port)),
        _ => (place, None),
    };
    let is_host = !host.is_empty() && !host.contains(['/', '?', '#', '@', '\\', ' ']);
    if is_host && port.is_none_or(|port| port.parse::<u16>().is_ok()) {
        Ok(text.to_owned())
    } else {
        Err("expected http:// or https://, a host, perhaps a port, and no path")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_a_scheme_and_a_host_and_nothing_after() {
        for origin in
            ["http://localhost:8080", "https://shop.example", "https://shop.example/", "http://[::1]:80"]
        {
            assert_eq!(parse_origin(origin).as_deref(), Ok(origin));
        }
        for text in [
            "",
            "localhost:8080",
            "ftp://shop.example",
            "http://",
            "http://:80",
            "http://localhost:port",
            "https://shop.example/path",
            "https://shop.example?a",
            "https://name@shop.example",
        ] {
            assert!(parse_origin(text).is_err(), "{text}");
        }
    }
}
