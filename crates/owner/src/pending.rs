//! Invitations that wait for their device, with the codes that only their agents are told.

use std::borrow::Cow;

use segel_crypto::enrol::EnrolmentCode;
use segel_wire::ids::{AgentId, InvitationId, Octets};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use zeroize::Zeroizing;

/// An invitation that no device has answered yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pending {
    /// What the agent is told; a secret until it is used.
    #[serde(serialize_with = "write_code", deserialize_with = "read_code")]
    pub code: EnrolmentCode,
    /// Whose device it invites.
    pub agent: AgentId,
    /// Until when it may be answered, Unix seconds.
    pub not_after: u64,
    /// The signed invitation, as it is published.
    pub invitation: Octets,
}

impl Pending {
    /// The invitation's id, under which the relay keeps it and its answer.
    pub fn id(&self) -> InvitationId {
        self.code.derive_invitation()
    }
}

fn write_code<S: Serializer>(code: &EnrolmentCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&Zeroizing::new(code.to_text()))
}

fn read_code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<EnrolmentCode, D::Error> {
    EnrolmentCode::parse(&Cow::<'de, str>::deserialize(deserializer)?).map_err(de::Error::custom)
}
