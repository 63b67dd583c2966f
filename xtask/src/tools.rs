//! Tools that the project calls, each at one version. What is missing is installed into the cache.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::toolchain::Toolchain;
use crate::{apt, paths, shell};

const WASM_PACK: &str = "0.15.1";
const CARGO_DENY: &str = "0.20.2";
const AXE: &str = "4.14.1";
const BINARYEN: &str = "132.0.0";
const ESBUILD: &str = "0.28.2";
const NODE_MAJOR: u32 = 20;

/// The folder of `wasm-bindgen` and its test runner, at the version of the crate that the project uses.
pub(crate) fn wasm_bindgen(toolchain: &Toolchain) -> Result<PathBuf> {
    // Its lock file names a yanked crate, with which cargo refuses to install.
    from_crates(toolchain, "wasm-bindgen-cli", &wasm_bindgen_version()?, &[])
}

/// The folder of `wasm-bindgen-test-runner`, with the Node.js that it calls where no browser is asked for.
pub(crate) fn wasm_test_runner(toolchain: &Toolchain) -> Result<PathBuf> {
    check_node()?;
    wasm_bindgen(toolchain)
}

/// The folder of `wasm-pack`.
pub(crate) fn wasm_pack(toolchain: &Toolchain) -> Result<PathBuf> {
    from_crates(toolchain, "wasm-pack", WASM_PACK, &["--locked"])
}

/// The folder of `cargo-deny`.
pub(crate) fn cargo_deny(toolchain: &Toolchain) -> Result<PathBuf> {
    from_crates(toolchain, "cargo-deny", CARGO_DENY, &["--locked"])
}

/// The program `wasm-opt`.
pub(crate) fn wasm_opt() -> Result<PathBuf> {
    Ok(from_npm("binaryen", BINARYEN)?.join("wasm-opt"))
}

/// axe-core's script, which finds what keeps people out of a page.
pub(crate) fn axe() -> Result<PathBuf> {
    Ok(from_npm("axe-core", AXE)?.with_file_name("axe-core").join("axe.min.js"))
}

/// npm with one of its commands, in a folder of the project.
pub(crate) fn npm(command: &str, folder: &str) -> Result<Command> {
    check_node()?;
    let mut npm = Command::new("npm");
    npm.current_dir(paths::root().join(folder)).args([command, "--no-audit", "--no-fund"]);
    Ok(npm)
}

/// The program `node`, new enough.
pub(crate) fn node() -> Result<Command> {
    check_node()?;
    Ok(Command::new("node"))
}

/// The `node_modules` that a folder's lock file names, installed into the cache.
pub(crate) fn locked_modules(folder: &Path) -> Result<PathBuf> {
    let lock = fs::read(folder.join("package-lock.json"))?;
    let version = HEXLOWER.encode(&Sha256::digest(&lock)[..6]);
    let dir = install("bench", &version, |dir| {
        check_node()?;
        for file in ["package.json", "package-lock.json"] {
            paths::copy(&folder.join(file), &dir.join(file))?;
        }
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(dir);
        Ok(npm)
    })?;
    Ok(dir.join("node_modules"))
}

/// Makes one script of `input` and all that it imports, for a browser.
pub(crate) fn bundle(input: &Path, output: &Path) -> Result<()> {
    let mut esbuild = Command::new(from_npm("esbuild", ESBUILD)?.join("esbuild"));
    esbuild.args(["--bundle", "--format=esm", "--platform=browser", "--log-level=warning"]);
    // What olm asks for in Node only.
    esbuild.args(["--external:crypto", "--external:fs", "--external:path"]);
    shell::quiet(esbuild.arg(input).arg(format!("--outfile={}", output.display())))?;
    Ok(())
}

/// Makes a small `output` of the script or style sheet `input`.
pub(crate) fn minify(options: &[&str], input: &Path, output: &Path) -> Result<()> {
    let mut esbuild = Command::new(from_npm("esbuild", ESBUILD)?.join("esbuild"));
    esbuild.args(["--minify", "--log-level=warning"]).args(options);
    shell::quiet(esbuild.arg(input).arg(format!("--outfile={}", output.display())))?;
    Ok(())
}

/// A browser and the program that drives it.
pub(crate) struct Browser {
    pub(crate) chromium: PathBuf,
    pub(crate) chromedriver: PathBuf,
}

impl Browser {
    /// Chromium from PATH, installed by apt where it is missing.
    pub(crate) fn ready() -> Result<Self> {
        if Self::found().is_none() {
            apt::install(&["chromium", "chromium-driver"], "tests in a browser")?;
        }
        Self::found().context("chromium and chromedriver are not in PATH although apt installed them")
    }

    fn found() -> Option<Self> {
        Some(Self { chromium: paths::program("chromium")?, chromedriver: paths::program("chromedriver")? })
    }
}

/// The version that the root manifest pins: command line and crate must be the same.
pub(crate) fn wasm_bindgen_version() -> Result<String> {
    let manifest = fs::read_to_string(paths::root().join("Cargo.toml"))?;
    pinned(&manifest, "wasm-bindgen").context("Cargo.toml does not pin wasm-bindgen to `=` one version")
}

fn pinned(manifest: &str, package: &str) -> Option<String> {
    let rest = manifest.lines().find_map(|line| line.strip_prefix(package)?.strip_prefix(" = "))?;
    let (_, version) = rest.split_once("\"=")?;
    Some(version.split_once('"')?.0.to_owned())
}

fn from_crates(toolchain: &Toolchain, name: &str, version: &str, options: &[&str]) -> Result<PathBuf> {
    let dir = install(name, version, |dir| {
        let mut cargo = toolchain.cargo();
        cargo.args(["install", name, "--version", version]).args(options).arg("--root").arg(dir);
        // Neither the project's settings nor its target folder concern a tool.
        cargo.current_dir(dir).env_remove("CARGO_TARGET_DIR");
        Ok(cargo)
    })?;
    Ok(dir.join("bin"))
}

fn from_npm(name: &str, version: &str) -> Result<PathBuf> {
    let dir = install(name, version, |dir| {
        check_node()?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--prefix"])
            .arg(dir)
            .arg(format!("{name}@{version}"));
        npm.current_dir(dir);
        Ok(npm)
    })?;
    Ok(dir.join("node_modules/.bin"))
}

/// Installs into a folder of its own, which appears only when it is complete.
fn install(name: &str, version: &str, command: impl FnOnce(&Path) -> Result<Command>) -> Result<PathBuf> {
    let tools = paths::cache()?.join("tools");
    let dir = tools.join(format!("{name}-{version}"));
    if dir.exists() {
        return Ok(dir);
    }
    let partial = tools.join(format!("{name}-{version}.partial"));
    fs::create_dir_all(&partial).with_context(|| format!("cannot write {}", tools.display()))?;
    shell::step(&format!("install {name} {version}"), &mut command(&partial)?)?;
    match fs::rename(&partial, &dir) {
        // Another checkout's command was faster.
        Err(_) if dir.exists() => Ok(dir),
        renamed => Ok(renamed.map(|()| dir)?),
    }
}

fn check_node() -> Result<()> {
    let version = shell::ask(Command::new("node").arg("--version"));
    let major = version.and_then(|text| text.trim_start_matches('v').split('.').next()?.parse::<u32>().ok());
    if major.is_none_or(|major| major < NODE_MAJOR) || paths::program("npm").is_none() {
        bail!("Node.js {NODE_MAJOR} or newer with npm is needed: install it from https://nodejs.org");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_pins_one_version() {
        assert_eq!(pinned("wasm-bindgen = \"=0.2.1\"", "wasm-bindgen").as_deref(), Some("0.2.1"));
        let table = "wasm-bindgen-test = \"=9\"\nwasm-bindgen = { version = \"=0.2.1\", features = [] }";
        assert_eq!(pinned(table, "wasm-bindgen").as_deref(), Some("0.2.1"));
        assert_eq!(pinned("wasm-bindgen = \"0.2.1\"", "wasm-bindgen"), None);
    }
}
