//! The loop: one happening after another, on one clock.

mod calm;
mod moods;
mod network;
mod sealing;
mod wakes;

use std::collections::{BTreeMap, BTreeSet};

use segel_core::{Change, Input, Request};
use segel_keep::Refused;
use segel_wire::ids::{ConversationId, DeviceId, EventId, RootKey};
use segel_wire::{ClientFrame, ServerFrame, SiteId};

use self::moods::Moods;
use self::network::Socket;
use crate::agenda::Agenda;
use crate::chance::Chance;
use crate::check;
use crate::device::{Browser, Device, Errand};
use crate::endings::{Ended, Rated};
use crate::faults::{Fault, Weather};
use crate::owner::Owner;
use crate::people::{Deed, Said};
use crate::reading::Looked;
use crate::relay::Relay;
use crate::tabs::{Lead, Word};
use crate::trace::Trace;
use crate::vouching::Vouched;
use crate::{Failure, Planted, Tally};

/// When every run begins, Unix milliseconds.
pub(crate) const START: u64 = 1_800_000_000_000;
/// What may happen in a run at most; more is traffic that never ends. Ten devices that do nothing but ping come to some 5,000
/// in an hour.
const MOST_STEPS: u64 = 60_000;

/// Of so many runs, one has people who write ten times as much.
const BUSY: u64 = 50;

pub(crate) struct World {
    pub(crate) now: u64,
    pub(crate) planted: Option<Planted>,
    pub(crate) agenda: Agenda<Happening>,
    /// What the network does.
    pub(crate) chance: Chance,
    pub(crate) weather: Weather,
    pub(crate) owner: Owner,
    pub(crate) relay: Relay,
    moods: Moods,
    pub(crate) browsers: Vec<Browser>,
    pub(crate) devices: Vec<Device>,
    sockets: BTreeMap<u64, Socket>,
    socket_count: u64,
    pub(crate) said: Vec<Said>,
    pub(crate) ended: Vec<Ended>,
    pub(crate) rated: Vec<Rated>,
    pub(crate) looked: Vec<Looked>,
    /// What the business's server said.
    pub(crate) vouched: Vec<Vouched>,
    /// Which browsers were handed which files.
    pub(crate) fetched: BTreeSet<(usize, EventId)>,
    /// When each message was first sealed.
    pub(crate) sealed: BTreeMap<EventId, u64>,
    /// What was sent under each random value that must be used once.
    pub(crate) used_once: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(crate) complaints: Vec<String>,
    pub(crate) tally: Tally,
    pub(crate) trace: Trace,
}

pub(crate) enum Happening {
    Input {
        device: usize,
        run: u64,
        input: Input,
    },
    /// The browser tells a tab of its place in the line for the lead.
    Lead {
        tab: usize,
        ticket: u64,
        lead: Lead,
    },
    EngineStarts {
        tab: usize,
        ticket: u64,
    },
    /// A tab finds that another began a term in their store.
    Overtaken {
        tab: usize,
        run: u64,
    },
    /// A tab that was overtaken gets in line again.
    LinesUp {
        tab: usize,
        ticket: u64,
    },
    /// A tab hears another one of its browser.
    Heard {
        tab: usize,
        life: u64,
        word: Word,
    },
    Patience {
        tab: usize,
        number: u64,
    },
    /// The server answers a tab's page.
    Vouched {
        tab: usize,
        life: u64,
        token: Vec<u8>,
    },
    Timer {
        device: usize,
        run: u64,
        at: u64,
    },
    Commit {
        device: usize,
        run: u64,
    },
    Asked {
        device: usize,
        run: u64,
        id: u64,
        request: Request,
        token: Option<String>,
    },
    Dialled {
        socket: u64,
    },
    FrameAtRelay {
        socket: u64,
        frame: Option<ClientFrame>,
    },
    FrameAtDevice {
        socket: u64,
        frame: Option<ServerFrame>,
    },
    Deed(Deed),
    Fault(Fault),
    /// Every engine is woken without having asked for it.
    WokenUnasked,
}

/// Plays a seed. What happened is written down line by line if `traced`.
pub fn run(seed: u64, planted: Option<Planted>, traced: bool) -> Result<Tally, Failure> {
    let mut world = World::new(seed, planted, traced);
    world.open_for_business();
    world.wake_unasked();
    world.play_until(world.weather.ends_at);
    world.calm_down();
    world.keep_silence();
    let complaints = world.settle(|world| {
        world.try_failed_again();
        world.withdraw_again();
        world.end_again();
    });
    world.complaints.extend(complaints);
    if world.complaints.is_empty() {
        world.read_everything();
    }
    if world.complaints.is_empty() {
        world.let_leaders_sleep();
    }
    if world.complaints.is_empty() {
        world.start_all_again();
        // What people did before they need not do again now.
        let again = world.settle(|_| {});
        let again = again.into_iter().map(|complaint| format!("after a new start: {complaint}"));
        world.complaints.extend(again);
    }
    if world.complaints.is_empty() {
        world.erase_some(seed);
    }
    if world.is_restless() {
        world.complaints.push("it never comes to rest".to_owned());
    }
    world.note_what_is_shown();
    let confirmed = check::confirmed(&world);
    world.tally.add("identities confirmed in the end", confirmed);
    let World { complaints, tally, trace, .. } = world;
    if complaints.is_empty() { Ok(tally) } else { Err(Failure { seed, complaints, trace: trace.lines }) }
}

impl World {
    fn new(seed: u64, planted: Option<Planted>, traced: bool) -> Self {
        let mut chance = Chance::new(seed, 0);
        let mut weather = Weather::draw(START, &mut chance);
        if seed.is_multiple_of(BUSY) {
            weather.texts *= 10;
        }
        let owner = Owner::new(weather.agents, START / 1_000, &mut chance);
        let relay = Relay::new(owner.site, owner.root, planted);
        Self {
            now: START,
            planted,
            agenda: Agenda::new(),
            chance,
            weather,
            owner,
            relay,
            moods: Moods::new(seed),
            browsers: Vec::new(),
            devices: Vec::new(),
            sockets: BTreeMap::new(),
            socket_count: 0,
            said: Vec::new(),
            ended: Vec::new(),
            rated: Vec::new(),
            looked: Vec::new(),
            vouched: Vec::new(),
            fetched: BTreeSet::new(),
            sealed: BTreeMap::new(),
            used_once: BTreeMap::new(),
            complaints: Vec::new(),
            tally: Tally::default(),
            trace: Trace { wanted: traced, lines: Vec::new() },
        }
    }

    pub(crate) fn is_restless(&self) -> bool {
        self.tally.counts.get("steps").is_some_and(|steps| *steps > MOST_STEPS)
    }

    /// Whether somebody lost state, or the relay did.
    pub(crate) fn has_lost_state(&self) -> bool {
        let lost = ["storage set back", "storage lost", "relay set back"];
        lost.iter().any(|lost| self.happened(lost))
    }

    /// Whether this was counted in this run.
    pub(crate) fn happened(&self, name: &str) -> bool {
        self.tally.counts.contains_key(name)
    }

    pub(crate) fn site(&self) -> (SiteId, RootKey) {
        (self.owner.site, self.owner.root)
    }

    pub(crate) fn play_until(&mut self, end: u64) {
        self.agenda.plan(end, Happening::Deed(Deed::Rest));
        while let Some((at, happening)) = self.agenda.next() {
            self.now = self.now.max(at);
            if matches!(happening, Happening::Deed(Deed::Rest)) {
                return;
            }
            self.tally.count("steps");
            if self.is_restless() {
                return;
            }
            self.happen(happening);
        }
    }

    pub(crate) fn happen(&mut self, happening: Happening) {
        let happening = match happening.whose() {
            Some(tab) => self.devices[tab].tab.postpone(happening),
            None => Some(happening),
        };
        let Some(happening) = happening else { return };
        match happening {
            Happening::Lead { tab, ticket, lead } => self.lead_changed(tab, ticket, lead),
            Happening::EngineStarts { tab, ticket } => self.engine_starts(tab, ticket),
            Happening::Overtaken { tab, run } => self.overtaken(tab, run),
            Happening::LinesUp { tab, ticket } => self.line_up_again(tab, ticket),
            Happening::Heard { tab, life, word } => {
                if self.devices[tab].tab.is_alive(life) {
                    self.hear(tab, word);
                }
            }
            Happening::Vouched { tab, life, token } => {
                if self.devices[tab].tab.is_alive(life) {
                    self.introduce(tab, &token);
                }
            }
            Happening::Patience { tab, number } => self.lose_patience(tab, number),
            Happening::Input { device, run, input } => self.give(device, run, input),
            Happening::Timer { device, run, at } => {
                let tab = &mut self.devices[device];
                if (tab.run, tab.wake_at) == (run, Some(at)) {
                    tab.wake_at = None;
                    self.give(device, run, Input::Woke);
                }
            }
            Happening::Commit { device, run } => self.commit(device, run),
            Happening::Asked { device, run, id, request, token } => {
                self.asked(device, run, id, &request, token.as_deref());
            }
            Happening::Dialled { socket } => self.dialled(socket),
            Happening::FrameAtRelay { socket, frame } => self.arrived_at_relay(socket, frame),
            Happening::FrameAtDevice { socket, frame } => self.arrived(socket, frame),
            Happening::Deed(deed) => self.deed(deed),
            Happening::Fault(fault) => self.fault(fault),
            Happening::WokenUnasked => self.wake_unasked(),
        }
    }

    /// Gives an input to a tab, if it is the one that the input is for.
    pub(crate) fn give(&mut self, device: usize, run: u64, input: Input) {
        if self.devices[device].run != run {
            return;
        }
        let input = Happening::Input { device, run, input };
        if let Some(Happening::Input { input, .. }) = self.devices[device].tab.postpone(input) {
            self.take(device, input);
        }
    }

    /// Hands a tab an input and runs its errands. Returns the generation that keeps what came of it.
    pub(crate) fn take(&mut self, device: usize, input: Input) -> Option<u64> {
        let is_persons = !matches!(input, Input::Frame(_));
        let errands = self.hand_in(device, input);
        self.run_errands(device, errands, is_persons)
    }

    /// What a tab's engine wants done for an input; when it wants to be woken is planned.
    fn hand_in(&mut self, device: usize, input: Input) -> Vec<Errand> {
        let tab = &mut self.devices[device];
        let browser = &self.browsers[tab.browser];
        let clock = browser.clock(self.now);
        tab.skew = browser.skew;
        let planned = tab.wake_at;
        let errands = tab.take(input, clock, self.planted);
        if let Some(at) = tab.wake_at.filter(|_| tab.wake_at != planned) {
            let (run, wait) = (tab.run, at.saturating_sub(clock).max(1));
            self.agenda.plan(self.now + wait, Happening::Timer { device, run, at });
        }
        errands
    }

    /// Returns the generation that keeps what came of an input.
    fn run_errands(&mut self, device: usize, errands: Vec<Errand>, is_persons: bool) -> Option<u64> {
        let run = self.devices[device].run;
        let mut generation = None;
        for errand in errands {
            match errand {
                // What a person does waits no longer than a glance; what the relay sends may wait.
                Errand::Load { conversation, names } if is_persons => {
                    if let Some(input) = self.messages_of(device, conversation, &names) {
                        generation = self.take(device, input).or(generation);
                    }
                }
                Errand::Commit { generation: next, changes } => {
                    generation = Some(next);
                    self.write(device, run, next, changes);
                }
                errand => self.run_errand(device, run, errand),
            }
        }
        generation
    }

    fn run_errand(&mut self, device: usize, run: u64, errand: Errand) {
        match errand {
            Errand::Commit { generation, changes } => self.write(device, run, generation, changes),
            Errand::Load { conversation, names } => {
                let at = self.now + self.chance.between(1, 40);
                if let Some(input) = self.messages_of(device, conversation, &names) {
                    self.agenda.plan(at, Happening::Input { device, run, input });
                }
            }
            Errand::Ask { id, request, token } => {
                self.watch_chunks(&request);
                let at = self.now + self.latency(device);
                if let Request::Login(login) = &request {
                    let id = login.keys.derive_id(&login.site);
                    let browser = self.devices[device].browser;
                    self.browsers[browser].id = Some(id);
                }
                self.agenda.plan(at, Happening::Asked { device, run, id, request, token });
            }
            Errand::Dial => self.dial(device, run),
            Errand::HangUp => {
                if let Some(socket) = self.devices[device].socket.take() {
                    self.close(socket);
                }
            }
            Errand::Speak(frame) => self.speak(device, frame),
            Errand::Show(show) => self.serve(device, show),
            Errand::Read { source, from, to } => self.read(device, run, (source, from, to)),
            Errand::Hand(event, bytes) => self.serve_file(device, event, &bytes),
        }
    }

    /// What is kept of a conversation, for a tab that still may read it.
    fn messages_of(&mut self, device: usize, conversation: ConversationId, names: &str) -> Option<Input> {
        let Device { browser, term, run, .. } = self.devices[device];
        let disk = &self.browsers[browser].disk;
        let term = if self.planted == Some(Planted::TwoLeaders) { disk.term() } else { term };
        let records = disk.named(term, names).ok();
        if records.is_none() {
            self.agenda.plan(self.now, Happening::Overtaken { tab: device, run });
        }
        records.map(|records| Input::Loaded { conversation, records: Some(records) })
    }

    fn write(&mut self, device: usize, run: u64, generation: u64, changes: Vec<Change>) {
        let takes =
            if self.chance.one_in(20) { self.chance.between(50, 2_000) } else { self.chance.between(1, 15) };
        self.watch_sealing(&changes);
        if self.devices[device].failing.is_some_and(|failing| failing != generation) {
            // Its engine has not heard of it yet.
            return self.tally.count("steps after one that could not be kept");
        }
        self.devices[device].failing = None;
        self.devices[device].pending.push_back((generation, changes));
        self.agenda.plan(self.now + takes, Happening::Commit { device, run });
    }

    /// The oldest of what is on its way to the disk is kept, or refused.
    pub(crate) fn commit(&mut self, device: usize, run: u64) {
        if self.devices[device].run != run {
            return;
        }
        let Some((generation, changes)) = self.devices[device].pending.pop_front() else { return };
        match self.keep(device, generation, changes) {
            Err(Refused::Stale) if self.planted != Some(Planted::GoesOnOvertaken) => {
                self.happen(Happening::Overtaken { tab: device, run });
            }
            Ok(()) => {
                self.give(device, run, Input::Stored(generation));
                self.let_kept_go(device);
            }
            Err(_) => {
                self.tally.count("steps that could not be kept");
                self.devices[device].pending.clear();
                self.devices[device].failing = Some(generation);
                self.lose_steps((device, run), generation);
                self.give(device, run, Input::StoreFailed(generation));
            }
        }
        if self.weather.crashes_after_commits && self.chance.one_in(60) {
            self.fault(Fault::TabCrashes { device });
        }
    }

    /// Keeps a generation and what was said with it.
    pub(crate) fn keep(
        &mut self,
        device: usize,
        generation: u64,
        changes: Vec<Change>,
    ) -> Result<(), Refused> {
        let tab = &self.devices[device];
        let (taken, disk) = ((device, tab.run), &mut self.browsers[tab.browser].disk);
        let kept = match self.planted {
            Some(Planted::TwoLeaders) => disk.keep(generation, changes),
            _ => disk.commit(tab.term, generation, changes),
        };
        if kept == Err(Refused::Stale) {
            self.tally.count("writes of former leaders");
        }
        kept?;
        self.keep_steps(taken, generation);
        Ok(())
    }

    pub(crate) fn name_of(&self, id: DeviceId) -> String {
        let browser = self.browsers.iter().find(|browser| browser.id == Some(id));
        browser.map_or_else(|| "a former device".to_owned(), |browser| browser.name.clone())
    }

    pub(crate) fn note(&mut self, device: usize, what: impl FnOnce() -> String) {
        let name = &self.browsers[self.devices[device].browser].name;
        self.trace.note(self.now - START, name, || format!("tab {device} {}", what()));
    }
}

impl Happening {
    /// The tab that must be awake for it.
    fn whose(&self) -> Option<usize> {
        match self {
            Self::Input { device, .. } | Self::Timer { device, .. } | Self::Commit { device, .. } => {
                Some(*device)
            }
            Self::Lead { tab, .. }
            | Self::EngineStarts { tab, .. }
            | Self::Overtaken { tab, .. }
            | Self::LinesUp { tab, .. }
            | Self::Heard { tab, .. }
            | Self::Patience { tab, .. }
            | Self::Vouched { tab, .. } => Some(*tab),
            _ => None,
        }
    }
}
