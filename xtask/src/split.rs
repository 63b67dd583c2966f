//! A program in two parts. The first has what a visitor needs until the first message has gone; the rest is fetched
//! afterwards and joined to it: one memory, one table of functions, and calls both ways.

mod first;
mod functions;
mod rest;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use crate::names::MODULE;
use functions::Functions;

const GLUE: &str = include_str!("../../www/rest.js");
/// The module that the first part imports the function from that fetches the rest, and the rest the first part's functions.
pub(crate) const OTHER: &str = "b";
/// What that function is called.
pub(crate) const JOIN: &str = "j";

/// Both parts of a program.
pub(crate) struct Parts {
    pub(crate) first: Vec<u8>,
    pub(crate) rest: Vec<u8>,
}

/// Cuts `program`, which still has its functions' names. `later` names what goes into the rest, by the beginnings of
/// paths; what only that calls goes with it. Functions that no longer are where they are called from have an entry
/// there, which calls through the table, and joins the rest before if it has not come.
pub(crate) fn split(program: &[u8], later: &[&str]) -> Result<Parts> {
    let functions = Functions::read(program)?;
    let moved = functions.only_needed_by(later);
    if moved.is_empty() {
        bail!("nothing of the program is called what the list of later functions says");
    }
    let cut = Cut::new(&functions, moved);
    Ok(Parts {
        first: first::write(program, &functions, &cut)?,
        rest: rest::write(program, &functions, &cut)?,
    })
}

/// Has the glue, whose names are short, hand the functions that it imports to both parts.
pub(crate) fn join(glue: &str) -> Result<String> {
    let whole = format!("{MODULE:?}: import0,");
    if glue.matches(&whole).count() != 1 {
        bail!("the glue hands the program its functions in another way");
    }
    let both = format!("{MODULE:?}: (functions = import0), {OTHER:?}: {{ {JOIN}: join }},");
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
    use super::*;

    #[test]
    fn names_are_short_and_differ() {
        let names: BTreeSet<_> = (0..2_000).map(name).collect();
        assert_eq!(names.len(), 2_000);
        assert!(names.iter().all(|name| name.len() <= 4));
    }
}
