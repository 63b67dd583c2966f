//! A relay that is too busy, fails or is about to stop, and says so instead of doing what it is asked. Nothing of that is stored,
//! and it is to be asked again a little later. PROTOCOL.md, section 8.

use segel_core::{Answer, Request};
use segel_wire::{ClientFrame, Code, ServerFrame};

use super::World;
use crate::Planted;
use crate::chance::Chance;
use crate::relay::Sent;

/// Of chance: all else in a seed goes as it would with a relay that always has time.
const STREAM: u64 = u64::MAX - 1;
/// Of so many relays one has moods.
const MOODY: u64 = 3;
/// Of so many things that it is asked it refuses one.
const REFUSES: u64 = 8;
/// What it says then, and as what that is counted.
const SAYS: [(Code, &str); 3] = [
    (Code::TooMany, "answers too-many"),
    (Code::Internal, "answers internal"),
    (Code::Draining, "answers draining"),
];

/// Whether the relay does what it is asked.
pub(super) struct Moods {
    chance: Chance,
    has_any: bool,
    /// Whether it does everything at the moment.
    pub(super) is_calm: bool,
}

impl Moods {
    pub(super) fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed, STREAM);
        let has_any = chance.one_in(MOODY);
        Self { chance, has_any, is_calm: false }
    }
}

impl World {
    /// Whether the relay may refuse for now from here on, if it is one that does.
    pub(crate) fn relay_has_moods(&mut self, may: bool) {
        self.moods.is_calm = !may;
    }

    /// What the relay says instead of answering a request; `None` if it answers.
    pub(super) fn refuse_request(&mut self, request: &Request) -> Option<Answer> {
        let counted = match request {
            Request::Roster | Request::RosterVersion(_) => "requests for rosters refused for now",
            Request::Challenge | Request::Login(_) => "requests for sessions refused for now",
            Request::Bundles(..) => "requests for bundles refused for now",
            Request::PutPrekeys(_) => "uploads of prekeys refused for now",
            Request::OpenConversation(..) => "openings of conversations refused for now",
            Request::Events(..) => "requests for events refused for now",
            Request::BeginUpload(..)
            | Request::AddChunk(..)
            | Request::ForgetUpload(..)
            | Request::FetchChunk(..) => "requests about files refused for now",
            Request::Enrol(..) => "enrolments refused for now",
            Request::Erase(_) => "requests to be erased refused for now",
        };
        self.refuse(counted).map(|code| Answer::Problem(code.into()))
    }

    /// What the relay says instead of doing what a frame asks for; `None` if it does it.
    pub(super) fn refuse_frame(&mut self, socket: u64, frame: &ClientFrame) -> Option<Vec<Sent>> {
        match frame {
            ClientFrame::Send { event, .. } => {
                let code = self.refuse("messages refused for now")?;
                let problem = ServerFrame::Error { event: Some(*event), problem: code.into() };
                Some(vec![(socket, Some(problem))])
            }
            ClientFrame::Hello { .. } => {
                let code = self.refuse("connections refused for now")?;
                Some(vec![(socket, Some(ServerFrame::Bye { problem: code.into() })), (socket, None)])
            }
            _ => None,
        }
    }

    /// Whether a device that should send something again does not hear so.
    pub(super) fn misses(&self, frame: &ServerFrame) -> bool {
        let is_for_now = |code: Code| SAYS.iter().any(|(said, _)| *said == code);
        self.planted == Some(Planted::SentOnce)
            && matches!(frame, ServerFrame::Error { event: Some(_), problem } if is_for_now(problem.code))
    }

    fn refuse(&mut self, counted: &'static str) -> Option<Code> {
        let moods = &mut self.moods;
        if moods.is_calm || !moods.has_any || !moods.chance.one_in(REFUSES) {
            return None;
        }
        let (code, said) = SAYS[moods.chance.place(SAYS.len())];
        self.tally.count(said);
        self.tally.count(counted);
        Some(code)
    }
}
