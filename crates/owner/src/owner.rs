//! A site's owner: the working description and the keys in a folder, and what they sign.

use std::path::Path;

use rand_core::CryptoRng;
use segel_crypto::authority::RootSecret;
use segel_crypto::enrol::EnrolmentCode;
use segel_wire::ids::{AgentId, DeviceId, InvitationId, Octets, RootKey, SiteId};
use segel_wire::limits;
use segel_wire::signed::VerifiedRoster;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::folder::{FileError, Folder};
use crate::keyring;
use crate::origin::Origin;
use crate::pending::Pending;
use crate::sign::{AdminKey, SignError};
use crate::site::{Site, SiteDescription, SiteError};

const SITE: &str = "site.json";
const INVITATIONS: &str = "invitations.json";
const NEWEST: &str = "roster.bin";

/// How long an invitation may be answered, in seconds.
const INVITATION_SECONDS: u64 = 7 * 24 * 60 * 60;

/// A site's owner at work in a folder of keys, which no other process changes meanwhile.
///
/// Every change is on the disk when its call returns. The admin key is read when something is signed,
/// the root key only when an admin is certified.
#[derive(Debug)]
pub struct Owner {
    folder: Folder,
    site: Site,
    pending: Vec<Pending>,
    newest: Option<VerifiedRoster>,
}

/// Why an owner's step failed; nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum OwnerError {
    /// The folder of keys failed.
    #[error(transparent)]
    File(#[from] FileError),
    /// The description cannot say that.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// Nothing can be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The recovery kit in the folder is another site's.
    #[error("the root key in this folder is not this site's")]
    WrongRoot,
}

impl Owner {
    /// Makes a site in a folder that holds none: root key, admin key, description. `now` in Unix
    /// seconds. No roster is signed yet.
    pub fn create(
        folder: &Path,
        description: SiteDescription,
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, OwnerError> {
        let root = RootSecret::make_root(rng);
        let site = Site::new(description, root.derive_public(), rng)?;
        let folder = Folder::make(folder)?;
        // The kit may have been taken offline: the description tells that the folder is in use.
        folder.refuse_existing(SITE)?;
        keyring::write_root(&folder, &site.id, &root)?;
        keyring::write_admin(&folder, &AdminKey::make(&root, site.id, 1, now, rng))?;
        let owner = Self { folder, site, pending: Vec::new(), newest: None };
        owner.keep_site(&owner.site)?;
        Ok(owner)
    }

    /// Opens the folder; waits a moment while another process holds it.
    pub fn open(folder: &Path) -> Result<Self, FileError> {
        let folder = Folder::hold(folder)?;
        let site: Site = parse(&folder, SITE, &folder.read(SITE)?)?;
        let pending = match folder.read_if_present(INVITATIONS)? {
            Some(bytes) => parse(&folder, INVITATIONS, &Zeroizing::new(bytes))?,
            None => Vec::new(),
        };
        let newest = folder.read_if_present(NEWEST)?;
        let newest = newest.map(|bytes| VerifiedRoster::open(&bytes, &site.id, &site.root)).transpose();
        let newest = newest.map_err(|_| folder.malformed(NEWEST))?;
        Ok(Self { folder, site, pending, newest })
    }

    /// The site's id.
    pub fn site(&self) -> SiteId {
        self.site.id
    }

    /// The root key's public half, which the script tag pins.
    pub fn root(&self) -> RootKey {
        self.site.root
    }

    /// The working description: what the next roster will say.
    pub fn description(&self) -> &Site {
        &self.site
    }

    /// The newest roster that was signed here.
    pub fn newest_roster(&self) -> Option<&VerifiedRoster> {
        self.newest.as_ref()
    }

    /// Invitations that may still be answered.
    pub fn pending(&self, now: u64) -> impl Iterator<Item = &Pending> {
        self.pending.iter().filter(move |pending| now < pending.not_after)
    }

    /// Certifies a new admin key, of a new generation if the old key must not count any more. The root
    /// key must be in the folder. Returns the generation.
    pub fn certify(
        &mut self,
        new_generation: bool,
        now: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<u64, OwnerError> {
        let root = keyring::read_root(&self.folder)?;
        if root.derive_public() != self.site.root {
            return Err(OwnerError::WrongRoot);
        }
        // A lost or damaged admin key is what certifying repairs: the newest roster knows the generation.
        let held = keyring::read_admin(&self.folder, &self.site.id).ok();
        let held = held.map_or(1, |admin| admin.certificate.generation);
        let signed = self.newest.as_ref().map_or(1, |newest| newest.roster().order.generation);
        let generation = held.max(signed).saturating_add(u64::from(new_generation));
        let admin = AdminKey::make(&root, self.site.id, generation, now, rng);
        keyring::write_admin(&self.folder, &admin)?;
        Ok(generation)
    }

    /// Says from where the widget is shown and served.
    pub fn set_origins(&mut self, pages: Vec<Origin>, apps: Vec<Origin>) -> Result<(), OwnerError> {
        self.change(|site| site.set_origins(pages, apps))
    }

    /// Says where the site's relay is; codes that were made before name the old one.
    pub fn set_relay(&mut self, relay: Origin) -> Result<(), OwnerError> {
        self.change(|site| {
            site.relay = relay;
            Ok(())
        })
    }

    /// Adds an agent to a desk, or to the first one.
    pub fn add_agent(
        &mut self,
        name: &str,
        desk: Option<&str>,
        rng: &mut impl CryptoRng,
    ) -> Result<AgentId, OwnerError> {
        self.change(|site| site.add_agent(name, desk, rng))
    }

    /// Takes an agent out of the description with every device: nothing is sealed to the agent any more.
    pub fn remove_agent(&mut self, name: &str) -> Result<(), OwnerError> {
        self.change(|site| site.remove_agent(name))
    }

    /// Takes a device out of the description, and so out of the next roster.
    pub fn remove_device(&mut self, id: &DeviceId) -> Result<(), OwnerError> {
        self.change(|site| site.remove_device(id))
    }

    /// Invites one device of the agent of this name.
    pub fn invite(&mut self, agent: &str, now: u64, rng: &mut impl CryptoRng) -> Result<Pending, OwnerError> {
        let agent = self.site.agent(agent)?.id;
        let code = EnrolmentCode::make(self.site.id, self.site.root, self.site.relay.as_str(), rng);
        let admin = keyring::read_admin(&self.folder, &self.site.id)?;
        let (bytes, not_after) = admin.sign_invitation(code.derive_invitation(), now, INVITATION_SECONDS)?;
        let invited = Pending { code, agent, not_after, invitation: Octets(bytes) };
        let mut pending: Vec<_> = self.pending(now).cloned().collect();
        pending.push(invited.clone());
        self.keep_pending(pending)?;
        Ok(invited)
    }

    /// Forgets an invitation: whatever answers it is refused from now on.
    pub fn withdraw(&mut self, invitation: &InvitationId) -> Result<(), FileError> {
        let left = self.pending.iter().filter(|pending| pending.id() != *invitation);
        self.keep_pending(left.cloned().collect())
    }

    /// Signs the next roster, for the usual time. Returns the bytes to publish.
    pub fn next_roster(&mut self, now: u64) -> Result<Vec<u8>, OwnerError> {
        self.next_roster_for(now, limits::ROSTER_SECONDS)
    }

    /// Signs the next roster, for `lifetime` seconds. Returns the bytes to publish.
    pub fn next_roster_for(&mut self, now: u64, lifetime: u64) -> Result<Vec<u8>, OwnerError> {
        let admin = keyring::read_admin(&self.folder, &self.site.id)?;
        let next = admin.sign_next(&self.site, self.newest.as_ref(), now, lifetime)?;
        // Kept before anyone can see it, so that no version is ever signed twice.
        if let Some(newest) = &self.newest {
            self.folder.replace(&superseded(newest.roster().order.version), newest.bytes())?;
        }
        self.folder.replace(NEWEST, next.bytes())?;
        Ok(self.newest.insert(next).bytes().to_vec())
    }

    /// Signs the next roster if the newest no longer says what the description says, or if half of its
    /// time is over. Returns whether it did.
    pub fn settle_roster(&mut self, now: u64) -> Result<bool, OwnerError> {
        let settled = self.newest.as_ref().is_some_and(|newest| self.is_settled(newest, now));
        if !settled {
            self.next_roster(now)?;
        }
        Ok(!settled)
    }

    /// The roster of this version, as it was signed here.
    pub fn signed_roster(&self, version: u64) -> Result<Option<Vec<u8>>, FileError> {
        match &self.newest {
            Some(newest) if newest.roster().order.version == version => Ok(Some(newest.bytes().to_vec())),
            _ => self.folder.read_if_present(&superseded(version)),
        }
    }

    /// The rosters that were signed after this version, oldest first, as far back as readers may link.
    pub fn rosters_since(&self, version: u64) -> Result<Vec<Vec<u8>>, FileError> {
        let last = self.newest.as_ref().map_or(0, |newest| newest.roster().order.version);
        let first = version.saturating_add(1).max(last.saturating_sub(limits::ROSTER_LINKS)).max(1);
        (first..=last).filter_map(|version| self.signed_roster(version).transpose()).collect()
    }

    fn is_settled(&self, newest: &VerifiedRoster, now: u64) -> bool {
        let kept = newest.roster();
        let certified = keyring::read_admin(&self.folder, &self.site.id)
            .is_ok_and(|admin| admin.certificate == *newest.certificate());
        let drawn = self.site.draw_roster(kept.order, kept.previous, now, kept.not_after);
        let same =
            (&drawn.profile, &drawn.desks, &drawn.agents) == (&kept.profile, &kept.desks, &kept.agents);
        certified && same && now < kept.issued_at.midpoint(kept.not_after)
    }

    /// Changes a copy, keeps it on the disk, and only then goes by it.
    pub(crate) fn change<T, E: From<SiteError> + From<FileError>>(
        &mut self,
        change: impl FnOnce(&mut Site) -> Result<T, SiteError>,
    ) -> Result<T, E> {
        let mut site = self.site.clone();
        let changed = change(&mut site)?;
        self.keep_site(&site)?;
        self.site = site;
        Ok(changed)
    }

    fn keep_pending(&mut self, pending: Vec<Pending>) -> Result<(), FileError> {
        let bytes = Zeroizing::new(write(&self.folder, INVITATIONS, &pending)?);
        self.folder.replace(INVITATIONS, &bytes)?;
        self.pending = pending;
        Ok(())
    }

    fn keep_site(&self, site: &Site) -> Result<(), FileError> {
        self.folder.replace(SITE, &write(&self.folder, SITE, site)?)
    }
}

fn superseded(version: u64) -> String {
    format!("roster-{version}.bin")
}

fn parse<T: DeserializeOwned>(folder: &Folder, name: &str, bytes: &[u8]) -> Result<T, FileError> {
    serde_json::from_slice(bytes).map_err(|_| folder.malformed(name))
}

fn write<T: Serialize>(folder: &Folder, name: &str, value: &T) -> Result<Vec<u8>, FileError> {
    serde_json::to_vec_pretty(value).map_err(|_| folder.malformed(name))
}
