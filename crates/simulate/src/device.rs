//! A device: an engine, its disk, its clock and its screen. Like a browser tab, it may end at any moment.

use std::collections::{BTreeMap, VecDeque};

use segel_core::show::{Body, Delivery, Gate, Item, Link, Refusal, Show, Standing, Summary};
use segel_core::{AgentConfig, Change, Engine, Input, Output, Request, VisitorConfig};
use segel_crypto::enrol::EnrolmentCode;
use segel_crypto::storage::StateKey;
use segel_wire::ClientFrame;
use segel_wire::ids::{ConversationId, DeviceId, EventId};

use crate::Planted;
use crate::chance::Chance;
use crate::disk::Disk;

/// Which part a device has.
pub(crate) enum Part {
    Visitor(VisitorConfig),
    Agent(EnrolmentCode),
}

/// A tab.
pub(crate) struct Device {
    pub(crate) browser: usize,
    chance: Chance,
    engine: Option<Engine>,
    /// Counts starts; what was under way for an earlier one is lost.
    pub(crate) run: u64,
    /// Changes on their way to the disk.
    pub(crate) pending: VecDeque<(u64, Vec<Change>)>,
    /// Whether there is a network.
    pub(crate) has_network: bool,
    pub(crate) socket: Option<u64>,
    /// Until when its link is slow, Unix milliseconds.
    pub(crate) slow_until: u64,
    pub(crate) wake_at: Option<u64>,
    pub(crate) screen: Screen,
    /// Requests so far.
    pub(crate) requests: u64,
}

/// What the tabs of one site share in a browser.
pub(crate) struct Browser {
    pub(crate) name: String,
    pub(crate) part: Part,
    pub(crate) disk: Disk,
    /// Copies of the disk, for a restored backup.
    pub(crate) copies: Vec<Disk>,
    /// The tab that runs the engine.
    pub(crate) leader: Option<usize>,
    /// Whether its storage was lost or set back.
    pub(crate) was_set_back: bool,
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
}

/// What the world has to do for a device.
pub(crate) enum Errand {
    Load { conversation: ConversationId, names: String },
    Commit { generation: u64, changes: Vec<Change> },
    Ask { id: u64, request: Request, token: Option<String> },
    Dial,
    HangUp,
    Speak(ClientFrame),
}

impl Device {
    pub(crate) fn new(browser: usize, chance: Chance) -> Self {
        Self {
            browser,
            chance,
            engine: None,
            run: 0,
            pending: VecDeque::new(),
            has_network: true,
            socket: None,
            slow_until: 0,
            wake_at: None,
            screen: Screen::default(),
            requests: 0,
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        self.engine.is_some()
    }

    /// Starts it from what the browser's disk keeps; whether it could.
    pub(crate) fn start(&mut self, browser: &Browser) -> bool {
        self.run += 1;
        self.wake_at = None;
        self.screen = Screen::default();
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

    /// It ends without a word.
    pub(crate) fn crash(&mut self) -> Option<u64> {
        self.engine = None;
        self.run += 1;
        self.socket.take()
    }

    /// Hands the engine an input and names what follows from it; `clock` is the local time, Unix milliseconds.
    pub(crate) fn take(&mut self, input: Input, clock: u64, planted: Option<Planted>) -> Vec<Errand> {
        let Some(engine) = &mut self.engine else { return Vec::new() };
        let mut errands = Vec::new();
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
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
                    Output::Show(show) => self.screen.apply(show),
                    Output::WakeAt(at) => self.wake_at = Some(at),
                    // Nobody sends files here.
                    Output::Read { .. }
                    | Output::Release(_)
                    | Output::Piece { .. }
                    | Output::Whole(_)
                    | Output::Broken(_) => {}
                }
            }
        }
        errands
    }
}

impl Browser {
    pub(crate) fn new(name: String, part: Part) -> Self {
        Self {
            name,
            part,
            disk: Disk::default(),
            copies: Vec::new(),
            leader: None,
            was_set_back: false,
            skew: 0,
            id: None,
        }
    }

    pub(crate) fn is_visitor(&self) -> bool {
        matches!(self.part, Part::Visitor(_))
    }

    /// The local time, Unix milliseconds.
    pub(crate) fn clock(&self, now: u64) -> u64 {
        now.saturating_add_signed(self.skew)
    }
}

impl Screen {
    fn apply(&mut self, show: Show) {
        match show {
            Show::Gate(gate) => self.gate = Some(gate),
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
            Show::Site(_) | Show::Gone(..) | Show::Transfer(_) | Show::Introduce { .. } => {}
        }
    }

    /// Conversations that can be written in.
    pub(crate) fn writable(&self) -> Vec<ConversationId> {
        let is_open = |summary: &&Summary| summary.answerable && summary.hold.standing != Standing::Others;
        let answerable = self.conversations.values().filter(is_open);
        answerable.map(|summary| summary.conversation).collect()
    }

    /// Where a text is shown.
    pub(crate) fn places(&self, text: &str) -> Vec<&Item> {
        let is = |item: &&Item| matches!(&item.body, Body::Text(shown) if shown == text);
        self.items.values().filter(is).collect()
    }

    /// Own messages that failed, to be tried again.
    pub(crate) fn failed(&self) -> Vec<(ConversationId, EventId)> {
        let failed = self.items.values().filter(|item| match item.delivery {
            Delivery::Failed(refusal) => refusal != Refusal::HeldByAnother,
            _ => false,
        });
        failed.map(|item| (item.conversation, item.event)).collect()
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
