//! The first part: what is left, and an entry for each function that went and is called from here.

use anyhow::{Context, Result, anyhow};
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, EntityType, ExportKind, ExportSection, Function, FunctionSection,
    GlobalSection, GlobalType, ImportSection, Instruction, Module, TableSection, TypeSection, ValType,
};
use wasmparser::Parser;

use super::{Cut, JOIN, OTHER};
use crate::functions::Functions;

/// Names under which the rest finds what both use.
pub(super) const HERE: &str = ".h";
pub(super) const MEMORY: &str = ".m";

/// The name of a global that both use.
pub(super) fn global(number: u32) -> String {
    format!(".g{number}")
}

/// The name of a table that both use.
pub(super) fn table(number: u32) -> String {
    format!(".t{number}")
}

pub(super) fn write(program: &[u8], functions: &Functions, cut: &Cut) -> Result<Vec<u8>> {
    let mut numbers = Vec::new();
    let mut next = 0;
    for number in functions.numbers() {
        if number == functions.imported() {
            // The function that joins the rest comes after what was imported before.
            next += 1;
        }
        let stays = !cut.moved.contains(&number) || cut.entries.contains_key(&number);
        numbers.push(stays.then_some(next));
        next += u32::from(stays);
    }
    let types = functions.signatures()?;
    let mut writer = Writer { functions, cut, numbers, at: functions.imported(), types, arrival: next };
    let mut first = Module::new();
    writer
        .parse_core_module(&mut first, Parser::new(0), program)
        .map_err(|error| anyhow!("the first part cannot be written: {error}"))?;
    Ok(first.finish())
}

struct Writer<'a> {
    functions: &'a Functions,
    cut: &'a Cut,
    /// New numbers, by old ones.
    numbers: Vec<Option<u32>>,
    /// The function whose body comes next.
    at: u32,
    types: u32,
    /// The last function, which entries ask for the rest.
    arrival: u32,
}

impl Writer<'_> {
    /// An entry: calls its function of the rest through the table, when the rest is there.
    fn entry(&self, number: u32, place: u32) -> Result<Function> {
        let mut entry = Function::new([]);
        for value in 0..self.functions.takes(number)? {
            entry.instruction(&Instruction::LocalGet(value));
        }
        let ty = self.functions.ty(number)?;
        entry.instructions().i32_const(i32::try_from(place)?).call(self.arrival).call_indirect(0, ty).end();
        Ok(entry)
    }

    /// Takes the place of an entry and gives it back, when the rest has been joined.
    fn arrival(&self) -> Function {
        let here = self.functions.globals();
        let mut arrival = Function::new([]);
        arrival
            .instructions()
            .global_get(here)
            .i32_eqz()
            .if_(BlockType::Empty)
            .local_get(0)
            .call(self.functions.imported())
            .end()
            .local_get(0)
            .end();
        arrival
    }
}

impl Reencode for Writer<'_> {
    type Error = anyhow::Error;

    fn function_index(&mut self, number: u32) -> Result<u32, Error<anyhow::Error>> {
        let moved = || format!("function {number} is called from where it is not");
        self.numbers.get(number as usize).copied().flatten().with_context(moved).map_err(Error::UserError)
    }

    fn parse_type_section(
        &mut self,
        types: &mut TypeSection,
        section: wasmparser::TypeSectionReader<'_>,
    ) -> Result<(), Error<anyhow::Error>> {
        utils::parse_type_section(self, types, section)?;
        types.ty().function([ValType::I32], []);
        types.ty().function([ValType::I32], [ValType::I32]);
        Ok(())
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Result<(), Error<anyhow::Error>> {
        utils::parse_import_section(self, imports, section)?;
        imports.import(OTHER, JOIN, EntityType::Function(self.types));
        Ok(())
    }

    fn parse_function_section(
        &mut self,
        section: &mut FunctionSection,
        _: wasmparser::FunctionSectionReader<'_>,
    ) -> Result<(), Error<anyhow::Error>> {
        for number in self.functions.numbers().skip(self.functions.imported() as usize) {
            if self.numbers.get(number as usize).is_some_and(Option::is_some) {
                section.function(self.functions.ty(number).map_err(Error::UserError)?);
            }
        }
        section.function(self.types + 1);
        Ok(())
    }

    fn parse_table_section(
        &mut self,
        tables: &mut TableSection,
        section: wasmparser::TableSectionReader<'_>,
    ) -> Result<(), Error<anyhow::Error>> {
        for (at, table) in section.into_iter().enumerate() {
            let mut ty = self.table_type(table?.ty)?;
            if at == 0 {
                ty.minimum = self.cut.table.into();
                ty.maximum = ty.maximum.map(|_| self.cut.table.into());
            }
            tables.table(ty);
        }
        Ok(())
    }

    fn parse_global_section(
        &mut self,
        globals: &mut GlobalSection,
        section: wasmparser::GlobalSectionReader<'_>,
    ) -> Result<(), Error<anyhow::Error>> {
        utils::parse_global_section(self, globals, section)?;
        let here = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
        globals.global(here, &ConstExpr::i32_const(0));
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: wasmparser::ExportSectionReader<'_>,
    ) -> Result<(), Error<anyhow::Error>> {
        utils::parse_export_section(self, exports, section)?;
        for (number, name) in &self.cut.shared {
            exports.export(name, ExportKind::Func, self.function_index(*number)?);
        }
        for number in 0..self.functions.globals() {
            exports.export(&global(number), ExportKind::Global, number);
        }
        exports.export(HERE, ExportKind::Global, self.functions.globals());
        exports.export(MEMORY, ExportKind::Memory, 0);
        for number in 0..self.functions.tables() {
            exports.export(&table(number), ExportKind::Table, number);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: wasmparser::CodeSectionReader<'_>,
    ) -> Result<(), Error<anyhow::Error>> {
        utils::parse_code_section(self, code, section)?;
        code.function(&self.arrival());
        Ok(())
    }

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: wasmparser::FunctionBody<'_>,
    ) -> Result<(), Error<anyhow::Error>> {
        let number = self.at;
        self.at += 1;
        if !self.cut.moved.contains(&number) {
            return utils::parse_function_body(self, code, body);
        }
        if let Some(place) = self.cut.entries.get(&number) {
            code.function(&self.entry(number, *place).map_err(Error::UserError)?);
        }
        Ok(())
    }

    /// Names have done their work.
    fn parse_custom_section(
        &mut self,
        _: &mut Module,
        _: wasmparser::CustomSectionReader<'_>,
    ) -> Result<(), Error<anyhow::Error>> {
        Ok(())
    }
}
