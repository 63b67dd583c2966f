//! The rest: the functions that went. It has no memory and no table of its own, and puts itself into the table.

use anyhow::{Context, Result, anyhow};
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    CodeSection, ConstExpr, ElementSection, Elements, EntityType, Function, FunctionSection, ImportSection,
    MemoryType, Module, StartSection, TypeSection,
};
use wasmparser::{Parser, Payload, TypeRef};

use super::first::{HERE, MEMORY, global, table};
use super::{Cut, OTHER};
use crate::functions::Functions;

pub(super) fn write(program: &[u8], functions: &Functions, cut: &Cut) -> Result<Vec<u8>> {
    let mut rest = Rest {
        numbers: vec![None; functions.numbers().count()],
        types: TypeSection::new(),
        imports: ImportSection::new(),
        code: CodeSection::new(),
        at: functions.imported(),
        functions,
        cut,
    };
    for payload in Parser::new(0).parse_all(program) {
        rest.take(payload?).map_err(|error| anyhow!("the rest cannot be written: {error}"))?;
    }
    rest.finish()
}

struct Rest<'a> {
    functions: &'a Functions,
    cut: &'a Cut,
    /// New numbers, by old ones.
    numbers: Vec<Option<u32>>,
    types: TypeSection,
    imports: ImportSection,
    code: CodeSection,
    /// The function whose body comes next.
    at: u32,
}

impl Rest<'_> {
    /// Takes over what the rest needs of a section; it comes after types and imports that code refers to.
    fn take(&mut self, payload: Payload<'_>) -> Result<(), Error<anyhow::Error>> {
        match payload {
            Payload::TypeSection(section) => {
                let mut types = TypeSection::new();
                utils::parse_type_section(self, &mut types, section)?;
                types.ty().function([], []);
                self.types = types;
            }
            Payload::ImportSection(section) => self.import(section)?,
            Payload::TableSection(section) => {
                for (number, of) in (0..).zip(section) {
                    let mut ty = self.table_type(of?.ty)?;
                    if number == 0 {
                        ty.minimum = self.cut.table.into();
                        ty.maximum = ty.maximum.map(|_| ty.minimum);
                    }
                    self.imports.import(OTHER, &table(number), ty);
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    let ty: MemoryType = self.memory_type(memory?)?;
                    self.imports.import(OTHER, MEMORY, ty);
                }
            }
            Payload::GlobalSection(section) => {
                for (number, of) in (0..).zip(section) {
                    let ty = self.global_type(of?.ty)?;
                    self.imports.import(OTHER, &global(number), ty);
                }
                let here = wasm_encoder::GlobalType {
                    val_type: wasm_encoder::ValType::I32,
                    mutable: true,
                    shared: false,
                };
                self.imports.import(OTHER, HERE, here);
            }
            Payload::CodeSectionEntry(body) => {
                if self.cut.moved.contains(&self.at) {
                    let mut code = std::mem::take(&mut self.code);
                    utils::parse_function_body(self, &mut code, body)?;
                    self.code = code;
                }
                self.at += 1;
            }
            _ => {}
        }
        Ok(())
    }

    /// Imports what the program imports, as far as it is needed here, and functions of the first part.
    fn import(&mut self, section: wasmparser::ImportSectionReader<'_>) -> Result<(), Error<anyhow::Error>> {
        let needed: std::collections::BTreeSet<_> =
            self.cut.moved.iter().flat_map(|number| self.functions.called_by(*number)).collect();
        let mut next = 0;
        for (number, import) in (0..).zip(section.into_imports()) {
            let import = import?;
            let TypeRef::Func(ty) = import.ty else { continue };
            if needed.contains(&number) {
                self.imports.import(import.module, import.name, EntityType::Function(ty));
                self.name(number, &mut next);
            }
        }
        for (number, name) in &self.cut.shared {
            let ty = self.functions.ty(*number).map_err(Error::UserError)?;
            self.imports.import(OTHER, name, EntityType::Function(ty));
            self.name(*number, &mut next);
        }
        for number in &self.cut.moved {
            self.name(*number, &mut next);
        }
        Ok(())
    }

    fn name(&mut self, number: u32, next: &mut u32) {
        if let Some(named) = self.numbers.get_mut(number as usize) {
            *named = Some(*next);
            *next += 1;
        }
    }

    fn finish(mut self) -> Result<Vec<u8>> {
        let mut functions = FunctionSection::new();
        for number in &self.cut.moved {
            functions.function(self.functions.ty(*number)?);
        }
        functions.function(self.functions.signatures()?);
        let mut arrives = Function::new([]);
        arrives.instructions().i32_const(1).global_set(self.functions.globals()).end();
        self.code.function(&arrives);
        let last = self.numbers.iter().flatten().max().context("nothing was moved")? + 1;

        let mut elements = ElementSection::new();
        let mut places: Vec<_> = self.cut.entries.iter().map(|(number, place)| (*place, *number)).collect();
        places.sort_unstable();
        for run in places.chunk_by(|(before, _), (after, _)| before + 1 == *after) {
            let [(start, _), ..] = run else { continue };
            let run: Vec<_> = run
                .iter()
                .map(|(_, number)| self.function_index(*number))
                .collect::<Result<_, _>>()
                .map_err(|error| anyhow!("{error}"))?;
            elements.active(
                None,
                &ConstExpr::i32_const(i32::try_from(*start)?),
                Elements::Functions(run.into()),
            );
        }

        let mut module = Module::new();
        module.section(&self.types).section(&self.imports).section(&functions);
        module.section(&StartSection { function_index: last }).section(&elements).section(&self.code);
        Ok(module.finish())
    }
}

impl Reencode for Rest<'_> {
    type Error = anyhow::Error;

    fn function_index(&mut self, number: u32) -> Result<u32, Error<anyhow::Error>> {
        let lost = || format!("function {number} cannot be reached");
        self.numbers.get(number as usize).copied().flatten().with_context(lost).map_err(Error::UserError)
    }
}
