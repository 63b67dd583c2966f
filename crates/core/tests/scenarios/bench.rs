//! An engine on the bench: no clock, no sockets, no store; the test decides what is answered and when.

use std::collections::{BTreeMap, VecDeque};

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use segel_core::show::Show;
use segel_core::tabs::Stand;
use segel_core::{Answer, Engine, Input, Kept, Output, Request, VisitorConfig};
use segel_crypto::authority::{Admin, AdminSecret, RootSecret};
use segel_crypto::storage::StateKey;
use segel_testkit::forge::FalseDevice;
use segel_wire::api::{
    BundlesAnswer, ChallengeAnswer, EventsAnswer, LoginAnswer, PrekeysAnswer, UploadAnswer,
};
use segel_wire::ids::{AgentId, Challenge, ConversationId, DeskId, DeviceId, Octets, RosterHash};
use segel_wire::signed::{
    Agent, Certificate, Desk, Device, DeviceKeys, Order, Profile, Roster, VerifiedRoster,
};
use segel_wire::{ClientFrame, Code, Delivered, ServerFrame, SiteId};

/// Unix seconds at which every test on the bench happens.
pub(crate) const NOW: u64 = 1_800_000_000;
const YEAR: u64 = 365 * 24 * 60 * 60;

/// A site whose keys the test holds.
pub(crate) struct BenchSite {
    pub(crate) id: SiteId,
    pub(crate) root: RootSecret,
    /// Of the first generation and of the second.
    admins: [Admin; 2],
    pub(crate) agent: FalseDevice,
}

impl BenchSite {
    pub(crate) fn new() -> Self {
        let mut random = ChaCha20Rng::seed_from_u64(1);
        let id = SiteId([1; 16]);
        let root = RootSecret::make_root(&mut random);
        let admins = [1, 2].map(|generation| {
            let secret = AdminSecret::make_admin(&mut random);
            let (not_before, not_after) = (NOW - 1, NOW + YEAR);
            let admin = secret.derive_public();
            let certificate = Certificate { site: id, generation, admin, not_before, not_after };
            let (bytes, signature) = root.certify(&certificate);
            Admin::new(secret, bytes, signature)
        });
        Self { id, root, admins, agent: FalseDevice::new(id, [7; 32], 1) }
    }

    /// The engine of a visitor of its page, as far as it was kept.
    pub(crate) fn visitor(&self, kept: &Kept) -> Engine {
        self.visitor_above(Order::default(), kept)
    }

    /// The same where the page names a floor.
    pub(crate) fn visitor_above(&self, floor: Order, kept: &Kept) -> Engine {
        let config = VisitorConfig {
            site: self.id,
            root: self.root.derive_public(),
            relay: "https://relay.example".into(),
            page: "https://toko.example".into(),
            floor,
        };
        Engine::visitor(config, Bench::key(), kept).unwrap()
    }

    /// The first roster, with the agent's device.
    pub(crate) fn first_roster(&self) -> Vec<u8> {
        self.roster(1, RosterHash([0; 32]), &[self.agent.keys])
    }

    /// The second roster, with these devices.
    pub(crate) fn second_roster(&self, devices: &[DeviceKeys]) -> Vec<u8> {
        let first = VerifiedRoster::open(&self.first_roster(), &self.id, &self.root.derive_public()).unwrap();
        self.roster(2, first.hash(), devices)
    }

    /// The first roster of a site whose agents have one device each, changed before it is signed.
    pub(crate) fn roster_of(
        &self,
        agents: &[(&str, DeviceKeys)],
        change: impl FnOnce(&mut Roster),
    ) -> VerifiedRoster {
        let mut roster = self.unsigned(1, RosterHash([0; 32]), &[]);
        let mut inbox: Vec<_> = agents.iter().map(|(_, keys)| keys.derive_id(&self.id)).collect();
        inbox.sort_unstable();
        roster.desks[0].inbox = inbox;
        roster.agents = (1..)
            .zip(agents)
            .map(|(number, (name, keys))| Agent {
                id: AgentId([number; 16]),
                name: (*name).to_owned(),
                devices: vec![Device { keys: *keys, not_after: NOW + YEAR }],
            })
            .collect();
        self.sign(roster, change)
    }

    /// The roster that follows this one, changed before it is signed.
    pub(crate) fn roster_after(
        &self,
        before: &VerifiedRoster,
        change: impl FnOnce(&mut Roster),
    ) -> VerifiedRoster {
        let mut roster = before.roster().clone();
        roster.order.version += 1;
        roster.previous = before.hash();
        self.sign(roster, change)
    }

    fn sign(&self, mut roster: Roster, change: impl FnOnce(&mut Roster)) -> VerifiedRoster {
        change(&mut roster);
        let admin = &self.admins[usize::from(roster.order.generation > 1)];
        VerifiedRoster::open(&admin.sign_roster(&roster), &self.id, &self.root.derive_public()).unwrap()
    }

    fn roster(&self, version: u64, previous: RosterHash, devices: &[DeviceKeys]) -> Vec<u8> {
        self.admins[0].sign_roster(&self.unsigned(version, previous, devices))
    }

    fn unsigned(&self, version: u64, previous: RosterHash, devices: &[DeviceKeys]) -> Roster {
        let mut inbox: Vec<_> = devices.iter().map(|keys| keys.derive_id(&self.id)).collect();
        inbox.sort_unstable();
        let devices = devices.iter().map(|keys| Device { keys: *keys, not_after: NOW + YEAR });
        Roster {
            site: self.id,
            order: Order { generation: 1, version },
            previous,
            issued_at: NOW,
            not_after: NOW + YEAR,
            profile: Profile {
                name: "Toko Contoh".into(),
                pages: vec!["https://toko.example".into()],
                apps: vec![],
                vouchers: None,
                masking: None,
                hours: None,
                intake: None,
            },
            desks: vec![Desk { id: DeskId([1; 16]), name: "Layanan".into(), inbox, supervisors: None }],
            agents: vec![Agent {
                id: AgentId([1; 16]),
                name: "Agen Demo".into(),
                devices: devices.collect(),
            }],
        }
    }
}

/// An engine and everything it put out.
pub(crate) struct Bench<'a> {
    site: &'a BenchSite,
    engine: Engine,
    random: ChaCha20Rng,
    inputs: VecDeque<Input>,
    now: u64,
    /// What the relay answers when asked for the roster; held back while there is none.
    pub(crate) roster: Option<Vec<u8>>,
    /// How many generations the store keeps; it never answers for later ones.
    pub(crate) keeps: u64,
    kept: BTreeMap<String, Vec<u8>>,
    /// The last generation that is kept.
    pub(crate) generation: u64,
    /// Generations handed out and not answered for.
    pub(crate) waiting: Vec<u64>,
    /// Requests that were not answered.
    pub(crate) unanswered: Vec<(u64, Request)>,
    pub(crate) sent: Vec<ClientFrame>,
    pub(crate) disconnects: usize,
    pub(crate) shown: Vec<Show>,
    /// The sources that were let go of.
    pub(crate) released: Vec<u64>,
    /// The sources that were to be read.
    pub(crate) reads: Vec<u64>,
    /// The keys that the device logged in with.
    pub(crate) keys: Option<DeviceKeys>,
    /// The prekeys that it uploaded last.
    pub(crate) prekeys: Option<Vec<u8>>,
    /// Bundles of devices that the site does not have by itself.
    pub(crate) bundles: BTreeMap<DeviceId, Vec<u8>>,
    /// How often it was asked for bundles.
    pub(crate) seeks: usize,
    /// What the relay keeps of conversations.
    pub(crate) log: Vec<Delivered>,
    /// What its pages hold instead.
    pub(crate) page: Option<Vec<Delivered>>,
    /// How many uploads of prekeys it leaves unanswered.
    pub(crate) silences: usize,
    /// Which requests it leaves unanswered.
    pub(crate) withholds: fn(&Request) -> bool,
    /// The head that it tells of once it is greeted; while there is none, it goes on telling what was missed.
    pub(crate) head: Option<&'static str>,
    /// Older rosters that it serves, by version; it does not answer for any while there is no such list.
    pub(crate) versions: Option<BTreeMap<u64, Vec<u8>>>,
    /// How many pages it was asked for.
    pub(crate) pulls: usize,
    /// The size of the last upload, and what came of it.
    pub(crate) upload: (u64, Vec<u8>),
    /// Whether it takes a beginning for another one's.
    pub(crate) confuses_uploads: bool,
    /// The conversations whose messages were asked for.
    pub(crate) loads: Vec<ConversationId>,
    /// Whether messages cannot be read from the store.
    pub(crate) is_damaged: bool,
    /// How often it does not answer when an upload is given up.
    pub(crate) deaf: usize,
    /// How often it was told.
    pub(crate) forgets: usize,
}

impl<'a> Bench<'a> {
    /// Puts an engine on the bench and starts it.
    pub(crate) fn new(site: &'a BenchSite, engine: Engine, keeps: u64) -> Self {
        let mut bench = Self {
            site,
            engine,
            random: ChaCha20Rng::seed_from_u64(2),
            inputs: VecDeque::new(),
            roster: Some(site.first_roster()),
            keeps,
            kept: BTreeMap::new(),
            generation: 0,
            waiting: Vec::new(),
            unanswered: Vec::new(),
            sent: Vec::new(),
            disconnects: 0,
            now: NOW * 1_000,
            shown: Vec::new(),
            released: Vec::new(),
            reads: Vec::new(),
            keys: None,
            prekeys: None,
            bundles: BTreeMap::new(),
            seeks: 0,
            log: Vec::new(),
            page: None,
            silences: 0,
            withholds: |_| false,
            head: Some("e.7"),
            versions: None,
            pulls: 0,
            upload: (0, Vec::new()),
            confuses_uploads: false,
            loads: Vec::new(),
            is_damaged: false,
            deaf: 0,
            forgets: 0,
        };
        bench.input(Input::Woke);
        bench
    }

    /// The key of every store on the bench.
    pub(crate) fn key() -> StateKey {
        StateKey::new([3; 32])
    }

    /// What another engine would start from.
    pub(crate) fn records(&self) -> Kept {
        Kept {
            generation: self.generation,
            records: self.kept.clone().into_iter().collect(),
            left_out: false,
        }
    }

    /// The same without messages, as an agent's console reads it.
    pub(crate) fn outlines(&self) -> Kept {
        let mut kept = self.records();
        kept.records.retain(|(name, _)| !name.starts_with(Kept::LATER));
        Kept { left_out: true, ..kept }
    }

    /// Whether another tab would be served.
    pub(crate) fn serves(&self, stand: &Stand) -> bool {
        self.engine.serves(stand)
    }

    /// What a screen that saw nothing is given.
    pub(crate) fn everything(&self) -> Vec<Show> {
        self.engine.everything(self.now)
    }

    /// How much the engine has in memory beside what it keeps.
    pub(crate) fn backlog(&self) -> usize {
        self.engine.backlog()
    }

    /// The same when the clock was set back by so many seconds and the engine does not know yet.
    pub(crate) fn everything_before(&self, seconds: u64) -> Vec<Show> {
        self.engine.everything(self.now - seconds * 1_000)
    }

    /// Hands in an input and answers whatever follows from it.
    pub(crate) fn input(&mut self, input: Input) {
        self.inputs.push_back(input);
        while let Some(input) = self.inputs.pop_front() {
            self.engine.handle(input, self.now, &mut self.random);
            while let Some(output) = self.engine.poll() {
                self.take(output);
            }
        }
    }

    /// Another engine in its place, on the same relay and from what was kept.
    pub(crate) fn restart(&mut self, engine: Engine) {
        self.engine = engine;
        self.shown.clear();
        self.pulls = 0;
        self.input(Input::Woke);
    }

    /// Lets a minute pass.
    pub(crate) fn wait(&mut self) {
        self.pass(60);
    }

    /// Lets so many seconds pass at once.
    pub(crate) fn pass(&mut self, seconds: u64) {
        self.now += seconds * 1_000;
        self.input(Input::Woke);
    }

    /// Sets the clock back by so many seconds.
    pub(crate) fn turn_back(&mut self, seconds: u64) {
        self.now -= seconds * 1_000;
        self.input(Input::Woke);
    }

    /// Answers the upload of prekeys that was withheld: so many are kept, and this is the highest id that it ever heard.
    pub(crate) fn answer_prekeys(&mut self, one_time: u32, highest: u32) {
        let answer = Answer::Prekeys(PrekeysAnswer { one_time, highest });
        let (id, request) = self.unanswered.pop().unwrap();
        assert!(matches!(request, Request::PutPrekeys(_)));
        self.input(Input::Answered { id, answer });
    }

    /// Answers the roster requests that were held back.
    pub(crate) fn answer_rosters(&mut self, roster: &[u8]) {
        for (id, request) in std::mem::take(&mut self.unanswered) {
            assert_eq!(request, Request::Roster);
            self.input(Input::Answered { id, answer: Answer::Octets(roster.to_vec()) });
        }
    }

    /// Answers the requests that were withheld.
    pub(crate) fn answer_withheld(&mut self) {
        self.withholds = |_| false;
        for (id, request) in std::mem::take(&mut self.unanswered) {
            let answer = self.answer(&request).unwrap();
            self.input(Input::Answered { id, answer });
        }
    }

    fn take(&mut self, output: Output) {
        match output {
            Output::Store { generation, changes } => {
                if generation > self.keeps {
                    return self.waiting.push(generation);
                }
                self.generation = generation;
                for change in changes {
                    match change.sealed {
                        Some(sealed) => drop(self.kept.insert(change.name, sealed)),
                        None => drop(self.kept.remove(&change.name)),
                    }
                }
                self.inputs.push_back(Input::Stored(generation));
            }
            Output::Load { conversation, names } => {
                self.loads.push(conversation);
                let records = self.kept.iter().filter(|(name, _)| name.starts_with(&names));
                let records = records.map(|(name, sealed)| (name.clone(), sealed.clone())).collect();
                let records = (!self.is_damaged).then_some(records);
                self.inputs.push_back(Input::Loaded { conversation, records });
            }
            Output::Request { id, request, .. } => {
                self.seeks += usize::from(matches!(request, Request::Bundles(..)));
                match self.answer(&request) {
                    Some(answer) => self.inputs.push_back(Input::Answered { id, answer }),
                    None => self.unanswered.push((id, request)),
                }
            }
            Output::Connect => self.inputs.push_back(Input::SocketOpened),
            Output::Send(frame) => {
                if matches!(frame, ClientFrame::Hello { .. }) {
                    let welcome = ServerFrame::Welcome { epoch: "e".into(), time: NOW * 1_000 };
                    let head = self.head.map(|cursor| ServerFrame::Head { cursor: cursor.into() });
                    self.inputs.extend([welcome].into_iter().chain(head).map(Input::Frame));
                }
                if matches!(frame, ClientFrame::Ping) {
                    self.inputs.push_back(Input::Frame(ServerFrame::Pong));
                }
                self.sent.push(frame);
            }
            Output::Show(show) => self.shown.push(show),
            Output::Disconnect => self.disconnects += 1,
            Output::Read { source, .. } => self.reads.push(source),
            Output::Release(source) => self.released.push(source),
            Output::WakeAt(_) | Output::Piece { .. } | Output::Whole(_) | Output::Broken(_) => {}
        }
    }

    fn answer(&mut self, request: &Request) -> Option<Answer> {
        if (self.withholds)(request) {
            return None;
        }
        Some(match request {
            Request::Roster => return self.roster.clone().map(Answer::Octets),
            Request::RosterVersion(version) => match self.versions.as_ref()?.get(version) {
                Some(roster) => Answer::Octets(roster.clone()),
                None => Answer::Problem(Code::NotFound.into()),
            },
            Request::FetchChunk(..) | Request::Erase(_) => return None,
            Request::BeginUpload(_, _, size) => {
                self.upload = (*size, Vec::new());
                Answer::Upload(UploadAnswer { size: size + u64::from(self.confuses_uploads), stored: 0 })
            }
            Request::AddChunk(.., chunk) => {
                self.upload.1.extend_from_slice(chunk);
                Answer::Upload(UploadAnswer { size: self.upload.0, stored: self.upload.1.len() as u64 })
            }
            Request::Events(id, after, _) => {
                self.pulls += 1;
                assert!(self.pulls < 1_000, "pages are asked for without end");
                let page = self.page.as_ref().unwrap_or(&self.log).iter();
                let after = page.filter(|event| event.conversation == *id && event.position > *after);
                Answer::Events(EventsAnswer { events: after.take(100).cloned().collect(), more: false })
            }
            Request::ForgetUpload(..) => {
                self.forgets += 1;
                if self.forgets > self.deaf { Answer::Done } else { Answer::Unreachable }
            }
            Request::Challenge => {
                Answer::Challenge(ChallengeAnswer { challenge: Challenge([1; 32]), expires: NOW + 60 })
            }
            Request::Login(login) => {
                self.keys = Some(login.keys);
                Answer::Login(LoginAnswer { token: "token".into(), expires: NOW + 60 })
            }
            Request::Bundles(asked, _) if !self.bundles.is_empty() => {
                let bundles = asked.devices.iter().filter_map(|device| self.bundles.get(device));
                Answer::Bundles(BundlesAnswer { bundles: bundles.cloned().map(Octets).collect() })
            }
            Request::Bundles(..) => {
                let agent = &self.site.agent;
                let bundle = agent.sign_bundle(&agent.keys, [8; 32], NOW + YEAR);
                Answer::Bundles(BundlesAnswer { bundles: vec![Octets(bundle)] })
            }
            Request::PutPrekeys(prekeys) => {
                self.prekeys = Some(prekeys.clone());
                if self.silences > 0 {
                    self.silences -= 1;
                    return None;
                }
                Answer::Prekeys(PrekeysAnswer { one_time: 20, highest: 0 })
            }
            Request::OpenConversation(..) | Request::Enrol(..) => Answer::Done,
        })
    }
}
