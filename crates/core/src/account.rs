//! Who this device is: its keys, its site and its part in it.

use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use segel_crypto::device::{DeviceSecrets, Prekeys};
use segel_crypto::enrol::EnrolmentCode;
use segel_wire::ids::{DeviceId, InvitationId, RootKey, SiteId};
use segel_wire::signed::DeviceKeys;

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
}

/// How an agent's console starts: from an enrolment code, or from what is kept.
#[derive(Debug, Clone, Default)]
pub struct AgentConfig {
    /// The code of the console's address; ignored by a device that is already enrolled.
    pub code: Option<EnrolmentCode>,
}

/// The device's own record.
#[derive(Clone, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Account {
    #[n(0)]
    pub(crate) site: SiteId,
    #[n(1)]
    pub(crate) root: RootKey,
    #[n(2)]
    pub(crate) relay: String,
    #[n(3)]
    pub(crate) secrets: DeviceSecrets,
    #[n(4)]
    pub(crate) prekeys: Prekeys,
    /// An agent's enrolment until the relay has taken it.
    #[n(5)]
    pub(crate) enrolment: Option<PendingEnrolment>,
    /// Whether a roster has listed this device.
    #[n(6)]
    pub(crate) listed: bool,
}

/// An enrolment on its way.
#[derive(Clone, Encode, Decode)]
pub(crate) struct PendingEnrolment {
    #[n(0)]
    pub(crate) invitation: InvitationId,
    #[cbor(n(1), with = "minicbor::bytes")]
    pub(crate) bytes: Vec<u8>,
}

impl Account {
    /// A visitor's account, made with the first message.
    pub(crate) fn make_visitor(config: &VisitorConfig, random: &mut impl CryptoRng) -> Self {
        Self {
            site: config.site,
            root: config.root,
            relay: config.relay.clone(),
            secrets: DeviceSecrets::make(random),
            prekeys: Prekeys::default(),
            enrolment: None,
            listed: false,
        }
    }

    /// An agent's account and the enrolment that asks for a place in the roster.
    pub(crate) fn make_agent(code: &EnrolmentCode, random: &mut impl CryptoRng) -> Self {
        let secrets = DeviceSecrets::make(random);
        let enrolment =
            PendingEnrolment { invitation: code.derive_invitation(), bytes: code.enrol(&secrets) };
        Self {
            site: code.site,
            root: code.root,
            relay: code.relay.clone(),
            secrets,
            prekeys: Prekeys::default(),
            enrolment: Some(enrolment),
            listed: false,
        }
    }

    pub(crate) fn keys(&self) -> DeviceKeys {
        self.secrets.derive_keys()
    }

    pub(crate) fn device(&self) -> DeviceId {
        self.keys().derive_id(&self.site)
    }
}
