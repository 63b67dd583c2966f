//! `test`: everything that must hold, cheapest first. It stops at the first failure.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::report::Report;
use crate::toolchain::{TARGET, Toolchain};
use crate::tools::{self, Browser};
use crate::{build, paths, simulate, size};

/// Packages that are compiled for browsers.
const BROWSER_PACKAGES: [&str; 5] = ["segel-web", "segel-ui", "segel", "segel-widget", "segel-console"];

/// Packages that run others' test vectors, natively and in WebAssembly under Node.
const VECTORS: [&str; 3] = ["segel-wire", "segel-hazmat", "segel-stretch"];

/// The second implementation of the protocol.
const INTEROP: &str = "tests/interop";

/// Folders of the packages that have tests in a browser.
const BROWSER_TESTS: [&str; 2] = ["crates/web", "crates/ui"];

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only format, lints and native tests: at most three minutes when compiled before
    #[arg(long)]
    quick: bool,
}

pub(crate) fn run(args: &Args) -> ExitCode {
    let mut report = Report::default();
    let result = checks(args, &mut report);
    report.close(result)
}

fn checks(args: &Args, report: &mut Report) -> Result<()> {
    let toolchain = Toolchain::ready()?;
    let cargo = |words: &str| {
        let mut cargo = toolchain.cargo();
        cargo.args(words.split(' '));
        cargo
    };
    report.check("format", &mut cargo("fmt --all --check"))?;
    report.check("lints", &mut cargo("clippy --workspace --all-targets -- -D warnings"))?;
    report.check("lints in scenarios", &mut cargo("clippy -p segel --test scenarios -- -D warnings"))?;
    report.check("lints in interop", &mut cargo("clippy -p segel-crypto --test interop -- -D warnings"))?;
    report.check("lints for browsers", &mut browser_lints(&toolchain))?;
    let examples = "--example workloads_wasm --example share --example floor";
    let examples = format!("clippy -p segel-crypto --target {TARGET} {examples} -- -D warnings");
    report.check("lints in browsers' examples", &mut cargo(&examples))?;
    let examples = "--example masking_wasm --example masking_page";
    let examples = format!("clippy -p segel-mask --target {TARGET} {examples} -- -D warnings");
    report.check("lints in masking's examples", &mut cargo(&examples))?;
    report.check(
        "lints in masking's corpus",
        &mut cargo("clippy -p segel-mask --test corpus -- -D warnings"),
    )?;
    report.tests("native tests", &mut cargo("test --workspace"))?;
    let corpus = "test --quiet -p segel-mask --test corpus -- --nocapture --test-threads=1";
    report.measured_tests("masking's corpus", &mut cargo(corpus))?;
    if args.quick {
        return Ok(());
    }
    let mut docs = cargo("doc --workspace --no-deps");
    // A crate's own page may point at its private rooms: it is read beside the source.
    docs.env("RUSTDOCFLAGS", "-Dwarnings -Arustdoc::private_intra_doc_links");
    report.check("documentation", &mut docs)?;
    report.check("dependencies", &mut dependencies(&toolchain)?)?;
    report.tests("vectors in wasm", &mut vectors(&toolchain)?)?;
    report.check("packages for Node.js", &mut tools::npm("ci", INTEROP)?)?;
    report.tests("second implementation", &mut tools::npm("test", INTEROP)?)?;
    report.tests("both implementations", &mut cargo("test -p segel-crypto --test interop"))?;
    in_browsers(&toolchain, report)?;
    report.check("simulation", &mut simulate::checked(&toolchain))
}

fn browser_lints(toolchain: &Toolchain) -> Command {
    let mut clippy = toolchain.cargo();
    clippy.args(["clippy", "--all-targets", "--target", TARGET]);
    clippy.args(BROWSER_PACKAGES.iter().flat_map(|package| ["-p", package]));
    clippy.args(["--", "-D", "warnings"]);
    clippy
}

/// The tests inside the packages, compiled with the flags and at the levels that browsers are served.
fn vectors(toolchain: &Toolchain) -> Result<Command> {
    let mut cargo = toolchain.cargo();
    cargo.args(["test", "--lib", "--target", TARGET, "--profile", "wasm"]);
    cargo.args(VECTORS.iter().flat_map(|package| ["-p", package]));
    // By its name in PATH: cargo would cut a path at its spaces.
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner");
    toolchain.equip(&mut cargo, &[tools::wasm_test_runner(toolchain)?]);
    Ok(cargo)
}

/// Licences, sources and banned crates.
fn dependencies(toolchain: &Toolchain) -> Result<Command> {
    let bin = tools::cargo_deny(toolchain)?;
    let mut deny = Command::new(bin.join("cargo-deny"));
    deny.current_dir(paths::root()).args(["check", "bans", "licenses", "sources"]);
    toolchain.equip(&mut deny, &[]);
    Ok(deny)
}

fn in_browsers(toolchain: &Toolchain, report: &mut Report) -> Result<()> {
    let browser = Browser::ready()?;
    for folder in BROWSER_TESTS {
        report.tests(&format!("{folder} in a browser"), &mut wasm_pack(toolchain, &browser, folder)?)?;
    }
    build::browser_files(toolchain, false)?;
    report.own("size", size::within_budget)?;
    report.own("sealing's share of it", || size::sealing_within_budget(toolchain))?;
    report.tests("end-to-end scenarios", &mut scenarios(toolchain, &browser)?)
}

/// The scenarios, over what was built for browsers.
pub(crate) fn scenarios(toolchain: &Toolchain, browser: &Browser) -> Result<Command> {
    let servers = build::servers(toolchain)?;
    let mut scenarios = toolchain.cargo();
    scenarios.args(["test", "-p", "segel", "--test", "scenarios"]);
    scenarios.env("SEGEL_DIST", paths::dist());
    scenarios.env("SEGEL_RELAY_BIN", servers.join("segel-relay"));
    scenarios.env("SEGEL_DEMO_BIN", servers.join("segel-demo"));
    scenarios.env("SEGEL_SIZE", size::total()?.to_string());
    scenarios.env("SEGEL_AXE", tools::axe()?);
    scenarios.env("SEGEL_CHROMIUM", &browser.chromium);
    scenarios.env("SEGEL_CHROMEDRIVER", &browser.chromedriver);
    Ok(scenarios)
}

fn wasm_pack(toolchain: &Toolchain, browser: &Browser, folder: &str) -> Result<Command> {
    let bin = tools::wasm_pack(toolchain)?;
    let mut wasm_pack = Command::new(bin.join("wasm-pack"));
    wasm_pack.current_dir(paths::root()).args(["test", "--headless", "--chrome", "--mode", "no-install"]);
    wasm_pack.arg("--chromedriver").arg(&browser.chromedriver).arg(folder);
    // The test runner, at the version of the project's wasm-bindgen, is looked for in PATH.
    toolchain.equip(&mut wasm_pack, &[tools::wasm_bindgen(toolchain)?]);
    wasm_pack.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", paths::root().join("webdriver.json"));
    // For all tests of a crate together; some wait for what takes seconds.
    wasm_pack.env("WASM_BINDGEN_TEST_TIMEOUT", "180");
    Ok(wasm_pack)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn no_package_with_tests_in_wasm_is_forgotten() {
        let crates = fs::read_dir(paths::root().join("crates")).unwrap();
        let folders = crates.map(|entry| format!("crates/{}", entry.unwrap().file_name().display()));
        let mut with_tests = folders.chain([".".to_owned()]).filter(|folder| {
            let manifest = paths::root().join(folder).join("Cargo.toml");
            fs::read_to_string(manifest).is_ok_and(|text| text.contains("\nwasm-bindgen-test.workspace"))
        });
        assert!(with_tests.all(|folder| {
            BROWSER_TESTS.contains(&folder.as_str()) || VECTORS.map(folder_of).contains(&folder)
        }));
    }

    #[test]
    fn vectors_run_in_wasm_wherever_they_run_natively() {
        let run = VECTORS.map(|package| paths::root().join(folder_of(package)).join("src"));
        let mut found = 0;
        for file in paths::files_below(&paths::root().join("crates")).unwrap() {
            if file.extension().is_none_or(|kind| kind != "rs") {
                continue;
            }
            let text = fs::read_to_string(&file).unwrap();
            if text.contains("#[test]") && text.to_lowercase().contains("wycheproof") {
                let file_name = file.display();
                assert!(run.iter().any(|folder| file.starts_with(folder)), "{file_name} is not run");
                assert!(text.contains("wasm_bindgen_test as test;"), "{file_name} is not run in wasm");
                found += 1;
            }
        }
        assert_ne!(found, 0);
    }

    fn folder_of(package: &str) -> String {
        package.replace("segel-", "crates/")
    }
}
