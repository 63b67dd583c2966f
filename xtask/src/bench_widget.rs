//! `bench widget`: the chat on the shop's page in Chromium at a quarter of this machine's speed, beside Rocket.Chat's livechat
//! on the same page, and what a visitor loads of each. The scenario is `tests/scenarios/bench.rs`; the other chat's server is
//! `xtask/bench/widget/peer.js`.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::toolchain::Toolchain;
use crate::tools::Browser;
use crate::{bench_crypto, build, paths, shell, test, tools};

/// Longer than any machine takes.
const LIMIT: Duration = Duration::from_hours(1);

pub(crate) fn run(as_json: bool) -> Result<()> {
    let toolchain = Toolchain::ready()?;
    let browser = Browser::ready()?;
    build::browser_files(&toolchain, false)?;
    let scratch = paths::scratch().join("bench-widget");
    let (peer, origin) = Peer::start(&scratch)?;
    let figures = scratch.join("figures.json");
    let mut scenario = test::scenarios(&toolchain, &browser)?;
    scenario.args(["bench::", "--", "--ignored"]);
    scenario.env("SEGEL_PEER", &origin).env("SEGEL_BENCH", &figures);
    let ran = shell::watch("measure", &mut scenario, LIMIT)?;
    if !ran.success {
        shell::show(&ran.output);
        bail!("the chats could not be measured");
    }
    drop(peer);
    let rows: Vec<Value> = serde_json::from_slice(&fs::read(&figures)?)?;
    if as_json {
        shell::say(json!({ "chromium": rows }));
    } else {
        print(&rows);
    }
    Ok(())
}

/// Rocket.Chat's livechat beside the shop's page; gone when it is dropped.
struct Peer(Child);

impl Peer {
    fn start(scratch: &Path) -> Result<(Self, String)> {
        let (scripts, _) = bench_crypto::scripts(scratch, "widget")?;
        let mut node = tools::node()?;
        node.arg(scripts.join("widget/peer.js"))
            .arg(json!({ "shop": paths::dist().join("shop") }).to_string());
        let mut peer = Self(node.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?);
        let mut origin = String::new();
        BufReader::new(peer.0.stdout.take().context("its output is a pipe")?).read_line(&mut origin)?;
        if origin.is_empty() {
            bail!("the other chat's server did not start");
        }
        Ok((peer, origin.trim().to_owned()))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing left to end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn print(rows: &[Value]) {
    shell::say(format!(
        "{:<48}{:>12}{:>16}{:>8}",
        "Chromium, 4 times slower", "Segel", "Rocket.Chat", "ratio"
    ));
    for row in rows {
        let number = |name: &str| row[name].as_f64().unwrap_or_default();
        let name = row["name"].as_str().unwrap_or_default();
        shell::say(format!(
            "{name:<48}{:>12.1}{:>16.1}{:>8.2}",
            number("segel"),
            number("peer"),
            number("ratio")
        ));
    }
}
