//! Which function calls which.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use wasmparser::{
    CompositeInnerType, ConstExpr, ElementItems, ElementKind, ExternalKind, FuncType, Operator, Parser,
    Payload, TypeRef,
};

use crate::names;

/// The functions of a program, by their numbers: what it imports first.
#[derive(Default)]
pub(crate) struct Functions {
    imported: u32,
    /// What each takes and gives, as a number in `signatures`.
    types: Vec<u32>,
    signatures: Vec<FuncType>,
    names: BTreeMap<u32, String>,
    calls: Vec<Vec<u32>>,
    /// What is called from outside.
    roots: BTreeSet<u32>,
    /// Places in the first table.
    places: BTreeMap<u32, u32>,
    table: u32,
    tables: u32,
    globals: u32,
}

impl Functions {
    pub(crate) fn read(program: &[u8]) -> Result<Self> {
        let mut read = Self::default();
        for payload in Parser::new(0).parse_all(program) {
            match payload? {
                Payload::TypeSection(types) => {
                    for group in types {
                        for ty in group?.into_types() {
                            let CompositeInnerType::Func(function) = ty.composite_type.inner else {
                                bail!("a type that is no function's")
                            };
                            read.signatures.push(function);
                        }
                    }
                }
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let TypeRef::Func(ty) = import?.ty else { bail!("an import that is no function") };
                        read.types.push(ty);
                        read.calls.push(Vec::new());
                        read.imported += 1;
                    }
                }
                Payload::FunctionSection(types) => {
                    read.types.extend(types.into_iter().collect::<Result<Vec<_>, _>>()?);
                }
                Payload::TableSection(tables) => {
                    read.tables = tables.count();
                    let first = tables.into_iter().next().context("no table")??;
                    read.table = u32::try_from(first.ty.initial)?;
                }
                Payload::GlobalSection(globals) => read.globals = globals.count(),
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        if export.kind == ExternalKind::Func {
                            read.roots.insert(export.index);
                        }
                    }
                }
                Payload::StartSection { func, .. } => drop(read.roots.insert(func)),
                Payload::ElementSection(elements) => {
                    for element in elements {
                        let element = element?;
                        let ElementKind::Active { table_index: None | Some(0), offset_expr } = element.kind
                        else {
                            continue;
                        };
                        let ElementItems::Functions(functions) = element.items else {
                            bail!("a table of values")
                        };
                        for (place, function) in (constant(&offset_expr)?..).zip(functions) {
                            read.places.insert(function?, place);
                        }
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let mut calls = Vec::new();
                    for operator in body.get_operators_reader()? {
                        match operator? {
                            Operator::Call { function_index } => calls.push(function_index),
                            // It may come to be called from anywhere.
                            Operator::RefFunc { function_index } => drop(read.roots.insert(function_index)),
                            _ => {}
                        }
                    }
                    read.calls.push(calls);
                }
                Payload::CustomSection(section) => {
                    let names = names::of_functions(&section)?;
                    read.names.extend(names.into_iter().map(|(number, name)| (number, plain(name))));
                }
                _ => {}
            }
        }
        Ok(read)
    }

    /// Functions whose names are meant, and those that nothing else calls.
    pub(crate) fn only_needed_by(&self, is_meant: impl Fn(&str) -> bool) -> BTreeSet<u32> {
        let is_meant = |number: &u32| self.names.get(number).is_some_and(|name| is_meant(name));
        let mut kept = BTreeSet::new();
        let mut ahead: Vec<_> = self.roots.iter().copied().collect();
        ahead.extend(self.places.keys().filter(|number| !is_meant(number)));
        while let Some(number) = ahead.pop() {
            let is_root = self.roots.contains(&number);
            if (is_root || !is_meant(&number)) && kept.insert(number) {
                ahead.extend(self.called_by(number));
            }
        }
        self.numbers().filter(|number| !kept.contains(number) && !self.is_import(*number)).collect()
    }

    /// Every number, imports first.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u32> + use<> {
        0..u32::try_from(self.types.len()).unwrap_or(u32::MAX)
    }

    /// What a function is called, without crates' hashes.
    pub(crate) fn name(&self, number: u32) -> &str {
        self.names.get(&number).map_or("?", String::as_str)
    }

    pub(crate) fn is_import(&self, number: u32) -> bool {
        number < self.imported
    }

    pub(crate) fn imported(&self) -> u32 {
        self.imported
    }

    pub(crate) fn called_by(&self, number: u32) -> impl Iterator<Item = u32> + '_ {
        self.calls.get(number as usize).into_iter().flatten().copied()
    }

    /// Where a function stands in the table.
    pub(crate) fn place(&self, number: u32) -> Option<u32> {
        self.places.get(&number).copied()
    }

    /// How long the first table is.
    pub(crate) fn table(&self) -> u32 {
        self.table
    }

    /// How many tables there are.
    pub(crate) fn tables(&self) -> u32 {
        self.tables
    }

    /// How many globals there are.
    pub(crate) fn globals(&self) -> u32 {
        self.globals
    }

    /// The number of a function's type.
    pub(crate) fn ty(&self, number: u32) -> Result<u32> {
        self.types.get(number as usize).copied().context("a function without a type")
    }

    /// How many values a function takes.
    pub(crate) fn takes(&self, number: u32) -> Result<u32> {
        let ty = self.signatures.get(self.ty(number)? as usize).context("a type that is not there")?;
        Ok(u32::try_from(ty.params().len())?)
    }

    /// How many types there are.
    pub(crate) fn signatures(&self) -> Result<u32> {
        Ok(u32::try_from(self.signatures.len())?)
    }
}

/// A name without crates' hashes, and without what only says that a type's own function or its end is meant:
/// `<core[c59]::fmt::X as core[c59]::fmt::Write>::write` begins as `core::fmt::X as core::fmt::Write`.
fn plain(name: &str) -> String {
    let mut depth = 0_u32;
    let mut plain = String::new();
    for letter in name.chars() {
        match letter {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(letter),
            _ => {}
        }
    }
    let mut rest = plain.as_str();
    loop {
        let end = ["core::ptr::drop_in_place::<", "core::ptr::drop_in_place<", "<", "&", "mut "];
        match end.iter().find_map(|start| rest.strip_prefix(start)) {
            Some(inner) => rest = inner,
            None => return rest.to_owned(),
        }
    }
}

/// Whether a name is of this path or of something below it.
pub(crate) fn begins(name: &str, path: &str) -> bool {
    name.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '>', ' ', '<', '(']))
}

fn constant(expression: &ConstExpr) -> Result<u32> {
    match expression.get_operators_reader().read()? {
        Operator::I32Const { value } => Ok(u32::try_from(value)?),
        other => bail!("a table at {other:?}, which is no constant"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_below_its_path_and_nowhere_else() {
        for name in [
            "segel_core[12ab]::file::check",
            "<segel_core[12ab]::file::Name as core[34cd]::clone::Clone>::clone",
            "core::ptr::drop_in_place::<segel_core[12ab]::file::Name>",
            "segel_core[12ab]::file",
        ] {
            assert!(begins(&plain(name), "segel_core::file"), "{name}");
        }
        for name in ["segel_core[12ab]::files::check", "segel_core[12ab]::other", "x::segel_core::file"] {
            assert!(!begins(&plain(name), "segel_core::file"), "{name}");
        }
    }
}
