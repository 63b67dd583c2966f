//! The whole demo, put together from its pieces.

use std::fs;
use std::future;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::http::header::InvalidHeaderValue;
use segel_owner::{IntakeEntry, Origin, Publisher, Round, Stretch};
use segel_wire::ids::{DeviceId, VoucherKey};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::files;
use crate::relay_process::{RelayError, RelayOptions, RelayProcess};
use crate::seed::{AGENT, Addresses, DemoOwner, SeedError};
use crate::server::{Port, PortError, Server};
use crate::shop::{self, ShopError, Tag};

const DATABASE: &str = "relay.sqlite";
const KEYS: &str = "owner";

/// A port for each origin; 0 takes a free one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ports {
    /// The shop, on `localhost`; the widget is on `127.0.0.1`, so that its storage is third-party.
    pub shop: u16,
    /// The widget's files.
    pub widget: u16,
    /// The relay.
    pub relay: u16,
    /// The console.
    pub console: u16,
}

impl Ports {
    /// Four ports in a row, the shop's first; `first` is at most 65532.
    pub fn in_a_row(first: u16) -> Self {
        Self { shop: first, widget: first + 1, relay: first + 2, console: first + 3 }
    }
}

/// What a demo is made of.
#[derive(Debug, Clone)]
pub struct Options {
    /// What the build made: `widget/`, `console/`, `shop/` and `integrity.json`.
    pub dist: PathBuf,
    /// The `segel-relay` program.
    pub relay_program: PathBuf,
    /// The folder of the relay's database and the owner's keys; made if it is missing.
    pub state: PathBuf,
    /// Where to listen.
    pub ports: Ports,
    /// More origins whose pages may show the widget.
    pub origins: Vec<Origin>,
    /// The relay's address as browsers are told it, where something stands in front of it.
    pub public_relay: Option<Origin>,
    /// A file that gets the relay's log at trace level.
    pub relay_trace: Option<PathBuf>,
}

/// Why the demo could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A port cannot be used.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The state folder cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    State {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The relay did not run.
    #[error(transparent)]
    Relay(#[from] RelayError),
    /// The demo site could not be set up.
    #[error(transparent)]
    Seed(#[from] SeedError),
    /// What the build made is incomplete.
    #[error(transparent)]
    Shop(#[from] ShopError),
    /// The relay's address cannot stand in a header.
    #[error("the relay's address cannot be used: {0}")]
    Address(#[from] InvalidHeaderValue),
}

/// A running demo: three servers, a relay, and an owner who enrols the agent's devices.
#[derive(Debug)]
pub struct Demo {
    shop: Server,
    widget: Server,
    console: Server,
    relay: Option<RelayProcess>,
    relay_options: RelayOptions,
    publisher: Publisher,
    owner: Arc<DemoOwner>,
    attending: JoinHandle<()>,
    rounds: mpsc::UnboundedReceiver<Result<Round, SeedError>>,
    tag: Tag,
}

impl Demo {
    /// Starts everything and publishes the site's roster.
    pub async fn start(options: &Options) -> Result<Self, DemoError> {
        let Options { dist, state, ports, .. } = options;
        let shop = Port::take("localhost", ports.shop).await?;
        let widget = Port::take("127.0.0.1", ports.widget).await?;
        let relay = Port::take("127.0.0.1", ports.relay).await?;
        let console = Port::take("localhost", ports.console).await?;

        fs::create_dir_all(state).map_err(|source| DemoError::State { path: state.clone(), source })?;
        let own = relay.url().parse::<Origin>().map_err(SeedError::from)?;
        let public = options.public_relay.clone().unwrap_or_else(|| own.clone());
        let owner =
            DemoOwner::open(&state.join(KEYS), addresses(&shop, &widget, &console, &public, options)?)?;
        let tag = Tag {
            widget: widget.url().to_owned(),
            integrity: shop::integrity(&dist.join("integrity.json"))?,
            site: owner.site(),
            relay: public.to_string(),
            root: owner.root(),
        };
        let shop_pages = shop::shop(&dist.join("shop"), &tag)?;
        let widget_files = files::widget(&dist.join("widget"), public.as_str())?;
        let console_files = files::console(&dist.join("console"), public.as_str())?;

        let relay_options = RelayOptions {
            program: options.relay_program.clone(),
            listen: relay.release(),
            database: state.join(DATABASE),
            site: owner.site(),
            root: owner.root(),
            public_origin: options.public_relay.as_ref().map(Origin::to_string),
            trace: options.relay_trace.clone(),
        };
        let relay = RelayProcess::start(&relay_options).await?;
        let mut publisher = owner.publisher(own).await?;
        owner.attend(&mut publisher).await?;
        let owner = Arc::new(owner);
        let (told, rounds) = mpsc::unbounded_channel();
        let attending = tokio::spawn(attend(owner.clone(), publisher.clone(), told));
        Ok(Self {
            shop: shop.serve(shop_pages),
            widget: widget.serve(widget_files),
            console: console.serve(console_files),
            relay: Some(relay),
            relay_options,
            publisher,
            owner,
            attending,
            rounds,
            tag,
        })
    }

    /// The shop's origin.
    pub fn shop(&self) -> &str {
        self.shop.url()
    }

    /// The console's origin.
    pub fn console(&self) -> &str {
        self.console.url()
    }

    /// Where the relay itself listens, whatever stands in front of it.
    pub fn relay(&self) -> SocketAddr {
        self.relay_options.listen
    }

    /// The relay's SQLite file.
    pub fn database(&self) -> &Path {
        &self.relay_options.database
    }

    /// The tag that the shop's pages carry.
    pub fn tag(&self) -> &Tag {
        &self.tag
    }

    /// The console's address with a code that enrols one device of the agent.
    pub async fn invite(&self) -> Result<String, DemoError> {
        self.invite_for(AGENT).await
    }

    /// The console's address with a code that enrols one device of the agent of this name.
    pub async fn invite_for(&self, name: &str) -> Result<String, DemoError> {
        Ok(format!("{}/#{}", self.console.url(), self.owner.invite(&self.publisher, name).await?))
    }

    /// The agent's devices, in the order in which they were enrolled.
    pub async fn devices(&self) -> Result<Vec<DeviceId>, DemoError> {
        Ok(self.owner.devices().await?)
    }

    /// Removes a device of the agent; the roster without it is published a moment later.
    pub async fn remove_device(&self, device: &DeviceId) -> Result<(), DemoError> {
        Ok(self.owner.remove_device(device).await?)
    }

    /// Lets identity tokens by this key count; the roster that says so is published a moment later.
    pub async fn vouch(&self, key: VoucherKey) -> Result<(), DemoError> {
        Ok(self.owner.vouch(key).await?)
    }

    /// Says when the demo is open, and within how many minutes it answers; the roster that says so is published a moment
    /// later.
    pub async fn set_hours(&self, open: &[Stretch], reply: Option<u64>) -> Result<(), DemoError> {
        Ok(self.owner.set_hours(open, reply).await?)
    }

    /// Asks visitors what an owner's file says, or nothing; the roster that says so is published a moment later.
    pub async fn set_intake(&self, entry: Option<IntakeEntry>) -> Result<(), DemoError> {
        Ok(self.owner.set_intake(entry).await?)
    }

    /// Waits until a device of the agent is enrolled and in the published roster, or refused. Answers
    /// [`RelayError::Ended`] when the relay has ended by itself; after any other error no more devices are
    /// enrolled, and this waits for the relay's end alone.
    pub async fn next_round(&mut self) -> Result<Round, DemoError> {
        let Self { relay, rounds, .. } = self;
        let ended = async {
            match relay {
                Some(relay) => relay.ended().await,
                None => future::pending().await,
            }
        };
        let told = async {
            match rounds.recv().await {
                Some(told) => told,
                None => future::pending().await,
            }
        };
        tokio::select! {
            error = ended => Err(error.into()),
            round = told => Ok(round?),
        }
    }

    /// Ends the relay at once, as a power cut would.
    pub async fn kill_relay(&mut self) -> Result<(), DemoError> {
        if let Some(relay) = self.relay.take() {
            relay.kill().await?;
        }
        Ok(())
    }

    /// Starts the relay again, where it was and with what it kept.
    pub async fn start_relay(&mut self) -> Result<(), DemoError> {
        if self.relay.is_none() {
            self.relay = Some(RelayProcess::start(&self.relay_options).await?);
        }
        Ok(())
    }

    /// Drains the servers and the relay.
    pub async fn stop(self) -> Result<(), DemoError> {
        self.attending.abort();
        tokio::join!(self.shop.stop(), self.widget.stop(), self.console.stop());
        if let Some(relay) = self.relay {
            relay.stop().await?;
        }
        Ok(())
    }
}

/// Forgets conversations, keys and devices of earlier demos in this folder, and nothing else that is there.
pub fn forget(state: &Path) -> Result<(), DemoError> {
    let keys = state.join(KEYS);
    let gone = |path: PathBuf, removed: io::Result<()>| match removed {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(DemoError::State { path, source }),
        _ => Ok(()),
    };
    gone(keys.clone(), fs::remove_dir_all(&keys))?;
    for suffix in ["", "-wal", "-shm"] {
        let file = state.join(format!("{DATABASE}{suffix}"));
        gone(file.clone(), fs::remove_file(&file))?;
    }
    Ok(())
}

fn addresses(
    shop: &Port,
    widget: &Port,
    console: &Port,
    relay: &Origin,
    options: &Options,
) -> Result<Addresses, SeedError> {
    let mut pages = vec![shop.url().parse()?];
    pages.extend(options.origins.iter().cloned());
    Ok(Addresses { relay: relay.clone(), pages, apps: vec![widget.url().parse()?, console.url().parse()?] })
}

async fn attend(
    owner: Arc<DemoOwner>,
    mut relay: Publisher,
    told: mpsc::UnboundedSender<Result<Round, SeedError>>,
) {
    loop {
        let round = owner.attend_until_answered(&mut relay).await;
        let failed = round.is_err();
        if told.send(round).is_err() || failed {
            return;
        }
    }
}
