//! Which tab leads: the browser's line for the lead, engines that start and end with it, and tabs that freeze.

use std::collections::VecDeque;

use segel_core::Input;

use super::{Sleep, Start, Tab, Word};
use crate::Planted;
use crate::device::Device;
use crate::faults::Fault;
use crate::people::Deed;
use crate::world::{Happening, World};

/// A browser's line for the lead.
#[derive(Debug, Default)]
pub(crate) struct Lock {
    holder: Option<usize>,
    line: VecDeque<usize>,
}

/// What the browser tells a tab of its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lead {
    Leading,
    Waiting,
    /// Another tab took the lead away.
    Lost,
}

impl World {
    /// A tab opens, and gets in line for the lead.
    pub(crate) fn open_tab(&mut self, tab: usize) {
        let Tab { is_open, life, asked, timers, ticket, hears_at, .. } = self.devices[tab].tab;
        if is_open {
            return;
        }
        self.devices[tab].tab =
            Tab { is_open: true, life: life + 1, asked, timers, ticket, hears_at, ..Tab::default() };
        self.devices[tab].clear_screen();
        if self.chance.one_in(2) {
            self.look_at(tab);
        }
        self.line_up(tab);
        if self.can_vouch(tab) {
            self.input(tab, Input::Introduce(None));
        }
    }

    /// Whether the page of a tab can say who the person is.
    pub(super) fn can_vouch(&self, tab: usize) -> bool {
        self.weather.vouches && self.browsers[self.devices[tab].browser].is_visitor()
    }

    /// A tab ends without a word; what it held ends with it.
    pub(crate) fn close_tab(&mut self, tab: usize, most_writes: usize) {
        self.end_engine(tab, most_writes);
        self.leave_line(tab);
        let own = &mut self.devices[tab].tab;
        own.is_open = false;
        own.asleep = None;
        own.held.clear();
        own.wanted.clear();
        own.awaited = None;
    }

    /// A tab is frozen between two steps. One that may rest first lets go of the lead.
    pub(crate) fn freeze(&mut self, tab: usize, rests: bool) {
        if !self.devices[tab].tab.is_awake() {
            return;
        }
        let leads = self.devices[tab].tab.start != Start::Follows;
        self.tally.count(match (rests, leads) {
            (true, true) => "leads handed over",
            (true, false) => "tabs at rest",
            (false, true) => "frozen leaders",
            (false, false) => "frozen followers",
        });
        self.note(tab, || if rests { "rests" } else { "is frozen" }.to_owned());
        if rests {
            self.step_down(tab);
            self.leave_line(tab);
        }
        // A write that is under way needs nobody.
        let arrives = !self.devices[tab].pending.is_empty() && self.chance.one_in(2);
        if arrives {
            let run = self.devices[tab].run;
            self.commit(tab, run);
        }
        self.fall_asleep(tab, rests);
        let at = self.now + self.chance.between(500, 60_000);
        let life = self.devices[tab].tab.life;
        self.agenda.plan(at, Happening::Fault(Fault::TabWakes { device: tab, life }));
    }

    pub(super) fn fall_asleep(&mut self, tab: usize, rests: bool) {
        self.devices[tab].tab.asleep = Some(Sleep { rests, postponed: Vec::new() });
    }

    /// A frozen tab wakes and finds what happened meanwhile; that the lead was taken away it may hear last.
    pub(crate) fn wake(&mut self, tab: usize) {
        let Some(Sleep { rests, postponed }) = self.devices[tab].tab.asleep.take() else { return };
        self.note(tab, || "wakes".to_owned());
        let (places, others): (Vec<_>, Vec<_>) =
            postponed.into_iter().partition(|one| matches!(one, Happening::Lead { .. }));
        let is_last = self.chance.one_in(2);
        let later = self.now + self.chance.between(1, 5_000);
        if rests {
            self.line_up(tab);
        }
        for happening in places {
            if is_last {
                self.agenda.plan(later, happening);
            } else {
                self.happen(happening);
            }
        }
        for happening in others {
            self.happen(happening);
        }
    }

    /// The browser tells a tab of its place in the line.
    pub(crate) fn lead_changed(&mut self, tab: usize, ticket: u64, lead: Lead) {
        if self.devices[tab].tab.ticket != ticket {
            return;
        }
        self.note(tab, || format!("hears {lead:?}"));
        match lead {
            Lead::Leading => self.start(tab),
            Lead::Waiting => self.follow(tab),
            Lead::Lost => {
                self.devices[tab].tab.quarrels += 1;
                self.stand_back(tab);
                self.line_up(tab);
            }
        }
    }

    /// Another tab began a term in the store. Whoever of the two has the lead is for the browser to say: this one gets in line
    /// anew, and reads anew what is kept when it is its turn.
    pub(crate) fn overtaken(&mut self, tab: usize, run: u64) {
        if self.devices[tab].run != run || !self.devices[tab].is_running() {
            return;
        }
        let is_holder = self.browsers[self.devices[tab].browser].lock.holder == Some(tab);
        self.tally.count(if is_holder { "leaders overtaken" } else { "former leaders overtaken" });
        self.note(tab, || "is overtaken".to_owned());
        let wait = self.devices[tab].tab.pause();
        self.devices[tab].tab.quarrels += 1;
        self.stand_back(tab);
        self.leave_line(tab);
        let ticket = self.devices[tab].tab.ticket;
        self.agenda.plan(self.now + wait, Happening::LinesUp { tab, ticket });
    }

    /// Another tab has led, or does: an engine that keeps nothing meanwhile would not find out that it was overtaken.
    pub(super) fn make_sure(&mut self, tab: usize) {
        let Device { browser, term, run, .. } = self.devices[tab];
        let goes_on = self.planted == Some(Planted::GoesOnOvertaken);
        if self.browsers[browser].disk.term() != term && !goes_on {
            self.overtaken(tab, run);
        }
    }

    /// Deletes what is kept, which is erased, and gets in line for the lead with nothing.
    pub(crate) fn begin_anew(&mut self, tab: usize) {
        self.note(tab, || "begins anew".to_owned());
        self.step_down(tab);
        self.leave_line(tab);
        let browser = &mut self.browsers[self.devices[tab].browser];
        browser.disk.erase();
        browser.id = None;
        self.line_up(tab);
    }

    pub(crate) fn line_up_again(&mut self, tab: usize, ticket: u64) {
        if self.devices[tab].tab.ticket == ticket {
            self.line_up(tab);
        }
    }

    /// Leads no more; what it told since it was frozen may be out of date.
    fn stand_back(&mut self, tab: usize) {
        self.step_down(tab);
        if self.planted != Some(Planted::OutOfDate) {
            self.say_to_tabs(tab, &Word::Here);
        }
    }

    /// What is kept was read: the engine of a tab that leads starts.
    pub(crate) fn engine_starts(&mut self, tab: usize, ticket: u64) {
        let own = &self.devices[tab].tab;
        if own.ticket != ticket || own.start != Start::Starts {
            return;
        }
        let browser = self.devices[tab].browser;
        let disk = &mut self.browsers[browser].disk;
        let Ok(term) = disk.begin_term() else { return self.find_no_room(tab) };
        self.devices[tab].term = term;
        if !self.devices[tab].start(&self.browsers[browser]) {
            self.complaints.push(format!("{} does not start from its storage", self.browsers[browser].name));
            return;
        }
        self.devices[tab].tab.start = Start::Runs;
        self.browsers[browser].leader = Some(tab);
        self.note(tab, || "starts".to_owned());
        let has_network = !self.devices[tab].knows_of_cut;
        self.take(tab, Input::Network(has_network));
        self.say_to_tabs(tab, &Word::Here);
        self.fulfil_held(tab);
        if self.can_vouch(tab) {
            // Whoever led before may not have come to ask.
            self.input(tab, Input::Introduce(None));
        }
    }

    /// There is no room to begin a term: other tabs may fare better, and after a while the person tries again.
    fn find_no_room(&mut self, tab: usize) {
        self.tally.count("starts without room");
        self.note(tab, || "finds no room to start".to_owned());
        self.step_down(tab);
        self.leave_line(tab);
        let ticket = self.devices[tab].tab.ticket;
        let at = self.now + self.chance.between(500, 20_000);
        self.agenda.plan(at, Happening::LinesUp { tab, ticket });
    }

    /// Takes the lead from a tab that gives no sign of life.
    pub(super) fn take_away(&mut self, tab: usize) {
        self.tally.count("leads taken away");
        self.note(tab, || "takes the lead".to_owned());
        self.leave_line(tab);
        let lock = &mut self.browsers[self.devices[tab].browser].lock;
        let former = lock.holder.replace(tab);
        if let Some(former) = former {
            self.tell_lead(former, Lead::Lost);
        }
        self.tell_lead(tab, Lead::Leading);
    }

    fn line_up(&mut self, tab: usize) {
        self.leave_line(tab);
        let two_lead = self.planted == Some(Planted::TwoLeaders);
        let lock = &mut self.browsers[self.devices[tab].browser].lock;
        if lock.holder.is_none() || two_lead {
            lock.holder = Some(tab);
            self.tell_lead(tab, Lead::Leading);
        } else {
            lock.line.push_back(tab);
            self.tell_lead(tab, Lead::Waiting);
        }
    }

    /// Lets go of the lead or of the place in line.
    fn leave_line(&mut self, tab: usize) {
        self.devices[tab].tab.ticket += 1;
        let lock = &mut self.browsers[self.devices[tab].browser].lock;
        lock.line.retain(|waiting| *waiting != tab);
        if lock.holder == Some(tab) {
            lock.holder = lock.line.pop_front();
            if let Some(next) = lock.holder {
                self.tell_lead(next, Lead::Leading);
            }
        }
    }

    fn tell_lead(&mut self, tab: usize, lead: Lead) {
        let ticket = self.devices[tab].tab.ticket;
        let at = self.now + self.chance.between(0, 10);
        self.agenda.plan(at, Happening::Lead { tab, ticket, lead });
    }

    fn start(&mut self, tab: usize) {
        self.end_engine(tab, 1);
        let own = &mut self.devices[tab].tab;
        own.lose_sight();
        own.start = Start::Starts;
        let ticket = own.ticket;
        let takes =
            if self.chance.one_in(12) { self.chance.between(500, 5_000) } else { self.chance.between(1, 60) };
        self.agenda.plan(self.now + takes, Happening::EngineStarts { tab, ticket });
        self.strike_start(tab);
    }

    /// Ends this tab's engine; what was handed in and not kept is still with whoever handed it in.
    fn step_down(&mut self, tab: usize) {
        self.end_engine(tab, 1);
        self.devices[tab].tab.lose_sight();
    }

    /// An engine ends between two steps; of what was on its way to the disk, the first may still arrive there.
    fn end_engine(&mut self, tab: usize, most_writes: usize) {
        self.devices[tab].failing = None;
        let own = &mut self.devices[tab].tab;
        own.start = Start::Follows;
        own.owed.clear();
        if !self.devices[tab].is_running() {
            return;
        }
        let browser = self.devices[tab].browser;
        self.browsers[browser].ended += 1;
        if self.browsers[browser].id.is_some_and(|id| self.relay.unfinished(id) > 0) {
            self.tally.count("uploads interrupted");
        }
        let pending = core::mem::take(&mut self.devices[tab].pending);
        let arrive = self.chance.place(pending.len().min(most_writes) + 1);
        for (generation, changes) in pending.into_iter().take(arrive) {
            if self.keep(tab, generation, changes).is_err() {
                break;
            }
        }
        self.note(tab, || format!("ends its engine; {arrive} of its writes arrive"));
        if let Some(socket) = self.devices[tab].crash() {
            self.close(socket);
        }
        if self.browsers[browser].leader == Some(tab) {
            // One that was overtaken and has had nothing to keep since goes on.
            let goes_on = self.open_tabs(browser).find(|other| self.devices[*other].is_running());
            self.browsers[browser].leader = goes_on;
        }
    }

    /// A tab that crashed is opened again, or another one.
    pub(crate) fn crash_tab(&mut self, tab: usize) {
        if !self.devices[tab].tab.is_open {
            return;
        }
        self.tally.count("crashed tabs");
        self.note(tab, || "crashes".to_owned());
        self.close_tab(tab, usize::MAX);
        let browser = self.devices[tab].browser;
        let tabs: Vec<_> =
            (0..self.devices.len()).filter(|tab| self.devices[*tab].browser == browser).collect();
        let closed: Vec<_> = tabs.into_iter().filter(|tab| !self.devices[*tab].tab.is_open).collect();
        let next = self.chance.pick(&closed).copied().unwrap_or(tab);
        let at = self.now + self.chance.between(20, 30_000);
        self.agenda.plan(at, Happening::Deed(Deed::StartTab { device: next }));
    }
}
