//! The sites that are served, each with its newest roster at hand.

use std::collections::HashMap;
use std::sync::Arc;

use segel_wire::ids::RootKey;
use segel_wire::signed::{Order, RosterError, VerifiedRoster};
use segel_wire::{DeviceId, SiteId};
use tokio::sync::{Mutex, watch};

use crate::config::SiteKey;
use crate::store::{Reach, Store, StoreError};

/// Why the sites cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// Two root keys for one site.
    #[error("site {0} is given twice")]
    Twice(SiteId),
    /// The kept roster is not the configured root key's.
    #[error(
        "the database keeps a roster of site {site} that does not hold under the given root key: {error}"
    )]
    ForeignRoster {
        /// The site.
        site: SiteId,
        /// What is wrong with it.
        error: RosterError,
    },
    /// The rosters could not be read.
    #[error("the rosters cannot be read: {0}")]
    Store(#[from] StoreError),
}

/// All sites of the relay.
pub(crate) struct Sites(HashMap<SiteId, Arc<Site>>);

/// One site.
pub(crate) struct Site {
    pub(crate) id: SiteId,
    pub(crate) root: RootKey,
    /// Held while a roster is compared with the newest and kept.
    pub(crate) publishing: Mutex<()>,
    newest: watch::Sender<Option<Arc<SiteRoster>>>,
}

/// A roster and what is asked of it at every request.
pub(crate) struct SiteRoster {
    verified: VerifiedRoster,
    /// Until when each device counts, Unix seconds.
    devices: HashMap<DeviceId, u64>,
}

impl Sites {
    /// Takes up each site with the newest roster of the store.
    pub(crate) async fn load(keys: &[SiteKey], store: &dyn Store) -> Result<Self, SiteError> {
        let mut sites = HashMap::new();
        for &SiteKey { site: id, root } in keys {
            let kept = store.newest_roster(id).await?;
            let verified = kept.map(|bytes| VerifiedRoster::open(&bytes, &id, &root)).transpose();
            let verified = verified.map_err(|error| SiteError::ForeignRoster { site: id, error })?;
            let newest = watch::Sender::new(verified.map(|roster| Arc::new(SiteRoster::new(roster))));
            let site = Site { id, root, publishing: Mutex::default(), newest };
            if sites.insert(id, Arc::new(site)).is_some() {
                return Err(SiteError::Twice(id));
            }
        }
        Ok(Self(sites))
    }

    pub(crate) fn site(&self, id: SiteId) -> Option<&Arc<Site>> {
        self.0.get(&id)
    }

    /// Whether any site lists this web origin.
    pub(crate) fn lists_origin(&self, origin: &str) -> bool {
        self.0.values().any(|site| site.lists_origin(origin))
    }
}

impl Site {
    /// The newest roster, if one was published.
    pub(crate) fn newest(&self) -> Option<Arc<SiteRoster>> {
        self.newest.borrow().clone()
    }

    /// Hears of each roster that is published from now on.
    pub(crate) fn watch(&self) -> watch::Receiver<Option<Arc<SiteRoster>>> {
        self.newest.subscribe()
    }

    /// Makes a roster the newest.
    pub(crate) fn take_up(&self, verified: VerifiedRoster) {
        self.newest.send_replace(Some(Arc::new(SiteRoster::new(verified))));
    }

    /// Whether pages of this web origin may speak to the relay for this site; none before the first roster.
    pub(crate) fn lists_origin(&self, origin: &str) -> bool {
        self.newest.borrow().as_ref().is_some_and(|roster| roster.lists_origin(origin))
    }

    /// Whether the newest roster lists a device that has not lapsed at `now`, Unix seconds.
    pub(crate) fn lists_device(&self, device: DeviceId, now: u64) -> bool {
        self.newest.borrow().as_ref().is_some_and(|roster| roster.lists_device(device, now))
    }

    /// Which conversations a device may reach at `now`, Unix seconds.
    pub(crate) fn reach(&self, device: DeviceId, now: u64) -> Reach {
        if self.lists_device(device, now) { Reach::Site(self.id) } else { Reach::Visitor(self.id, device) }
    }
}

impl Reach {
    /// Whether a site's conversation with this visitor is within reach.
    pub(crate) fn contains(self, site: SiteId, visitor: DeviceId) -> bool {
        match self {
            Self::Site(reached) => site == reached,
            Self::Visitor(reached, device) => (site, visitor) == (reached, device),
        }
    }
}

impl SiteRoster {
    fn new(verified: VerifiedRoster) -> Self {
        let site = verified.roster().site;
        let listed = verified.roster().agents.iter().flat_map(|agent| &agent.devices);
        let devices = listed.map(|device| (device.keys.derive_id(&site), device.not_after)).collect();
        Self { verified, devices }
    }

    pub(crate) fn verified(&self) -> &VerifiedRoster {
        &self.verified
    }

    pub(crate) fn order(&self) -> Order {
        self.verified.roster().order
    }

    /// Every listed device, lapsed or not.
    pub(crate) fn devices(&self) -> impl Iterator<Item = DeviceId> {
        self.devices.keys().copied()
    }

    fn lists_device(&self, device: DeviceId, now: u64) -> bool {
        self.devices.get(&device).is_some_and(|&not_after| now < not_after)
    }

    fn lists_origin(&self, origin: &str) -> bool {
        let profile = &self.verified.roster().profile;
        profile.pages.iter().chain(&profile.apps).any(|listed| listed == origin)
    }
}
