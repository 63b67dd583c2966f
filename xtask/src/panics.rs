//! Panics of programs that browsers run end in a trap, and nobody reads what they say first: no page sets a hook,
//! and this target writes errors nowhere. The words, and the code that puts them together, need not be downloaded.

use std::ops::Range;

use anyhow::{Context, Result, bail};
use wasmparser::{ConstExpr, DataKind, FunctionBody, Operator, Parser, Payload};

use crate::functions::Functions;

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
/// How the names of functions end that write values for programmers: nothing but a panic's words has any. What only
/// they call, as helpers that were made for one type, is theirs.
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
        let mut bodies = Vec::new();
        for payload in Parser::new(0).parse_all(program) {
            match payload? {
                Payload::CodeSectionEntry(body) => bodies.push(body),
                Payload::DataSection(segments) => {
                    for segment in segments {
                        let segment = segment?;
                        let DataKind::Active { offset_expr, .. } = segment.kind else { continue };
                        let bytes = segment.range.end - segment.data.len()..segment.range.end;
                        parts.segments.push(Segment { bytes, address: constant(&offset_expr)? });
                    }
                }
                _ => {}
            }
        }
        let functions = Functions::read(program)?;
        let for_programmers = functions.only_needed_by(is_for_programmers);
        for (number, body) in (functions.imported()..).zip(&bodies) {
            let returns = !never_returns(body)?;
            if for_programmers.contains(&number) || (!returns && is_speaker(functions.name(number))) {
                parts.speakers.push(body.range());
            } else if returns && functions.called_by(number).any(|called| for_programmers.contains(&called)) {
                bail!("a function that returns writes something for programmers: it would trap");
            }
        }
        Ok(parts)
    }
}

fn is_speaker(name: &str) -> bool {
    SPEAKERS.iter().any(|speaker| name.starts_with(speaker))
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
    use wasm_encoder::{
        CodeSection, ConstExpr, ElementSection, Elements, ExportKind, ExportSection, Function,
        FunctionSection, Module, NameMap, NameSection, TypeSection,
    };

    use super::{is_for_programmers, silence};

    /// A panic that writes a value for programmers, which takes a helper that writes another one; and what exports there are.
    const WRITERS: [&str; 5] = [
        "core::panicking::panic",
        "<T as core::fmt::Debug>::fmt",
        "core::fmt::helper",
        "<U as core::fmt::Debug>::fmt",
        "app",
    ];

    const SECTION_OF_NAMES: &[u8] = b"\x00\x4c\x04name\x01\x45\x03\
        \x01\x28core[c5930c85a12de822]::panicking::panic\x02\x12core::panicking::y\x03\x04kept";

    /// A program that imports a function, exports three, and has data at address 6.
    fn program() -> Vec<u8> {
        let mut program = b"\0asm\x01\0\0\0".to_vec();
        program.extend(b"\x01\x04\x01\x60\0\0");
        program.extend(b"\x02\x07\x01\x01m\x01f\x00\0");
        program.extend(b"\x03\x04\x03\0\0\0");
        program.extend(b"\x05\x03\x01\0\x01");
        program.extend(b"\x07\x0d\x03\x01a\0\x01\x01b\0\x02\x01c\0\x03");
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

    /// [`WRITERS`] as a program: each of the first three calls the next one, and the last calls `called`. What is `exported` or
    /// stands in the `table` can be called from outside.
    fn writers(called: u32, exported: &[u32], table: &[u32]) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut functions = FunctionSection::new();
        let mut names = NameMap::new();
        for (number, name) in (0..).zip(WRITERS) {
            functions.function(0);
            names.append(number, name);
        }
        let mut exports = ExportSection::new();
        for number in exported {
            exports.export(&number.to_string(), ExportKind::Func, *number);
        }
        let mut elements = ElementSection::new();
        elements.active(None, &ConstExpr::i32_const(1), Elements::Functions(table.into()));
        let mut code = CodeSection::new();
        for (number, calls) in [Some(1), Some(2), Some(3), None, Some(called)].into_iter().enumerate() {
            let mut function = Function::new([]);
            let mut write = function.instructions();
            if let Some(called) = calls {
                write.call(called);
            }
            if number == 0 {
                write.unreachable();
            }
            write.end();
            code.function(&function);
        }
        let mut section = NameSection::new();
        section.functions(&names);
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&exports).section(&elements).section(&code);
        module.section(&section);
        module.finish()
    }

    #[test]
    fn what_only_writers_for_programmers_call_is_theirs_and_anything_else_that_calls_them_is_refused() {
        let [panic, writer, helper, other, app] = [0, 1, 2, 3, 4];
        let silent = silence(&writers(panic, &[app], &[writer, other])).unwrap();
        let bodies = b"\x05\0\0\x01\x01\x0b\x04\0\0\x01\x0b\x04\0\0\x01\x0b\x02\0\x0b\x04\0\x10\0\x0b";
        assert!(
            silent.windows(bodies.len()).any(|window| window == bodies),
            "three traps, then what they were"
        );
        assert!(silence(&writers(helper, &[app], &[])).is_err(), "another calls it");
        assert!(silence(&writers(panic, &[app, helper], &[])).is_err(), "it is called from outside");
        assert!(silence(&writers(panic, &[app], &[helper])).is_err(), "it is called by the table");
        assert!(silence(&writers(writer, &[app], &[])).is_err(), "a writer is called by what returns");
    }

    #[test]
    fn a_program_without_names_is_refused() {
        let program = program();
        let nameless = &program[..program.len() - SECTION_OF_NAMES.len()];
        assert!(silence(nameless).is_err());
    }
}
