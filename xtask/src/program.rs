//! A WebAssembly program: from what the compiler made to what a browser loads.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::slice;

use anyhow::{Result, bail};

use crate::toolchain::TARGET;
use crate::{hints, names, panics, paths, shell, split, stamp, tools};

/// A package that browsers run, and the folder of [`paths::dist`] that it is served from.
pub(crate) struct Program {
    pub(crate) package: &'static str,
    pub(crate) folder: &'static str,
    /// Base name of the glue `NAME.js` and of `NAME_bg.wasm`.
    pub(crate) name: &'static str,
    /// What is served apart, as `NAME_rest.wasm`: beginnings of names, one a line. Nothing of a program of one part.
    pub(crate) later: &'static str,
}

pub(crate) const WIDGET: Program = Program {
    package: "segel-widget",
    folder: "widget",
    name: "widget",
    later: include_str!("../later.txt"),
};
pub(crate) const CONSOLE: Program =
    Program { package: "segel-console", folder: "console", name: "console_app", later: "" };
/// In a worker of both pages: each is served it from its own folder.
pub(crate) const STRETCH: [Program; 2] = [
    Program { package: "segel-stretch", folder: "widget", name: "stretch", later: "" },
    Program { package: "segel-stretch", folder: "console", name: "stretch", later: "" },
];

/// What Rust's target uses, since the section of the file that says so may be missing.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Large functions stay functions even if they are called once: alike, they compress better than within
/// their callers, and the smallest of all within them. So do functions beside those of the same crate and type, which their names begin
/// with. Nested expressions are taken apart first, and loops made anew of jumps: what the compiler made less of than it could is
/// found then (`cargo xtask size` counts 0.4 % less). The lowest
/// kibibyte of memory is the last of the stack, which grows down: it is in use only where the stack is about to overflow.
const SHRINK: [&str; 11] = [
    WHOLE_MEMORY,
    "--always-inline-max-function-size=6",
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Oz",
    "--low-memory-unused",
    "--one-caller-inline-max-function-size=12",
    "--gufa-optimizing",
    "-Oz",
    "--reorder-functions-by-name",
];

/// Zeros in memory are not cut out of it: they cost less, compressed, than the places where it would go on.
const WHOLE_MEMORY: &str = "--skip-pass=memory-packing";

/// Part of the stamp: these files and the tools' versions decide what comes out.
const RECIPE: &str = concat!(
    include_str!("program.rs"),
    include_str!("panics.rs"),
    include_str!("functions.rs"),
    include_str!("hints.rs"),
    include_str!("names.rs"),
    include_str!("split.rs"),
    include_str!("split/first.rs"),
    include_str!("split/rest.rs"),
    include_str!("../../www/rest.js"),
    include_str!("tools.rs")
);

impl Program {
    /// Makes glue and program from what cargo compiled, unless they are fresh.
    pub(crate) fn build(&self, wasm_bindgen: &Path, dev: bool) -> Result<()> {
        let compiled = paths::target()
            .join(TARGET)
            .join(if dev { "debug" } else { "wasm" })
            .join(format!("{}.wasm", self.package.replace('-', "_")));
        let dist = paths::dist().join(self.folder);
        let bound = paths::scratch().join(self.name);
        let [glue, wasm, rest] = ["NAME.js", "NAME_bg.wasm", "NAME_rest.wasm"]
            .map(|name| dist.join(name.replace("NAME", self.name)));
        let is_split = !dev && !self.later.is_empty();
        let outputs: Vec<_> =
            [glue.clone(), wasm.clone()].into_iter().chain(is_split.then(|| rest.clone())).collect();
        let recipe = format!("dev={dev} {} {} {RECIPE}", self.later, tools::wasm_bindgen_version()?);
        stamp::when_changed(
            &format!("{}-{}", self.folder, self.name),
            &recipe,
            slice::from_ref(&compiled),
            &outputs,
            || {
                fs::create_dir_all(&dist)?;
                bind(wasm_bindgen, self.name, &compiled, &bound)?;
                let [bound_glue, bound_wasm] =
                    [&glue, &wasm].map(|file| bound.join(file.file_name().unwrap_or_default()));
                if dev {
                    paths::copy(&bound_glue, &glue)?;
                    return paths::copy(&bound_wasm, &wasm);
                }
                let [small, short] = ["small.wasm", "short.js"].map(|name| bound.join(name));
                let names = shrink(self.name, &bound_wasm, &small, &[names::SHORTEN, "--debuginfo"])?;
                let mut script = names::shorten(&fs::read_to_string(bound_glue)?, &names)?;
                if is_split {
                    let later: Vec<_> = self.later.lines().filter(|line| !line.starts_with('#')).collect();
                    let parts = split::split(&fs::read(&small)?, &later)?;
                    script = split::join(&script)?;
                    fs::write(bound.join("entries.txt"), &parts.entries)?;
                    for (part, bytes, to) in [("first", parts.first, &wasm), ("rest", parts.rest, &rest)] {
                        let cut = bound.join(format!("{part}.wasm"));
                        fs::write(&cut, bytes)?;
                        finish(&cut, to)?;
                    }
                } else {
                    finish(&small, &wasm)?;
                }
                fs::write(&short, script)?;
                tools::minify(&["--format=esm"], &short, &glue)
            },
        )
    }
}

/// Makes glue and program `NAME_bg.wasm` for browsers in `dir` from what cargo compiled.
pub(crate) fn bind(wasm_bindgen: &Path, name: &str, compiled: &Path, dir: &Path) -> Result<()> {
    let mut bind = Command::new(wasm_bindgen);
    bind.args(["--target", "web", "--no-typescript", "--out-name", name, "--out-dir"]);
    shell::step(&format!("bind {name}"), bind.arg(dir).arg(compiled))?;
    let glue = dir.join(format!("{name}.js"));
    Ok(fs::write(&glue, copy_at_once(&fs::read_to_string(&glue)?)?)?)
}

/// The glue copies a text of ASCII letter by letter. Browsers do that faster themselves, but for a short one: masking a megabyte of
/// prose takes half as long (`cargo xtask bench mask`).
fn copy_at_once(glue: &str) -> Result<String> {
    const LETTERS: &str = "for (; offset < len; offset++) {";
    const FIRST_LETTERS: &str = "for (; offset < len && offset < 64; offset++) {";
    if glue.contains("function passStringToWasm") && !glue.contains(LETTERS) {
        bail!("the glue copies texts in another way than it did");
    }
    Ok(glue.replace(LETTERS, FIRST_LETTERS))
}

/// Takes the words out of a program's panics and shrinks it, with `more` features or passes than every program
/// has; answers what they print.
pub(crate) fn shrink(name: &str, from: &Path, to: &Path, more: &[&str]) -> Result<String> {
    let silent = from.with_file_name("silent.wasm");
    fs::write(&silent, panics::silence(&fs::read(from)?)?)?;
    let mut shrink = Command::new(tools::wasm_opt()?);
    shrink.args(SHRINK).args(FEATURES).args(more);
    shell::step(&format!("shrink {name}"), shrink.arg(&silent).arg("-o").arg(to))
}

/// Takes out of a program what no browser looks at, and makes nothing of what one need not.
pub(crate) fn finish(from: &Path, to: &Path) -> Result<()> {
    let mut finish = Command::new(tools::wasm_opt()?);
    finish.arg(WHOLE_MEMORY).args(FEATURES).args([
        "--remove-unused-module-elements",
        "--strip-debug",
        "--strip-producers",
    ]);
    shell::quiet(finish.arg("--strip-target-features").arg(from).arg("-o").arg(to))?;
    Ok(fs::write(to, hints::level(&fs::read(to)?)?)?)
}

#[cfg(test)]
mod tests {
    use super::copy_at_once;

    #[test]
    fn only_the_first_letters_of_a_text_are_copied_one_by_one_and_unknown_glue_is_refused() {
        let glue = "function passStringToWasm0(arg) { for (; offset < len; offset++) { } }";
        assert!(copy_at_once(glue).unwrap().contains("offset < len && offset < 64;"));
        assert!(copy_at_once("function passStringToWasm0(arg) { while (true) { } }").is_err());
        assert_eq!(copy_at_once("function main() { }").unwrap(), "function main() { }");
    }
}
