//! Which roster counts: order, links, rollback, forks and time. PROTOCOL.md, section 3.3.

use segel_wire::cbor_array;
use segel_wire::ids::{DeskId, DeviceId, Octets, RootKey, RosterHash, SiteId};
use segel_wire::limits;
use segel_wire::signed::{CertificateError, Desk, Order, RosterError, VerifiedRoster};

use crate::records::BrokenStore;
use crate::show::Refusal;
use crate::sorted::Sorted;

/// The newest verified roster, and the hashes of those that it reaches back to.
pub(crate) struct Membership {
    site: SiteId,
    root: RootKey,
    /// No older roster counts: the page says so.
    floor: Order,
    newest: Option<VerifiedRoster>,
    /// Hash by version, from `oldest` up to the newest.
    hashes: Sorted<u64, RosterHash>,
    /// When a version was superseded, Unix seconds: the issued-at of the one after it.
    superseded: Sorted<u64, u64>,
    /// Older rosters that acts are judged by, at most [`PAST`].
    past: Sorted<u64, VerifiedRoster>,
    /// A newer roster that does not yet reach back to the kept one.
    walk: Option<Walk>,
}

/// Older rosters are asked for again when they are needed, but for so many.
const PAST: usize = 8;

/// A newer roster on its way back to the kept one, link by link.
struct Walk {
    tip: VerifiedRoster,
    hashes: Sorted<u64, RosterHash>,
    superseded: Sorted<u64, u64>,
}

/// As it is stored: the exact signed bytes, verified again at each start.
pub(crate) struct MembershipRecord {
    newest: Octets,
    hashes: Sorted<u64, RosterHash>,
    superseded: Sorted<u64, u64>,
}

cbor_array!(MembershipRecord { newest, hashes, superseded });

/// What became of a roster that the relay served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// It is now the newest.
    Adopted,
    /// It is the one that is kept.
    Same,
    /// The roster of this version is needed to reach back.
    Fetch(u64),
}

/// How a roster named in a message relates to what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    /// Known.
    Known,
    /// Newer than what is kept: fetch the newest.
    Newer,
    /// Older than what is known: fetch the roster of this version.
    Older(u64),
    /// Contradicts what is known.
    Forked,
}

impl Membership {
    pub(crate) fn new(site: SiteId, root: RootKey) -> Self {
        let (hashes, superseded) = (Sorted::new(), Sorted::new());
        let floor = Order::default();
        Self { site, root, floor, newest: None, hashes, superseded, past: Sorted::new(), walk: None }
    }

    pub(crate) fn set_floor(&mut self, floor: Order) {
        self.floor = floor;
    }

    /// Whether the floor is this one or a later one.
    pub(crate) fn has_floor(&self, floor: Order) -> bool {
        self.floor >= floor
    }

    /// Whether the page's floor lets a roster count, be it kept or served.
    fn reaches_floor(&self, roster: &VerifiedRoster) -> bool {
        roster.roster().order >= self.floor
    }

    /// Takes up what is kept, after verifying it again.
    pub(crate) fn restore(&mut self, record: &MembershipRecord) -> Result<(), BrokenStore> {
        let newest =
            VerifiedRoster::open(&record.newest.0, &self.site, &self.root).map_err(|_| BrokenStore)?;
        self.hashes.clone_from(&record.hashes);
        self.superseded.clone_from(&record.superseded);
        self.newest = Some(newest);
        Ok(())
    }

    pub(crate) fn to_record(&self) -> Option<MembershipRecord> {
        let newest = Octets(self.newest.as_ref()?.bytes().to_vec());
        let (hashes, superseded) = (self.hashes.clone(), self.superseded.clone());
        Some(MembershipRecord { newest, hashes, superseded })
    }

    /// The newest roster.
    pub(crate) fn roster(&self) -> Option<&VerifiedRoster> {
        self.newest.as_ref()
    }

    /// The newest roster, if the page's floor lets it count.
    pub(crate) fn counting(&self) -> Option<&VerifiedRoster> {
        self.roster().filter(|roster| self.reaches_floor(roster))
    }

    /// The roster of this version, if it is at hand.
    pub(crate) fn named(&self, version: u64) -> Option<&VerifiedRoster> {
        let newest = self.newest.as_ref().filter(|roster| roster.roster().order.version == version);
        newest.or_else(|| self.past.get(&version))
    }

    /// Its place and hash, as messages name it.
    pub(crate) fn name(&self) -> Option<(Order, RosterHash)> {
        self.newest.as_ref().map(|roster| (roster.roster().order, roster.hash()))
    }

    /// Unix seconds: the later of the local clock and the newest verified issued-at.
    pub(crate) fn time(&self, now: u64) -> u64 {
        self.newest.as_ref().map_or(0, |roster| roster.roster().issued_at).max(now / 1_000)
    }

    /// Whether the newest roster has ended by [`Membership::time`].
    pub(crate) fn has_ended(&self, now: u64) -> bool {
        self.newest.as_ref().is_some_and(|roster| roster.check_time(self.time(now)).is_err())
    }

    /// When the roster of this version was superseded, Unix seconds; `None` for the newest and the unknown.
    pub(crate) fn superseded_at(&self, version: u64) -> Option<u64> {
        self.superseded.get(&version).copied()
    }

    /// The desk's inbox devices that have not lapsed.
    pub(crate) fn inbox(&self, desk: Option<DeskId>, now: u64) -> Vec<DeviceId> {
        let Some(roster) = &self.newest else { return Vec::new() };
        let desk: Option<&Desk> = match desk {
            Some(id) => roster.desk(&id),
            None => roster.roster().desks.first(),
        };
        let time = self.time(now);
        let listed = desk.map_or(&[][..], |desk| &desk.inbox);
        listed.iter().filter(|device| roster.device(device, time).is_some()).copied().collect()
    }

    /// Takes what the relay serves as the newest roster.
    pub(crate) fn offer(&mut self, bytes: &[u8], now: u64) -> Result<Step, Refusal> {
        let offered = VerifiedRoster::open(bytes, &self.site, &self.root).map_err(refusal)?;
        self.walk = None;
        if !self.reaches_floor(&offered) {
            return Err(Refusal::RosterOlder);
        }
        let Some(newest) = &self.newest else {
            offered.check_time(now / 1_000).map_err(refusal)?;
            let (order, hash) = (offered.roster().order, offered.hash());
            self.hashes = Sorted::from_iter([(order.version, hash)]);
            self.record_previous(&offered);
            self.newest = Some(offered);
            return Ok(Step::Adopted);
        };
        let (kept, order) = (newest.roster().order, offered.roster().order);
        if order == kept {
            return if offered.hash() == newest.hash() { Ok(Step::Same) } else { Err(Refusal::RosterForked) };
        }
        if order < kept {
            return Err(Refusal::RosterOlder);
        }
        offered.check_time(self.time(now)).map_err(refusal)?;
        let gap = order.version.checked_sub(kept.version).ok_or(Refusal::RosterForked)?;
        if gap == 0 || gap > limits::ROSTER_LINKS {
            return Err(Refusal::RosterForked);
        }
        let mut hashes = Sorted::from_iter([(order.version, offered.hash())]);
        hashes.insert(order.version - 1, offered.roster().previous);
        let superseded = Sorted::from_iter([(order.version - 1, offered.roster().issued_at)]);
        self.walk = Some(Walk { tip: offered, hashes, superseded });
        self.advance()
    }

    /// Takes a roster of an older version that was asked for: a link of the walk, or of the past.
    pub(crate) fn link(&mut self, bytes: &[u8]) -> Result<Step, Refusal> {
        let link = VerifiedRoster::open(bytes, &self.site, &self.root).map_err(refusal)?;
        let version = link.roster().order.version;
        let known = self.walk.as_ref().map_or(&self.hashes, |walk| &walk.hashes);
        if known.get(&version) != Some(&link.hash()) {
            return Err(Refusal::RosterForked);
        }
        if let Some(walk) = &mut self.walk {
            walk.hashes.insert(version.saturating_sub(1), link.roster().previous);
            walk.superseded.insert(version.saturating_sub(1), link.roster().issued_at);
            self.advance()
        } else {
            self.record_previous(&link);
            self.remember(link);
            Ok(Step::Same)
        }
    }

    /// How the roster named in a message relates to what is known.
    pub(crate) fn relate(&self, order: Order, hash: RosterHash) -> Named {
        let Some(newest) = self.name() else { return Named::Newer };
        if order > newest.0 {
            let ahead = order.version.saturating_sub(newest.0.version);
            let generations = order.generation.saturating_sub(newest.0.generation);
            let is_near = (1..=limits::ROSTER_LINKS).contains(&ahead) && generations <= limits::ROSTER_LINKS;
            return if is_near { Named::Newer } else { Named::Forked };
        }
        match self.hashes.get(&order.version) {
            Some(known) if *known == hash => {
                // The hash is of one order only: where that roster is at hand, the generation is compared too.
                let is_it = self.named(order.version).is_none_or(|roster| roster.roster().order == order);
                if is_it { Named::Known } else { Named::Forked }
            }
            Some(_) => Named::Forked,
            None => {
                // Known hashes have no gaps: what is not older than all of them is not of this chain.
                let oldest = self.hashes.first().copied().unwrap_or(newest.0.version);
                let reachable = newest.0.version.saturating_sub(order.version) <= limits::ROSTER_LINKS;
                let is_older = (1..oldest).contains(&order.version);
                if reachable && is_older { Named::Older(oldest) } else { Named::Forked }
            }
        }
    }

    /// Adopts the walk's tip once it reaches the kept roster.
    fn advance(&mut self) -> Result<Step, Refusal> {
        let (Some(walk), Some(newest)) = (self.walk.take(), &self.newest) else { return Ok(Step::Same) };
        let version = newest.roster().order.version;
        match walk.hashes.get(&version) {
            Some(hash) if *hash == newest.hash() => {
                self.hashes.extend(walk.hashes.into_iter());
                self.superseded.extend(walk.superseded.into_iter());
                if let Some(superseded) = self.newest.replace(walk.tip) {
                    self.remember(superseded);
                }
                Ok(Step::Adopted)
            }
            Some(_) => Err(Refusal::RosterForked),
            None => {
                let missing = walk.hashes.first().copied().unwrap_or(version);
                self.walk = Some(walk);
                Ok(Step::Fetch(missing))
            }
        }
    }

    fn remember(&mut self, roster: VerifiedRoster) {
        if self.past.len() == PAST
            && let Some(oldest) = self.past.first().copied()
        {
            self.past.remove(&oldest);
        }
        self.past.insert(roster.roster().order.version, roster);
    }

    fn record_previous(&mut self, roster: &VerifiedRoster) {
        if let Some(version) = roster.roster().order.version.checked_sub(1).filter(|version| *version > 0) {
            self.hashes.insert(version, roster.roster().previous);
            self.superseded.insert(version, roster.roster().issued_at);
        }
    }
}

fn refusal(error: RosterError) -> Refusal {
    match error {
        RosterError::Certificate(CertificateError::WrongRoot) => Refusal::WrongRoot,
        RosterError::Expired => Refusal::RosterExpired,
        RosterError::Malformed(_)
        | RosterError::Certificate(_)
        | RosterError::BeyondCertificate
        | RosterError::Inconsistent => Refusal::RosterAltered,
    }
}
