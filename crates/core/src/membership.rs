//! Which roster counts: order, links, rollback, forks and time. PROTOCOL.md, section 3.3.

use segel_crypto::content::Header;
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
    /// Of the last link: the one before it has no higher one.
    generation: u64,
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
        if self.counting().is_some_and(|newest| newest.bytes() == bytes) {
            // What was verified once needs not be again each time it is looked for something newer.
            self.walk = None;
            return Ok(Step::Same);
        }
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
        self.walk = Some(Walk { tip: offered, generation: order.generation, hashes, superseded });
        self.advance()
    }

    /// Whether the roster of this version is none that leads to a newer one.
    pub(crate) fn is_past(&self, version: u64) -> bool {
        self.counting().is_some() && self.walk.as_ref().is_none_or(|walk| !walk.hashes.contains(&version))
    }

    /// Takes a roster of an older version that was asked for: a link of the walk, or of the past.
    pub(crate) fn link(&mut self, bytes: &[u8]) -> Result<Step, Refusal> {
        let link = VerifiedRoster::open(bytes, &self.site, &self.root).map_err(refusal)?;
        let Order { generation, version } = link.roster().order;
        // A walk whose answer was lost may rest while something of the past comes.
        let walk = self.walk.as_ref().filter(|walk| walk.hashes.contains(&version));
        let known = walk.map_or(&self.hashes, |walk| &walk.hashes).get(&version);
        let after = self.named(version.saturating_add(1)).or(self.roster());
        let after = after.map_or(u64::MAX, |after| after.roster().order.generation);
        let after = walk.map_or(after, |walk| walk.generation);
        if known != Some(&link.hash()) || generation > after {
            return Err(Refusal::RosterForked);
        }
        let is_past = walk.is_none();
        if let Some(walk) = self.walk.as_mut().filter(|_| !is_past) {
            walk.generation = generation;
            walk.hashes.insert(version.saturating_sub(1), link.roster().previous);
            walk.superseded.insert(version.saturating_sub(1), link.roster().issued_at);
            self.advance()
        } else {
            self.record_previous(&link);
            self.remember(link);
            Ok(Step::Same)
        }
    }

    /// How the roster that a content names relates to what is known; `None` if it has no header.
    pub(crate) fn relate_to(&self, content: &[u8]) -> Option<Named> {
        let Header { order, roster, .. } = Header::parse(content).ok()?;
        Some(self.relate(order, roster))
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
        let Order { generation, version } = newest.roster().order;
        match walk.hashes.get(&version) {
            Some(hash) if *hash == newest.hash() && generation <= walk.generation => {
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

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;
    use segel_crypto::authority::{Admin, AdminSecret, RootSecret};
    use segel_wire::signed::{Certificate, Profile, Roster};

    use super::*;

    const SITE: SiteId = SiteId([1; 16]);
    /// Unix seconds.
    const NOW: u64 = 1_800_000_000;
    const NO_HASH: RosterHash = RosterHash([0; 32]);

    struct Owner {
        root: RootKey,
        /// Of the first generation and of the second.
        admins: [Admin; 2],
    }

    impl Owner {
        fn new() -> Self {
            let mut random = ChaCha20Rng::seed_from_u64(1);
            let root = RootSecret::make_root(&mut random);
            let admins = [1, 2].map(|generation| {
                let secret = AdminSecret::make_admin(&mut random);
                let (not_before, not_after) = (NOW - 1, NOW + 10_000);
                let admin = secret.derive_public();
                let (bytes, signature) =
                    root.certify(&Certificate { site: SITE, generation, admin, not_before, not_after });
                Admin::new(secret, bytes, signature)
            });
            Self { root: root.derive_public(), admins }
        }

        /// A roster of this generation and version, and its hash; two of one place differ by their name.
        fn sign(
            &self,
            (generation, version): (u64, u64),
            previous: RosterHash,
            name: &str,
        ) -> (Vec<u8>, RosterHash) {
            let (name, pages, apps) = (name.to_owned(), Vec::new(), Vec::new());
            let bytes = self.admins[usize::from(generation > 1)].sign_roster(&Roster {
                site: SITE,
                order: Order { generation, version },
                previous,
                issued_at: NOW,
                not_after: NOW + 1_000,
                profile: Profile {
                    name,
                    pages,
                    apps,
                    vouchers: None,
                    masking: None,
                    hours: None,
                    intake: None,
                },
                desks: Vec::new(),
                agents: Vec::new(),
            });
            let hash = VerifiedRoster::open(&bytes, &SITE, &self.root).unwrap().hash();
            (bytes, hash)
        }

        /// A reader who keeps this roster.
        fn reader(&self, kept: &[u8]) -> Membership {
            let mut reader = Membership::new(SITE, self.root);
            assert_eq!(reader.offer(kept, NOW * 1_000), Ok(Step::Adopted));
            reader
        }
    }

    fn version_of(reader: &Membership) -> u64 {
        reader.roster().unwrap().roster().order.version
    }

    #[test]
    fn along_the_links_the_generation_never_falls() {
        let owner = Owner::new();
        for [first, second, third] in [[2, 1, 2], [1, 2, 1]] {
            let (kept, hash) = owner.sign((first, 1), NO_HASH, "Toko");
            let (link, hash) = owner.sign((second, 2), hash, "Toko");
            let (tip, _) = owner.sign((third, 3), hash, "Toko");
            let mut reader = owner.reader(&kept);
            assert_eq!(reader.offer(&tip, NOW * 1_000), Ok(Step::Fetch(2)));
            assert_eq!(reader.link(&link), Err(Refusal::RosterForked));
            assert_eq!(version_of(&reader), 1);
            // One that comes first reaches back to it for acts alone, and no further than the rule goes.
            let past = owner.reader(&tip).link(&link);
            assert_eq!(past, if second > third { Err(Refusal::RosterForked) } else { Ok(Step::Same) });
        }
        let (kept, hash) = owner.sign((1, 1), NO_HASH, "Toko");
        let (link, hash) = owner.sign((1, 2), hash, "Toko");
        let mut reader = owner.reader(&kept);
        let (tip, _) = owner.sign((2, 3), hash, "Toko");
        assert_eq!(reader.offer(&tip, NOW * 1_000), Ok(Step::Fetch(2)));
        assert_eq!(reader.link(&link), Ok(Step::Adopted));
    }

    #[test]
    fn a_roster_that_is_further_ahead_than_links_go_is_refused_as_a_fork() {
        let owner = Owner::new();
        let (kept, _) = owner.sign((1, 1), NO_HASH, "Toko");
        let mut reader = owner.reader(&kept);
        let ahead = |links| owner.sign((1, 1 + links), RosterHash([3; 32]), "Toko").0;
        let nearest = limits::ROSTER_LINKS + 1;
        for links in [nearest, 1_000_000, u64::MAX - 1] {
            assert_eq!(reader.offer(&ahead(links), NOW * 1_000), Err(Refusal::RosterForked));
        }
        let reachable = reader.offer(&ahead(nearest - 1), NOW * 1_000);
        assert_eq!(reachable, Ok(Step::Fetch(nearest - 1)));
        assert_eq!(version_of(&reader), 1);
    }

    #[test]
    fn a_link_of_the_past_comes_while_a_walk_rests() {
        let owner = Owner::new();
        let (first, hash) = owner.sign((1, 1), NO_HASH, "Toko");
        let (kept, hash) = owner.sign((1, 2), hash, "Toko");
        let (link, hash) = owner.sign((1, 3), hash, "Toko");
        let (tip, _) = owner.sign((1, 4), hash, "Toko");
        let mut reader = owner.reader(&kept);
        assert_eq!(reader.offer(&tip, NOW * 1_000), Ok(Step::Fetch(3)));
        assert_eq!(reader.link(&first), Ok(Step::Same));
        assert!(reader.named(1).is_some());
        assert_eq!(reader.link(&link), Ok(Step::Adopted));
        assert_eq!(version_of(&reader), 4);
    }

    #[test]
    fn a_fork_behind_a_link_is_refused_whichever_link_is_served() {
        let owner = Owner::new();
        let (kept, first) = owner.sign((1, 1), NO_HASH, "Toko");
        let (genuine, _) = owner.sign((1, 2), first, "Toko");
        let (forked, second) = owner.sign((1, 2), RosterHash([3; 32]), "Toko Lain");
        let (tip, _) = owner.sign((1, 3), second, "Toko Lain");
        for link in [genuine, forked] {
            let mut reader = owner.reader(&kept);
            assert_eq!(reader.offer(&tip, NOW * 1_000), Ok(Step::Fetch(2)));
            assert_eq!(reader.link(&link), Err(Refusal::RosterForked));
            assert_eq!(version_of(&reader), 1);
        }
    }
}
