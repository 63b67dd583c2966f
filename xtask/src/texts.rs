//! The screen's sentences: from a readable file for each language to what is served of one.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::paths;

/// The language that all others are measured by.
const MODEL: &str = "id";
/// The section that only agents are served.
pub(crate) const DESK: &str = "desk";
/// The section that visitors are served apart.
pub(crate) const REPORT: &str = "report";
/// The section that is served by itself.
pub(crate) const LATER: &str = "later";

/// Sections of names and sentences.
type File = BTreeMap<String, BTreeMap<String, String>>;

/// Every language, each with the same names and the same places to fill.
pub(crate) struct Texts {
    /// The sections that programs ask and the names in each, in the order in which they are served.
    tables: Vec<(String, Vec<String>)>,
    /// By tag.
    languages: BTreeMap<String, File>,
}

impl Texts {
    /// Where the order is written down, one after the other.
    pub(crate) fn order() -> [PathBuf; 4] {
        ["table.rs", "desk.rs", "report.rs", "later.rs"]
            .map(|file| paths::root().join("crates/ui/src/text").join(file))
    }

    /// Reads and compares the languages of a folder.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let [table, desk, report, later] = Self::order().map(fs::read_to_string);
        let tables = tables(&[table?, desk?, report?, later?].concat());
        let mut languages = BTreeMap::new();
        for file in paths::files_below(folder)? {
            let tag = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let text = fs::read_to_string(&file)?;
            let read = serde_json::from_str(&text).with_context(|| format!("in {}", file.display()))?;
            languages.insert(tag, read);
        }
        Self::check(tables, languages)
    }

    /// Answers these languages if each has what it should.
    fn check(tables: Vec<(String, Vec<String>)>, languages: BTreeMap<String, File>) -> Result<Self> {
        let model = languages.get(MODEL).with_context(|| format!("there is no {MODEL}.json"))?;
        for (section, names) in &tables {
            let said = model.get(section).map(|names| names.keys().collect::<Vec<_>>()).unwrap_or_default();
            let mut asked: Vec<_> = names.iter().collect();
            asked.sort();
            if asked != said {
                let differ = |name: &&&String| asked.contains(*name) != said.contains(*name);
                let name = asked.iter().chain(&said).find(differ).map_or("", |name| name.as_str());
                bail!("`{section}.{name}` stands in only one of {MODEL}.json and the table");
            }
        }
        for (tag, file) in &languages {
            if let Some(name) = difference(file, model) {
                bail!("{tag}.json: `{name}` is missing, too many, empty, of several lines, or has other `#`");
            }
        }
        Ok(Self { tables, languages })
    }

    /// Puts what is served of emoji in each language into `folder`: of each group its name after `# `, then an
    /// emoji and its name a line. `groups` has a group a line, its name in the files first.
    pub(crate) fn write_emoji(&self, groups: &str, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder)?;
        for (tag, file) in &self.languages {
            let names = file.get("emoji").context("no section `emoji`")?;
            let mut served = Vec::new();
            for name in groups.lines().flat_map(|group| group.split(' ')) {
                let said =
                    names.get(name).with_context(|| format!("{tag}.json: `emoji.{name}` is missing"))?;
                // Only a group's name is written in letters.
                let of = if name.is_ascii() { "#" } else { name };
                served.push(format!("{of} {said}\n"));
            }
            fs::write(folder.join(format!("{tag}.txt")), served.concat())?;
        }
        Ok(())
    }

    /// A section in every language, as a script's object.
    pub(crate) fn section(&self, section: &str) -> Value {
        self.languages.iter().map(|(tag, file)| (tag.clone(), json!(file.get(section)))).collect()
    }

    /// The languages' tags, as a script's array.
    pub(crate) fn tags(&self) -> Value {
        self.languages.keys().cloned().collect()
    }

    /// Puts these sections of each language into `folder`, a sentence a line, and nothing else.
    pub(crate) fn write(&self, folder: &Path, has: impl Fn(&str) -> bool) -> Result<()> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        for (tag, file) in &self.languages {
            let tables = self.tables.iter().filter(|(section, _)| has(section));
            let lines = tables.flat_map(|(section, names)| names.iter().map(|name| &*file[section][name]));
            fs::write(folder.join(format!("{tag}.txt")), lines.collect::<Vec<_>>().join("\n"))?;
        }
        Ok(())
    }
}

/// Sections and names of the Rust source that asks for them.
fn tables(source: &str) -> Vec<(String, Vec<String>)> {
    let mut tables: Vec<(String, Vec<String>)> = Vec::new();
    let mut is_within = false;
    for line in source.lines().map(str::trim) {
        let Some((name, rest)) = line.split_once([':', ',']) else {
            is_within &= line != "}";
            continue;
        };
        if line.starts_with('/')
            || name.contains(|letter: char| !letter.is_ascii_lowercase() && letter != '_')
        {
            continue;
        }
        if rest.contains(" after ") && rest.ends_with('{') {
            tables.push((name.to_owned(), Vec::new()));
            is_within = true;
        } else if let Some((_, names)) = tables.last_mut().filter(|_| is_within) {
            names.push(name.to_owned());
        }
    }
    tables
}

/// The first `SECTION.NAME` that is not in both alike.
fn difference(file: &File, model: &File) -> Option<String> {
    let names = |of: &File| -> Vec<(String, String)> {
        of.iter()
            .flat_map(|(section, names)| names.keys().map(move |name| (section.clone(), name.clone())))
            .collect()
    };
    let sentence = |of: &File, section: &str, name: &str| of.get(section)?.get(name).cloned();
    names(model).into_iter().chain(names(file)).find_map(|(section, name)| {
        let [own, other] = [file, model].map(|of| sentence(of, &section, &name).unwrap_or_default());
        let is_line = !own.trim().is_empty() && !own.contains('\n');
        let is_alike = !other.is_empty() && own.matches('#').count() == other.matches('#').count();
        (!is_line || !is_alike).then(|| format!("{section}.{name}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "macro_rules! by_name {
        ($section:ident: $table:ident after $before:ident { $($name:ident,)* }) => {}
    }
    by_name! {
        /// What all see: a note, and more.
        text: Text after start {
            /// Sent.
            sent,
            left,
        }
    }
    by_variant! {
        kinds: Kind after text {
            card: Kind::Card,
            custom: _,
        }
    }
    fn text(self, other: u8) {}";

    const WHOLE: &str = r#"{ "loader": { "open": "Buka" }, "text": { "sent": "Terkirim", "left": "Sisa #" },
        "kinds": { "card": "kartu", "custom": "nomor" } }"#;

    fn check(other: &str) -> Result<Texts> {
        let languages = [("id", WHOLE), ("en", other)];
        let languages = languages.map(|(tag, text)| (tag.to_owned(), serde_json::from_str(text).unwrap()));
        Texts::check(tables(SOURCE), languages.into())
    }

    #[test]
    fn sections_and_names_are_read_in_the_order_of_the_source() {
        let expected = [("text", vec!["sent", "left"]), ("kinds", vec!["card", "custom"])];
        let expected = expected
            .map(|(section, names)| (section.to_owned(), names.into_iter().map(str::to_owned).collect()));
        assert_eq!(tables(SOURCE), expected);
    }

    #[test]
    fn what_a_language_lacks_or_has_too_much_or_otherwise_is_named() {
        assert!(check(WHOLE).is_ok());
        for (from, to, name) in [
            (r#""sent": "Terkirim", "#, "", "text.sent"),
            (r#""Terkirim""#, r#"" ""#, "text.sent"),
            (r#""Terkirim""#, r#""Ter\nkirim""#, "text.sent"),
            (r#""open""#, r#""extra": "lebih", "open""#, "loader.extra"),
            ("Sisa #", "Sisa", "text.left"),
        ] {
            let broken = WHOLE.replacen(from, to, 1);
            let Err(error) = check(&broken) else { panic!("{broken} was taken") };
            assert!(error.to_string().contains(&format!("`{name}`")), "{error}");
        }
    }

    #[test]
    fn a_name_that_only_the_table_or_only_the_file_has_is_found() {
        let languages = BTreeMap::from([(MODEL.to_owned(), serde_json::from_str(WHOLE).unwrap())]);
        let source = SOURCE.replace("left,", "right,");
        let Err(error) = Texts::check(tables(&source), languages) else { panic!("it was taken") };
        assert!(error.to_string().contains("`text."), "{error}");
    }

    #[test]
    fn the_languages_of_the_project_are_whole() {
        let texts = Texts::read(&paths::root().join("www/texts")).unwrap();
        assert!(texts.languages.len() > 1);
        let sections: Vec<_> = texts.tables.iter().map(|(section, _)| section.as_str()).collect();
        let expected = ["frame", "text", "kinds", "refusals", "weekdays", "months", DESK, REPORT, LATER];
        assert_eq!(sections, expected);
    }
}
