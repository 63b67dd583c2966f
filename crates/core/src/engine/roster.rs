//! Keeping the roster fresh, and what it says about writing.

use rand_core::CryptoRng;
use segel_wire::signed::Order;
use segel_wire::{Code, Problem};

use super::receive::Reached;
use super::{Engine, Part, passes};
use crate::io::{Answer, Output, Request};
use crate::link::{Backoff, Stage};
use crate::membership::Step;
use crate::records::Name;
use crate::show::{Gate, Refusal};

/// While nobody can be written to, the roster is looked at this often, in milliseconds,
const IMPATIENT: u64 = 1_500;
/// this many times, and after that less often.
const IMPATIENT_LOOKS: u32 = 40;
const RESIGNED: u64 = 20_000;
/// Otherwise a hint or a new connection is what makes it due.
const PATIENT: u64 = 60 * 60 * 1_000;

/// How things stand with the roster.
#[derive(Default)]
pub(super) struct RosterCheck {
    pub(super) backoff: Backoff,
    /// Whether the relay was asked since the connection was made.
    pub(super) fresh: bool,
    /// Whether a hint came while an answer was on its way.
    pub(super) outrun: bool,
    /// Why there is no roster to go by.
    pub(super) trouble: Option<Refusal>,
    /// Whether it was said since the last one came that one of the past is not to be had.
    lacks_past: bool,
    /// The newest order that a message named and the relay did not have.
    pub(super) sought_in_vain: Option<Order>,
    /// How often it was looked at since it last changed, while nobody could be written to.
    pub(super) looks: u32,
}

impl Engine {
    /// Whether what holds for this engine holds for a page and its floor as well; consoles have none.
    pub(crate) fn is_on_page(&self, page: &str, floor: Order) -> bool {
        let Part::Visitor { page: own } = &self.part else { return true };
        let is_as_strict = page == own && self.membership.has_floor(floor);
        let roster = self.membership.counting();
        is_as_strict || roster.is_some_and(|roster| roster.roster().order >= floor && roster.lists_page(page))
    }

    /// Whether messages can be written now, and if not, why.
    pub(crate) fn gate(&self, now: u64) -> Gate {
        let Some(roster) = self.membership.counting() else {
            return self.roster_check.trouble.map_or(Gate::Preparing, |refusal| match refusal {
                Refusal::RosterExpired => Gate::RosterExpired,
                other => Gate::Refused(other),
            });
        };
        let time = self.membership.time(now);
        if let Part::Visitor { page } = &self.part
            && !roster.lists_page(page)
        {
            return Gate::Refused(Refusal::PageRefused);
        }
        if roster.check_time(time).is_err() {
            return Gate::RosterExpired;
        }
        if self.part == Part::Agent {
            let account = self.account.as_ref();
            let listed = account.is_some_and(|account| roster.device(&account.device(), time).is_some());
            if !listed {
                return if account.is_some_and(|account| account.listed) {
                    Gate::Removed
                } else if self.enrolment_refused {
                    Gate::Refused(Refusal::EnrolmentRefused)
                } else {
                    Gate::AwaitingRoster
                };
            }
        }
        if self.part != Part::Agent && self.is_alone(now) {
            return Gate::NobodyEnrolled;
        }
        self.bundle_trouble.map_or(Gate::Open, Gate::Refused)
    }

    /// Whether nobody is there for what a visitor writes next, or has waiting. Who holds a conversation may stand in no inbox: a
    /// supervisor.
    fn is_alone(&self, now: u64) -> bool {
        let open = self.open_conversation();
        let is_heard = self.conversations.iter().any(|(id, kept)| {
            (Some(*id) == open || !kept.outbox.is_empty()) && !self.readers(*id, now).is_empty()
        });
        !is_heard && (open.is_some() || self.membership.inbox(None, now).is_empty())
    }

    /// Asks for the newest roster if it is due.
    pub(super) fn pump_roster(&mut self, now: u64) {
        let due = !self.roster_check.fresh || self.roster_check.trouble.is_some();
        let due = due || self.membership.has_ended(now) || self.is_waiting_for_members(now);
        let due = due || !self.held.is_empty();
        if due && !self.is_asking_for_rosters() && self.link.network && self.roster_check.backoff.is_due(now)
        {
            self.ask_at_once(Request::Roster);
        }
    }

    /// The relay may have something newer: look now, and again if an answer is on its way that may be
    /// older than the hint.
    pub(super) fn refresh_roster(&mut self, now: u64) {
        self.roster_check.outrun = self.is_asking_for_rosters();
        self.roster_check.fresh = false;
        self.roster_check.backoff.succeeded(now, 0);
    }

    pub(super) fn roster_wake(&self) -> u64 {
        self.roster_check.backoff.at()
    }

    pub(super) fn roster_answered(
        &mut self,
        request: &Request,
        answer: Answer,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let step = match answer {
            Answer::Octets(bytes) if matches!(request, Request::Roster) => self.membership.offer(&bytes, now),
            Answer::Octets(bytes) => self.membership.link(&bytes),
            Answer::Problem(Problem { code: Code::NotFound, .. }) => Err(Refusal::RosterMissing),
            Answer::Problem(Problem { code: Code::OriginRefused, .. }) => Err(Refusal::OriginRefused),
            Answer::Problem(Problem { code, .. }) if !passes(code) => Err(Refusal::RelayRefused),
            _ => return self.roster_check.backoff.failed(now, random),
        };
        match step {
            Ok(Step::Fetch(version)) => self.ask_at_once(Request::RosterVersion(version)),
            Ok(Step::Adopted | Step::Same) => {
                let is_newest = matches!(request, Request::Roster) || step == Ok(Step::Adopted);
                if is_newest {
                    self.roster_check.trouble = None;
                    self.roster_check.fresh = true;
                }
                if step == Ok(Step::Adopted) || !matches!(request, Request::Roster) {
                    self.roster_adopted(now);
                }
                if is_newest {
                    // One of the past says nothing of how new the newest is that is known.
                    let wait = self.next_look(now);
                    self.roster_check.backoff.succeeded(now, wait);
                }
                if core::mem::take(&mut self.roster_check.outrun) {
                    return self.refresh_roster(now);
                }
                let reached = if is_newest { Reached::Newest } else { Reached::Link };
                self.release_held(reached, now, random);
            }
            Err(refusal) if matches!(request, Request::RosterVersion(version) if self.membership.is_past(*version)) =>
            {
                // It is asked for again and again, and says nothing of the newest.
                if !core::mem::replace(&mut self.roster_check.lacks_past, true) {
                    self.show_refused(refusal);
                }
                self.release_held(Reached::Nothing, now, random);
            }
            Err(refusal) => {
                if self.roster_check.trouble.replace(refusal) != Some(refusal) {
                    self.show_refused(refusal);
                }
                self.roster_check.fresh = true;
                self.roster_check.backoff.failed(now, random);
                // Where the newest has ended, by the device's clock or the owner's delay, one that counts is yet to come.
                if refusal != Refusal::RosterExpired {
                    self.release_held(Reached::Nothing, now, random);
                }
            }
        }
    }

    fn roster_adopted(&mut self, now: u64) {
        if let Some(record) = self.membership.to_record()
            && self.account.is_some()
        {
            self.ledger.put(Name::Membership, &record);
        }
        self.roster_check.sought_in_vain = None;
        self.roster_check.looks = 0;
        self.roster_check.lacks_past = false;
        self.seek_everybody();
        self.bundle_trouble = None;
        self.bundles.succeeded(now, 0);
        self.show_site();
        // Who holds a conversation may be there no more.
        self.reconsider_closed(now);
        if let Some(agents) = self.shelf {
            agents.want_left_behind(self, now);
        }
        self.shown.lists.extend(self.conversations.keys().map(|id| (*id, ())));
        for id in self.conversations.keys().copied().collect::<Vec<_>>() {
            self.judge_tokens(id);
        }
        let time = self.membership.time(now);
        let Some(account) = self.account.as_mut().filter(|_| self.part == Part::Agent) else { return };
        let listed =
            self.membership.roster().is_some_and(|roster| roster.device(&account.device(), time).is_some());
        if listed && !account.listed {
            account.listed = true;
            account.enrolment = None;
            self.ledger.put(Name::Account, account);
            // Before that it took nothing: start from the beginning.
            self.move_cursor(None);
            if self.link.is_up() {
                self.link.stage = Stage::Down;
                self.link.under_way.clear();
                self.link.backoff.succeeded(now, 0);
                self.outputs.push_back(Output::Disconnect);
            }
        }
    }

    /// How long until the roster is looked at again without being told to.
    fn next_look(&mut self, now: u64) -> u64 {
        if !self.is_waiting_for_members(now) {
            return PATIENT;
        }
        self.roster_check.looks = self.roster_check.looks.saturating_add(1);
        if self.roster_check.looks <= IMPATIENT_LOOKS { IMPATIENT } else { RESIGNED }
    }

    /// Whether this is an agent's device that never found itself in a roster.
    pub(super) fn is_unlisted(&self) -> bool {
        self.part == Part::Agent && self.account.as_ref().is_some_and(|account| !account.listed)
    }

    pub(super) fn is_asking_for_rosters(&self) -> bool {
        self.is_asking(|request| matches!(request, Request::Roster | Request::RosterVersion(_)))
    }

    fn is_waiting_for_members(&self, now: u64) -> bool {
        matches!(self.gate(now), Gate::NobodyEnrolled | Gate::AwaitingRoster | Gate::RosterExpired)
    }
}
