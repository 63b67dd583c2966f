//! Languages read from their files, for tests: browsers are served what `cargo xtask build` makes of them.
#![expect(clippy::expect_used, reason = "a test without its language has failed")]

use std::collections::BTreeMap;

use super::desk::desk;
use super::later::later;
use super::report::report;
use super::table::{frame, kinds, months, refusals, text, weekdays};
use super::{Language, LaterText, ReportText, WITH_DESK};

/// Sections of a file, each with its sentences by name.
type File = BTreeMap<String, BTreeMap<String, String>>;

/// The sections that programs ask, in the order in which they are served.
const SECTIONS: [(&str, &[&str]); 7] = [
    ("frame", frame::NAMES),
    ("text", text::NAMES),
    ("kinds", kinds::NAMES),
    ("refusals", refusals::NAMES),
    ("weekdays", weekdays::NAMES),
    ("months", months::NAMES),
    ("desk", desk::NAMES),
];

/// The sections that are served apart.
const APART: [(&str, &[&str]); 2] = [("report", report::NAMES), ("later", later::NAMES)];

impl Language {
    /// Indonesian.
    pub fn indonesian() -> Self {
        Self::shipped(include_str!("../../../../www/texts/id.json"))
    }

    /// English.
    pub fn english() -> Self {
        Self::shipped(include_str!("../../../../www/texts/en.json"))
    }

    /// Arabic.
    pub fn arabic() -> Self {
        Self::shipped(include_str!("../../../../www/texts/ar.json"))
    }

    /// What is fetched when it is wanted, in Indonesian.
    pub fn later_in_indonesian() -> LaterText {
        shipped_later(include_str!("../../../../www/texts/id.json"))
    }

    /// The language of a file of `www/texts`. Panics if that lacks a sentence.
    pub(super) fn shipped(file: &str) -> Self {
        Self::read(compile(file), WITH_DESK).expect("every sentence has one line")
    }
}

impl ReportText {
    /// Indonesian.
    ///
    /// # Panics
    ///
    /// If the file lacks a sentence.
    pub fn indonesian() -> Self {
        let file = include_str!("../../../../www/texts/id.json");
        Self::read(sentences(file, &APART[..1])).expect("every sentence has one line")
    }
}

/// What is fetched when it is wanted, of a file of `www/texts`. Panics if that lacks a sentence.
fn shipped_later(file: &str) -> LaterText {
    LaterText::read(sentences(file, &APART[1..])).expect("every sentence has one line")
}

/// What is served of a file of `www/texts`: a sentence a line, in the order of the tables.
pub(super) fn compile(file: &str) -> String {
    sentences(file, &SECTIONS)
}

fn sentences(file: &str, sections: &[(&str, &[&str])]) -> String {
    let file = parse(file);
    let sentences = sections.iter().flat_map(|(section, names)| {
        names.iter().map(|name| file.get(*section).and_then(|section| section.get(*name)))
    });
    let sentences: Vec<_> = sentences.map(|sentence| sentence.expect("a sentence").as_str()).collect();
    sentences.join("\n")
}

/// The first `SECTION.NAME` that is not as it is in `model`, or that is not as programs ask it.
#[cfg(test)]
pub(super) fn fault(file: &str, model: &str) -> Option<String> {
    let (file, model) = (parse(file), parse(model));
    let holes = |of: &File, section: &str, name: &str| Some(of.get(section)?.get(name)?.matches('#').count());
    let sections = SECTIONS.iter().chain(&APART);
    let asked = sections.flat_map(|(section, names)| names.iter().map(move |name| (*section, *name)));
    let said = |of: &File| -> Vec<_> {
        of.iter()
            .flat_map(|(section, names)| names.keys().map(move |name| (section.clone(), name.clone())))
            .collect()
    };
    let asked = asked.map(|(section, name)| (section.to_owned(), name.to_owned()));
    asked.chain(said(&file)).chain(said(&model)).find_map(|(section, name)| {
        let sentence = file.get(&section).and_then(|names| names.get(&name));
        let is_said =
            sentence.is_some_and(|sentence| !sentence.trim().is_empty() && !sentence.contains('\n'));
        let is_alike = holes(&file, &section, &name) == holes(&model, &section, &name);
        (!is_said || !is_alike).then(|| [&section, ".", &name].concat())
    })
}

fn parse(file: &str) -> File {
    serde_json::from_str(file).expect("a language's file is JSON: sections of names and sentences")
}
