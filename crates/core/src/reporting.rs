//! A report in the making, and what came of it. PROTOCOL.md, section 5.13.

use segel_wire::cbor_variants;
use segel_wire::ids::EventId;
use segel_wire::report::Report;

/// The messages that somebody wants to report, and those whose contents have come from the relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub(crate) events: Vec<EventId>,
    pub(crate) report: Report,
}

/// What came of a report that was wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reporting {
    /// It is whole. Whoever has it can open what it is about: it is a secret of the person who wanted it.
    Made(Report),
    /// The relay was not reached; it can be tried again.
    Unreached,
    /// The relay does not have one of the messages any more as it was opened here, or it cannot be reported.
    Missing,
}

cbor_variants!(Reporting { 0: Made(report), 1: Unreached, 2: Missing });
