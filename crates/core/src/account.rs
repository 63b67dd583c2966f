//! Who this device is: its keys, its site and its part in it.

use rand_core::CryptoRng;
use segel_crypto::device::DeviceSecrets;
use segel_crypto::enrol::EnrolmentCode;
use segel_crypto::prekeys::Prekeys;
use segel_wire::cbor_map;
use segel_wire::ids::{DeviceId, InvitationId, Octets, RootKey, SiteId};
use segel_wire::signed::{DeviceKeys, Order};

use crate::membership::{Membership, MembershipRecord};
use crate::records::{Name, Opened};

/// What the page's tag says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitorConfig {
    /// The site.
    pub site: SiteId,
    /// Its pinned root key.
    pub root: RootKey,
    /// The relay's origin.
    pub relay: String,
    /// The origin of the page that shows the widget, as the browser reports it.
    pub page: String,
    /// The page's floor: no older roster counts. Zeros where it has none.
    pub floor: Order,
}

/// How an agent's console starts: from an enrolment code, or from what is kept.
#[derive(Debug, Clone, Default)]
pub struct AgentConfig {
    /// The code of the console's address; ignored by a device that is already enrolled.
    pub code: Option<EnrolmentCode>,
}

/// The device's own record.
#[derive(Clone)]
pub(crate) struct Account {
    pub(crate) site: SiteId,
    pub(crate) root: RootKey,
    pub(crate) relay: String,
    pub(crate) secrets: DeviceSecrets,
    pub(crate) prekeys: Prekeys,
    /// The invitation that an agent's device answered.
    pub(crate) invitation: Option<InvitationId>,
    /// An agent's enrolment until the relay has taken it.
    pub(crate) enrolment: Option<Octets>,
    /// Whether a roster has listed this device.
    pub(crate) listed: bool,
    /// Since when the visitor has everything erased and the relay has not confirmed it, Unix milliseconds.
    pub(crate) erasing: Option<u64>,
}

cbor_map!(Account {
    0: site,
    1: root,
    2: relay,
    3: secrets,
    4: prekeys,
    5: enrolment,
    6: listed,
    7: invitation,
    8: erasing
});

impl Account {
    /// A visitor's account, made with the first message.
    pub(crate) fn make_visitor(
        site: SiteId,
        root: RootKey,
        relay: String,
        random: &mut impl CryptoRng,
    ) -> Self {
        Self {
            site,
            root,
            relay,
            secrets: DeviceSecrets::make(random),
            prekeys: Prekeys::default(),
            invitation: None,
            enrolment: None,
            listed: false,
            erasing: None,
        }
    }

    /// An agent's account and the enrolment that asks for a place in the roster.
    pub(crate) fn make_agent(code: &EnrolmentCode, random: &mut impl CryptoRng) -> Self {
        let secrets = DeviceSecrets::make(random);
        let enrolment = Octets(code.enrol(&secrets));
        Self {
            site: code.site,
            root: code.root,
            relay: code.relay.clone(),
            secrets,
            prekeys: Prekeys::default(),
            invitation: Some(code.derive_invitation()),
            enrolment: Some(enrolment),
            listed: false,
            erasing: None,
        }
    }

    /// Whether this code makes a new device in place of this one: it is another invitation, and this device
    /// is not, or no longer, in the roster that is kept.
    pub(crate) fn gives_way_to(&self, code: &EnrolmentCode, opened: &Opened) -> bool {
        let mut membership = Membership::new(self.site, self.root);
        let record = opened.read::<MembershipRecord>(Name::Membership).ok().flatten();
        let is_kept = record.is_some_and(|record| membership.restore(&record).is_ok());
        let device = self.device();
        let is_listed =
            is_kept && membership.roster().is_some_and(|roster| roster.device(&device, 0).is_some());
        self.invitation != Some(code.derive_invitation()) && !is_listed
    }

    pub(crate) fn keys(&self) -> DeviceKeys {
        self.secrets.derive_keys()
    }

    pub(crate) fn device(&self) -> DeviceId {
        self.keys().derive_id(&self.site)
    }
}
