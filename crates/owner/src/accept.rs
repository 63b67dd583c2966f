//! A device's answer to an invitation: checked, and listed for its agent. PROTOCOL.md, section 3.6.

use segel_wire::cbor;
use segel_wire::ids::{AgentId, DeviceId};
use segel_wire::limits;
use segel_wire::signed::{Enrolment, EnrolmentError};

use crate::folder::FileError;
use crate::owner::Owner;
use crate::site::SiteError;

/// A device that the next roster will list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// The device.
    pub device: DeviceId,
    /// Its agent.
    pub agent: AgentId,
}

/// Why a device's answer does not count.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// It answers no invitation that waits here.
    #[error("this enrolment answers no open invitation")]
    NotInvited,
    /// The enrolment itself does not hold.
    #[error(transparent)]
    Enrolment(#[from] EnrolmentError),
    /// Whoever made it did not know the code.
    #[error("this enrolment was made without the invitation's code")]
    WrongCode,
    /// It holds, and the description cannot take it.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// It holds, and could not be kept; try again.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Owner {
    /// Checks a device's answer to an open invitation and lists the device for its agent. `now` in Unix
    /// seconds. The next roster is still to be signed.
    pub fn accept(&mut self, enrolment: &[u8], now: u64) -> Result<Accepted, AcceptError> {
        let malformed = |error| AcceptError::Enrolment(EnrolmentError::Malformed(error));
        if enrolment.len() > limits::ENROLMENT_BYTES {
            return Err(malformed(cbor::MalformedCbor));
        }
        let claimed: Enrolment = cbor::decode(enrolment).map_err(malformed)?;
        let pending = self.pending(now).find(|pending| pending.id() == claimed.invitation);
        let pending = pending.ok_or(AcceptError::NotInvited)?;
        let verified = Enrolment::verify(enrolment, &self.site(), &pending.id())?;
        if !pending.code.vouches_for(&verified) {
            return Err(AcceptError::WrongCode);
        }
        let agent = pending.agent;
        // Listed first: should this stop between the two, the same answer is accepted again as it was.
        let device = self.change::<_, AcceptError>(|site| site.add_device(&agent, verified.keys, now))?;
        self.withdraw(&verified.invitation)?;
        Ok(Accepted { device, agent })
    }
}
