//! Skips a step whose inputs and recipe are what they were when its outputs were made.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::paths;

/// Runs `make` unless `outputs` exist and were made from the same `recipe` and the same bytes of `inputs`.
pub(crate) fn when_changed(
    name: &str,
    recipe: &str,
    inputs: &[PathBuf],
    outputs: &[PathBuf],
    make: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let stamp = paths::scratch().join(format!("{name}.stamp"));
    let digest = digest(recipe, inputs)?;
    let fresh = fs::read_to_string(&stamp).is_ok_and(|old| old == digest);
    if fresh && outputs.iter().all(|output| output.exists()) {
        return Ok(());
    }
    make()?;
    fs::create_dir_all(paths::scratch())?;
    fs::write(&stamp, digest).with_context(|| format!("cannot write {}", stamp.display()))
}

fn digest(recipe: &str, inputs: &[PathBuf]) -> Result<String> {
    let mut hash = Sha256::new_with_prefix(recipe);
    for input in inputs {
        let bytes = fs::read(input).with_context(|| format!("cannot read {}", input.display()))?;
        hash.update(input.to_string_lossy().as_bytes());
        hash.update(bytes.len().to_be_bytes());
        hash.update(&bytes);
    }
    Ok(HEXLOWER.encode(&hash.finalize()))
}
