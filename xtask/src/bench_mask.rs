//! `bench mask`: masking in Node, in Chromium and on this machine, beside what else one would take. The scripts are in
//! `xtask/bench/masking`.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::toolchain::Toolchain;
use crate::tools::{self, Browser};
use crate::{bench_crypto, paths, shell};

const PACKAGE: &str = "segel-mask";

pub(crate) fn run(as_json: bool) -> Result<()> {
    let toolchain = Toolchain::ready()?;
    let wasm_bindgen = tools::wasm_bindgen(&toolchain)?.join("wasm-bindgen");
    let scratch = paths::scratch().join("bench-mask");
    let compiled =
        bench_crypto::compile(&toolchain, PACKAGE, &["masking_wasm", "masking_page", "masking_floor"], None)?;
    let bound = |name: &str| bench_crypto::bound(&wasm_bindgen, &compiled, name, &scratch.join(name), &[]);
    let (program, floor) = (bound("masking")?, bound("masking_floor")?);
    bound("masking_page")?;
    let mut cargo = toolchain.cargo();
    cargo.args(["build", "--release", "-p", PACKAGE, "--example", "masking"]);
    shell::step("compile for this machine", &mut cargo)?;
    let (scripts, _) = bench_crypto::scripts(&scratch, "masking")?;
    let page = scratch.join("page");
    tools::bundle(&scripts.join("masking/page.js"), &page.join("page.js"))?;
    let browser = Browser::ready()?;
    let plan = json!({
        "modules": {
            "masking": scratch.join("masking"),
            "masking_page": scratch.join("masking_page"),
            "texts": paths::root().join("crates/mask/tests/data/bench"),
        },
        "native": paths::target().join("release/examples/masking"),
        "page": page,
        "chromium": browser.chromium,
        "args": bench_crypto::browser_arguments()?,
    });
    let mut node = tools::node()?;
    node.arg(scripts.join("masking/main.js")).arg(plan.to_string());
    let output = shell::step("measure", &mut node)?;
    let results = output.lines().find(|line| line.starts_with('{')).context("no results were printed")?;
    let mut results: Value = serde_json::from_str(results)?;
    results["gzip_bytes"] = json!(gzip_size(&program)?);
    results["floor_gzip_bytes"] = json!(gzip_size(&floor)?);
    if as_json {
        shell::say(results);
    } else {
        bench_crypto::print_tables(&results);
        let (whole, floor) = (&results["gzip_bytes"], &results["floor_gzip_bytes"]);
        shell::say(format!(
            "masking's module: {whole} bytes gzip, of which a module that masks nothing has {floor}"
        ));
    }
    Ok(())
}

fn gzip_size(file: &Path) -> Result<usize> {
    let gzip = Command::new("gzip").args(["-9", "-c"]).arg(file).output().context("cannot run gzip")?;
    Ok(gzip.stdout.len())
}
