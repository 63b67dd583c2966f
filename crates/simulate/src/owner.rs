//! The site's owner: one desk, agents, and rosters that list their devices.

use segel_crypto::authority::{Admin, AdminSecret, RootSecret};
use segel_crypto::enrol::EnrolmentCode;
use segel_wire::cbor;
use segel_wire::ids::{AgentId, DeskId, DeviceId, InvitationId, RootKey, RosterHash, SiteId};
use segel_wire::signed::{
    Agent, Certificate, Desk, Device, Enrolment, Order, Profile, Roster, VerifiedRoster,
};

use crate::chance::Chance;
use crate::vouching::Voucher;

/// The relay's origin, which login proofs name.
pub(crate) const RELAY: &str = "https://relay.example";
/// The origin of the shop's pages.
pub(crate) const PAGE: &str = "https://toko.example";

const DAY: u64 = 24 * 60 * 60;

pub(crate) struct Owner {
    pub(crate) site: SiteId,
    pub(crate) root: RootKey,
    admin: Admin,
    roster: Roster,
    invited: Vec<(EnrolmentCode, usize)>,
    /// The devices that were listed, by their invitations.
    accepted: Vec<(InvitationId, DeviceId)>,
    voucher: Voucher,
}

impl Owner {
    /// A site with these many agents, who have no device yet. `now` in Unix seconds.
    pub(crate) fn new(agents: usize, now: u64, chance: &mut Chance) -> Self {
        let random = chance.bytes();
        let voucher = Voucher::new([1; 32]);
        let (root, secret) = (RootSecret::make_root(random), AdminSecret::make_admin(random));
        let site = SiteId([7; 16]);
        let certificate = Certificate {
            site,
            generation: 1,
            admin: secret.derive_public(),
            not_before: now - DAY,
            not_after: now + 365 * DAY,
        };
        let (bytes, signature) = root.certify(&certificate);
        let agent = |number| Agent {
            id: AgentId([number; 16]),
            name: format!("Agen Demo {number}"),
            devices: Vec::new(),
        };
        // The first agent supervises where there are others.
        let supervisors = (agents > 1).then(|| vec![AgentId([1; 16])]);
        let desk = Desk { id: DeskId([1; 16]), name: "Layanan".into(), inbox: Vec::new(), supervisors };
        let roster = Roster {
            site,
            order: Order { generation: 1, version: 0 },
            previous: RosterHash([0; 32]),
            issued_at: now - DAY,
            not_after: now + 30 * DAY,
            profile: Profile {
                name: "Toko Contoh".into(),
                pages: vec![PAGE.into()],
                apps: Vec::new(),
                vouchers: Some(vec![voucher.key()]),
                masking: None,
                hours: None,
                intake: None,
            },
            desks: vec![desk],
            agents: (1..=agents).map(|number| agent(u8::try_from(number).unwrap_or(u8::MAX))).collect(),
        };
        Self {
            site,
            root: root.derive_public(),
            admin: Admin::new(secret, bytes, signature),
            roster,
            invited: Vec::new(),
            accepted: Vec::new(),
            voucher,
        }
    }

    /// Whose word on who a visitor is the next roster lists.
    pub(crate) fn voucher(&self) -> &Voucher {
        &self.voucher
    }

    /// Another key vouches from the next roster on, and the one before for nobody any more.
    pub(crate) fn renew_voucher(&mut self, chance: &mut Chance) {
        self.voucher = Voucher::new(chance.id());
        self.roster.profile.vouchers = Some(vec![self.voucher.key()]);
    }

    /// A code for one more device of an agent.
    pub(crate) fn invite(&mut self, agent: usize, chance: &mut Chance) -> EnrolmentCode {
        let code = EnrolmentCode::make(self.site, self.root, RELAY, chance.bytes());
        self.invited.push((code.clone(), agent));
        code
    }

    /// Lists the device of an enrolment; whether it was listed by that.
    pub(crate) fn accept(&mut self, invitation: InvitationId, enrolment: &[u8], now: u64) -> bool {
        let place = self.invited.iter().position(|(code, _)| code.derive_invitation() == invitation);
        let Some(place) = place else { return false };
        let Ok(enrolment) = Enrolment::verify(enrolment, &self.site, &invitation) else { return false };
        let (code, agent) = self.invited.remove(place);
        if code.vouches_for(&enrolment)
            && let Some(agent) = self.roster.agents.get_mut(agent)
        {
            self.accepted.push((invitation, enrolment.keys.derive_id(&self.site)));
            agent.devices.push(Device { keys: enrolment.keys, not_after: now + 300 * DAY });
        }
        true
    }

    /// Whoever was given this code has lost what it made: the code ends, and the device that it listed is taken out of the next
    /// roster.
    pub(crate) fn revoke(&mut self, code: &EnrolmentCode) {
        let invitation = code.derive_invitation();
        self.invited.retain(|(invited, _)| invited.derive_invitation() != invitation);
        let accepted = self.accepted.iter().find(|(by, _)| *by == invitation).map(|(_, device)| *device);
        if let Some(device) = accepted {
            self.remove(device);
        }
    }

    /// Takes a device out of the next roster.
    pub(crate) fn remove(&mut self, device: DeviceId) {
        for agent in &mut self.roster.agents {
            agent.devices.retain(|listed| listed.keys.derive_id(&self.site) != device);
        }
    }

    /// How many devices are listed.
    pub(crate) fn listed(&self) -> usize {
        self.roster.agents.iter().map(|agent| agent.devices.len()).sum()
    }

    /// Signs the next roster.
    pub(crate) fn next_roster(&mut self, now: u64) -> Vec<u8> {
        self.roster.order.version += 1;
        self.roster.issued_at = now;
        self.roster.not_after = now + 30 * DAY;
        let devices = self.roster.agents.iter().flat_map(|agent| &agent.devices);
        let mut inbox: Vec<_> = devices.map(|device| device.keys.derive_id(&self.site)).collect();
        inbox.sort_unstable();
        for desk in &mut self.roster.desks {
            desk.inbox.clone_from(&inbox);
        }
        let bytes = self.admin.sign_roster(&self.roster);
        self.roster.previous = Roster::derive_hash(&cbor::encode(&self.roster));
        debug_assert!(VerifiedRoster::open(&bytes, &self.site, &self.root).is_ok(), "a sound roster");
        bytes
    }
}
