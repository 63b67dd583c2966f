//! Debian's packages, for what neither cargo nor npm brings.

use std::process::Command;

use anyhow::{Result, bail};

use crate::{paths, shell};

/// Installs `packages`, or says in one sentence what to do instead. `purpose` completes "... need them".
pub(crate) fn install(packages: &[&str], purpose: &str) -> Result<()> {
    let names = packages.join(" ");
    if paths::program("apt-get").is_none() {
        bail!(
            "there is no apt here: install what {purpose} need and run this again (Debian calls it {names})"
        );
    }
    if shell::ask(Command::new("id").arg("-u")).as_deref() != Some("0") {
        bail!(
            "only root may use apt: run `sudo apt-get install {names}`, which {purpose} need, and this again"
        );
    }
    shell::step("apt-get update", apt().arg("update"))?;
    let install = ["install", "--yes", "--no-install-recommends"];
    shell::step(&format!("apt-get install {}", packages[0]), apt().args(install).args(packages))?;
    Ok(())
}

fn apt() -> Command {
    let mut apt = Command::new("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive");
    apt
}
