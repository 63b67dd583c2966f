//! The owner's working description of a site, from which rosters are drawn. PROTOCOL.md, section 3.3.

use std::collections::BTreeSet;

use rand_core::CryptoRng;
use segel_wire::ids::{AgentId, DeskId, DeviceId, RootKey, RosterHash, SiteId, VoucherKey};
use segel_wire::limits;
use segel_wire::signed::{Agent, Desk, Device, DeviceKeys, Order, Profile, Roster};
use serde::{Deserialize, Serialize};

use crate::hours::HoursEntry;
use crate::intake::IntakeEntry;
use crate::masking::MaskingEntry;
use crate::origin::Origin;

/// How long a device is listed after its enrolment, in seconds.
const DEVICE_SECONDS: u64 = 365 * 24 * 60 * 60;

/// What is said of a site when it is made.
#[derive(Debug, Clone)]
pub struct SiteDescription {
    /// The business's name.
    pub name: String,
    /// The relay.
    pub relay: Origin,
    /// Origins whose pages may show the widget.
    pub pages: Vec<Origin>,
    /// Origins that serve the widget's frame and the console.
    pub apps: Vec<Origin>,
    /// Names of its desks; at least one.
    pub desks: Vec<String>,
}

/// The working description: what the next roster will say, and where it is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// The site.
    pub id: SiteId,
    /// Its root key, which the script tag pins.
    pub root: RootKey,
    /// The relay.
    pub relay: Origin,
    /// The business's name.
    pub name: String,
    /// Origins whose pages may show the widget.
    pub pages: Vec<Origin>,
    /// Origins that serve the widget's frame and the console.
    pub apps: Vec<Origin>,
    /// Its desks.
    pub desks: Vec<DeskEntry>,
    /// Its agents.
    pub agents: Vec<AgentEntry>,
    /// Keys whose identity tokens count.
    #[serde(default)]
    pub vouchers: Vec<VoucherKey>,
    /// What is masked before sealing.
    #[serde(default)]
    pub masking: MaskingEntry,
    /// When it answers.
    #[serde(default)]
    pub hours: Option<HoursEntry>,
    /// What a visitor is asked before a conversation.
    #[serde(default)]
    pub intake: Option<IntakeEntry>,
}

/// A desk and who answers there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskEntry {
    /// The desk.
    pub id: DeskId,
    /// Its name.
    pub name: String,
    /// Its agents; their devices are its inbox.
    pub agents: Vec<AgentId>,
    /// Agents who may take over and join.
    #[serde(default)]
    pub supervisors: Vec<AgentId>,
}

/// An agent and the agent's devices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentEntry {
    /// The agent.
    pub id: AgentId,
    /// The name that visitors see.
    pub name: String,
    /// The agent's devices, in the order of their enrolment.
    pub devices: Vec<DeviceEntry>,
}

/// An enrolled device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceEntry {
    /// Its public keys.
    pub keys: DeviceKeys,
    /// Until when it counts, Unix seconds.
    pub not_after: u64,
}

/// Why a description cannot be changed as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SiteError {
    /// A site is made without a desk.
    #[error("a site needs at least one desk")]
    NoDesk,
    /// A name is empty or over its size.
    #[error("a name must have 1 to {} bytes of text", limits::NAME_BYTES)]
    BadName,
    /// An agent or desk of this name is there already.
    #[error("the name {0:?} is taken")]
    NameTaken(String),
    /// There is no agent of this name.
    #[error("there is no agent {0:?}")]
    UnknownAgent(String),
    /// There is no desk of this name.
    #[error("there is no desk {0:?}")]
    UnknownDesk(String),
    /// This agent does not supervise this desk.
    #[error("{0:?} does not supervise the desk {1:?}")]
    NoSupervisor(String, String),
    /// There is no such voucher.
    #[error("there is no voucher ed25519:{0}")]
    UnknownVoucher(VoucherKey),
    /// There is no device of this id.
    #[error("there is no device {0}")]
    UnknownDevice(DeviceId),
    /// The device, or one of its keys, is listed for another agent or device.
    #[error("this device or one of its keys is listed already")]
    KeysTaken,
    /// A desk's inbox is full.
    #[error("the desk {0:?} has its {max} devices; remove one first", max = limits::DESK_DEVICES)]
    DeskFull(String),
    /// Nothing of this name is masked.
    #[error("there is no kind {0:?} that is masked; docs/MASKING.md names them")]
    UnknownKind(String),
    /// A site would let a card out, or what opens one.
    #[error("{0} is masked or blocked, for both: it cannot be let through")]
    AlwaysKeptBack(String),
    /// A pattern cannot be used.
    #[error("this pattern cannot be used: {0}")]
    BadPattern(String),
    /// This is no time zone's name.
    #[error("{0:?} is no time zone's name: they look like Asia/Jakarta")]
    BadZone(String),
    /// A reply that takes no time, or more than a week.
    #[error("an answer comes within 1 minute to a week")]
    BadReply,
    /// A list is at its limit.
    #[error(
        "a site lists at most {} agents, devices, desks, origins and vouchers each",
        limits::ROSTER_ENTRIES
    )]
    Full,
}

impl Site {
    pub(crate) fn new(
        description: SiteDescription,
        root: RootKey,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, SiteError> {
        let SiteDescription { name, relay, pages, apps, desks } = description;
        if desks.is_empty() {
            return Err(SiteError::NoDesk);
        }
        check_name(&name)?;
        let mut site = Self {
            id: SiteId(make_id(rng)),
            root,
            relay,
            name,
            pages: Vec::new(),
            apps: Vec::new(),
            desks: Vec::new(),
            agents: Vec::new(),
            vouchers: Vec::new(),
            masking: MaskingEntry::default(),
            hours: None,
            intake: None,
        };
        site.set_origins(pages, apps)?;
        for name in desks {
            site.add_desk(name, rng)?;
        }
        Ok(site)
    }

    /// The agent of this name.
    pub fn agent(&self, name: &str) -> Result<&AgentEntry, SiteError> {
        let agent = self.agents.iter().find(|agent| agent.name == name);
        agent.ok_or_else(|| SiteError::UnknownAgent(name.to_owned()))
    }

    /// Every device with its id and its agent.
    pub fn devices(&self) -> impl Iterator<Item = (DeviceId, &AgentEntry, &DeviceEntry)> {
        self.agents.iter().flat_map(move |agent| {
            agent.devices.iter().map(move |device| (device.keys.derive_id(&self.id), agent, device))
        })
    }

    /// What a roster of this place in the chain says while `now`; lapsed devices are left out.
    pub fn draw_roster(&self, order: Order, previous: RosterHash, now: u64, not_after: u64) -> Roster {
        let agents: Vec<_> = self.agents.iter().map(|agent| agent.draw(now)).collect();
        let inbox = |desk: &DeskEntry| {
            let answering = agents.iter().filter(|agent| desk.agents.contains(&agent.id));
            let devices = answering.flat_map(|agent| &agent.devices);
            devices.map(|device| device.keys.derive_id(&self.id)).collect::<BTreeSet<_>>()
        };
        let supervisors = |desk: &DeskEntry| {
            let listed = agents.iter().map(|agent| agent.id);
            sorted_if_any(listed.filter(|agent| desk.supervisors.contains(agent)))
        };
        let desks = self.desks.iter().map(|desk| Desk {
            id: desk.id,
            name: desk.name.clone(),
            inbox: inbox(desk).into_iter().collect(),
            supervisors: supervisors(desk),
        });
        Roster {
            site: self.id,
            order,
            previous,
            issued_at: now,
            not_after,
            profile: Profile {
                name: self.name.clone(),
                pages: self.pages.iter().map(Origin::to_string).collect(),
                apps: self.apps.iter().map(Origin::to_string).collect(),
                vouchers: sorted_if_any(self.vouchers.iter().copied()),
                masking: self.masking.draw(),
                hours: self.hours.as_ref().map(HoursEntry::draw),
                intake: self.intake.as_ref().map(IntakeEntry::draw),
            },
            desks: desks.collect(),
            agents,
        }
    }

    pub(crate) fn set_origins(&mut self, pages: Vec<Origin>, apps: Vec<Origin>) -> Result<(), SiteError> {
        if pages.len().max(apps.len()) > limits::ROSTER_ENTRIES {
            return Err(SiteError::Full);
        }
        (self.pages, self.apps) = (pages, apps);
        Ok(())
    }

    fn add_desk(&mut self, name: String, rng: &mut impl CryptoRng) -> Result<(), SiteError> {
        check_name(&name)?;
        if self.desks.iter().any(|desk| desk.name == name) {
            return Err(SiteError::NameTaken(name));
        }
        if self.desks.len() == limits::ROSTER_ENTRIES {
            return Err(SiteError::Full);
        }
        self.desks.push(DeskEntry {
            id: DeskId(make_id(rng)),
            name,
            agents: Vec::new(),
            supervisors: Vec::new(),
        });
        Ok(())
    }

    /// Adds an agent to a desk, or to the first one.
    pub(crate) fn add_agent(
        &mut self,
        name: &str,
        desk: Option<&str>,
        rng: &mut impl CryptoRng,
    ) -> Result<AgentId, SiteError> {
        check_name(name)?;
        if self.agents.iter().any(|agent| agent.name == name) {
            return Err(SiteError::NameTaken(name.to_owned()));
        }
        if self.agents.len() == limits::ROSTER_ENTRIES {
            return Err(SiteError::Full);
        }
        let place = self.desk_mut(desk)?;
        let id = AgentId(make_id(rng));
        place.agents.push(id);
        self.agents.push(AgentEntry { id, name: name.to_owned(), devices: Vec::new() });
        Ok(id)
    }

    /// The desk of this name, or the first one.
    pub(crate) fn desk_mut(&mut self, name: Option<&str>) -> Result<&mut DeskEntry, SiteError> {
        let desk = self.desks.iter_mut().find(|desk| name.is_none_or(|name| desk.name == name));
        desk.ok_or_else(|| SiteError::UnknownDesk(name.unwrap_or_default().to_owned()))
    }

    /// Takes an agent out with every device, and out of every desk that the agent answers or supervises.
    pub(crate) fn remove_agent(&mut self, name: &str) -> Result<(), SiteError> {
        let id = self.agent(name)?.id;
        for desk in &mut self.desks {
            desk.agents.retain(|agent| *agent != id);
            desk.supervisors.retain(|agent| *agent != id);
        }
        self.agents.retain(|agent| agent.id != id);
        Ok(())
    }

    /// Lists a device for an agent; the same device again is as if it was listed once.
    pub(crate) fn add_device(
        &mut self,
        agent: &AgentId,
        keys: DeviceKeys,
        now: u64,
    ) -> Result<DeviceId, SiteError> {
        let id = keys.derive_id(&self.id);
        if self.devices().any(|(listed, holder, _)| listed == id && holder.id == *agent) {
            return Ok(id);
        }
        let parts = |keys: &DeviceKeys| [keys.identity.0, keys.signing.0, keys.login.0];
        let taken = |device: &DeviceEntry| parts(&device.keys).iter().any(|key| parts(&keys).contains(key));
        if self.devices().any(|(_, _, device)| taken(device)) {
            return Err(SiteError::KeysTaken);
        }
        if self.devices().count() == limits::ROSTER_ENTRIES {
            return Err(SiteError::Full);
        }
        for desk in self.desks.iter().filter(|desk| desk.agents.contains(agent)) {
            let inbox = self.devices().filter(|(_, holder, _)| desk.agents.contains(&holder.id));
            if inbox.count() == limits::DESK_DEVICES {
                return Err(SiteError::DeskFull(desk.name.clone()));
            }
        }
        let holder = self.agents.iter_mut().find(|entry| entry.id == *agent);
        let holder = holder.ok_or_else(|| SiteError::UnknownAgent(agent.to_string()))?;
        holder.devices.push(DeviceEntry { keys, not_after: now.saturating_add(DEVICE_SECONDS) });
        Ok(id)
    }

    pub(crate) fn remove_device(&mut self, id: &DeviceId) -> Result<(), SiteError> {
        let before = self.devices().count();
        for agent in &mut self.agents {
            agent.devices.retain(|device| device.keys.derive_id(&self.id) != *id);
        }
        if self.devices().count() == before { Err(SiteError::UnknownDevice(*id)) } else { Ok(()) }
    }
}

impl AgentEntry {
    fn draw(&self, now: u64) -> Agent {
        let counting = self.devices.iter().filter(|device| now < device.not_after);
        let devices = counting.map(|device| Device { keys: device.keys, not_after: device.not_after });
        Agent { id: self.id, name: self.name.clone(), devices: devices.collect() }
    }
}

/// As the roster lists a set: sorted, and left out if it is empty.
fn sorted_if_any<T: Ord>(items: impl Iterator<Item = T>) -> Option<Vec<T>> {
    let set: BTreeSet<T> = items.collect();
    (!set.is_empty()).then(|| set.into_iter().collect())
}

fn check_name(name: &str) -> Result<(), SiteError> {
    let well = !name.trim().is_empty() && name.len() <= limits::NAME_BYTES;
    if well { Ok(()) } else { Err(SiteError::BadName) }
}

fn make_id(rng: &mut impl CryptoRng) -> [u8; 16] {
    let mut id = [0; 16];
    rng.fill_bytes(&mut id);
    id
}
