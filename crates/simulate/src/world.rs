//! The loop: one happening after another, on one clock.

use std::collections::BTreeMap;

use segel_core::{Answer, Change, Input, Request};
use segel_wire::ids::{ConversationId, DeviceId, RootKey};
use segel_wire::{ClientFrame, ServerFrame, SiteId};

use crate::agenda::Agenda;
use crate::chance::Chance;
use crate::check;
use crate::device::{Browser, Device, Errand};
use crate::faults::{Fault, Weather};
use crate::owner::Owner;
use crate::people::{Deed, Said};
use crate::relay::{Relay, Sent};
use crate::trace::Trace;
use crate::{Failure, Planted, Tally};

/// When every run begins, Unix milliseconds.
pub(crate) const START: u64 = 1_800_000_000_000;
/// How long it may take until all is well once it is calm, in milliseconds: a device asks anew every hour.
const PATIENCE: u64 = 5 * 60 * 60 * 1_000;
/// What may happen in a run at most; more is traffic that never ends.
const MOST_STEPS: u64 = 30_000;
/// How often it is looked at meanwhile.
const LOOK_EVERY: u64 = 2 * 60 * 1_000;

pub(crate) struct World {
    pub(crate) now: u64,
    pub(crate) planted: Option<Planted>,
    pub(crate) agenda: Agenda<Happening>,
    /// What the network does.
    pub(crate) chance: Chance,
    pub(crate) weather: Weather,
    pub(crate) owner: Owner,
    pub(crate) relay: Relay,
    pub(crate) browsers: Vec<Browser>,
    pub(crate) devices: Vec<Device>,
    sockets: BTreeMap<u64, Socket>,
    socket_count: u64,
    pub(crate) said: Vec<Said>,
    /// What was sent under each random value that must be used once.
    pub(crate) used_once: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(crate) complaints: Vec<String>,
    pub(crate) tally: Tally,
    pub(crate) trace: Trace,
}

/// A socket: bytes in order, each way at its own pace.
struct Socket {
    device: usize,
    run: u64,
    to_relay: u64,
    to_device: u64,
}

pub(crate) enum Happening {
    Input { device: usize, run: u64, input: Input },
    Timer { device: usize, run: u64, at: u64 },
    Commit { device: usize, run: u64 },
    Asked { device: usize, run: u64, id: u64, request: Request, token: Option<String> },
    Dialled { socket: u64 },
    FrameAtRelay { socket: u64, frame: ClientFrame },
    FrameAtDevice { socket: u64, frame: Option<ServerFrame> },
    Deed(Deed),
    Fault(Fault),
}

/// Plays a seed. What happened is written down line by line if `traced`.
pub fn run(seed: u64, planted: Option<Planted>, traced: bool) -> Result<Tally, Failure> {
    let mut world = World::new(seed, planted, traced);
    world.open_for_business();
    world.play_until(world.weather.ends_at);
    world.calm_down();
    world.open_everything();
    let deadline = world.now + PATIENCE;
    loop {
        world.play_until(world.now + LOOK_EVERY);
        let complaints = check::complaints(&world);
        if complaints.is_empty() || world.now >= deadline || world.is_restless() {
            world.complaints.extend(complaints);
            break;
        }
        world.try_failed_again();
    }
    if world.complaints.is_empty() {
        world.start_all_again();
        world.open_everything();
        world.play_until(world.now + LOOK_EVERY);
        let again =
            check::complaints(&world).into_iter().map(|complaint| format!("after a new start: {complaint}"));
        world.complaints.extend(again);
    }
    if world.is_restless() {
        world.complaints.push("it never comes to rest".to_owned());
    }
    let World { complaints, tally, trace, .. } = world;
    if complaints.is_empty() { Ok(tally) } else { Err(Failure { seed, complaints, trace: trace.lines }) }
}

impl World {
    fn new(seed: u64, planted: Option<Planted>, traced: bool) -> Self {
        let mut chance = Chance::new(seed, 0);
        let weather = Weather::draw(START, &mut chance);
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
            browsers: Vec::new(),
            devices: Vec::new(),
            sockets: BTreeMap::new(),
            socket_count: 0,
            said: Vec::new(),
            used_once: BTreeMap::new(),
            complaints: Vec::new(),
            tally: Tally::default(),
            trace: Trace { wanted: traced, lines: Vec::new() },
        }
    }

    fn is_restless(&self) -> bool {
        self.tally.counts.get("steps").is_some_and(|steps| *steps > MOST_STEPS)
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

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Input { device, run, input } => self.give(device, run, input),
            Happening::Timer { device, run, at } => {
                if self.devices[device].wake_at == Some(at) {
                    self.devices[device].wake_at = None;
                    self.give(device, run, Input::Woke);
                }
            }
            Happening::Commit { device, run } => self.commit(device, run),
            Happening::Asked { device, run, id, request, token } => {
                self.asked(device, run, id, &request, token.as_deref());
            }
            Happening::Dialled { socket } => self.dialled(socket),
            Happening::FrameAtRelay { socket, frame } => {
                if self.relay.is_up && self.sockets.contains_key(&socket) {
                    self.tell_of(socket, &frame);
                    let sent = self.relay.frame(socket, frame, self.now);
                    self.carry(sent);
                }
            }
            Happening::FrameAtDevice { socket, frame } => self.arrived(socket, frame),
            Happening::Deed(deed) => self.deed(deed),
            Happening::Fault(fault) => self.fault(fault),
        }
    }

    /// Gives an input to a tab, if it is the one that the input is for.
    pub(crate) fn give(&mut self, device: usize, run: u64, input: Input) {
        if self.devices[device].run == run {
            self.take(device, input);
        }
    }

    /// Hands a tab an input and runs its errands. Returns the generation that keeps what came of it.
    pub(crate) fn take(&mut self, device: usize, input: Input) -> Option<u64> {
        let tab = &mut self.devices[device];
        let clock = self.browsers[tab.browser].clock(self.now);
        let (run, refusals) = (tab.run, tab.screen.refusals.len());
        let is_persons = !matches!(input, Input::Frame(_));
        let errands = tab.take(input, clock, self.planted);
        if self.trace.wanted {
            let new: Vec<_> = tab.screen.refusals.iter().skip(refusals).copied().collect();
            for refusal in new {
                self.note(device, || format!("shows the refusal {}", refusal.code()));
            }
        }
        let mut generation = None;
        for errand in errands {
            match errand {
                // What a person does waits no longer than a glance; what the relay sends may wait.
                Errand::Load { conversation, names } if is_persons => {
                    generation = self.take(device, self.read(device, conversation, &names)).or(generation);
                }
                Errand::Commit { generation: next, changes } => {
                    generation = Some(next);
                    self.write(device, run, next, changes);
                }
                errand => self.run_errand(device, run, errand),
            }
        }
        if let Some(at) = self.devices[device].wake_at {
            let wait = at.saturating_sub(clock).max(1);
            self.agenda.plan(self.now + wait, Happening::Timer { device, run, at });
        }
        generation
    }

    fn run_errand(&mut self, device: usize, run: u64, errand: Errand) {
        match errand {
            Errand::Commit { generation, changes } => self.write(device, run, generation, changes),
            Errand::Load { conversation, names } => {
                let at = self.now + self.chance.between(1, 40);
                let input = self.read(device, conversation, &names);
                self.agenda.plan(at, Happening::Input { device, run, input });
            }
            Errand::Ask { id, request, token } => {
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
        }
    }

    fn read(&self, device: usize, conversation: ConversationId, names: &str) -> Input {
        let disk = &self.browsers[self.devices[device].browser].disk;
        let records = Some(disk.named(|name| name.starts_with(names)));
        Input::Loaded { conversation, records }
    }

    fn write(&mut self, device: usize, run: u64, generation: u64, changes: Vec<Change>) {
        let takes =
            if self.chance.one_in(20) { self.chance.between(50, 2_000) } else { self.chance.between(1, 15) };
        self.devices[device].pending.push_back((generation, changes));
        self.agenda.plan(self.now + takes, Happening::Commit { device, run });
    }

    /// The oldest of what is on its way to the disk is kept, or refused.
    fn commit(&mut self, device: usize, run: u64) {
        if self.devices[device].run != run {
            return;
        }
        let Some((generation, changes)) = self.devices[device].pending.pop_front() else { return };
        let kept = self.keep(device, generation, changes);
        let input = if kept { Input::Stored(generation) } else { Input::StoreFailed(generation) };
        if !kept {
            self.tally.count("steps that could not be kept");
            self.devices[device].pending.clear();
        }
        self.give(device, run, input);
        if self.weather.crashes_after_commits && self.chance.one_in(60) {
            self.fault(Fault::TabCrashes { device });
        }
    }

    /// Keeps a generation and what was said with it.
    pub(crate) fn keep(&mut self, device: usize, generation: u64, changes: Vec<Change>) -> bool {
        let tab = &self.devices[device];
        let (browser, run) = (tab.browser, tab.run);
        let strict = self.planted != Some(Planted::TwoLeaders);
        let kept = self.browsers[browser].disk.commit(generation, changes, strict);
        if kept {
            let with = self.said.iter_mut().filter(|said| (said.device, said.run) == (device, run));
            with.filter(|said| said.generation <= generation).for_each(|said| said.is_kept = true);
        }
        kept
    }

    /// A request reaches the relay, or does not; its answer reaches the device, or does not.
    fn asked(&mut self, device: usize, run: u64, id: u64, request: &Request, token: Option<&str>) {
        let is_cut = !self.devices[device].has_network || !self.relay.is_up;
        let is_lost = self.weather.loses_answers && self.chance.one_in(15);
        let mut answer = Answer::Unreachable;
        if !is_cut {
            self.note(device, || format!("asks for {}", kind(request)));
            answer = self.relay.answer(request, token, self.now, &mut self.chance);
        }
        let mut wait = self.latency(device);
        if is_cut || is_lost {
            answer = Answer::Unreachable;
            wait = self.chance.between(20, 8_000);
        }
        if is_lost && !is_cut {
            self.tally.count("answers lost");
        }
        let input = Input::Answered { id, answer };
        self.agenda.plan(self.now + wait, Happening::Input { device, run, input });
    }

    fn dial(&mut self, device: usize, run: u64) {
        if let Some(before) = self.devices[device].socket.take() {
            self.close(before);
        }
        self.socket_count += 1;
        let socket = self.socket_count;
        self.devices[device].socket = Some(socket);
        self.sockets.insert(socket, Socket { device, run, to_relay: 0, to_device: 0 });
        let at = self.now + self.latency(device);
        self.agenda.plan(at, Happening::Dialled { socket });
    }

    fn dialled(&mut self, socket: u64) {
        let Some(Socket { device, run, .. }) = self.sockets.get(&socket) else { return };
        let (device, run) = (*device, *run);
        let reached = self.relay.is_up && self.devices[device].has_network;
        let input = if reached { Input::SocketOpened } else { Input::SocketClosed };
        if !reached {
            self.sockets.remove(&socket);
            self.devices[device].socket = None;
        }
        let at = self.now + self.latency(device);
        self.agenda.plan(at, Happening::Input { device, run, input });
    }

    fn speak(&mut self, device: usize, frame: ClientFrame) {
        self.watch_for_reuse(&frame);
        let at = self.now + self.latency(device);
        let Some(number) = self.devices[device].socket else { return };
        let Some(socket) = self.sockets.get_mut(&number) else { return };
        socket.to_relay = at.max(socket.to_relay + 1);
        let arrives = socket.to_relay;
        if self.weather.frames_double && self.chance.one_in(8) {
            self.tally.count("frames doubled");
            let (again, frame) = (arrives + self.chance.between(1, 900), frame.clone());
            self.agenda.plan(again, Happening::FrameAtRelay { socket: number, frame });
        }
        self.agenda.plan(arrives, Happening::FrameAtRelay { socket: number, frame });
    }

    /// Puts the relay's frames on their way.
    pub(crate) fn carry(&mut self, sent: Vec<Sent>) {
        for (number, frame) in sent {
            let Some(device) = self.sockets.get(&number).map(|socket| socket.device) else { continue };
            let at = self.now + self.latency(device);
            let Some(socket) = self.sockets.get_mut(&number) else { continue };
            socket.to_device = at.max(socket.to_device + 1);
            self.agenda.plan(socket.to_device, Happening::FrameAtDevice { socket: number, frame });
        }
    }

    fn arrived(&mut self, number: u64, frame: Option<ServerFrame>) {
        let Some(socket) = self.sockets.get(&number) else { return };
        let (device, run) = (socket.device, socket.run);
        match frame {
            Some(frame) => self.give(device, run, Input::Frame(frame)),
            None => self.break_off(number, 1),
        }
    }

    /// A socket ends; its device hears of it after `wait` milliseconds, or never.
    pub(crate) fn break_off(&mut self, number: u64, wait: u64) {
        let Some(Socket { device, run, .. }) = self.sockets.remove(&number) else { return };
        self.relay.hang_up(number);
        if self.devices[device].socket == Some(number) {
            self.devices[device].socket = None;
            if wait < u64::MAX {
                let input = Input::SocketClosed;
                self.agenda.plan(self.now + wait, Happening::Input { device, run, input });
            }
        }
    }

    /// A device closes its socket.
    pub(crate) fn close(&mut self, number: u64) {
        self.sockets.remove(&number);
        self.relay.hang_up(number);
    }

    fn tell_of(&mut self, socket: u64, frame: &ClientFrame) {
        let Some(device) = self.sockets.get(&socket).map(|socket| socket.device) else { return };
        match frame {
            ClientFrame::Send { event, envelope, .. } => {
                let wraps = envelope.wraps.iter().map(|wrapped| self.name_of(wrapped.device));
                let wraps: Vec<_> = wraps.collect();
                let quiet = if envelope.content.0.get(2) == Some(&1) { "quiet " } else { "" };
                self.note(device, || format!("sends {quiet}{event} to {}", wraps.join(", ")));
            }
            ClientFrame::Hello { cursor, .. } => {
                let cursor = cursor.clone().unwrap_or_default();
                self.note(device, || format!("connects from {cursor:?}"));
            }
            _ => {}
        }
    }

    fn name_of(&self, id: DeviceId) -> String {
        let browser = self.browsers.iter().find(|browser| browser.id == Some(id));
        browser.map_or_else(|| "a former device".to_owned(), |browser| browser.name.clone())
    }

    fn latency(&mut self, device: usize) -> u64 {
        let is_slow = self.now < self.devices[device].slow_until;
        if is_slow { self.chance.between(400, 6_000) } else { self.chance.between(5, 120) }
    }

    pub(crate) fn note(&mut self, device: usize, what: impl FnOnce() -> String) {
        let name = &self.browsers[self.devices[device].browser].name;
        self.trace.note(self.now - START, name, what);
    }
}

/// What a request is about.
fn kind(request: &Request) -> &'static str {
    match request {
        Request::Roster => "the newest roster",
        Request::RosterVersion(_) => "an older roster",
        Request::Challenge => "a challenge",
        Request::Login(_) => "a session",
        Request::Bundles(..) => "bundles",
        Request::PutPrekeys(_) => "a place for its prekeys",
        Request::OpenConversation(..) => "a conversation",
        Request::Events(..) => "events of a conversation",
        Request::BeginUpload(..)
        | Request::AddChunk(..)
        | Request::ForgetUpload(..)
        | Request::FetchChunk(..) => "a file",
        Request::Enrol(..) => "enrolment",
    }
}
