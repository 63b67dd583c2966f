//! A device: an engine, its disk, its clock and its screen. Like a browser tab, it may end at any moment.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use segel_core::show::{
    Body, Delivery, Gate, Item, Life, Link, Progress, Refusal, Show, Standing, Summary, Transfer,
};
use segel_core::{AgentConfig, Change, Engine, Input, Output, Request, VisitorConfig};
use segel_crypto::enrol::EnrolmentCode;
use segel_crypto::storage::StateKey;
use segel_keep::Memory;
use segel_mask::Writer;
use segel_wire::ClientFrame;
use segel_wire::ids::{ConversationId, DeviceId, EventId};

use crate::Planted;
use crate::chance::Chance;
use crate::files::Files;
use crate::tabs::{Lock, Tab};

/// Which part a device has.
pub(crate) enum Part {
    Visitor(VisitorConfig),
    Agent(EnrolmentCode),
}

/// A tab.
pub(crate) struct Device {
    pub(crate) browser: usize,
    /// Its place among the tabs of its browser.
    pub(crate) tab: Tab,
    chance: Chance,
    engine: Option<Engine>,
    /// Counts starts; what was under way for an earlier one is lost.
    pub(crate) run: u64,
    /// Under which the engine commits.
    pub(crate) term: u64,
    /// Changes on their way to the disk.
    pub(crate) pending: VecDeque<(u64, Vec<Change>)>,
    /// The step that could not be kept, until it is handed out again.
    pub(crate) failing: Option<u64>,
    /// Whether there is a network.
    pub(crate) has_network: bool,
    /// Whether its browser knows that there is none.
    pub(crate) knows_of_cut: bool,
    pub(crate) socket: Option<u64>,
    /// Until when its link is slow, Unix milliseconds.
    pub(crate) slow_until: u64,
    pub(crate) wake_at: Option<u64>,
    /// How wrong the clock was when the engine was handed something last, in milliseconds.
    pub(crate) skew: i64,
    pub(crate) screen: Screen,
    /// How much its engines had in memory at most, beside conversations.
    pub(crate) backlog: usize,
    pub(crate) files: Files,
    /// Requests so far.
    pub(crate) requests: u64,
    /// How often its engine asked for bundles and the relay lacked one of them.
    pub(crate) lacked_bundles: u64,
}

/// A copy of a disk.
#[derive(Clone)]
pub(crate) struct Copied {
    pub(crate) disk: Memory,
    /// How many texts had been said by anybody when it was made.
    pub(crate) said: usize,
}

/// What the tabs of one site share in a browser.
pub(crate) struct Browser {
    pub(crate) name: String,
    pub(crate) part: Part,
    pub(crate) disk: Memory,
    /// Copies of the disk, for a restored backup.
    pub(crate) copies: Vec<Copied>,
    /// The tab whose engine started last of those that run.
    pub(crate) leader: Option<usize>,
    pub(crate) lock: Lock,
    /// The tab that the person looks at.
    pub(crate) seen: Option<usize>,
    /// How many of its engines ended.
    pub(crate) ended: u64,
    /// Whether its storage was lost or set back.
    pub(crate) was_set_back: bool,
    /// Whether its disk was ever full.
    pub(crate) was_full: bool,
    /// Whether it said that the relay tells it another log than before.
    pub(crate) was_forked: bool,
    /// Conversations that another agent held at some time.
    pub(crate) others: BTreeSet<ConversationId>,
    /// Conversations that it showed as ended, and the acts that it showed in them while it did.
    pub(crate) ended_by: BTreeMap<ConversationId, BTreeSet<EventId>>,
    /// How wrong the clock is, in milliseconds.
    pub(crate) skew: i64,
    /// The device's id, as soon as it logged in.
    pub(crate) id: Option<DeviceId>,
}

/// What a person sees.
#[derive(Default)]
pub(crate) struct Screen {
    pub(crate) gate: Option<Gate>,
    pub(crate) link: Option<Link>,
    pub(crate) conversations: BTreeMap<ConversationId, Summary>,
    pub(crate) items: BTreeMap<(ConversationId, EventId), Item>,
    pub(crate) refusals: Vec<Refusal>,
    /// Where somebody is typing.
    pub(crate) typing: Vec<ConversationId>,
    /// Where somebody of the other side is there.
    pub(crate) here: Vec<ConversationId>,
}

/// What the world has to do for a device.
pub(crate) enum Errand {
    Load { conversation: ConversationId, names: String },
    Commit { generation: u64, changes: Vec<Change> },
    Ask { id: u64, request: Request, token: Option<String> },
    Dial,
    HangUp,
    Speak(ClientFrame),
    Show(Show),
    Read { source: u64, from: u64, to: u64 },
    Hand(EventId, Vec<u8>),
}

impl Device {
    pub(crate) fn new(browser: usize, chance: Chance) -> Self {
        Self {
            browser,
            tab: Tab::default(),
            chance,
            engine: None,
            run: 0,
            term: 0,
            pending: VecDeque::new(),
            failing: None,
            has_network: true,
            knows_of_cut: false,
            socket: None,
            slow_until: 0,
            wake_at: None,
            skew: 0,
            screen: Screen::default(),
            backlog: 0,
            files: Files::default(),
            requests: 0,
            lacked_bundles: 0,
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        self.engine.is_some()
    }

    /// Starts it from what the browser's disk keeps; whether it could.
    pub(crate) fn start(&mut self, browser: &Browser) -> bool {
        self.run += 1;
        self.wake_at = None;
        self.lacked_bundles = 0;
        self.clear_screen();
        let key = StateKey::new([42; 32]);
        let engine = match &browser.part {
            Part::Visitor(config) => Engine::visitor(config.clone(), key, &browser.disk.kept()),
            Part::Agent(code) => {
                let config = AgentConfig { code: Some(code.clone()) };
                Engine::agent(&config, key, &browser.disk.kept_in_outline(), self.chance.bytes())
            }
        };
        self.engine = engine.ok();
        self.engine.is_some()
    }

    /// Nothing is shown.
    pub(crate) fn clear_screen(&mut self) {
        self.screen = Screen::default();
    }

    /// All that its engine has to show at `clock`, the local time, Unix milliseconds.
    pub(crate) fn everything(&self, clock: u64) -> Vec<Show> {
        self.engine.as_ref().map(|engine| engine.everything(clock)).unwrap_or_default()
    }

    /// Its engine ends.
    pub(crate) fn crash(&mut self) -> Option<u64> {
        self.engine = None;
        self.files.end();
        self.run += 1;
        self.socket.take()
    }

    /// Hands the engine an input and names what follows from it; `clock` is the local time, Unix milliseconds.
    pub(crate) fn take(&mut self, input: Input, clock: u64, planted: Option<Planted>) -> Vec<Errand> {
        let Some(engine) = &mut self.engine else { return Vec::new() };
        let mut errands = Vec::new();
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            if let Input::Fetch { event, .. } = &input {
                self.files.ask(*event);
            }
            engine.handle(input, clock, self.chance.bytes());
            while let Some(output) = engine.poll() {
                match output {
                    Output::Store { generation, changes } => {
                        if planted == Some(Planted::SendBeforePersist) {
                            inputs.push_back(Input::Stored(generation));
                        }
                        errands.push(Errand::Commit { generation, changes });
                    }
                    Output::Load { conversation, names } => {
                        errands.push(Errand::Load { conversation, names });
                    }
                    Output::Request { id, request, token } => {
                        self.requests += 1;
                        errands.push(Errand::Ask { id, request, token });
                    }
                    Output::Connect => errands.push(Errand::Dial),
                    Output::Disconnect => errands.push(Errand::HangUp),
                    Output::Send(frame) => errands.push(Errand::Speak(frame)),
                    Output::Show(show) => errands.push(Errand::Show(show)),
                    Output::WakeAt(at) => self.wake_at = Some(at),
                    Output::Read { source, from, to } => errands.push(Errand::Read { source, from, to }),
                    Output::Release(source) => self.files.release(source),
                    Output::Piece { event, bytes } => self.files.take(event, &bytes),
                    Output::Whole(event) => errands.push(Errand::Hand(event, self.files.finish(event))),
                    Output::Broken(event) => drop(self.files.finish(event)),
                }
            }
            self.backlog = self.backlog.max(engine.backlog());
        }
        errands
    }

    /// How much its engine has in memory, beside conversations.
    pub(crate) fn backlog_now(&self) -> usize {
        self.engine.as_ref().map_or(0, Engine::backlog)
    }
}

impl Browser {
    pub(crate) fn new(name: String, part: Part) -> Self {
        Self {
            name,
            part,
            disk: Memory::default(),
            copies: Vec::new(),
            leader: None,
            lock: Lock::default(),
            seen: None,
            ended: 0,
            was_set_back: false,
            was_full: false,
            was_forked: false,
            others: BTreeSet::new(),
            ended_by: BTreeMap::new(),
            skew: 0,
            id: None,
        }
    }

    pub(crate) fn is_visitor(&self) -> bool {
        matches!(self.part, Part::Visitor(_))
    }

    /// As whom its person writes.
    pub(crate) fn writer(&self) -> Writer {
        if self.is_visitor() { Writer::Visitor } else { Writer::Agent }
    }

    /// The local time, Unix milliseconds.
    pub(crate) fn clock(&self, now: u64) -> u64 {
        now.saturating_add_signed(self.skew)
    }
}

impl Screen {
    pub(crate) fn apply(&mut self, show: Show) {
        match show {
            Show::Gate(gate) => {
                self.gate = Some(gate);
                if gate == Gate::Erasing {
                    (self.conversations, self.items) = (BTreeMap::new(), BTreeMap::new());
                    (self.typing, self.here) = (Vec::new(), Vec::new());
                }
            }
            Show::Link(link) => self.link = Some(link),
            Show::Conversation(summary) => {
                self.conversations.insert(summary.conversation, summary);
            }
            Show::Item(item) => {
                self.items.insert((item.conversation, item.event), item);
            }
            Show::Refused(refusal) => self.refusals.push(refusal),
            Show::Typing(conversation, who) => {
                self.typing.retain(|typing| *typing != conversation);
                self.typing.extend(who.map(|_| conversation));
            }
            Show::Here(conversation, who) => {
                self.here.retain(|here| *here != conversation);
                self.here.extend(who.map(|_| conversation));
            }
            Show::Gone(conversation, event) => drop(self.items.remove(&(conversation, event))),
            Show::Transfer(Transfer { progress: Progress::Refused(refusal), .. }) => {
                self.refusals.push(refusal);
            }
            Show::Site(_)
            | Show::Transfer(_)
            | Show::Introduce { .. }
            | Show::Canned(_)
            | Show::Blocked(_)
            | Show::Report(..)
            | Show::Erased => {}
        }
    }

    /// In what another screen differs from it.
    pub(crate) fn differences(&self, other: &Self) -> Vec<String> {
        let Self { gate, link, conversations, items, refusals: _, typing, here } = self;
        let mut found = Vec::new();
        if (gate, link, typing, here) != (&other.gate, &other.link, &other.typing, &other.here) {
            found.push(format!("{:?} {:?} instead of {gate:?} {link:?}", other.gate, other.link));
        }
        if conversations != &other.conversations {
            found.push("another list of conversations".to_owned());
        }
        let shown =
            |screen: &Self, key| screen.items.get(key).filter(|item| item.body != Body::Withheld).cloned();
        let keys = items.keys().chain(other.items.keys().filter(|key| !items.contains_key(key)));
        let differ =
            keys.map(|key| (shown(other, key), shown(self, key))).filter(|(shown, owed)| shown != owed);
        found.extend(differ.map(|(shown, owed)| format!("{shown:?} instead of {owed:?}")));
        found
    }

    /// What acts it shows in a conversation: those that count.
    pub(crate) fn acts(&self, conversation: ConversationId) -> impl Iterator<Item = EventId> {
        let acts = self.items.values().filter(move |item| item.conversation == conversation);
        acts.filter(|item| matches!(item.body, Body::Act(_))).map(|item| item.event)
    }

    /// Conversations that can be written in.
    pub(crate) fn writable(&self) -> Vec<ConversationId> {
        let is_open = |summary: &&Summary| {
            summary.answerable && summary.life == Life::Open && summary.hold.standing != Standing::Others
        };
        let answerable = self.conversations.values().filter(is_open);
        answerable.map(|summary| summary.conversation).collect()
    }

    /// Own messages that failed, to be tried again.
    pub(crate) fn failed(&self) -> Vec<Item> {
        let failed = self.items.values().filter(|item| match item.delivery {
            Delivery::Failed(refusal) => {
                !matches!(refusal, Refusal::HeldByAnother | Refusal::ConversationEnded)
            }
            _ => false,
        });
        failed.cloned().collect()
    }

    /// Stored messages of a conversation, in their order.
    pub(crate) fn timeline(&self, conversation: ConversationId) -> Vec<&Item> {
        let stored = self.items.values();
        let mut stored: Vec<_> =
            stored.filter(|item| item.conversation == conversation && item.position.is_some()).collect();
        stored.sort_by_key(|item| (item.position, item.time));
        stored
    }
}
