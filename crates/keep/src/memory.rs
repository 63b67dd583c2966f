//! A store in memory: whole generations, each or not at all.

use std::collections::BTreeMap;

use segel_core::{Change, Kept};

use crate::{Record, Refused};

/// Sealed records as a browser's database would keep them, which a crash cannot tear.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    generation: u64,
    term: u64,
    sealed: BTreeMap<String, Vec<u8>>,
    is_full: bool,
}

impl Memory {
    /// Begins a term and answers it: from now on nothing is committed in an earlier one.
    pub fn begin_term(&mut self) -> Result<u64, Refused> {
        if self.is_full {
            return Err(Refused::NoRoom);
        }
        self.term += 1;
        Ok(self.term)
    }

    /// The term that was begun last; 0 before the first.
    pub fn term(&self) -> u64 {
        self.term
    }

    /// The last generation that was kept; 0 for a new store.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Every record.
    pub fn sealed(&self) -> &BTreeMap<String, Vec<u8>> {
        &self.sealed
    }

    /// From now on there is no room, or there is again.
    pub fn fill(&mut self, is_full: bool) {
        self.is_full = is_full;
    }

    /// Deletes everything: a new store, in which nothing is committed in a term of before.
    pub fn erase(&mut self) {
        *self = Self { term: self.term + 1, ..Self::default() };
    }

    /// What a visitor's engine starts from.
    pub fn kept(&self) -> Kept {
        Kept { generation: self.generation, records: self.records(|_| true), left_out: false }
    }

    /// What an agent's engine starts from.
    pub fn kept_in_outline(&self) -> Kept {
        let records = self.records(|name| !name.starts_with(Kept::LATER));
        Kept { generation: self.generation, records, left_out: true }
    }

    /// The records whose names begin so, for whoever began this term.
    pub fn named(&self, term: u64, beginning: &str) -> Result<Vec<Record>, Refused> {
        if term != self.term {
            return Err(Refused::Stale);
        }
        Ok(self.records(|name| name.starts_with(beginning)))
    }

    /// Keeps the next generation, of this term.
    pub fn commit(&mut self, term: u64, generation: u64, changes: Vec<Change>) -> Result<(), Refused> {
        if term != self.term || self.generation.checked_add(1) != Some(generation) {
            return Err(Refused::Stale);
        }
        self.keep(generation, changes)
    }

    /// Keeps a generation of whatever term, as a store would that does not look.
    pub fn keep(&mut self, generation: u64, changes: Vec<Change>) -> Result<(), Refused> {
        if self.is_full {
            return Err(Refused::NoRoom);
        }
        self.generation = self.generation.max(generation);
        for Change { name, sealed } in changes {
            match sealed {
                Some(sealed) => drop(self.sealed.insert(name, sealed)),
                None => drop(self.sealed.remove(&name)),
            }
        }
        Ok(())
    }

    fn records(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<Record> {
        let records = self.sealed.iter().filter(|(name, _)| is_wanted(name));
        records.map(|(name, sealed)| (name.clone(), sealed.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use futures_util::FutureExt;

    use super::*;
    use crate::{Keeps, Place, cases};

    #[derive(Default)]
    struct Shared(Rc<RefCell<Memory>>);

    struct Opened {
        memory: Rc<RefCell<Memory>>,
        term: u64,
    }

    impl Place for Shared {
        type Store = Opened;

        async fn open(&self) -> Result<Opened, Refused> {
            let term = self.0.borrow_mut().begin_term()?;
            Ok(Opened { memory: Rc::clone(&self.0), term })
        }

        fn fill(&self, is_full: bool) {
            self.0.borrow_mut().fill(is_full);
        }
    }

    impl Keeps for Opened {
        async fn load(&self) -> (u64, Vec<Record>) {
            let Kept { generation, records, .. } = self.memory.borrow().kept();
            (generation, records)
        }

        async fn load_outline(&self) -> (u64, Vec<Record>) {
            let Kept { generation, records, .. } = self.memory.borrow().kept_in_outline();
            (generation, records)
        }

        async fn load_named(&self, beginning: &str) -> Result<Vec<Record>, Refused> {
            self.memory.borrow().named(self.term, beginning)
        }

        async fn commit(&self, generation: u64, changes: Vec<Change>) -> Result<(), Refused> {
            self.memory.borrow_mut().commit(self.term, generation, changes)
        }
    }

    macro_rules! conforms {
        ($($case:ident)*) => {$(
            #[test]
            fn $case() {
                // Nothing in memory is waited for.
                cases::$case(&Shared::default()).now_or_never().unwrap();
            }
        )*};
    }

    crate::for_each_case!(conforms);
}
