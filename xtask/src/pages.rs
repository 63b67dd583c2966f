//! Pages, scripts and styles: from `www` to what a browser loads.

use std::fs;
use std::path::Path;

use anyhow::Result;
use data_encoding::BASE64;
use serde_json::json;
use sha2::{Digest, Sha384};

use crate::{paths, shell, stamp, tools};

/// How a file of `www` becomes a file of [`paths::dist`].
enum Recipe {
    /// As it is.
    Copy,
    /// A classic script, in ASCII: the page that holds it may have any encoding.
    Script,
    /// A module with what it imports, except the glue.
    Module,
    /// A style sheet with what it imports.
    Style,
}

const PAGES: [(&str, &str, Recipe); 7] = [
    ("loader/segel.js", "widget/segel.js", Recipe::Script),
    ("frame.html", "widget/frame.html", Recipe::Copy),
    ("frame.js", "widget/frame.js", Recipe::Module),
    ("styles/frame.css", "widget/frame.css", Recipe::Style),
    ("console.html", "console/index.html", Recipe::Copy),
    ("console.js", "console/console.js", Recipe::Module),
    ("styles/console.css", "console/console.css", Recipe::Style),
];

/// Part of the stamp: this file and the tools' versions decide what comes out.
const RECIPE: &str = concat!(include_str!("pages.rs"), include_str!("tools.rs"));

/// Makes the pages of widget and console, copies the demo shop, and notes the loader's integrity for the tag.
pub(crate) fn build() -> Result<()> {
    let (www, dist) = (paths::root().join("www"), paths::dist());
    let mut outputs = PAGES.map(|(_, output, _)| dist.join(output)).to_vec();
    outputs.extend([dist.join("shop"), dist.join("integrity.json")]);
    stamp::when_changed("pages", RECIPE, &paths::files_below(&www)?, &outputs, || {
        shell::work("pages and styles", || {
            for (input, output, recipe) in &PAGES {
                page(&www.join(input), &dist.join(output), recipe)?;
            }
            shop(&www.join("shop"), &dist.join("shop"))?;
            let integrity = json!({ "segel.js": integrity(&dist.join("widget/segel.js"))? });
            Ok(fs::write(dist.join("integrity.json"), integrity.to_string())?)
        })
    })
}

fn page(input: &Path, output: &Path, recipe: &Recipe) -> Result<()> {
    let options: &[&str] = match recipe {
        Recipe::Copy => return paths::copy(input, output),
        Recipe::Script => &["--charset=ascii"],
        Recipe::Module => &[
            "--bundle",
            "--format=esm",
            "--charset=utf8",
            "--external:./widget.js",
            "--external:./console_app.js",
        ],
        Recipe::Style => &["--bundle", "--charset=utf8"],
    };
    tools::minify(options, input, output)
}

fn shop(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    for file in paths::files_below(from)? {
        paths::copy(&file, &to.join(file.strip_prefix(from)?))?;
    }
    Ok(())
}

/// The value of a script tag's `integrity`.
fn integrity(file: &Path) -> Result<String> {
    Ok(format!("sha384-{}", BASE64.encode(&Sha384::digest(fs::read(file)?))))
}
