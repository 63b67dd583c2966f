//! Pages, scripts and styles: from `www` to what a browser loads.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use data_encoding::BASE64;
use serde_json::json;
use sha2::{Digest, Sha384};

use crate::texts::{DESK, LATER, REPORT, Texts};
use crate::{paths, shell, stamp, tools};

/// How a file of `www` becomes a file of [`paths::dist`].
enum Recipe {
    /// As it is.
    Copy,
    /// A classic script, in ASCII: the page that holds it may have any encoding.
    Script,
    /// A module.
    Module,
    /// A style sheet with what it imports.
    Style,
}

const PAGES: [(&str, &str, Recipe); 14] = [
    ("loader/segel.js", "widget/segel.js", Recipe::Script),
    ("frame.html", "widget/frame.html", Recipe::Copy),
    ("frame.js", "widget/frame.js", Recipe::Module),
    ("brand.js", "widget/brand.js", Recipe::Module),
    ("chime.js", "widget/chime.js", Recipe::Module),
    ("lock.js", "widget/lock.js", Recipe::Module),
    ("lock.js", "console/lock.js", Recipe::Module),
    ("stretch_worker.js", "widget/stretch_worker.js", Recipe::Module),
    ("stretch_worker.js", "console/stretch_worker.js", Recipe::Module),
    ("styles/frame.css", "widget/frame.css", Recipe::Style),
    ("styles/rest.css", "widget/rest.css", Recipe::Style),
    ("console.html", "console/index.html", Recipe::Copy),
    ("console.js", "console/console.js", Recipe::Module),
    ("styles/console.css", "console/console.css", Recipe::Style),
];

/// Part of the stamp: this file and the tools' versions decide what comes out.
const RECIPE: &str = concat!(include_str!("pages.rs"), include_str!("texts.rs"), include_str!("tools.rs"));

/// Makes the pages of widget and console, copies the demo shop, and notes the loader's integrity for the tag.
pub(crate) fn build() -> Result<()> {
    let (www, dist) = (paths::root().join("www"), paths::dist());
    let mut outputs = PAGES.map(|(_, output, _)| dist.join(output)).to_vec();
    outputs.extend(
        [
            "widget/texts",
            "console/texts",
            "widget/report",
            "widget/emoji",
            "console/emoji",
            "widget/later",
            "console/later",
            "shop",
            "integrity.json",
        ]
        .map(|name| dist.join(name)),
    );
    let mut inputs = paths::files_below(&www)?;
    inputs.extend(Texts::order());
    stamp::when_changed("pages", RECIPE, &inputs, &outputs, || {
        shell::work("pages, styles and texts", || {
            let texts = Texts::read(&www.join("texts"))?;
            for (input, output, recipe) in &PAGES {
                page(&www.join(input), &dist.join(output), recipe, &texts)?;
            }
            texts.write(&dist.join("widget/texts"), |section| ![DESK, LATER, REPORT].contains(&section))?;
            texts.write(&dist.join("console/texts"), |section| ![LATER, REPORT].contains(&section))?;
            texts.write(&dist.join("widget/report"), |section| section == REPORT)?;
            let emoji = fs::read_to_string(www.join("emoji.txt"))?;
            for folder in ["widget/emoji", "console/emoji"] {
                texts.write_emoji(&emoji, &dist.join(folder))?;
            }
            for folder in ["widget/later", "console/later"] {
                texts.write(&dist.join(folder), |section| section == LATER)?;
            }
            shop(&www.join("shop"), &dist.join("shop"))?;
            let integrity = json!({ "segel.js": integrity(&dist.join("widget/segel.js"))? });
            Ok(fs::write(dist.join("integrity.json"), integrity.to_string())?)
        })
    })
}

fn page(input: &Path, output: &Path, recipe: &Recipe, texts: &Texts) -> Result<()> {
    match recipe {
        Recipe::Copy => paths::copy(input, output),
        Recipe::Script => tools::minify(&["--charset=ascii"], &with_sentences(input, texts)?, output),
        Recipe::Module => {
            tools::minify(&["--format=esm", "--charset=utf8"], &with_sentences(input, texts)?, output)
        }
        Recipe::Style => tools::minify(&["--bundle", "--charset=utf8"], input, output),
    }
}

/// A copy of a script that has, in the place of `"texts:SECTION"`, that section in every language, and in the place of
/// `"texts"` the languages' tags.
fn with_sentences(script: &Path, texts: &Texts) -> Result<PathBuf> {
    let mut text = fs::read_to_string(script)?.replace("\"texts\"", &texts.tags().to_string());
    for section in ["loader", "console"] {
        text = text.replace(&format!("\"texts:{section}\""), &texts.section(section).to_string());
    }
    let copy = paths::scratch().join("scripts").join(script.file_name().unwrap_or_default());
    fs::create_dir_all(paths::scratch().join("scripts"))?;
    fs::write(&copy, text)?;
    Ok(copy)
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
