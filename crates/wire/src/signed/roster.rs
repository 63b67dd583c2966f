//! The roster: who answers for a site, signed by its admin. PROTOCOL.md, section 3.3.

use crate::{cbor_array, cbor_map};
use sha2::{Digest, Sha256};

use crate::cbor::{self, MalformedCbor};
use crate::ids::{AgentId, DeskId, DeviceId, RootKey, RosterHash, SiteId, VoucherKey};
use crate::limits;
use crate::signed::{AdminSigned, Certificate, CertificateError, DeviceKeys, Hours, Intake, Masking};

/// Rosters are ordered by generation, then version; zeros come before every roster.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Order {
    /// The admin certificate's generation.
    pub generation: u64,
    /// Counts up by one with every roster, across generations.
    pub version: u64,
}

cbor_array!(Order { generation, version });

/// The signed statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    /// The site.
    pub site: SiteId,
    /// Its place among the site's rosters.
    pub order: Order,
    /// Hash of the roster before; zero for the first.
    pub previous: RosterHash,
    /// When it was signed, Unix seconds.
    pub issued_at: u64,
    /// Until when it counts, Unix seconds.
    pub not_after: u64,
    /// How the site presents itself.
    pub profile: Profile,
    /// Its desks.
    pub desks: Vec<Desk>,
    /// Its agents.
    pub agents: Vec<Agent>,
}

cbor_map!(Roster {
    0: site,
    1: order,
    2: previous,
    3: issued_at,
    4: not_after,
    5: profile,
    6: desks,
    7: agents
});

/// How a site presents itself and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The business's name.
    pub name: String,
    /// Web origins whose pages may show the widget.
    pub pages: Vec<String>,
    /// Web origins that serve the widget's frame and the console; the relay answers these.
    pub apps: Vec<String>,
    /// Keys whose identity tokens count, sorted; absent if there are none.
    pub vouchers: Option<Vec<VoucherKey>>,
    /// What is masked before sealing; absent: everything that can be.
    pub masking: Option<Masking>,
    /// When it answers; absent if nothing is said.
    pub hours: Option<Hours>,
    /// What a visitor is asked before a conversation; absent if nothing.
    pub intake: Option<Intake>,
}

cbor_map!(Profile { 0: name, 1: pages, 2: apps, 3: vouchers, 4: masking, 5: hours, 6: intake });

/// Agents who answer together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// The desk.
    pub id: DeskId,
    /// Its name.
    pub name: String,
    /// Devices that a visitor's message is sealed to, sorted, at most 16.
    pub inbox: Vec<DeviceId>,
    /// Agents who may take over and join, sorted; absent if there are none.
    pub supervisors: Option<Vec<AgentId>>,
}

cbor_map!(Desk { 0: id, 1: name, 2: inbox, 3: supervisors });

/// A person who answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// The agent.
    pub id: AgentId,
    /// The name that visitors see.
    pub name: String,
    /// The agent's devices.
    pub devices: Vec<Device>,
}

cbor_map!(Agent { 0: id, 1: name, 2: devices });

/// A device of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its public keys; its id is their hash.
    pub keys: DeviceKeys,
    /// Until when it counts, Unix seconds.
    pub not_after: u64,
}

cbor_map!(Device { 0: keys, 1: not_after });

/// Why a roster does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RosterError {
    /// Not the documented shape or over its size.
    #[error(transparent)]
    Malformed(#[from] MalformedCbor),
    /// No admin of this site signed it.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// Site, generation or lifetime disagree with the certificate.
    #[error("the roster goes beyond its admin's certificate")]
    BeyondCertificate,
    /// An id or key stands twice, a desk names an unknown device, a list is over its limit, or what opens cards is let
    /// through unmasked.
    #[error("the roster contradicts itself")]
    Inconsistent,
    /// It is past its `not_after`.
    #[error("the roster has expired")]
    Expired,
}

/// A roster whose signatures and shape hold. Time and order are the reader's to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedRoster {
    roster: Roster,
    certificate: Certificate,
    hash: RosterHash,
    bytes: Vec<u8>,
    /// Ids of the listed devices in their order: they are asked for at every turn, and each is a hash.
    devices: Vec<DeviceId>,
}

impl Roster {
    /// Label of the admin's signature.
    pub const LABEL: &str = "segel/1 roster";

    /// SHA-256 of the body's bytes.
    pub fn derive_hash(body: &[u8]) -> RosterHash {
        RosterHash(Sha256::digest(body).into())
    }

    fn devices(&self) -> impl Iterator<Item = (&Agent, &Device)> {
        self.agents.iter().flat_map(|agent| agent.devices.iter().map(move |device| (agent, device)))
    }

    /// `ids` are those of its devices.
    fn is_consistent(&self, ids: &[DeviceId]) -> bool {
        let lists = [self.desks.len(), self.agents.len(), self.profile.pages.len(), self.profile.apps.len()];
        let names = core::iter::once(&self.profile.name)
            .chain(self.desks.iter().map(|desk| &desk.name))
            .chain(self.agents.iter().map(|agent| &agent.name));
        let (mut devices, mut keys, mut desks, mut agents) = (vec![], vec![], vec![], vec![]);
        let unique_devices = self.devices().zip(ids).all(|((_, device), id)| {
            let DeviceKeys { identity, signing, login } = device.keys;
            is_new(id.0, &mut devices)
                && [identity.0, signing.0, login.0].into_iter().all(|key| is_new(key, &mut keys))
        });
        let vouchers = self.profile.vouchers.as_deref();
        unique_devices
            && devices.len() <= limits::ROSTER_ENTRIES
            && self.desks.iter().all(|desk| is_new(desk.id.0, &mut desks))
            && self.agents.iter().all(|agent| is_new(agent.id.0, &mut agents))
            && lists.iter().all(|&length| length <= limits::ROSTER_ENTRIES)
            && names.into_iter().all(|name| name.len() <= limits::NAME_BYTES)
            && self.desks.iter().all(|desk| {
                desk.inbox.len() <= limits::DESK_DEVICES
                    && desk.inbox.is_sorted_by(|a, b| a < b)
                    && desk.inbox.iter().all(|device| devices.binary_search(&device.0).is_ok())
                    && desk.supervisors.as_deref().is_none_or(|supervisors| {
                        is_proper_set(supervisors)
                            && supervisors.iter().all(|agent| agents.binary_search(&agent.0).is_ok())
                    })
            })
            && vouchers.is_none_or(is_proper_set)
            && self.profile.masking.as_ref().is_none_or(Masking::is_consistent)
            && self.profile.hours.as_ref().is_none_or(Hours::is_consistent)
            && self.profile.intake.as_ref().is_none_or(Intake::is_consistent)
    }
}

/// Sorted, each once, within the limit; an empty one is left out instead.
fn is_proper_set<T: Ord>(set: &[T]) -> bool {
    !set.is_empty() && set.len() <= limits::ROSTER_ENTRIES && set.is_sorted_by(|a, b| a < b)
}

/// Adds `key` to those seen, which are sorted, unless it is among them.
fn is_new<T: Ord>(key: T, seen: &mut Vec<T>) -> bool {
    let place = seen.binary_search(&key);
    place.map_err(|place| seen.insert(place, key)).is_err()
}

impl VerifiedRoster {
    /// Parses signed bytes and checks root, certificate, signature and shape.
    pub fn open(bytes: &[u8], site: &SiteId, root: &RootKey) -> Result<Self, RosterError> {
        if bytes.len() > limits::ROSTER_BYTES {
            return Err(MalformedCbor.into());
        }
        let signed: AdminSigned = cbor::decode(bytes)?;
        let certificate = signed.verify(Roster::LABEL, site, root)?;
        let roster: Roster = cbor::decode(&signed.body.0)?;
        let within = roster.site == *site
            && roster.order.generation == certificate.generation
            && roster.issued_at >= certificate.not_before
            && roster.issued_at < roster.not_after
            && roster.not_after <= certificate.not_after;
        if !within {
            return Err(RosterError::BeyondCertificate);
        }
        let devices: Vec<_> = roster.devices().map(|(_, device)| device.keys.derive_id(site)).collect();
        if !roster.is_consistent(&devices) {
            return Err(RosterError::Inconsistent);
        }
        let hash = Roster::derive_hash(&signed.body.0);
        Ok(Self { roster, certificate, hash, bytes: bytes.to_vec(), devices })
    }

    /// Refuses a roster that is past its `not_after` at `now`, Unix seconds.
    pub fn check_time(&self, now: u64) -> Result<(), RosterError> {
        if now < self.roster.not_after { Ok(()) } else { Err(RosterError::Expired) }
    }

    /// The statement.
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// The certificate that entitled its signer.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// SHA-256 of the body.
    pub fn hash(&self) -> RosterHash {
        self.hash
    }

    /// The exact bytes that were signed and verified.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The agent and the device of this id, if the roster lists it and it has not lapsed at `now`.
    pub fn device(&self, id: &DeviceId, now: u64) -> Option<(&Agent, &Device)> {
        let place = self.devices.iter().position(|listed| listed == id)?;
        self.roster.devices().nth(place).filter(|(_, device)| now < device.not_after)
    }

    /// The listed agent of this id.
    pub fn agent(&self, id: &AgentId) -> Option<&Agent> {
        self.roster.agents.iter().find(|agent| agent.id == *id)
    }

    /// The desk of this id.
    pub fn desk(&self, id: &DeskId) -> Option<&Desk> {
        self.roster.desks.iter().find(|desk| desk.id == *id)
    }

    /// Whether a page of this web origin may show the widget.
    pub fn lists_page(&self, origin: &str) -> bool {
        self.roster.profile.pages.iter().any(|page| page == origin)
    }
}
