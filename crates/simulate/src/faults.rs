//! What goes wrong: which kinds of it at all is the weather of a run, when and to whom is chance.

use segel_core::Input;
use segel_crypto::enrol::EnrolmentCode;
use segel_keep::Memory;

use crate::chance::Chance;
use crate::device::{Browser, Copied, Part};
use crate::people::Deed;
use crate::world::{Happening, World};

/// What a run is like. Runs with few kinds of faults find what many kinds would hide.
#[expect(clippy::struct_excessive_bools, reason = "kinds of faults, each there or not")]
pub(crate) struct Weather {
    pub(crate) visitors: usize,
    pub(crate) agents: usize,
    pub(crate) consoles: usize,
    pub(crate) texts: u64,
    /// How often somebody looks at a conversation.
    pub(crate) looks: u64,
    pub(crate) acts: u64,
    pub(crate) withdrawals: u64,
    /// How often somebody ends a conversation.
    pub(crate) ends: u64,
    /// Whether the shop's pages can say who a visitor is.
    pub(crate) vouches: bool,
    pub(crate) files: u64,
    /// Whether files change while they are sent.
    pub(crate) files_change: bool,
    /// When it becomes calm, Unix milliseconds.
    pub(crate) ends_at: u64,
    tabs_crash: bool,
    tabs_freeze: bool,
    pub(crate) crashes_after_commits: bool,
    pub(crate) loses_answers: bool,
    links_fail: bool,
    links_are_slow: bool,
    relay_dies: bool,
    relay_is_set_back: bool,
    clocks_jump: bool,
    storage_fails: bool,
    disks_fill: bool,
    rosters_change: bool,
    events_repeat: bool,
    /// Whether the network brings what a device sends a second time, a little later.
    pub(crate) frames_double: bool,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    TabCrashes { device: usize },
    TabFreezes { device: usize, rests: bool },
    TabWakes { device: usize, life: u64 },
    LinkCut { device: usize, told: bool },
    LinkBack { device: usize, told: bool },
    LinkSlow { device: usize },
    RelayDies,
    RelayBack,
    RelayCopied,
    RelaySetBack,
    ClockJumps { browser: usize },
    Copied { browser: usize },
    StorageLost { browser: usize },
    StorageSetBack { browser: usize },
    DiskFull { browser: usize },
    DiskHasRoom { browser: usize },
    EventRepeated,
}

impl Weather {
    pub(crate) fn draw(start: u64, chance: &mut Chance) -> Self {
        let storm = chance.one_in(12);
        let mut comes = |times: u64| storm || chance.one_in(times);
        let (tabs_crash, crashes_after_commits, loses_answers) = (comes(2), comes(3), comes(2));
        let (links_fail, links_are_slow, relay_dies) = (comes(2), comes(3), comes(3));
        let (clocks_jump, storage_fails, disks_fill) = (comes(4), comes(4), comes(6));
        let (rosters_change, events_repeat, frames_double) = (comes(3), comes(3), comes(4));
        let tabs_freeze = comes(2);
        let agents = chance.place(3) + 1;
        let mut weather = Self {
            visitors: chance.place(3) + 1,
            agents,
            consoles: agents + chance.place(2),
            texts: chance.between(6, 40),
            looks: if chance.one_in(2) { chance.between(1, 20) } else { 0 },
            acts: if chance.one_in(2) { chance.between(1, 8) } else { 0 },
            withdrawals: if chance.one_in(2) { chance.between(1, 6) } else { 0 },
            ends: if chance.one_in(2) { chance.between(1, 6) } else { 0 },
            vouches: chance.one_in(2),
            files: if chance.one_in(2) { chance.between(1, 5) } else { 0 },
            files_change: chance.one_in(3),
            ends_at: start + chance.between(60_000, 600_000),
            tabs_crash,
            tabs_freeze,
            crashes_after_commits,
            loses_answers,
            links_fail,
            links_are_slow,
            relay_dies,
            relay_is_set_back: false,
            clocks_jump,
            storage_fails,
            disks_fill,
            rosters_change,
            events_repeat,
            frames_double,
        };
        // Who is set back as well may be the only one who had what the relay has lost.
        weather.relay_is_set_back = relay_dies && !storage_fails && chance.one_in(2);
        weather
    }
}

impl World {
    /// Spreads the weather's faults over the time until it becomes calm.
    pub(crate) fn plan_faults(&mut self) {
        let (devices, browsers) = (self.devices.len(), self.browsers.len());
        let Weather { tabs_crash, tabs_freeze, links_fail, links_are_slow, relay_dies, clocks_jump, .. } =
            self.weather;
        let Weather { storage_fails, disks_fill, rosters_change, events_repeat, .. } = self.weather;
        if tabs_crash {
            self.scatter(9, |chance| Happening::Fault(Fault::TabCrashes { device: chance.place(devices) }));
        }
        if tabs_freeze {
            self.scatter(9, |chance| {
                let (device, rests) = (chance.place(devices), chance.one_in(4));
                Happening::Fault(Fault::TabFreezes { device, rests })
            });
        }
        if links_fail {
            self.scatter(8, |chance| {
                Happening::Fault(Fault::LinkCut { device: chance.place(devices), told: chance.one_in(2) })
            });
        }
        if links_are_slow {
            self.scatter(4, |chance| Happening::Fault(Fault::LinkSlow { device: chance.place(devices) }));
        }
        if relay_dies {
            self.scatter(4, |_| Happening::Fault(Fault::RelayDies));
        }
        if self.weather.relay_is_set_back {
            self.scatter(3, |_| Happening::Fault(Fault::RelayCopied));
            self.scatter(2, |_| Happening::Fault(Fault::RelaySetBack));
        }
        if clocks_jump {
            self.scatter(4, |chance| Happening::Fault(Fault::ClockJumps { browser: chance.place(browsers) }));
        }
        if storage_fails {
            self.scatter(8, |chance| Happening::Fault(Fault::Copied { browser: chance.place(browsers) }));
            self.scatter(3, |chance| {
                let browser = chance.place(browsers);
                let fault = if chance.one_in(3) {
                    Fault::StorageLost { browser }
                } else {
                    Fault::StorageSetBack { browser }
                };
                Happening::Fault(fault)
            });
        }
        if disks_fill {
            self.scatter(2, |chance| Happening::Fault(Fault::DiskFull { browser: chance.place(browsers) }));
        }
        if events_repeat {
            self.scatter(12, |_| Happening::Fault(Fault::EventRepeated));
        }
        if rosters_change {
            self.scatter(3, |_| Happening::Deed(Deed::RenewRoster));
            self.scatter(1, |_| Happening::Deed(Deed::RenewVoucher));
            self.scatter(2, |_| Happening::Deed(Deed::InviteDevice));
            self.scatter(1, |_| Happening::Deed(Deed::RemoveDevice));
        }
    }

    /// An upload is short: what goes wrong seeks it out.
    pub(crate) fn strike(&mut self, device: usize) {
        if self.now >= self.weather.ends_at {
            return;
        }
        match self.chance.between(0, 19) {
            0 if self.weather.relay_dies => {
                self.tally.count("relay deaths in the midst of an upload");
                self.kill_relay();
            }
            1 | 2 if self.weather.tabs_crash => self.crash_tab(device),
            3 | 4 if self.weather.tabs_freeze => self.freeze(device, self.now.is_multiple_of(3)),
            _ => {}
        }
    }

    /// So is reading what is kept.
    pub(crate) fn strike_start(&mut self, tab: usize) {
        if self.weather.tabs_freeze && self.now < self.weather.ends_at && self.chance.one_in(10) {
            self.tally.count("tabs frozen while they start");
            self.freeze(tab, false);
        }
    }

    /// Plans at least one and at most `most` of these before the calm.
    pub(crate) fn scatter(&mut self, most: u64, mut make: impl FnMut(&mut Chance) -> Happening) {
        for _ in 0..self.chance.between(1, most) {
            let at = self.chance.between(self.now + 1_000, self.weather.ends_at);
            let happening = make(&mut self.chance);
            self.agenda.plan(at, happening);
        }
    }

    pub(crate) fn fault(&mut self, fault: Fault) {
        match fault {
            Fault::TabCrashes { device } => self.crash_tab(device),
            Fault::TabFreezes { device, rests } => self.freeze(device, rests),
            Fault::TabWakes { device, life } => {
                if self.devices[device].tab.life == life {
                    self.wake(device);
                }
            }
            Fault::LinkCut { device, told } => self.cut(device, told),
            Fault::LinkBack { device, told } => self.mend(device, told),
            Fault::LinkSlow { device } => {
                self.tally.count("slow links");
                self.devices[device].slow_until = self.now + self.chance.between(5_000, 60_000);
            }
            Fault::RelayDies => self.kill_relay(),
            Fault::RelayCopied => self.relay.copy(),
            Fault::RelaySetBack => {
                self.tally.count("relay set back");
                self.kill_relay();
                self.relay.set_back();
            }
            Fault::RelayBack => self.relay.is_up = true,
            Fault::ClockJumps { browser } => {
                self.tally.count("clock jumps");
                let most = if self.chance.one_in(5) { 3 * 24 * 60 * 60_000 } else { 2 * 60 * 60_000 };
                let by = i64::try_from(self.chance.between(0, 2 * most)).unwrap_or_default();
                self.browsers[browser].skew = by - i64::try_from(most).unwrap_or_default();
                let skew = self.browsers[browser].skew;
                self.note_of(browser, || format!("its clock is {} s wrong", skew / 1_000));
            }
            Fault::Copied { browser } => {
                let Browser { disk, copies, id, .. } = &mut self.browsers[browser];
                // A copy from before there were keys is as good as none.
                if id.is_some() {
                    copies.push(Copied { disk: disk.clone(), said: self.said.len() });
                }
            }
            Fault::StorageLost { browser } => self.lose_storage(browser),
            Fault::StorageSetBack { browser } => self.set_back(browser),
            Fault::DiskFull { browser } => {
                self.tally.count("full disks");
                self.note_of(browser, || "its disk is full".to_owned());
                self.browsers[browser].disk.fill(true);
                self.browsers[browser].was_full = true;
                let at = self.now + self.chance.between(500, 30_000);
                self.agenda.plan(at, Happening::Fault(Fault::DiskHasRoom { browser }));
            }
            Fault::DiskHasRoom { browser } => self.browsers[browser].disk.fill(false),
            Fault::EventRepeated => {
                self.tally.count("events repeated");
                let sockets: Vec<_> = self.devices.iter().filter_map(|device| device.socket).collect();
                if let Some(&socket) = self.chance.pick(&sockets) {
                    let back = self.chance.place(8);
                    let sent = self.relay.repeat(socket, back);
                    self.carry(sent);
                }
            }
        }
    }

    fn cut(&mut self, device: usize, told: bool) {
        self.tally.count("cut links");
        self.note(device, || format!("is cut off{}", if told { " and knows it" } else { "" }));
        self.devices[device].has_network = false;
        if let Some(socket) = self.devices[device].socket {
            let wait = if self.chance.one_in(3) { u64::MAX } else { self.chance.between(1, 20_000) };
            self.cut_off(socket, wait);
        }
        if told {
            self.devices[device].knows_of_cut = true;
            let run = self.devices[device].run;
            self.give(device, run, Input::Network(false));
        }
        let at = self.now + self.chance.between(300, 90_000);
        self.agenda.plan(at, Happening::Fault(Fault::LinkBack { device, told }));
    }

    pub(crate) fn mend(&mut self, device: usize, told: bool) {
        self.devices[device].has_network = true;
        if told {
            self.devices[device].knows_of_cut = false;
            let run = self.devices[device].run;
            self.give(device, run, Input::Network(true));
        }
    }

    pub(crate) fn kill_relay(&mut self) {
        if !self.relay.is_up {
            return;
        }
        self.tally.count("relay deaths");
        self.trace.note(self.now - crate::world::START, "relay", || "dies".to_owned());
        for socket in self.relay.crash() {
            let wait = self.chance.between(1, 3_000);
            self.break_off(socket, wait);
        }
        let at = self.now + self.chance.between(200, 40_000);
        self.agenda.plan(at, Happening::Fault(Fault::RelayBack));
    }

    /// Everything that the browser kept for the site is gone: who comes back is somebody new.
    fn lose_storage(&mut self, browser: usize) {
        self.tally.count("storage lost");
        self.note_of(browser, || "loses its storage".to_owned());
        self.end_tabs(browser);
        let lost = &mut self.browsers[browser];
        lost.disk = Memory::default();
        lost.copies.clear();
        lost.was_set_back = false;
        lost.id = None;
        self.ended.retain(|ended| ended.browser != browser);
        for said in self.said.iter_mut().filter(|said| said.browser == browser) {
            said.is_gone_here = true;
        }
        if let Part::Agent(former) = &self.browsers[browser].part {
            self.owner.revoke(former);
            let code: EnrolmentCode = self.owner.invite(browser % self.weather.agents, &mut self.chance);
            self.browsers[browser].part = Part::Agent(code);
        }
    }

    /// A backup of the browser's storage is restored.
    fn set_back(&mut self, browser: usize) {
        let copies = self.browsers[browser].copies.clone();
        let Some(Copied { disk: copy, said: before }) = self.chance.pick(&copies) else { return };
        self.tally.count("storage set back");
        let generation = copy.generation();
        let from = self.browsers[browser].disk.generation();
        self.note_of(browser, || format!("is set back from step {from} to step {generation}"));
        self.end_tabs(browser);
        self.browsers[browser].disk = copy.clone();
        self.browsers[browser].was_set_back = true;
        // The copy may have been made before an earlier one was restored, since when steps have been counted anew.
        let own = self.said.iter_mut().enumerate().filter(|(_, said)| said.browser == browser);
        for (number, said) in own {
            said.is_gone_here |= said.step.generation.is_none_or(|own| own > generation) || number >= *before;
            // Whoever took something back, or ended it, does so again.
            said.withdrawal.iter_mut().for_each(|step| step.is_kept = false);
        }
        let ended = self.ended.iter_mut().filter(|ended| ended.browser == browser);
        ended.for_each(|ended| ended.step.is_kept = false);
    }

    fn end_tabs(&mut self, browser: usize) {
        let tabs: Vec<_> = self.open_tabs(browser).collect();
        for tab in tabs {
            self.crash_tab(tab);
        }
    }

    pub(crate) fn note_of(&mut self, browser: usize, what: impl FnOnce() -> String) {
        let name = &self.browsers[browser].name;
        self.trace.note(self.now - crate::world::START, name, what);
    }
}
