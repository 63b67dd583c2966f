//! Which types of a folder's sources can be printed.

use std::path::Path;

/// A type that can be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Printable {
    /// The module below the crate that it stands in.
    pub(super) room: String,
    pub(super) name: String,
    /// Whether others can make one and print it by itself.
    pub(super) is_public: bool,
}

impl Printable {
    pub(super) fn path(&self) -> String {
        format!("{}::{}", self.room, self.name)
    }
}

/// Every type below a folder that is printed by derivation, by hand or as a secret.
pub(super) fn printable_in(folder: &Path) -> Vec<Printable> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let room = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            let inside = printable_in(&path).into_iter();
            found.extend(inside.map(|kind| Printable { room: room.clone(), ..kind }));
        } else {
            found.extend(printable_of(&room, &std::fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

/// Those of one source.
pub(super) fn printable_of(room: &str, source: &str) -> Vec<Printable> {
    // What tests define is nobody's.
    let source = source.split("#[cfg(test)]\nmod tests").next().unwrap();
    let derived = source.split("\n#[derive(").skip(1).filter_map(|after| {
        let (traits, rest) = after.split_once(")]")?;
        let is_printed = traits.split(',').any(|derived| derived.trim() == "Debug");
        is_printed.then(|| defined_name(rest))
    });
    let by_hand = source.split("Debug for ").skip(1).map(first_word);
    let secrets = source.split("\nsecrets! {").skip(1).flat_map(|block| {
        let lines = block.split("\n}").next().unwrap().lines().map(str::trim);
        let lines = lines.filter(|line| line.ends_with(';'));
        lines.map(|line| line.split([':', ';']).next().unwrap().split_whitespace().last().unwrap().to_owned())
    });
    let names = derived.chain(by_hand).chain(secrets);
    // A macro's own is what its uses say.
    let names = names.filter(|name| !name.is_empty());
    let of_name = |name: String| {
        let publicly = ["pub struct ", "pub enum ", "    pub "].map(|before| [before, &name].concat());
        let defines = |definition: &String| {
            source.match_indices(definition.as_str()).any(|(at, _)| {
                let after = source[at + definition.len()..].chars().next();
                after.is_some_and(|after| " {(;<:".contains(after))
            })
        };
        Printable { room: room.to_owned(), is_public: publicly.iter().any(defines), name }
    };
    names.map(of_name).collect()
}

/// Whether a value of this struct is printed within a text.
pub(super) fn is_printed_in(name: &str, text: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let is_start = text[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric());
        let after = &text[at + name.len()..];
        is_start && (after.starts_with(" {") || after.starts_with('('))
    })
}

/// The name behind the first `struct` or `enum` of a definition.
fn defined_name(definition: &str) -> String {
    let lines = definition.lines().map(str::trim).filter(|line| !line.starts_with(['/', '#']));
    let mut words = lines.flat_map(str::split_whitespace);
    words.find(|word| ["struct", "enum"].contains(word)).unwrap();
    first_word(words.next().unwrap())
}

fn first_word(text: &str) -> String {
    text.chars().take_while(|letter| letter.is_alphanumeric()).collect()
}
