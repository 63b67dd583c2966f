//! The names of functions: those that a program has for whoever reads it, and those by which it and its glue ask for each
//! other's, of which a browser needs none that tell anything.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use wasmparser::{CustomSectionReader, KnownCustom, Name};

/// The functions that a section names, if it names any: their numbers and names.
pub(crate) fn of_functions<'a>(section: &CustomSectionReader<'a>) -> Result<Vec<(u32, &'a str)>> {
    let mut names = Vec::new();
    if let KnownCustom::Name(sections) = section.as_known() {
        for section in sections {
            let Name::Function(functions) = section? else { continue };
            for naming in functions {
                let naming = naming?;
                names.push((naming.index, naming.name));
            }
        }
    }
    Ok(names)
}

/// Makes `wasm-opt` shorten the names and print an [`Outcome`].
pub(crate) const SHORTEN: &str = "--minify-imports-and-exports-and-modules";
/// What `wasm-opt` calls every module that a program imports from.
pub(crate) const MODULE: &str = "a";

/// Long names and short ones.
#[derive(Deserialize)]
struct Outcome {
    /// Module, name in it, short name.
    imports: Vec<(String, String, String)>,
    /// Name, short name.
    exports: Vec<(String, String)>,
}

/// Says in `glue` what the program says, of which `wasm-opt` printed `outcome`.
pub(crate) fn shorten(glue: &str, outcome: &str) -> Result<String> {
    let outcome =
        outcome.find('{').and_then(|start| outcome.get(start..)).context("no names were printed")?;
    let outcome: Outcome = serde_json::from_str(outcome).context("names are printed in another way")?;
    let Some((module, ..)) = outcome.imports.first() else { bail!("the program imports nothing") };
    if outcome.imports.iter().any(|(other, ..)| other != module) {
        bail!("the program imports from more than one module, which would be one");
    }
    let count = outcome.imports.len();
    let imports = outcome.imports.iter().map(|(_, long, short)| (long.as_str(), short.as_str())).collect();
    let exports = outcome.exports.iter().map(|(long, short)| (long.as_str(), short.as_str())).collect();
    let (short, found) = renamed(glue, &imports, &exports);
    let (quoted, given) = (format!("{module:?}"), format!("{MODULE:?}"));
    if found != count || !short.contains(&quoted) {
        bail!("the glue has {found} of {count} functions that the program imports from {module}");
    }
    Ok(short.replace(&quoted, &given))
}

type Names<'n> = BTreeMap<&'n str, &'n str>;

/// The glue with short names, and how many functions of its it gives to the program.
fn renamed(glue: &str, imports: &Names, exports: &Names) -> (String, usize) {
    let is_of_word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$';
    let (mut short, mut found, mut rest) = (String::new(), 0, glue);
    while let Some(start) = rest.find(is_of_word) {
        let (before, from) = rest.split_at(start);
        let (word, after) = from.split_at(from.find(|letter| !is_of_word(letter)).unwrap_or(from.len()));
        short.push_str(before);
        let is_of_program = short.ends_with("wasm.");
        let import = imports.get(word).filter(|_| after.starts_with(':') && !is_of_program);
        found += usize::from(import.is_some());
        short.push_str(import.or(exports.get(word).filter(|_| is_of_program)).unwrap_or(&word));
        rest = after;
    }
    short.push_str(rest);
    (short, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTCOME: &str = r#"{
        "imports": [["./app_bg.js", "__wbg_get_1a", "b"], ["./app_bg.js", "__wbg_get_1ab", "c"]],
        "exports": [["memory", "d"], ["mount", "e"]]
    }"#;
    const GLUE: &str = r#"export function mount() { wasm.mount(wasm.memory.buffer, "mount"); }
        return { "./app_bg.js": { __wbg_get_1a: (a) => a.memory, __wbg_get_1ab: function() {} } };"#;

    #[test]
    fn both_sides_call_each_other_by_the_short_names() {
        let short = shorten(GLUE, OUTCOME).unwrap();
        let expected = r#"export function mount() { wasm.e(wasm.d.buffer, "mount"); }
        return { "a": { b: (a) => a.memory, c: function() {} } };"#;
        assert_eq!(short, expected);
    }

    #[test]
    fn glue_that_lacks_a_function_is_refused() {
        assert!(shorten(&GLUE.replace("__wbg_get_1a:", "other:"), OUTCOME).is_err());
        assert!(shorten(&GLUE.replace("./app_bg.js", "wbg"), OUTCOME).is_err());
        assert!(shorten(GLUE, "").is_err());
    }
}
