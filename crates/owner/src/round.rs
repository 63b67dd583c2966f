//! One round of an owner who waits for devices: fetch, check, sign, publish.

use segel_wire::ids::InvitationId;

use crate::accept::{AcceptError, Accepted};
use crate::folder::FileError;
use crate::owner::{Owner, OwnerError};
use crate::publisher::{PublishError, Publisher};

/// What a round brought.
#[derive(Debug, Default)]
pub struct Round {
    /// Devices that the published roster lists from now on.
    pub accepted: Vec<Accepted>,
    /// Answers that do not count; their invitations are withdrawn, since the relay keeps one answer each.
    pub refused: Vec<(InvitationId, AcceptError)>,
}

/// Why a round could not be completed; the next one goes on where it stopped.
#[derive(Debug, thiserror::Error)]
pub enum RoundError {
    /// The owner's own step failed.
    #[error(transparent)]
    Owner(#[from] OwnerError),
    /// The relay could not be asked or told.
    #[error(transparent)]
    Publish(#[from] PublishError),
}

impl From<FileError> for RoundError {
    fn from(error: FileError) -> Self {
        Self::Owner(error.into())
    }
}

impl Round {
    /// Takes up the answers to open invitations, signs the next roster if anything changed or half of
    /// the newest's time is over, and publishes what the relay is missing. `now` in Unix seconds.
    pub async fn run(owner: &mut Owner, publisher: &mut Publisher, now: u64) -> Result<Self, RoundError> {
        let mut round = Self::default();
        let open: Vec<_> = owner.pending(now).map(crate::Pending::id).collect();
        for invitation in open {
            let Some(enrolment) = publisher.fetch_enrolment(&invitation).await? else { continue };
            match owner.accept(&enrolment, now) {
                Ok(accepted) => round.accepted.push(accepted),
                Err(AcceptError::File(error)) => return Err(error.into()),
                Err(refusal) => {
                    owner.withdraw(&invitation)?;
                    round.refused.push((invitation, refusal));
                }
            }
        }
        owner.settle_roster(now)?;
        publisher.publish_rosters(owner).await?;
        Ok(round)
    }
}
