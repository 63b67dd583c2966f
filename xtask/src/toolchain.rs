//! Finds a compiler with a WebAssembly target. Nothing else knows which of the two ways was taken.
//!
//! First way: the compiler at hand, its target added by rustup. Second way, where rustup is missing or cannot
//! download: Debian's compiler, and the standard library compiled once from Debian's source.

use std::env;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::{apt, paths, shell};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// What `cargo rustc` hands to the compiler where a program for browsers is optimised as one. Of functions that the program calls once,
/// only small ones become a part of their callers then: the compiler takes 15,000 off what such a function costs. Large ones compress
/// worse there, and go where their callers go when the program is split.
pub(crate) const LINKED: [&str; 2] = ["--", "-Cllvm-args=-inline-threshold=-14930"];

const DEBIAN_PACKAGES: [&str; 6] =
    ["rustc-web", "cargo-web", "rust-web-src", "rust-web-clippy", "rustfmt-web", "lld-22"];
const DEBIAN_LINKER: &str = "wasm-ld-22";
const DEBIAN_SOURCE: &str = "/usr/lib/rustlib/src/rust/library/std";
/// What the sysroot's `bin` offers as it is; `rustc` and `rustdoc` are wrapped.
const DEBIAN_PROGRAMS: [&str; 5] = ["cargo", "cargo-clippy", "clippy-driver", "cargo-fmt", "rustfmt"];

/// A compiler that can build for this machine and for browsers.
pub(crate) struct Toolchain {
    /// The sysroot of the second way; nothing where the environment's own compiler serves.
    sysroot: Option<PathBuf>,
}

impl Toolchain {
    /// Finds a compiler and brings what it lacks.
    pub(crate) fn ready() -> Result<Self> {
        let forced = env::var("SEGEL_TOOLCHAIN").unwrap_or_default();
        let rustup = || {
            if !has_target() {
                add_target()?;
            }
            Ok(Self { sysroot: None })
        };
        match forced.as_str() {
            "rustup" => rustup(),
            "debian" => Ok(Self { sysroot: Some(debian_sysroot()?) }),
            "" => rustup().or_else(|error| {
                let sysroot = debian_sysroot().with_context(|| format!("{error:#}; Debian's compiler"))?;
                Ok(Self { sysroot: Some(sysroot) })
            }),
            other => bail!("SEGEL_TOOLCHAIN is `{other}`, and can be `rustup` or `debian`"),
        }
    }

    /// A cargo command in the checkout.
    pub(crate) fn cargo(&self) -> Command {
        let program = self.sysroot.as_ref().map_or("cargo".into(), |sysroot| sysroot.join("bin/cargo"));
        let mut cargo = Command::new(program);
        cargo.current_dir(paths::root());
        self.equip(&mut cargo, &[]);
        cargo
    }

    /// Makes `command`, which calls cargo itself, use this compiler, with `bins` first in its PATH.
    pub(crate) fn equip(&self, command: &mut Command, bins: &[PathBuf]) {
        let own = self.sysroot.iter().map(|sysroot| sysroot.join("bin"));
        let inherited = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths(bins.iter().cloned().chain(own).chain(env::split_paths(&inherited)));
        command.env("PATH", path.unwrap_or(inherited));
        if let Some(sysroot) = &self.sysroot {
            for exported_by_rustup in ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN"] {
                command.env_remove(exported_by_rustup);
            }
            // Clippy's driver bypasses the wrapper and reads this instead.
            command.env("SYSROOT", sysroot);
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", DEBIAN_LINKER);
        }
    }
}

fn has_target() -> bool {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "target-libdir", "--target", TARGET]);
    shell::ask(&mut rustc).is_some_and(|dir| Path::new(&dir).is_dir())
}

fn add_target() -> Result<()> {
    if paths::program("rustup").is_none() {
        bail!("the compiler has no {TARGET} target and there is no rustup to add it (see https://rustup.rs)");
    }
    let mut rustup = Command::new("rustup");
    rustup.args(["target", "add", TARGET]);
    let run = shell::watch("rustup target add", &mut rustup, Duration::from_mins(1))?;
    if !run.success {
        let reason = run.output.lines().last().unwrap_or("no answer within a minute").to_owned();
        bail!("rustup cannot add the {TARGET} target ({reason})");
    }
    Ok(())
}

/// The second way: a sysroot in the cache, one for each compiler version.
fn debian_sysroot() -> Result<PathBuf> {
    let there = |program: &&str| Path::new("/usr/bin").join(program).exists();
    if !DEBIAN_PROGRAMS.iter().chain(&["rustc", DEBIAN_LINKER]).all(there)
        || !Path::new(DEBIAN_SOURCE).exists()
    {
        apt::install(&DEBIAN_PACKAGES, "builds for browsers")?;
    }
    let version = shell::ask(Command::new("/usr/bin/rustc").arg("--version"))
        .and_then(|line| line.split(' ').nth(1).map(str::to_owned))
        .context("/usr/bin/rustc does not tell its version")?;
    let cache = paths::cache()?;
    let sysroot = cache.join(format!("sysroot-{version}"));
    if !sysroot.exists() {
        let build = cache.join(format!("sysroot-{version}.build"));
        let library = build_library(&build)?;
        lay_out(&sysroot, &library, &cache.join(format!("sysroot-{version}.partial")))?;
        fs::remove_dir_all(&build)?;
    }
    Ok(sysroot)
}

/// Lays out `sysroot`, which appears only when it is complete: until then it is `partial`.
fn lay_out(sysroot: &Path, library: &[PathBuf], partial: &Path) -> Result<()> {
    if partial.exists() {
        fs::remove_dir_all(partial)?;
    }
    let (bin, rustlib) = (partial.join("bin"), partial.join("lib/rustlib"));
    let target_lib = rustlib.join(TARGET).join("lib");
    fs::create_dir_all(&bin)?;
    fs::create_dir_all(&target_lib)?;
    for rlib in library {
        let name = rlib.file_name().unwrap_or_default();
        fs::copy(rlib, target_lib.join(name))?;
    }
    for entry in fs::read_dir("/usr/lib/rustlib")? {
        let entry = entry?;
        symlink(entry.path(), rustlib.join(entry.file_name()))?;
    }
    for wrapped in ["rustc", "rustdoc"] {
        let script = format!("#!/bin/sh\nexec /usr/bin/{wrapped} --sysroot '{}' \"$@\"\n", sysroot.display());
        fs::write(bin.join(wrapped), script)?;
        fs::set_permissions(bin.join(wrapped), fs::Permissions::from_mode(0o755))?;
    }
    for program in DEBIAN_PROGRAMS {
        symlink(Path::new("/usr/bin").join(program), bin.join(program))?;
    }
    fs::rename(partial, sysroot).with_context(|| format!("cannot write {}", sysroot.display()))
}

/// Compiles the standard library for the browser by way of an empty crate, and names its `.rlib` files.
fn build_library(dir: &Path) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(dir.join("src"))?;
    fs::write(dir.join("src/lib.rs"), "")?;
    fs::write(dir.join("Cargo.toml"), "[package]\nname = \"empty\"\nedition = \"2024\"\n[workspace]\n")?;
    let mut cargo = Command::new("/usr/bin/cargo");
    cargo.current_dir(dir).args(["build", "--release", "--target", TARGET]);
    cargo.arg("-Zbuild-std=std,panic_abort,panic_unwind,test").env("RUSTC_BOOTSTRAP", "1");
    for foreign in ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN", "RUSTFLAGS"] {
        cargo.env_remove(foreign);
    }
    cargo.env("CARGO_TARGET_DIR", dir.join("target")).env("PATH", "/usr/bin:/bin");
    shell::step("Rust's library for browsers", &mut cargo)?;
    let mut rlibs = paths::files_below(&dir.join("target").join(TARGET).join("release/deps"))?;
    rlibs.retain(|file| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".rlib") && !name.starts_with("libempty-")
    });
    Ok(rlibs)
}
