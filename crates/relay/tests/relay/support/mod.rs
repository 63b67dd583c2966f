//! A native client and what a site's owner signs.

mod client;
mod following;
mod listener;
mod owner;
mod socket;

pub(crate) use client::{Client, code_of, log_in_request};
pub(crate) use following::Following;
pub(crate) use listener::{Listener, refusal_of};
pub(crate) use owner::{LATER, Owner, TestDevice};
pub(crate) use socket::Socket;

use std::path::{Path, PathBuf};

use segel_relay::{AttachmentRoom, Config, EventRate, PATIENCE, Relay, Running};
use segel_wire::events::{Envelope, Wrapped};
use segel_wire::{ConversationId, DeskId, DeviceId, EventId, Octets};
use tempfile::TempDir;

pub(crate) const DESK: DeskId = DeskId([0xDE; 16]);
pub(crate) const WIDGET: &str = "https://widget.example";
pub(crate) const SHOP: &str = "https://toko-contoh.example";

/// A relay in this process, on a file of its own, with one site and its first roster.
pub(crate) struct Scene {
    pub(crate) owner: Owner,
    pub(crate) agent: TestDevice,
    pub(crate) folder: TempDir,
    pub(crate) running: Running,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        Self::with(EventRate { per_second: 100_000, burst: 100_000 }).await
    }

    pub(crate) async fn with(event_rate: EventRate) -> Self {
        let (owner, agent, folder) =
            (Owner::new(1), TestDevice::new(&Owner::new(1), 100), TempDir::new().unwrap());
        let running = start(&[&owner], &database(folder.path()), event_rate).await;
        let scene = Self { owner, agent, folder, running };
        let published =
            scene.nobody().put_octets(&scene.roster_path(), &scene.owner.first_roster(&[&scene.agent])).await;
        assert_eq!(published.status(), 200);
        scene
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.running.address())
    }

    pub(crate) fn database(&self) -> PathBuf {
        database(self.folder.path())
    }

    pub(crate) fn roster_path(&self) -> String {
        format!("/v1/sites/{}/roster", self.owner.site)
    }

    /// A client without a session.
    pub(crate) fn nobody(&self) -> Client {
        Client::new(&self.origin())
    }

    /// A device that the roster does not list.
    pub(crate) fn visitor_device(&self, seed: u8) -> TestDevice {
        TestDevice::new(&self.owner, seed)
    }

    pub(crate) async fn visitor(&self, seed: u8) -> Client {
        self.nobody().log_in(&self.visitor_device(seed)).await
    }

    pub(crate) async fn agent(&self) -> Client {
        self.nobody().log_in(&self.agent).await
    }

    /// A visitor's client with a conversation open.
    pub(crate) async fn chat(&self, seed: u8) -> (Client, ConversationId) {
        let (client, conversation) = (self.visitor(seed).await, ConversationId([seed; 16]));
        assert_eq!(client.open(conversation).await.status(), 200);
        (client, conversation)
    }
}

pub(crate) async fn start(owners: &[&Owner], database: &Path, event_rate: EventRate) -> Running {
    Relay::start(Config { event_rate, ..config(owners, database) }).await.unwrap()
}

pub(crate) fn config(owners: &[&Owner], database: &Path) -> Config {
    Config {
        listen: ([127, 0, 0, 1], 0).into(),
        database: database.to_owned(),
        sites: owners.iter().map(|owner| owner.site_key()).collect(),
        public_origin: None,
        serve_widget: None,
        event_rate: EventRate::default(),
        attachments: AttachmentRoom::default(),
        patience: PATIENCE,
    }
}

pub(crate) fn database(folder: &Path) -> PathBuf {
    folder.join("relay.sqlite")
}

pub(crate) fn event_id(number: u64) -> EventId {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    EventId(id)
}

/// An envelope whose content and wraps tell for whom they are.
pub(crate) fn envelope(content: &str, devices: &[DeviceId]) -> Envelope {
    let mut devices = devices.to_vec();
    devices.sort_unstable();
    let wrap_of = |device: DeviceId| Octets(format!("wrap for {device}").into_bytes());
    Envelope {
        content: Octets(content.as_bytes().to_vec()),
        wraps: devices.into_iter().map(|device| Wrapped { device, wrap: wrap_of(device) }).collect(),
    }
}
