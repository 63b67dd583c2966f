//! `size`: what a visitor downloads until the first message is sent.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, iter};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use crate::toolchain::Toolchain;
use crate::{bench_crypto, build, compress, paths, shell};

/// Each part of the download and the files in `target/dist/widget` that it counts.
const PARTS: [(&str, &[&str]); 5] = [
    ("loader", &["segel.js"]),
    ("glue", &["widget.js"]),
    ("wasm", &["widget_bg.wasm"]),
    ("texts", &["texts/id.txt"]),
    ("markup_style", &["frame.html", "frame.js", "frame.css"]),
];

/// The budget of what sealing adds to a program: part of `wasm`, measured apart.
const SEALING: &str = "sealing";

/// What comes once a first message has gone.
const AFTERWARDS: [&str; 2] = ["widget_rest.wasm", "rest.css"];

#[derive(clap::Args)]
#[command(
    after_help = "Counted are the brotli bytes (quality 11) of response bodies: loader is segel.js, glue \
    is widget.js, wasm is widget_bg.wasm, texts is texts/id.txt, since a \
    visitor loads one language, markup_style is frame.html, frame.js and frame.css together. widget_rest.wasm and rest.css come afterwards. \
    With --check, sealing is what all of it adds to a program that has nothing else.\n\n\
    The budget is xtask/size-budget.json. It only ever falls: lower it by hand when the widget got smaller."
)]
pub(crate) struct Args {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Fail when loader, total or sealing's share passed the budget
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let toolchain = Toolchain::ready()?;
    build::browser_files(&toolchain, false)?;
    let sizes = measure(&paths::dist().join("widget"))?;
    if args.json {
        let object = sizes.iter().map(|(part, bytes)| ((*part).to_owned(), json!(bytes)));
        shell::say(Value::Object(object.collect::<Map<_, _>>()));
    } else {
        for (part, bytes) in &sizes {
            shell::say(format!("{part:<12} {bytes:>8}"));
        }
        shell::say(format!(
            "{:<12} {:>8}",
            "afterwards",
            bytes_of_all(&paths::dist().join("widget"), &AFTERWARDS)?
        ));
    }
    if !args.check {
        return Ok(());
    }
    check(&sizes)?;
    sealing_within_budget(&toolchain)
}

/// Fails when what is built passes the budget.
pub(crate) fn within_budget() -> Result<()> {
    check(&measure(&paths::dist().join("widget"))?)
}

/// Brotli bytes of all that is counted, as built.
pub(crate) fn total() -> Result<u64> {
    let sizes = measure(&paths::dist().join("widget"))?;
    sizes.last().map(|(_, bytes)| *bytes).context("nothing is counted")
}

/// Brotli bytes of every part, and `total` last.
fn measure(widget: &Path) -> Result<Vec<(&'static str, u64)>> {
    let mut sizes = Vec::new();
    for (part, files) in PARTS {
        sizes.push((part, bytes_of_all(widget, files)?));
    }
    let total = sizes.iter().map(|(_, bytes)| bytes).sum();
    Ok(sizes.into_iter().chain(iter::once(("total", total))).collect())
}

fn bytes_of_all(widget: &Path, files: &[&str]) -> Result<u64> {
    files.iter().map(|file| bytes_of(widget, file)).sum()
}

fn bytes_of(widget: &Path, file: &str) -> Result<u64> {
    let copy = compress::copy_of(&widget.join(file));
    Ok(fs::metadata(&copy).with_context(|| format!("{} is missing", copy.display()))?.len())
}

/// Fails when sealing takes more of a program than its budget.
pub(crate) fn sealing_within_budget(toolchain: &Toolchain) -> Result<()> {
    let bytes = bench_crypto::share(toolchain)?;
    shell::say(format!("{SEALING:<12} {bytes:>8}"));
    check_parts(&[SEALING], &[(SEALING, bytes)])
}

fn check(sizes: &[(&'static str, u64)]) -> Result<()> {
    check_parts(&["loader", "total"], sizes)
}

/// Compares these parts with the budgets that they have to have.
fn check_parts(parts: &[&str], sizes: &[(&'static str, u64)]) -> Result<()> {
    let file = paths::root().join("xtask/size-budget.json");
    let budget: BTreeMap<String, u64> = serde_json::from_str(&fs::read_to_string(&file)?)?;
    for part in parts {
        let most =
            budget.get(*part).with_context(|| format!("{} has no budget for {part}", file.display()))?;
        let bytes = sizes.iter().find(|(name, _)| name == part).map(|(_, bytes)| bytes);
        let bytes = bytes.with_context(|| format!("{part} was not measured"))?;
        if bytes > most {
            bail!("{part} has {bytes} bytes and its budget is {most}: make it smaller again");
        }
    }
    Ok(())
}
