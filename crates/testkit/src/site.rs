//! A site of its own for one test: owner, relay on a file, and the proxy in front of it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use segel_core::show::Gate;
use segel_core::{AgentConfig, VisitorConfig};
use segel_crypto::enrol::EnrolmentCode;
use segel_owner::{Action, Actions, IntakeEntry, Origin, Owner, Publisher, Round, SiteDescription};
use segel_relay::{AttachmentRoom, Config, EventRate, PATIENCE, Relay, Running, SiteKey};
use segel_wire::ids::AgentId;
use segel_wire::signed::{Order, Roster};
use tempfile::TempDir;

use crate::client::{Client, MemoryStore, Part};
use crate::forge::Forge;
use crate::proxy::Proxy;

/// The origin whose pages show the widget.
pub const PAGE: &str = "https://toko.example";
/// The origin that serves the widget's frame.
pub const WIDGET: &str = "https://segel.example";
/// The origin that serves the console.
pub const CONSOLE: &str = "https://konsol.example";
/// The site's one agent.
pub const AGENT: &str = "Agen Demo";

/// A site with one desk and one agent, who has no device at first.
#[derive(Debug)]
pub struct TestSite {
    owner: Owner,
    publisher: Publisher,
    proxy: Proxy,
    relay: Option<Running>,
    config: Config,
    random: ChaCha20Rng,
    seed: u64,
    folder: TempDir,
}

impl TestSite {
    /// Makes the site, starts its relay in this process and publishes the first roster.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let proxy = Proxy::start().await;
        let mut random = ChaCha20Rng::seed_from_u64(0);
        let description = SiteDescription {
            name: "Toko Contoh".into(),
            relay: origin(proxy.origin()),
            pages: vec![origin(PAGE)],
            apps: vec![origin(WIDGET), origin(CONSOLE)],
            desks: vec!["Layanan".into()],
        };
        let mut owner = Owner::create(&folder.path().join("owner"), description, now(), &mut random).unwrap();
        owner.add_agent(AGENT, None, &mut random).unwrap();
        let config = Config {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            database: folder.path().join("relay.sqlite"),
            sites: vec![SiteKey { site: owner.site(), root: owner.root() }],
            public_origin: Some(proxy.origin().to_owned()),
            serve_widget: None,
            event_rate: EventRate::default(),
            attachments: AttachmentRoom::default(),
            patience: PATIENCE,
        };
        let publisher = Publisher::new(owner.description()).unwrap();
        let mut site = Self { owner, publisher, proxy, relay: None, config, random, seed: 0, folder };
        site.start_relay().await;
        site.attend().await;
        site
    }

    /// The owner.
    pub fn owner(&mut self) -> &mut Owner {
        &mut self.owner
    }

    /// What stands between clients and the relay.
    pub fn proxy(&self) -> &Proxy {
        &self.proxy
    }

    /// How the relay is run.
    pub fn relay_config(&self) -> &Config {
        &self.config
    }

    /// Starts the relay anew on the same file, with so much room for attachments.
    pub async fn leave_room(&mut self, room: AttachmentRoom) {
        self.stop_relay().await;
        self.config.attachments = room;
        self.start_relay().await;
    }

    /// Signs what the owner never would.
    pub fn forge(&self) -> Forge {
        Forge::open(&self.folder.path().join("owner"))
    }

    /// The newest signed roster, as a draft for others.
    pub fn roster(&self) -> Roster {
        self.owner.newest_roster().unwrap().roster().clone()
    }

    /// The newest signed roster, as a relay serves it.
    pub fn roster_bytes(&self) -> Vec<u8> {
        self.owner.newest_roster().unwrap().bytes().to_vec()
    }

    /// Ends the relay and waits until its file is closed.
    pub async fn stop_relay(&mut self) {
        self.relay.take().expect("a relay runs").stop().await;
    }

    /// Starts the relay on the same file, and on the same port if it ran before.
    pub async fn start_relay(&mut self) {
        let running = Relay::start(self.config.clone()).await.unwrap();
        self.config.listen = running.address();
        self.proxy.forward_to(running.address());
        self.relay = Some(running);
    }

    /// What a page's tag says.
    pub fn tag(&self) -> VisitorConfig {
        VisitorConfig {
            site: self.owner.site(),
            root: self.owner.root(),
            relay: self.proxy.origin().to_owned(),
            page: PAGE.to_owned(),
            floor: Order::default(),
        }
    }

    /// A new visitor on the site's page.
    pub fn visitor(&mut self) -> Client {
        let tag = self.tag();
        self.visitor_with(tag, Duration::ZERO)
    }

    /// A new visitor with a tag of the test's own, whose clock is `ahead`.
    pub fn visitor_with(&mut self, tag: VisitorConfig, ahead: Duration) -> Client {
        let seed = self.next_seed();
        Client::start_at(Part::Visitor(tag), Some(WIDGET), seed, MemoryStore::default(), ahead).unwrap()
    }

    /// A code that enrols one device of the agent.
    pub async fn invite(&mut self) -> EnrolmentCode {
        self.invite_for(AGENT).await
    }

    /// A code that enrols one device of the agent of this name, whom the desk gets if it has none.
    pub async fn invite_for(&mut self, name: &str) -> EnrolmentCode {
        if self.owner.description().agent(name).is_err() {
            self.owner.add_agent(name, None, &mut self.random).unwrap();
        }
        let invited = self.owner.invite(name, now(), &mut self.random).unwrap();
        self.publisher.publish_invitation(invited.invitation.0).await.unwrap();
        invited.code
    }

    /// A device that answers a code and is not listed yet.
    pub fn answering(&mut self, code: EnrolmentCode) -> Client {
        self.answering_from(code, MemoryStore::default())
    }

    /// A console that opens this code over what it kept before.
    pub fn answering_from(&mut self, code: EnrolmentCode, store: MemoryStore) -> Client {
        let seed = self.next_seed();
        let part = Part::Agent(AgentConfig { code: Some(code) });
        Client::start(part, Some(CONSOLE), seed, store)
    }

    /// Takes up the enrolments that the relay has, and publishes what changed.
    pub async fn attend(&mut self) -> Round {
        Round::run(&mut self.owner, &mut self.publisher, now()).await.unwrap()
    }

    /// A new device of the agent, listed and online.
    pub async fn agent(&mut self) -> Client {
        self.agent_named(AGENT).await
    }

    /// A new device of the agent of this name, listed and online.
    pub async fn agent_named(&mut self, name: &str) -> Client {
        let code = self.invite_for(name).await;
        let agent = self.answering(code);
        agent.is_online().await;
        assert_eq!(self.attend().await.accepted.len(), 1);
        agent.meets(Gate::Open).await;
        agent.is_online().await;
        agent
    }

    /// The agent of this name, as the newest roster lists it.
    pub fn agent_id(&self, name: &str) -> AgentId {
        self.owner.description().agent(name).unwrap().id
    }

    /// Says that numbers of this kind stay; the next roster says so too.
    pub fn leave_unmasked(&mut self, kind: &str) {
        let actions = Actions { visitor: Action::Leave, agent: Action::Leave };
        self.owner.mask_kind(kind, actions).unwrap();
    }

    /// Asks visitors what an owner's file says; the next roster says so too.
    pub fn ask(&mut self, file: &str) {
        self.owner.set_intake(IntakeEntry::read(file).unwrap()).unwrap();
    }

    /// Signs and publishes another roster of the same content.
    pub async fn publish_next(&mut self) -> Vec<u8> {
        let roster = self.owner.next_roster(now()).unwrap();
        self.publisher.publish_rosters(&self.owner).await.unwrap();
        roster
    }

    /// The file that the relay keeps everything in.
    pub fn database(&self) -> PathBuf {
        self.config.database.clone()
    }

    fn next_seed(&mut self) -> u64 {
        self.seed += 1;
        self.seed
    }
}

/// Unix seconds.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn origin(text: &str) -> Origin {
    text.parse().unwrap()
}
