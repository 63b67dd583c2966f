//! `build`: what browsers load, in one folder for each origin: `target/dist/{widget,console,shop}`.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::program::{CONSOLE, Program, STRETCH, WIDGET};
use crate::toolchain::{LINKED, TARGET, Toolchain};
use crate::{compress, pages, paths, shell, tools};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Compile fast and keep names: nothing optimised for size, no brotli copies
    #[arg(long)]
    dev: bool,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    browser_files(&Toolchain::ready()?, args.dev)
}

/// Builds all that browsers load. Unless `dev`, each file gets a brotli copy beside it, so that what `size`
/// measures is what a server can send.
pub(crate) fn browser_files(toolchain: &Toolchain, dev: bool) -> Result<()> {
    let wasm_bindgen = tools::wasm_bindgen(toolchain)?.join("wasm-bindgen");
    for Program { package, name, .. } in [&WIDGET, &CONSOLE, &STRETCH[0]] {
        let mut cargo = toolchain.cargo();
        cargo.args(["rustc", "-p", package, "--lib", "--crate-type", "cdylib", "--target", TARGET]);
        cargo.args(["--profile", if dev { "dev" } else { "wasm" }]).arg("--config").arg(same_everywhere()?);
        if !dev {
            cargo.args(LINKED);
        }
        shell::step(&format!("compile {name}"), &mut cargo)?;
    }
    for program in [WIDGET, CONSOLE].into_iter().chain(STRETCH) {
        program.build(&wasm_bindgen, dev)?;
    }
    pages::build()?;
    for folder in [WIDGET.folder, CONSOLE.folder] {
        let folder = paths::dist().join(folder);
        if dev { compress::remove_copies(&folder)? } else { compress::refresh_copies(&folder)? }
    }
    Ok(())
}

/// Cargo's setting that keeps this machine's folders out of what browsers load: the same bytes wherever it is built. Names of
/// functions say which types they are for, so that they can be told apart where a program is split.
fn same_everywhere() -> Result<String> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::home_dir().map(|home| home.join(".cargo"))).context("no home folder")?;
    let folders = [(home.join("registry/src"), "crates.io"), (paths::root().to_owned(), "segel")];
    let mut flags = vec!["-Csymbol-mangling-version=v0".to_owned()];
    flags.extend(folders.map(|(folder, name)| format!("--remap-path-prefix={}={name}", folder.display())));
    Ok(format!("target.{TARGET}.rustflags={flags:?}"))
}

/// Builds the relay, the demo server and the owner's tool for this machine and names the folder that they are in. Unoptimised:
/// one visitor and one agent ask little of them, and the first start is minutes shorter.
pub(crate) fn servers(toolchain: &Toolchain) -> Result<PathBuf> {
    let mut cargo = toolchain.cargo();
    cargo.args(["build", "--bins", "-p", "segel-relay", "-p", "segel-demo", "-p", "segel-owner"]);
    shell::step("compile the servers", &mut cargo)?;
    Ok(paths::target().join("debug"))
}
