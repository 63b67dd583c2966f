//! An owner's work as readers, devices and the relay see it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what tests share fails as tests do")]

mod chain;
mod command;
mod enrolment;
mod keys;
mod relay;
mod report;
mod trust;

use std::path::Path;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use segel_crypto::device::DeviceSecrets;
use segel_owner::{Owner, SiteDescription};
use segel_wire::signed::VerifiedRoster;
use tempfile::TempDir;

const NOW: u64 = 1_800_000_000;
const AGENT: &str = "Agen Demo";

/// A site with one desk and one agent, in a folder of its own.
struct Fixture {
    folder: TempDir,
    owner: Owner,
    rng: ChaCha20Rng,
}

impl Fixture {
    fn new() -> Self {
        Self::on_relay("http://127.0.0.1:1", NOW)
    }

    fn on_relay(relay: &str, now: u64) -> Self {
        let (folder, mut rng) = (tempfile::tempdir().unwrap(), ChaCha20Rng::seed_from_u64(1));
        let mut owner = Owner::create(folder.path(), description(relay), now, &mut rng).unwrap();
        owner.add_agent(AGENT, None, &mut rng).unwrap();
        Self { folder, owner, rng }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Lets the folder go and opens it again, as another process would.
    fn reopened(self) -> Self {
        let Self { folder, owner, rng } = self;
        drop(owner);
        let owner = Owner::open(folder.path()).unwrap();
        Self { folder, owner, rng }
    }

    /// Signs the next roster and reads it as a visitor's browser does.
    fn next(&mut self, now: u64) -> VerifiedRoster {
        let bytes = self.owner.next_roster(now).unwrap();
        VerifiedRoster::open(&bytes, &self.owner.site(), &self.owner.root()).unwrap()
    }

    /// Invites a new device and returns it with its answer.
    fn answer(&mut self, now: u64) -> (DeviceSecrets, Vec<u8>) {
        let invited = self.owner.invite(AGENT, now, &mut self.rng).unwrap();
        let device = DeviceSecrets::make(&mut self.rng);
        let enrolment = invited.code.enrol(&device);
        (device, enrolment)
    }
}

fn description(relay: &str) -> SiteDescription {
    SiteDescription {
        name: "Toko Contoh".into(),
        relay: relay.parse().unwrap(),
        pages: vec!["https://shop.example".parse().unwrap()],
        apps: vec!["https://widget.example".parse().unwrap()],
        desks: vec!["Layanan".into(), "Gudang".into()],
    }
}
