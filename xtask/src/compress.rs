//! Brotli copies of what a visitor downloads, beside each file, as servers of static files expect them.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use brotli::CompressorWriter;

use crate::{paths, shell};

const QUALITY: u32 = 11;
const WINDOW_BITS: u32 = 22;

/// Where the brotli copy of `file` is.
pub(crate) fn copy_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".br");
    PathBuf::from(name)
}

/// Gives every file of `dir` a brotli copy that is not older than the file.
pub(crate) fn refresh_copies(dir: &Path) -> Result<()> {
    let mut stale = Vec::new();
    for file in paths::files_below(dir)? {
        if !is_copy(&file) && !is_fresh(&copy_of(&file), &file)? {
            stale.push(file);
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    shell::work(&format!("compress {} files", stale.len()), || {
        for file in &stale {
            fs::write(copy_of(file), compress(&fs::read(file)?)?)?;
        }
        Ok(())
    })
}

/// The size of a file's brotli copy.
pub(crate) fn size_of(file: &Path) -> Result<usize> {
    Ok(compress(&fs::read(file)?)?.len())
}

/// Removes the brotli copies in `dir`.
pub(crate) fn remove_copies(dir: &Path) -> Result<()> {
    for file in paths::files_below(dir)?.iter().filter(|file| is_copy(file)) {
        fs::remove_file(file)?;
    }
    Ok(())
}

fn is_copy(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "br")
}

fn is_fresh(copy: &Path, file: &Path) -> Result<bool> {
    Ok(copy.exists() && copy.metadata()?.modified()? >= file.metadata()?.modified()?)
}

fn compress(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut writer = CompressorWriter::new(Vec::new(), 1 << 16, QUALITY, WINDOW_BITS);
    writer.write_all(bytes)?;
    Ok(writer.into_inner())
}
