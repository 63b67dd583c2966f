//! A table at which an engine, its members and an honest relay sit.

use std::collections::BTreeMap;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use segel_core::show::{self, Item, Refusal, Show, Summary};
use segel_core::{AgentConfig, Engine, Input, Kept, Outgoing};
use segel_crypto::content::{self, Body, ContentHash};
use segel_crypto::enrol::EnrolmentCode;
use segel_crypto::grant::Grant;
use segel_crypto::log::{LogHash, Seen};
use segel_mask::{Masker, Writer};
use segel_wire::ids::{ConversationId, DeviceId, EventId, RosterHash};
use segel_wire::signed::{self, Order, VerifiedRoster};
use segel_wire::{ClientFrame, Code, Delivered, Envelope, ServerFrame};

use crate::bench::{Bench, BenchSite, NOW};
use crate::member::{Letter, Member};

/// An engine on the bench and its members; the relay is honest unless a test makes it otherwise.
pub(crate) struct Table<'a> {
    pub(crate) bench: Bench<'a>,
    site: &'a BenchSite,
    pub(crate) members: Vec<Member>,
    pub(crate) roster: VerifiedRoster,
    pub(crate) conversation: ConversationId,
    is_agents: bool,
    /// How many of the engine's frames the relay has looked at.
    looked_at: usize,
    /// Whether the engine's own events do not come back to it yet.
    pub(crate) holds_echoes: bool,
    echoes: Vec<Delivered>,
    /// With what the relay refuses the next events that the engine sends, the last of these first.
    pub(crate) refuses: Vec<Code>,
    /// Seconds that the relay's clock has gone on, is ahead, or is behind.
    pub(crate) ahead: i64,
    /// What the engine sent, as the relay stored it.
    pub(crate) stored: BTreeMap<EventId, Envelope>,
    opened: BTreeMap<(usize, EventId), content::Message>,
    events: u64,
}

/// More than any engine sends at a time.
const FRAMES: usize = 400;

/// The names of the members of every table, in their order; a visitor has none.
pub(crate) const NAMES: [&str; 2] = ["Agen Demo", "Rekan Demo"];
pub(crate) const HOSTILE: usize = 0;
pub(crate) const COLLEAGUE: usize = 1;
/// At an agent's table.
pub(crate) const VISITOR: usize = 0;

impl<'a> Table<'a> {
    /// A visitor who has said one thing to two agents.
    pub(crate) fn of_visitor(site: &'a BenchSite) -> Self {
        let mut table = Self::of_silent_visitor(site, |_| {});
        table.say("halo");
        assert_eq!((table.sent_to(HOSTILE).len(), table.sent_to(COLLEAGUE).len()), (1, 1));
        table
    }

    /// A visitor who has not written yet.
    pub(crate) fn of_silent_visitor(site: &'a BenchSite, change: impl FnOnce(&mut signed::Roster)) -> Self {
        let members = vec![Member::new(site, 11), Member::new(site, 12)];
        let roster = site.roster_of(&[(NAMES[0], members[0].keys()), (NAMES[1], members[1].keys())], change);
        let mut bench = Bench::new(site, site.visitor(&Kept::default()), u64::MAX);
        bench.bundles = members.iter().map(|member| (member.id(), member.bundle())).collect();
        bench.roster = Some(roster.bytes().to_vec());
        bench.shown.clear();
        bench.restart(site.visitor(&Kept::default()));
        Self::new(bench, site, members, roster, false)
    }

    /// An agent's console, a visitor and a colleague, who have said nothing yet.
    pub(crate) fn of_agent(site: &'a BenchSite, change: impl FnOnce(&mut signed::Roster, DeviceId)) -> Self {
        let mut bench = Bench::new(site, agent(site, &Kept::default()), u64::MAX);
        let keys = bench.keys.unwrap();
        let members = vec![Member::new(site, 11), Member::new(site, 12)];
        bench.bundles = members.iter().map(|member| (member.id(), member.bundle())).collect();
        let listed = [(NAMES[0], keys), (NAMES[1], members[COLLEAGUE].keys())];
        let roster = site.roster_of(&listed, |roster| change(roster, keys.derive_id(&site.id)));
        // A roster of the site before that, with nobody the test knows, is what the console began with.
        let first = VerifiedRoster::open(&site.first_roster(), &site.id, &site.root.derive_public()).unwrap();
        let roster = site.roster_after(&first, |next| {
            let order = next.order;
            let previous = next.previous;
            *next = roster.roster().clone();
            (next.order, next.previous) = (order, previous);
        });
        bench.roster = Some(roster.bytes().to_vec());
        bench.input(Input::Frame(ServerFrame::Roster { generation: 1, version: 2 }));
        let mut table = Self::new(bench, site, members, roster, true);
        table.conversation = ConversationId([5; 16]);
        let uploaded = table.bench.prekeys.clone().unwrap();
        let name = table.name();
        table.members[VISITOR].begin(&uploaded, Some(table.conversation), name);
        table.members[COLLEAGUE].begin(&uploaded, None, name);
        table
    }

    fn new(
        bench: Bench<'a>,
        site: &'a BenchSite,
        members: Vec<Member>,
        roster: VerifiedRoster,
        is_agents: bool,
    ) -> Self {
        Self {
            bench,
            site,
            members,
            roster,
            conversation: ConversationId([0; 16]),
            is_agents,
            looked_at: 0,
            holds_echoes: false,
            echoes: Vec::new(),
            refuses: Vec::new(),
            ahead: 0,
            stored: BTreeMap::new(),
            opened: BTreeMap::new(),
            events: 0,
        }
    }

    /// The engine's device.
    pub(crate) fn engine(&self) -> DeviceId {
        self.bench.keys.unwrap().derive_id(&self.site.id)
    }

    /// A device that is no member yet takes a seat, as one that the relay made would.
    pub(crate) fn seat(&mut self, seed: u64) -> usize {
        let mut member = Member::new(self.site, seed);
        let uploaded = self.bench.prekeys.clone().unwrap();
        member.begin(&uploaded, Some(self.conversation), self.name());
        self.members.push(member);
        self.members.len() - 1
    }

    /// The engine begins anew from what was kept.
    pub(crate) fn restart(&mut self) {
        self.restart_from(&self.bench.records());
    }

    /// The agent's engine begins anew without the messages that were kept.
    pub(crate) fn restart_in_outline(&mut self) {
        self.restart_from(&self.bench.outlines());
    }

    pub(crate) fn restart_from(&mut self, kept: &Kept) {
        let engine = if self.is_agents { agent(self.site, kept) } else { self.site.visitor(kept) };
        self.bench.restart(engine);
        self.settle();
    }

    /// The person at the engine says something, as its composer masked it by default.
    pub(crate) fn say(&mut self, text: &str) {
        self.say_by(&Masker::default(), text);
    }

    pub(crate) fn say_by(&mut self, masker: &Masker, text: &str) {
        let text = Outgoing::new(masker.mask(text, Writer::Visitor).unwrap().text);
        let conversation = self.is_agents.then_some(self.conversation);
        self.input(Input::Submit { conversation, event: None, text, quotes: None });
    }

    pub(crate) fn input(&mut self, input: Input) {
        self.bench.input(input);
        self.settle();
    }

    /// Lets so many minutes pass.
    pub(crate) fn wait(&mut self, minutes: usize) {
        for _ in 0..6 * minutes {
            self.bench.pass(10);
            self.settle();
        }
    }

    /// What an honest member says in a letter to the engine alone.
    pub(crate) fn letter(&self, body: Body) -> Letter {
        let roster = self.name();
        let (time, event) = (NOW, None);
        Letter {
            body,
            others: Vec::new(),
            to_engine: true,
            time,
            roster,
            act: None,
            seen: None,
            event,
            quotes: None,
        }
    }

    /// A member's letter is stored and delivered; the answer hands its key on.
    pub(crate) fn post(&mut self, member: usize, letter: Letter) -> Grant {
        let (delivered, grant) = self.seal(member, letter);
        self.deliver(&delivered);
        grant
    }

    /// A member's letter as it would stand next in the log.
    pub(crate) fn seal(&mut self, member: usize, letter: Letter) -> (Delivered, Grant) {
        let (engine, position) = (self.engine(), self.head() + 1);
        self.events += 1;
        let event = letter.event.unwrap_or(EventId(u128::from(0x80_0000 + self.events).to_le_bytes()));
        let place = (self.conversation, event, position);
        let (delivered, key) = self.members[member].seal(place, engine, letter);
        let content = ContentHash::derive(&delivered.content.0);
        let grant = Grant { event, position, sender: delivered.sender, content, key };
        (delivered, grant)
    }

    /// The relay stores an event of another device and sends it to the engine.
    pub(crate) fn deliver(&mut self, delivered: &Delivered) {
        self.bench.log.push(delivered.clone());
        self.hand(delivered.clone());
    }

    /// The relay sends it to the engine, stored or not.
    pub(crate) fn hand(&mut self, delivered: Delivered) {
        self.input(Input::Frame(ServerFrame::Event(delivered)));
    }

    /// The engine's own events come back to it after all.
    pub(crate) fn echo(&mut self) {
        self.holds_echoes = false;
        for delivered in std::mem::take(&mut self.echoes) {
            self.hand(delivered);
        }
    }

    /// The next roster of the site is published and hinted at.
    pub(crate) fn publish(&mut self, change: impl FnOnce(&mut signed::Roster)) {
        self.roster = self.site.roster_after(&self.roster, change);
        self.bench.roster = Some(self.roster.bytes().to_vec());
        let Order { generation, version } = self.roster.roster().order;
        self.input(Input::Frame(ServerFrame::Roster { generation, version }));
    }

    pub(crate) fn name(&self) -> (Order, RosterHash) {
        (self.roster.roster().order, self.roster.hash())
    }

    /// Position of the last event.
    pub(crate) fn head(&self) -> u64 {
        self.bench.log.last().map_or(0, |delivered| delivered.position)
    }

    /// What an honest device that knows the whole log has seen.
    pub(crate) fn seen(&self) -> Seen {
        self.seen_as(|_| None)
    }

    /// The same of one that was sent this event before it was withdrawn.
    pub(crate) fn seen_through(&self, whole: &Delivered) -> Seen {
        self.seen_as(|event| (event.event == whole.event).then(|| ContentHash::derive(&whole.content.0)))
    }

    fn seen_as(&self, content_of: impl Fn(&Delivered) -> Option<ContentHash>) -> Seen {
        let mut hash = LogHash::start(&self.conversation);
        for event in &self.bench.log {
            let content = content_of(event).unwrap_or_else(|| ContentHash::derive(&event.content.0));
            hash = hash.follow(event.position, &event.event, &event.sender, &content);
        }
        Seen { position: self.head(), hash }
    }

    /// As a message was last shown.
    pub(crate) fn item(&self, event: EventId) -> Option<&Item> {
        self.bench.shown.iter().rev().find_map(|show| match show {
            Show::Item(item) if item.event == event => Some(item),
            _ => None,
        })
    }

    /// As the own message with this text was last shown.
    pub(crate) fn own(&self, text: &str) -> Option<&Item> {
        let shows = |body: &show::Body| matches!(body, show::Body::Text(shown) if shown == text);
        let items = self.bench.shown.iter().filter_map(|show| match show {
            Show::Item(item) => Some(item),
            _ => None,
        });
        let event = items.clone().rev().find(|item| shows(&item.body))?.event;
        items.rev().find(|item| item.event == event)
    }

    /// As the conversation was last shown.
    pub(crate) fn summary(&self) -> &Summary {
        let mut shown = self.bench.shown.iter().rev();
        shown
            .find_map(|show| match show {
                Show::Conversation(summary) if summary.conversation == self.conversation => Some(summary),
                _ => None,
            })
            .expect("it is shown")
    }

    pub(crate) fn refusals(&self) -> Vec<Refusal> {
        let refusals = self.bench.shown.iter().filter_map(|show| match show {
            Show::Refused(refusal) => Some(*refusal),
            _ => None,
        });
        refusals.collect()
    }

    /// What the engine asked this member for, a list for each request.
    pub(crate) fn requests_to(&mut self, member: usize) -> Vec<Vec<EventId>> {
        let requests = self.sent_to(member).into_iter().filter_map(|message| match message.body {
            Body::Request(events) => Some(events),
            _ => None,
        });
        requests.collect()
    }

    /// Contents that the engine sent to this member, opened, in their order.
    pub(crate) fn sent_to(&mut self, member: usize) -> Vec<content::Message> {
        let (id, engine, own) = (self.conversation, self.engine(), self.members[member].id());
        let is_agents = self.is_agents && member != VISITOR;
        let sent: Vec<_> = self.bench.log.iter().filter(|event| event.sender == engine).collect();
        let sent = sent.into_iter().filter(|event| event.recipients.contains(&own));
        let events: Vec<_> = sent.map(|event| event.event).collect();
        let scope = (!is_agents).then_some(id);
        let mut messages = Vec::new();
        for event in events {
            let opened = self.opened.entry((member, event));
            let message = opened.or_insert_with(|| {
                self.members[member].opens(id, (event, engine), &self.stored[&event], scope)
            });
            messages.push(message.clone());
        }
        messages
    }

    /// The relay stores what the engine sent, answers, and sends it back.
    fn settle(&mut self) {
        let before = self.looked_at;
        while let Some(frame) = self.bench.sent.get(self.looked_at).cloned() {
            self.looked_at += 1;
            assert!(self.looked_at < before + FRAMES, "the engine sends without end");
            let ClientFrame::Send { conversation, event, envelope, .. } = frame else { continue };
            self.conversation = conversation;
            if let Some(code) = self.refuses.pop() {
                let refused = ServerFrame::Error { event: Some(event), problem: code.into() };
                self.bench.input(Input::Frame(refused));
                continue;
            }
            let position = self.head() + 1;
            let time = NOW.saturating_add_signed(self.ahead) * 1_000;
            let recipients = envelope.wraps.iter().map(|wrapped| wrapped.device).collect();
            let delivered = Delivered {
                conversation,
                position,
                event,
                sender: self.engine(),
                time,
                content: envelope.content.clone(),
                recipients,
                wrap: None,
                hash: None,
                cursor: format!("e.{}", 100 + position),
            };
            self.stored.insert(event, envelope);
            self.bench.log.push(delivered.clone());
            self.bench.input(Input::Frame(ServerFrame::Stored { conversation, event, position, time }));
            if self.holds_echoes {
                self.echoes.push(delivered);
            } else {
                self.bench.input(Input::Frame(ServerFrame::Event(delivered)));
            }
        }
    }
}

fn agent(site: &BenchSite, kept: &Kept) -> Engine {
    let mut random = ChaCha20Rng::seed_from_u64(4);
    let root = site.root.derive_public();
    let code = EnrolmentCode::make(site.id, root, "https://relay.example", &mut random);
    Engine::agent(&AgentConfig { code: Some(code) }, Bench::key(), kept, &mut random).unwrap()
}
