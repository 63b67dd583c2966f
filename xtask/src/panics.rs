//! Panics of programs that browsers run end in a trap, and nobody reads what they say first: no page sets a hook,
//! and this target writes errors nowhere. The words, and the code that puts them together, need not be downloaded.

use std::collections::BTreeSet;
use std::ops::Range;

use anyhow::{Context, Result, bail};
use wasmparser::{ConstExpr, DataKind, FunctionBody, Operator, Parser, Payload, TypeRef};

use crate::names::of_functions;

/// Functions of Rust's library that never return: they say what was wrong and trap. Some are families.
const SPEAKERS: [&str; 11] = [
    "core::panicking::",
    "core::cell::panic_already_",
    "core::option::expect_failed",
    "core::option::unwrap_failed",
    "core::result::unwrap_failed",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "core::slice::index::slice_index_fail",
    "core::str::slice_error_fail",
    "alloc::alloc::handle_alloc_error",
    "alloc::raw_vec::capacity_overflow",
    "alloc::raw_vec::handle_error",
];
/// How the names of functions end that write values for programmers: nothing but a panic's words has any.
const FOR_PROGRAMMERS: &str = "::fmt::Debug>::fmt";
const TRAP: u8 = 0x00;
const NOTHING: u8 = 0x01;
/// Bytes of an address or a number.
const WORD: usize = 4;

/// Makes every panic of `program`, which still has its functions' names, a trap and nothing else, and blanks the
/// places in the source that panics would tell. Everything else stays where it was.
pub(crate) fn silence(program: &[u8]) -> Result<Vec<u8>> {
    let parts = Parts::find(program)?;
    let mut silent = program.to_vec();
    if parts.speakers.is_empty() {
        bail!("no function that panics was found by its name");
    }
    for body in parts.speakers {
        let body = silent.get_mut(body).context("a function outside the program")?;
        if let [locals, trap, rest @ .., _] = body {
            (*locals, *trap) = (0, TRAP);
            rest.fill(NOTHING);
        }
    }
    for segment in parts.segments {
        let bytes = silent.get_mut(segment.bytes).context("data outside the program")?;
        for place in places(bytes, segment.address) {
            bytes[place].fill(0);
        }
    }
    Ok(silent)
}

/// What is to be changed, as places in the file.
#[derive(Default)]
struct Parts {
    speakers: Vec<Range<usize>>,
    segments: Vec<Segment>,
}

/// Constants and where they are in memory.
struct Segment {
    bytes: Range<usize>,
    address: usize,
}

impl Parts {
    fn find(program: &[u8]) -> Result<Self> {
        let mut parts = Self::default();
        let (mut imported, mut bodies, mut names) = (0, Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(program) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        imported += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::CodeSectionEntry(body) => bodies.push(body),
                Payload::DataSection(segments) => {
                    for segment in segments {
                        let segment = segment?;
                        let DataKind::Active { offset_expr, .. } = segment.kind else { continue };
                        let bytes = segment.range.end - segment.data.len()..segment.range.end;
                        parts.segments.push(Segment { bytes, address: constant(&offset_expr)? });
                    }
                }
                Payload::CustomSection(section) => {
                    let told = of_functions(&section)?.into_iter();
                    let told = told.filter(|(_, name)| is_speaker(name) || is_for_programmers(name));
                    names.extend(told.map(|(number, name)| (number as usize, name)));
                }
                _ => {}
            }
        }
        let written: BTreeSet<_> =
            names.iter().filter(|(_, name)| is_for_programmers(name)).map(|(index, _)| *index).collect();
        for (index, body) in bodies.iter().enumerate() {
            if !written.contains(&(index + imported)) && !never_returns(body)? && calls(body, &written)? {
                bail!("a function that returns writes something for programmers: it would trap");
            }
        }
        for (index, name) in names {
            let Some(body) = index.checked_sub(imported).and_then(|index| bodies.get(index)) else {
                continue;
            };
            if is_for_programmers(name) || never_returns(body)? {
                parts.speakers.push(body.range());
            }
        }
        Ok(parts)
    }
}

/// A crate's name may carry its hash: `core[c5930c85a12de822]::panicking::panic`.
fn is_speaker(name: &str) -> bool {
    let (krate, path) = name.split_once("::").unwrap_or((name, ""));
    let plain = [krate.split('[').next().unwrap_or(krate), "::", path].concat();
    SPEAKERS.iter().any(|speaker| plain.starts_with(speaker))
}

/// The compiler adds a hash to some names, the linker a number to others.
fn is_for_programmers(name: &str) -> bool {
    name.rsplit_once(FOR_PROGRAMMERS).is_some_and(|(_, rest)| rest.is_empty() || rest.starts_with(['[', ':']))
}

/// Whether a trap is the last that a function does, as the compiler ends one that returns to nobody.
fn never_returns(body: &FunctionBody) -> Result<bool> {
    let operators = body.get_operators_reader()?.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(matches!(*operators, [.., Operator::Unreachable, Operator::End]))
}

/// Whether a function calls one of these by its number.
fn calls(body: &FunctionBody, functions: &BTreeSet<usize>) -> Result<bool> {
    for operator in body.get_operators_reader()? {
        if let Operator::Call { function_index } = operator?
            && functions.contains(&(function_index as usize))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn constant(expression: &ConstExpr) -> Result<usize> {
    match expression.get_operators_reader().read()? {
        Operator::I32Const { value } => Ok(usize::try_from(value)?),
        other => bail!("data at {other:?}, which is no constant"),
    }
}

/// Where `data`, which is in memory from `address` on, holds a `core::panic::Location` or the path that one names.
fn places(data: &[u8], address: usize) -> Vec<Range<usize>> {
    let aligned = address.next_multiple_of(WORD) - address;
    let places = (aligned..data.len()).step_by(WORD).filter_map(|at| {
        let place = at..at + 4 * WORD;
        let (words, []) = data.get(place.clone())?.as_chunks::<WORD>() else { return None };
        let [path, length, line, column] = *words else { return None };
        let [path, length] = [path, length].map(|word| u32::from_le_bytes(word) as usize);
        let start = path.checked_sub(address)?;
        let path = start..start.checked_add(length)?;
        let is_place = is_source(data.get(path.clone())?) && line != [0; WORD] && column != [0; WORD];
        is_place.then_some([place, path])
    });
    places.flatten().collect()
}

fn is_source(path: &[u8]) -> bool {
    path.ends_with(b".rs") && path.iter().all(u8::is_ascii_graphic)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECTION_OF_NAMES: &[u8] = b"\x00\x4c\x04name\x01\x45\x03\
        \x01\x28core[c5930c85a12de822]::panicking::panic\x02\x12core::panicking::y\x03\x04kept";

    /// A program that imports a function, has three, and data at address 6.
    fn program() -> Vec<u8> {
        let mut program = b"\0asm\x01\0\0\0".to_vec();
        program.extend(b"\x01\x04\x01\x60\0\0");
        program.extend(b"\x02\x07\x01\x01m\x01f\x00\0");
        program.extend(b"\x03\x04\x03\0\0\0");
        program.extend(b"\x05\x03\x01\0\x01");
        // Each calls what is imported. The first never returns, the second does, the third has another name.
        program.extend(b"\x0a\x12\x03\x05\0\x10\0\0\x0b\x04\0\x10\0\x0b\x05\0\x10\0\0\x0b");
        let mut data = b"..".to_vec();
        for word in [24_u32, 8, 3, 9] {
            data.extend(word.to_le_bytes());
        }
        data.extend(b"src/a.rs kept.rs");
        program.extend([0x0b, u8::try_from(data.len() + 6).unwrap(), 1, 0, 0x41, 6, 0x0b]);
        program.push(u8::try_from(data.len()).unwrap());
        program.extend(data);
        program.extend(SECTION_OF_NAMES);
        program
    }

    #[test]
    fn a_panic_is_a_trap_and_its_place_in_the_source_is_blank() {
        let silent = silence(&program()).unwrap();
        assert_eq!(silent.len(), program().len());
        let has = |part: &[u8]| silent.windows(part.len()).any(|window| window == part);
        assert!(has(b"\x05\0\0\x01\x01\x0b"), "a trap");
        assert!(has(b"\x04\0\x10\0\x0b\x05\0\x10\0\0\x0b"), "other functions are what they were");
        assert!(has(&[b"..".as_slice(), &[0; 24], b" kept.rs"].concat()));
    }

    #[test]
    fn what_writes_for_programmers_alone_is_known_by_its_name() {
        for name in [
            "<usize as core::fmt::Debug>::fmt",
            "<core[c5930c85a12de822]::fmt::Error as core[c5930c85a12de822]::fmt::Debug>::fmt[2]",
            "<signature::error::Error as core::fmt::Debug>::fmt::h0b67cde4ecaa9b3e",
        ] {
            assert!(is_for_programmers(name), "{name}");
        }
        for name in
            ["<u32 as core::fmt::Display>::fmt", "<T as app::Debug>::fmt", "<T as core::fmt::Debug>::fmt_all"]
        {
            assert!(!is_for_programmers(name), "{name}");
        }
    }

    #[test]
    fn a_program_without_names_is_refused() {
        let program = program();
        let nameless = &program[..program.len() - SECTION_OF_NAMES.len()];
        assert!(silence(nameless).is_err());
    }
}
