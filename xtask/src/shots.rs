//! `shots`: the gallery, a picture of every state of widget and console in every look, with a page that shows them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::toolchain::Toolchain;
use crate::tools::Browser;
use crate::{build, paths, shell, test};

/// What stands between a state and its look in a picture's name.
const BETWEEN: &str = "--";
/// Longer than any machine takes.
const LIMIT: Duration = Duration::from_hours(1);

/// The gallery's pictures that the documents show, and their names there.
const IN_DOCUMENTS: [(&str, &str); 6] = [
    ("id/visitor-masking--desktop.png", "visitor.png"),
    ("id/console-conversation--desktop.png", "console.png"),
    ("id/visitor-conversation--small-dark.png", "small-dark.png"),
    ("id/console-note--desktop.png", "note.png"),
    ("id/console-replies--desktop.png", "replies.png"),
    ("id/console-offer--desktop.png", "offer.png"),
];

#[derive(clap::Args)]
#[command(
    after_help = "Pictures go to target/shots/gallery, one folder a language; open index.html there. It fails when \
    anything is cut off in a picture, or when axe finds something wrong."
)]
pub(crate) struct Args {
    /// Also replace the pictures that README and docs show
    #[arg(long)]
    docs: bool,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let toolchain = Toolchain::ready()?;
    let browser = Browser::ready()?;
    build::browser_files(&toolchain, false)?;
    let folder = paths::target().join("shots/gallery");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let mut scenarios = test::scenarios(&toolchain, &browser)?;
    scenarios.args(["gallery", "--", "--test-threads=2"]).env("SEGEL_GALLERY", "whole");
    let taken = shell::watch("gallery", &mut scenarios, LIMIT)?;
    let count = hang(&folder)?;
    shell::say(format_args!("{count} pictures: {}", folder.join("index.html").display()));
    if !taken.success {
        shell::show(&taken.output);
        bail!("the gallery has faults");
    }
    if args.docs {
        for (picture, name) in IN_DOCUMENTS {
            paths::copy(&folder.join(picture), &paths::root().join("docs/pictures").join(name))?;
        }
    }
    Ok(())
}

/// Writes the page that shows every picture below `folder`; how many there are.
fn hang(folder: &Path) -> Result<usize> {
    let pictures = paths::files_below(folder)?;
    let names: Vec<_> = pictures
        .iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "png"))
        .filter_map(|path| path.strip_prefix(folder).ok()?.to_str())
        .collect();
    let page = folder.join("index.html");
    fs::write(&page, index(&names)).with_context(|| format!("cannot write {}", page.display()))?;
    Ok(names.len())
}

/// A page of pictures, state by state.
fn index(names: &[&str]) -> String {
    let mut states: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for name in names {
        let state = name.rsplit('/').next().and_then(|file| file.split_once(BETWEEN));
        if let Some((state, look)) = state {
            states.entry(state).or_default().push((name, look.trim_end_matches(".png")));
        }
    }
    let mut page = String::from(HEAD);
    for (state, pictures) in states {
        // A String takes whatever is written to it.
        let _ = write!(page, "<h2>{}</h2>\n<ul>\n", state.replace('-', " "));
        for (name, look) in pictures {
            let language = name.split('/').next().unwrap_or_default();
            let _ = writeln!(
                page,
                r#"<li><a href="{name}"><img src="{name}" alt="" loading="lazy">{language}, {}</a></li>"#,
                look.replace('-', " ")
            );
        }
        page.push_str("</ul>\n");
    }
    page.push_str("</html>\n");
    page
}

const HEAD: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Gallery</title>
<style>
  body { margin: 2rem; font-family: system-ui, sans-serif; background: #eceff1; color: #16201c; }
  ul { display: flex; flex-wrap: wrap; gap: 1.5rem; padding: 0; list-style: none; align-items: flex-end; }
  img { display: block; max-width: 26rem; max-height: 26rem; margin-bottom: .5rem; box-shadow: 0 1px 4px #0003; }
  a { color: inherit; font-size: .8125rem; }
  h2::first-letter { text-transform: uppercase; }
</style>
<h1>Gallery</h1>
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_shows_each_state_once_with_all_its_looks() {
        let page = index(&[
            "id/visitor-greeting--desktop.png",
            "en/visitor-greeting--small-dark.png",
            "id/index.html",
        ]);
        assert_eq!(page.matches("<h2>visitor greeting</h2>").count(), 1);
        assert!(page.contains("id, desktop</a>") && page.contains("en, small dark</a>"));
        assert_eq!(page.matches("<img").count(), 2);
    }
}
