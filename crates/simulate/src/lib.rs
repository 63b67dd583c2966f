//! A hostile world for the engines of `segel-core`: visitors and agents, a relay and a network, all in memory and
//! on one clock. Everything that happens follows from a seed, so a run that fails is run again and looks the same.
//!
//! [`run`] plays a seed: people write, while tabs crash between any two steps, storage is lost or set
//! back, links are cut or slow, clocks jump, rosters change and the relay dies. Then all is calm, and what every
//! person sees is checked against what was said.

mod agenda;
mod chance;
mod check;
mod device;
mod endings;
mod erasing;
mod faults;
mod files;
mod owner;
mod people;
mod reading;
mod relay;
mod reuse;
mod step;
mod tabs;
mod trace;
mod vouching;
mod world;

use std::collections::BTreeMap;

pub use world::run;

/// A mistake that is made on purpose, to see that it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planted {
    /// A device is told that its state is kept before it is.
    SendBeforePersist,
    /// The relay stores an event again that is sent again.
    NoDedupe,
    /// The relay resumes one event too late.
    CursorOffByOne,
    /// Two tabs of a browser run engines on one store.
    TwoLeaders,
    /// A tab lets go of what it handed on before that is settled.
    LetGoEarly,
    /// A tab that led before does not have the others ask anew.
    OutOfDate,
    /// A tab that says where its person looks waits for no sign of life.
    LooksInVain,
    /// A leading tab that another one shut out of the store goes on.
    GoesOnOvertaken,
    /// The relay confirms that it has erased what it keeps.
    KeepsErased,
    /// Tabs of a browser draw the same random bytes.
    SameRandomness,
    /// A device does not send again what the relay refused for now.
    SentOnce,
}

/// What a run came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// What happened how often, by its name.
    pub counts: BTreeMap<&'static str, u64>,
}

/// What did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// A sentence each.
    pub complaints: Vec<String>,
    /// What happened, line by line.
    pub trace: Vec<String>,
}

impl Planted {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::SendBeforePersist,
        Self::NoDedupe,
        Self::CursorOffByOne,
        Self::TwoLeaders,
        Self::LetGoEarly,
        Self::OutOfDate,
        Self::LooksInVain,
        Self::GoesOnOvertaken,
        Self::KeepsErased,
        Self::SameRandomness,
        Self::SentOnce,
    ];
}

impl Tally {
    pub(crate) fn count(&mut self, name: &'static str) {
        self.add(name, 1);
    }

    pub(crate) fn add(&mut self, name: &'static str, times: u64) {
        *self.counts.entry(name).or_default() += times;
    }

    /// Adds another run's counts.
    pub fn merge(&mut self, other: &Self) {
        for (name, times) in &other.counts {
            self.add(name, *times);
        }
    }
}
