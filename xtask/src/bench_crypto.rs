//! `bench crypto`: the same work by this project's sealing and by libraries that pages use, in Node and in
//! Chromium, with this machine's own speed as the limit. The scripts are in `xtask/bench`.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::toolchain::{LINKED, TARGET, Toolchain};
use crate::tools::{self, Browser};
use crate::{compress, paths, program, shell};

const PACKAGE: &str = "segel-crypto";
/// Merged with the flags of `.cargo/config.toml`.
const SIMD: &str = "target.wasm32-unknown-unknown.rustflags=['-Ctarget-feature=+simd128']";

pub(crate) fn run(as_json: bool, simd: bool) -> Result<()> {
    let toolchain = Toolchain::ready()?;
    let wasm_bindgen = tools::wasm_bindgen(&toolchain)?.join("wasm-bindgen");
    let scratch = paths::scratch().join("bench");
    let share = share(&toolchain)?;
    let compiled = compile(&toolchain, PACKAGE, &["workloads_wasm"], None)?;
    let mut modules = Map::new();
    let mut module = |name: &str, compiled: &Path, features: &[&str]| -> Result<()> {
        let dir = scratch.join(name);
        bound(&wasm_bindgen, compiled, "workloads", &dir, features)?;
        modules.insert(name.to_owned(), json!(dir));
        Ok(())
    };
    module("segel", &compiled, &[])?;
    if simd {
        let dir = paths::target().join("simd");
        let compiled = compile(&toolchain, PACKAGE, &["workloads_wasm"], Some(&dir))?;
        module("simd", &compiled, &["--enable-simd"])?;
    }
    let mut cargo = toolchain.cargo();
    cargo.args(["build", "--release", "-p", PACKAGE, "--example", "workloads"]);
    shell::step("compile for this machine", &mut cargo)?;
    let browser = Browser::ready()?;
    let plan = json!({
        "modules": modules,
        "native": paths::target().join("release/examples/workloads"),
        "page": scratch.join("page"),
        "chromium": browser.chromium,
        "args": browser_arguments()?,
    });
    let mut node = tools::node()?;
    node.arg(lay_out(&scratch)?.join("main.js")).arg(plan.to_string());
    let output = shell::step("measure", &mut node)?;
    let results = output.lines().find(|line| line.starts_with('{')).context("no results were printed")?;
    let mut results: Value = serde_json::from_str(results)?;
    results["share_bytes"] = json!(share);
    if as_json {
        shell::say(results);
    } else {
        print_tables(&results);
        shell::say(format!("crypto's share of the download: {} bytes brotli", results["share_bytes"]));
    }
    Ok(())
}

/// Brotli bytes by which sealing makes a program bigger that uses all of it.
pub(crate) fn share(toolchain: &Toolchain) -> Result<u64> {
    let wasm_bindgen = tools::wasm_bindgen(toolchain)?.join("wasm-bindgen");
    let compiled = compile(toolchain, PACKAGE, &["share", "floor"], None)?;
    let scratch = paths::scratch().join("share");
    let weigh =
        |name: &str| compress::size_of(&bound(&wasm_bindgen, &compiled, name, &scratch.join(name), &[])?);
    Ok(u64::try_from(weigh("share")?.saturating_sub(weigh("floor")?))?)
}

/// Compiles examples for browsers, as the widget is, and names the folder that they are in.
pub(crate) fn compile(
    toolchain: &Toolchain,
    package: &str,
    examples: &[&str],
    simd: Option<&Path>,
) -> Result<PathBuf> {
    for example in examples {
        let mut cargo = toolchain.cargo();
        cargo.args(["rustc", "-p", package, "--example", example, "--target", TARGET, "--profile", "wasm"]);
        if let Some(dir) = simd {
            cargo.args(["--config", SIMD, "--target-dir"]).arg(dir);
        }
        shell::step(&format!("compile {example}"), cargo.args(LINKED))?;
    }
    let target = simd.map_or_else(paths::target, Path::to_owned);
    Ok(target.join(TARGET).join("wasm/examples"))
}

/// Glue and program in `dir`, made as those that visitors load.
pub(crate) fn bound(
    wasm_bindgen: &Path,
    compiled: &Path,
    name: &str,
    dir: &Path,
    features: &[&str],
) -> Result<PathBuf> {
    let file = match name {
        "workloads" => "workloads_wasm",
        "masking" => "masking_wasm",
        name => name,
    };
    program::bind(wasm_bindgen, name, &compiled.join(format!("{file}.wasm")), dir)?;
    let program = dir.join(format!("{name}_bg.wasm"));
    program::shrink(name, &program, &program, features)?;
    program::finish(&program, &program)?;
    Ok(program)
}

/// The scripts beside the libraries that they compare with, and a page that has all in one.
fn lay_out(scratch: &Path) -> Result<PathBuf> {
    let (scripts, modules) = scripts(scratch, "")?;
    let page = scratch.join("page");
    paths::copy(&modules.join("@matrix-org/olm/olm.wasm"), &page.join("olm.wasm"))?;
    tools::bundle(&scripts.join("page.js"), &page.join("page.js"))?;
    Ok(scripts)
}

/// A copy of the scripts in `scratch`, with the libraries that those in `folder` ask for; and where these are.
pub(crate) fn scripts(scratch: &Path, folder: &str) -> Result<(PathBuf, PathBuf)> {
    let source = paths::root().join("xtask/bench");
    let modules = tools::locked_modules(&source.join(folder))?;
    let scripts = scratch.join("scripts");
    if scripts.exists() {
        fs::remove_dir_all(&scripts)?;
    }
    for file in paths::files_below(&source)? {
        paths::copy(&file, &scripts.join(file.strip_prefix(&source)?))?;
    }
    symlink(&modules, scripts.join(folder).join("node_modules"))?;
    Ok((scripts, modules))
}

/// As the project's other commands start Chromium.
pub(crate) fn browser_arguments() -> Result<Value> {
    let text = fs::read_to_string(paths::root().join("webdriver.json"))?;
    let capabilities: Value = serde_json::from_str(&text)?;
    Ok(capabilities["goog:chromeOptions"]["args"].clone())
}

/// What was measured in Node and in Chromium.
pub(crate) fn print_tables(results: &Value) {
    for (place, title) in [("node", "Node"), ("chromium", "Chromium")] {
        print_table(title, results[place].as_array().map_or(&[][..], Vec::as_slice));
    }
}

/// First how many times as long as ours each contender takes, by the median of the rounds and by the quickest
/// ones, then how long ours takes.
fn print_table(title: &str, rows: &[Value]) {
    let of = |row: &Value, field: &str| row[field].as_object().cloned().unwrap_or_default();
    let names: BTreeSet<_> =
        rows.iter().flat_map(|row| of(row, "ratios").into_iter()).map(|pair| pair.0).collect();
    let names: Vec<_> = names.into_iter().filter(|name| name != "segel").collect();
    let heads = names.iter().map(|name| format!("{name:>17}")).collect::<Vec<_>>().concat();
    shell::say(format!("{title:<28}{heads}{:>14}", "ours, ms"));
    for row in rows {
        let ratios = of(row, "ratios");
        let quickest = of(row, "quickest");
        let number = |from: &Map<String, Value>, name: &str| from.get(name).and_then(Value::as_f64);
        let cells = names.iter().map(|name| match (number(&ratios, name), number(&quickest, name)) {
            (Some(median), Some(quickest)) => format!("{:>17}", format!("{median:.2} {quickest:>5.2}")),
            _ => format!("{:>17}", "-"),
        });
        let cells = cells.collect::<Vec<_>>().concat();
        let ours = row["milliseconds"]["segel"].as_f64().unwrap_or_default();
        shell::say(format!("{:<28}{cells}{ours:>14.4}", row["name"].as_str().unwrap_or_default()));
    }
    shell::say("");
}
