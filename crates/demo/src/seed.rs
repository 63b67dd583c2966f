//! The demo site's owner, who never sleeps: keeps the roster fresh and enrols the demo agent's devices.
//!
//! A real owner does this by hand with `segel-owner`; the keys are kept the same way, in a folder.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use getrandom::SysRng;
use rand_core::UnwrapErr;
use segel_owner::{
    FileError, IntakeEntry, NotAnOrigin, Origin, Owner, OwnerError, Pending, PublishError, Publisher, Round,
    RoundError, SiteDescription, Stretch,
};
use segel_wire::ids::{DeviceId, RootKey, VoucherKey};
use segel_wire::{Code, SiteId};
use tokio::sync::Mutex;
use tokio::time::{MissedTickBehavior, interval};

/// The agent of the demo site.
pub const AGENT: &str = "Agen Demo";
/// An agent who supervises the desk as well.
pub const SUPERVISOR: &str = "Penyelia Demo";

/// The demo site's name.
pub const SHOP: &str = "Toko Contoh";
const DESK: &str = "Layanan";
const ZONE: &str = "Asia/Jakarta";
const ALWAYS: &str = "mon-sun 00:00-24:00";
/// Minutes within which whoever tries the demo is said to answer.
const REPLY: u64 = 5;

const DAY_SECONDS: u64 = 24 * 60 * 60;

/// How often the relay is asked whether an invited device has answered.
const ATTENTION: Duration = Duration::from_millis(300);

/// Why the demo site could not be set up or kept.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// An address of the demo is not a web origin.
    #[error(transparent)]
    Origin(#[from] NotAnOrigin),
    /// The demo's hours are none.
    #[error("{0}")]
    Hours(&'static str),
    /// The owner could not sign or keep something.
    #[error(transparent)]
    Owner(#[from] OwnerError),
    /// The relay did not take an invitation.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// Rosters or enrolments could not be exchanged with the relay.
    #[error(transparent)]
    Round(#[from] RoundError),
}

impl From<FileError> for SeedError {
    fn from(error: FileError) -> Self {
        Self::Owner(error.into())
    }
}

impl SeedError {
    /// Whether it is over by itself: the relay is away, or another program holds the folder.
    fn passes(&self) -> bool {
        matches!(
            self,
            Self::Round(RoundError::Publish(
                PublishError::Unreachable(_) | PublishError::Refused(Code::Draining)
            )) | Self::Owner(OwnerError::File(FileError::Busy { .. }))
        )
    }
}

/// The addresses that the demo site's roster and codes name.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// The relay, as browsers reach it.
    pub relay: Origin,
    /// Origins whose pages may show the widget.
    pub pages: Vec<Origin>,
    /// Origins that serve the widget's frame and the console.
    pub apps: Vec<Origin>,
}

/// The owner of the demo site. Its folder is held only while something is done, so that `segel-owner` can be
/// tried on a running demo.
#[derive(Debug)]
pub struct DemoOwner {
    site: SiteId,
    root: RootKey,
    folder: Mutex<PathBuf>,
}

impl DemoOwner {
    /// Opens the folder of keys, or makes it with a new site that has an agent and a supervisor.
    pub fn open(folder: &Path, addresses: Addresses) -> Result<Self, SeedError> {
        let Addresses { relay, pages, apps } = addresses;
        let mut owner = match Owner::open(folder) {
            Ok(mut owner) => {
                owner.set_relay(relay)?;
                owner.set_origins(pages, apps)?;
                owner
            }
            Err(FileError::Missing { .. }) => {
                let description =
                    SiteDescription { name: SHOP.into(), relay, pages, apps, desks: vec![DESK.into()] };
                let mut owner = Owner::create(folder, description, now(), &mut random())?;
                owner.set_hours(ZONE, &[ALWAYS.parse().map_err(SeedError::Hours)?], Some(REPLY))?;
                owner
            }
            Err(error) => return Err(error.into()),
        };
        for name in [AGENT, SUPERVISOR] {
            if owner.description().agent(name).is_err() {
                owner.add_agent(name, None, &mut random())?;
            }
        }
        owner.add_supervisor(SUPERVISOR, None)?;
        Ok(Self { site: owner.site(), root: owner.root(), folder: Mutex::new(folder.to_owned()) })
    }

    /// The site.
    pub fn site(&self) -> SiteId {
        self.site
    }

    /// Its root key, which the script tag pins.
    pub fn root(&self) -> RootKey {
        self.root
    }

    /// A way to the site's relay, at its own address.
    pub async fn publisher(&self, relay: Origin) -> Result<Publisher, SeedError> {
        let mut site = Owner::open(&self.folder.lock().await)?.description().clone();
        site.relay = relay;
        Ok(Publisher::new(&site)?)
    }

    /// Enrols whoever answered an invitation, and publishes what the relay is missing.
    pub async fn attend(&self, relay: &mut Publisher) -> Result<Round, SeedError> {
        let folder = self.folder.lock().await;
        Ok(Round::run(&mut Owner::open(&folder)?, relay, now()).await?)
    }

    /// Invites one device of the agent of this name; the same invitation again while no device has answered it and a day
    /// is left. Returns the enrolment code, a secret until it is used.
    pub async fn invite(&self, relay: &Publisher, name: &str) -> Result<String, SeedError> {
        let folder = self.folder.lock().await;
        let mut owner = Owner::open(&folder)?;
        let address = owner.description().relay.to_string();
        let agent = owner.description().agent(name).map_err(OwnerError::from)?.id;
        let is_open = |pending: &&Pending| pending.agent == agent && pending.code.relay == address;
        let open = owner.pending(now() + DAY_SECONDS).find(is_open).cloned();
        let invited = match open {
            Some(open) => open,
            None => owner.invite(name, now(), &mut random())?,
        };
        relay.publish_invitation(invited.invitation.0).await?;
        Ok(invited.code.to_text())
    }

    /// The agents' devices, in the order in which they were enrolled.
    pub async fn devices(&self) -> Result<Vec<DeviceId>, SeedError> {
        let owner = Owner::open(&self.folder.lock().await)?;
        Ok(owner.description().devices().map(|(id, ..)| id).collect())
    }

    /// Removes a device of the agent; the next attendance publishes it.
    pub async fn remove_device(&self, device: &DeviceId) -> Result<(), SeedError> {
        Ok(Owner::open(&self.folder.lock().await)?.remove_device(device)?)
    }

    /// Lets identity tokens by this key count; the next attendance publishes it.
    pub async fn vouch(&self, key: VoucherKey) -> Result<(), SeedError> {
        Ok(Owner::open(&self.folder.lock().await)?.add_voucher(key)?)
    }

    /// Says when the demo is open, and within how many minutes it answers; the next round publishes it.
    pub async fn set_hours(&self, open: &[Stretch], reply: Option<u64>) -> Result<(), SeedError> {
        Ok(Owner::open(&self.folder.lock().await)?.set_hours(ZONE, open, reply)?)
    }

    /// Asks visitors what an owner's file says, or nothing; the next round publishes it.
    pub async fn set_intake(&self, entry: Option<IntakeEntry>) -> Result<(), SeedError> {
        let mut owner = Owner::open(&self.folder.lock().await)?;
        match entry {
            Some(entry) => owner.set_intake(entry)?,
            None => owner.forget_intake()?,
        }
        Ok(())
    }

    /// Attends until a device has been enrolled or refused; waits for a relay that is away and while another
    /// program holds the folder.
    pub async fn attend_until_answered(&self, relay: &mut Publisher) -> Result<Round, SeedError> {
        let mut attention = interval(ATTENTION);
        attention.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            attention.tick().await;
            match self.attend(relay).await {
                Ok(round) if round.accepted.is_empty() && round.refused.is_empty() => {}
                Err(error) if error.passes() => {}
                answered => return answered,
            }
        }
    }
}

/// Seconds since 1970; a clock before that reads as 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// The system's randomness; without it nothing can be signed, and the demo ends.
fn random() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}

#[cfg(test)]
mod tests {
    use segel_crypto::device::DeviceSecrets;
    use segel_crypto::enrol::EnrolmentCode;
    use segel_relay::{AttachmentRoom, Config, EventRate, PATIENCE, Relay, Running, SiteKey};
    use segel_wire::signed::VerifiedRoster;

    use super::*;

    fn addresses(page: &str) -> Addresses {
        let app = "http://127.0.0.1:2".parse().unwrap();
        let relay = "http://127.0.0.1:3".parse().unwrap();
        Addresses { relay, pages: vec![page.parse().unwrap()], apps: vec![app] }
    }

    async fn start(owner: &DemoOwner, state: &Path) -> (Running, Publisher) {
        let config = Config {
            listen: ([127, 0, 0, 1], 0).into(),
            database: state.join("relay.sqlite"),
            sites: vec![SiteKey { site: owner.site(), root: owner.root() }],
            public_origin: None,
            serve_widget: None,
            event_rate: EventRate::default(),
            attachments: AttachmentRoom::default(),
            patience: PATIENCE,
        };
        let relay = Relay::start(config).await.unwrap();
        let address = format!("http://{}", relay.address()).parse().unwrap();
        (relay, owner.publisher(address).await.unwrap())
    }

    async fn roster(owner: &DemoOwner, relay: &Running) -> VerifiedRoster {
        let url = format!("http://{}/v1/sites/{}/roster", relay.address(), owner.site());
        let bytes = reqwest::get(url).await.unwrap().bytes().await.unwrap();
        VerifiedRoster::open(&bytes, &owner.site(), &owner.root()).unwrap()
    }

    #[tokio::test]
    async fn a_demo_that_is_started_again_is_the_same_site_on_its_new_addresses() {
        let state = tempfile::tempdir().unwrap();
        let keys = state.path().join("owner");
        let first = DemoOwner::open(&keys, addresses("http://localhost:1")).unwrap();
        let (relay, mut publisher) = start(&first, state.path()).await;
        first.attend(&mut publisher).await.unwrap();
        let code = first.invite(&publisher, AGENT).await.unwrap();
        let (site, root, before) = (first.site(), first.root(), roster(&first, &relay).await);
        drop(first);

        let again = DemoOwner::open(&keys, addresses("http://localhost:9")).unwrap();
        again.attend(&mut publisher).await.unwrap();
        assert_eq!((again.site(), again.root()), (site, root));
        let after = roster(&again, &relay).await;
        assert!(before.lists_page("http://localhost:1") && after.lists_page("http://localhost:9"));
        assert_eq!(after.roster().previous, before.hash());
        assert_eq!(again.invite(&publisher, AGENT).await.unwrap(), code, "nobody answered it yet");
        relay.stop().await;
    }

    #[tokio::test]
    async fn a_device_that_answers_is_published_and_the_next_code_is_another() {
        let state = tempfile::tempdir().unwrap();
        let owner = DemoOwner::open(&state.path().join("owner"), addresses("http://localhost:1")).unwrap();
        let (relay, mut publisher) = start(&owner, state.path()).await;
        let text = owner.invite(&publisher, AGENT).await.unwrap();
        let code = EnrolmentCode::parse(&text).unwrap();
        let device = DeviceSecrets::make(&mut random());
        let answer = async {
            let invitation = code.derive_invitation();
            let url = format!("http://{}/v1/sites/{}/enrolments/{invitation}", relay.address(), owner.site());
            reqwest::Client::new().put(url).body(code.enrol(&device)).send().await.unwrap()
        };
        let (round, answer) = tokio::join!(owner.attend_until_answered(&mut publisher), answer);
        assert!(answer.status().is_success());
        let id = device.derive_keys().derive_id(&owner.site());
        assert_eq!(round.unwrap().accepted[0].device, id);
        assert_eq!(roster(&owner, &relay).await.roster().desks[0].inbox, [id]);
        Owner::open(&state.path().join("owner")).expect("free for `segel-owner` meanwhile");
        assert_ne!(owner.invite(&publisher, AGENT).await.unwrap(), text);
        relay.stop().await;
    }
}
