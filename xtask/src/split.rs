//! A program in two parts. The first has what a visitor needs until the first message has gone; the rest is fetched
//! afterwards and joined to it: one memory, one table of functions, and calls both ways.

mod first;
mod rest;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use crate::functions::{Functions, begins};
use crate::names::MODULE;

const GLUE: &str = include_str!("../../www/rest.js");
/// The module that the first part imports the function from that fetches the rest, and the rest the first part's functions.
pub(crate) const OTHER: &str = "b";
/// What that function is called.
pub(crate) const JOIN: &str = "j";

/// Both parts of a program.
pub(crate) struct Parts {
    pub(crate) first: Vec<u8>,
    pub(crate) rest: Vec<u8>,
    /// The functions of the rest that are called from elsewhere, a line each: place in the table, and name.
    pub(crate) entries: String,
}

/// Cuts `program`, which still has its functions' names. `later` names what goes into the rest, by the beginnings of
/// names; what only that calls goes with it. Functions that no longer are where they are called from have an entry
/// there, which calls through the table, and joins the rest before if it has not come.
pub(crate) fn split(program: &[u8], later: &[&str]) -> Result<Parts> {
    let functions = Functions::read(program)?;
    let moved = functions.only_needed_by(|name| later.iter().any(|path| begins(name, path)));
    if moved.is_empty() {
        bail!("nothing of the program is called what the list of later functions says");
    }
    let cut = Cut::new(&functions, moved);
    let line = |(number, place): (&u32, &u32)| format!("{place} {}\n", functions.name(*number));
    Ok(Parts {
        first: first::write(program, &functions, &cut)?,
        rest: rest::write(program, &functions, &cut)?,
        entries: cut.entries.iter().map(line).collect(),
    })
}

/// Has the glue, whose names are short, hand the functions that it imports to both parts.
pub(crate) fn join(glue: &str) -> Result<String> {
    let whole = format!("{MODULE:?}: import0,");
    if glue.matches(&whole).count() != 1 {
        bail!("the glue hands the program its functions in another way");
    }
    let both = format!("{MODULE:?}: (functions = import0), {OTHER:?}: {{ {JOIN}: joinNow }},");
    Ok([&glue.replace(&whole, &both), GLUE].concat())
}

/// Where a program is cut.
struct Cut {
    /// Functions of the rest, by their numbers in the whole program.
    moved: BTreeSet<u32>,
    /// The place in the table of each that is called from the first part or by the table.
    entries: BTreeMap<u32, u32>,
    /// What the rest calls in the first part, by the names that it is exported under.
    shared: BTreeMap<u32, String>,
    /// Places that the table has, with those that are new.
    table: u32,
}

impl Cut {
    fn new(functions: &Functions, moved: BTreeSet<u32>) -> Self {
        let called = |callers: &dyn Fn(u32) -> bool| -> BTreeSet<u32> {
            functions
                .numbers()
                .filter(|number| callers(*number))
                .flat_map(|number| functions.called_by(number))
                .collect()
        };
        let (from_first, from_rest) =
            (called(&|number| !moved.contains(&number)), called(&|number| moved.contains(&number)));
        let mut table = functions.table();
        let mut entries = BTreeMap::new();
        for number in &moved {
            if let Some(place) = functions.place(*number) {
                entries.insert(*number, place);
            } else if from_first.contains(number) {
                entries.insert(*number, table);
                table += 1;
            }
        }
        let shared =
            from_rest.iter().filter(|number| !moved.contains(number) && !functions.is_import(**number));
        let shared = shared.enumerate().map(|(at, number)| (*number, name(at))).collect();
        Self { moved, entries, shared, table }
    }
}

/// A short name that no other export has: no script could say it.
fn name(mut at: usize) -> String {
    let mut name = String::from("-");
    loop {
        name.extend(char::from_digit(u32::try_from(at % 36).unwrap_or_default(), 36));
        at /= 36;
        if at == 0 {
            return name;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use wasm_encoder::{
        CodeSection, ConstExpr, ElementSection, Elements, EntityType, ExportKind, ExportSection, Function,
        FunctionSection, GlobalSection, GlobalType, ImportSection, MemArg, MemorySection, MemoryType, Module,
        NameMap, NameSection, RefType, TableSection, TableType, TypeSection, ValType,
    };

    use super::*;

    /// Runs both parts: what they answer before and after the rest came, and how often it was asked for.
    const RUN: &str = "
        const [first, rest] = process.argv.slice(1).map((hex) => new WebAssembly.Module(Buffer.from(hex, 'hex')));
        const said = [];
        const a = { say: (value) => said.push(value) };
        const joins = [];
        const j = (entry) => { joins.push(entry); new WebAssembly.Instance(rest, { a, b: app }); };
        const app = new WebAssembly.Instance(first, { a, b: { j } }).exports;
        console.log(JSON.stringify([app.early(20), [...joins], app.late(20), app.late(30), app.by_table(5), joins, said]));";

    /// Imports `say`; exports `early`, which calls nothing else, `late` and `by_table`, which call functions of
    /// `app::later` by number and through the table; one of these calls back a function that stays, and `say`.
    fn program() -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([ValType::I32], [ValType::I32]);
        types.ty().function([ValType::I32], []);
        let mut imports = ImportSection::new();
        imports.import(MODULE, "say", EntityType::Function(1));
        let mut functions = FunctionSection::new();
        for _ in 0..5 {
            functions.function(0);
        }
        let mut tables = TableSection::new();
        let [minimum, maximum] = [2, 2];
        tables.table(TableType {
            element_type: RefType::FUNCREF,
            minimum,
            maximum: Some(maximum),
            table64: false,
            shared: false,
        });
        let mut memory = MemorySection::new();
        memory.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut globals = GlobalSection::new();
        globals.global(
            GlobalType { val_type: ValType::I32, mutable: true, shared: false },
            &ConstExpr::i32_const(7),
        );
        let mut exports = ExportSection::new();
        for (name, number) in [("early", 1), ("late", 2), ("by_table", 3)] {
            exports.export(name, ExportKind::Func, number);
        }
        let mut elements = ElementSection::new();
        elements.active(None, &ConstExpr::i32_const(1), Elements::Functions([5].as_slice().into()));
        let mut code = CodeSection::new();
        let mut body = |write: &dyn Fn(&mut Function)| {
            let mut function = Function::new([]);
            write(&mut function);
            function.instructions().end();
            code.function(&function);
        };
        body(&|early| {
            early.instructions().local_get(0).i32_const(1).i32_add();
        });
        body(&|late| {
            late.instructions().local_get(0).call(4);
        });
        body(&|by_table| {
            by_table.instructions().local_get(0).i32_const(1).call_indirect(0, 0);
        });
        // Says what it got, and answers what `early` makes of twice that.
        body(&|twice| {
            twice.instructions().local_get(0).call(0).local_get(0).i32_const(2).i32_mul().call(1);
        });
        // Adds the global, by way of the memory.
        body(&|seven| {
            let at = MemArg { offset: 0, align: 2, memory_index: 0 };
            let mut write = seven.instructions();
            write.i32_const(0).local_get(0).global_get(0).i32_add().i32_store(at).i32_const(0).i32_load(at);
        });
        let mut names = NameMap::new();
        for (number, name) in (0..).zip([
            "say",
            "app::early",
            "app::late",
            "app::by_table",
            "app[1]::later::twice",
            "<app[1]::later::Seven as T>::add",
        ]) {
            names.append(number, name);
        }
        let mut section = NameSection::new();
        section.functions(&names);
        let mut module = Module::new();
        module
            .section(&types)
            .section(&imports)
            .section(&functions)
            .section(&tables)
            .section(&memory)
            .section(&globals);
        module.section(&exports).section(&elements).section(&code).section(&section);
        module.finish()
    }

    #[test]
    fn both_parts_do_what_the_whole_did_and_the_rest_is_joined_once_when_it_is_called() {
        let parts = split(&program(), &["app::later"]).unwrap();
        let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
        let run =
            Command::new("node").args(["-e", RUN, &hex(&parts.first), &hex(&parts.rest)]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&run.stderr), "");
        assert_eq!(String::from_utf8_lossy(&run.stdout).trim(), "[21,[],41,61,12,[2],[20,30]]");
        assert_eq!(parts.entries, "2 app::later::twice\n1 app::later::Seven as T>::add\n");
    }

    #[test]
    fn a_list_that_names_nothing_is_refused_and_so_is_glue_of_another_kind() {
        assert!(split(&program(), &["app::elsewhere"]).is_err());
        assert!(join("return { \"other\": import0, };").is_err());
        assert!(
            join("return { \"a\": import0, };")
                .unwrap()
                .contains("\"a\": (functions = import0), \"b\": { j: joinNow }")
        );
    }

    #[test]
    fn names_are_short_and_differ() {
        let names: BTreeSet<_> = (0..2_000).map(name).collect();
        assert_eq!(names.len(), 2_000);
        assert!(names.iter().all(|name| name.len() <= 4));
    }
}
