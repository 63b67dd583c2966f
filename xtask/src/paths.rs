//! Where things are: the checkout, what is built in it, and the cache outside it.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result};

/// The checkout.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// Cargo's target folder.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// What browsers load: one folder for each origin that serves files.
pub(crate) fn dist() -> PathBuf {
    target().join("dist")
}

/// Files on the way to [`dist`], and the stamps that say whether they are still fresh.
pub(crate) fn scratch() -> PathBuf {
    target().join("xtask")
}

/// Installed tools and a compiled standard library, shared by all checkouts.
pub(crate) fn cache() -> Result<PathBuf> {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("SEGEL_CACHE")
        .or_else(|| absolute("XDG_CACHE_HOME").map(|dir| dir.join("segel")))
        .or_else(|| absolute("HOME").map(|dir| dir.join(".cache/segel")))
        .context("there is no place for the tools' cache: set SEGEL_CACHE to an absolute path")
}

/// The program called `name`, where PATH has it.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file())
}

/// Every file below `dir`, sorted.
pub(crate) fn files_below(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))? {
        let path = entry?.path();
        if path.is_dir() { files.extend(files_below(&path)?) } else { files.push(path) }
    }
    files.sort();
    Ok(files)
}

/// Copies a file and makes the folder that it goes to.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(dir) = to.parent() {
        fs::create_dir_all(dir)?;
    }
    fs::copy(from, to).with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    Ok(())
}
