//! Who holds a conversation, said by signed acts that follow each other. PROTOCOL.md, section 5.9.

use core::iter;

use segel_wire::ids::{AgentId, ConversationId, DeviceId, Octets, RosterHash, Signature};
use segel_wire::signed::{Agent, Desk, VerifiedRoster, statement};
use segel_wire::{cbor, cbor_array, cbor_index, cbor_map, cbor_transparent, limits};

use crate::device::DeviceSecrets;
use segel_hazmat::kdf;

/// SHA-256 of an act; the next one names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActHash(pub [u8; 32]);

cbor_transparent!(ActHash);

/// What an act does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActKind {
    /// The signer's agent takes what nobody holds.
    Claim,
    /// The holder hands it to another agent.
    Transfer,
    /// The holder lets go of it.
    Release,
    /// A supervisor takes it from whoever holds it.
    Takeover,
    /// A supervisor reads along.
    Join,
    /// Who joined reads along no more.
    Leave,
    /// The holder ends the conversation: no act follows.
    End,
}

cbor_index!(ActKind { 0: Claim, 1: Transfer, 2: Release, 3: Takeover, 4: Join, 5: Leave, 6: End });

/// The signed statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Act {
    /// The conversation.
    pub conversation: ConversationId,
    /// Counts the acts of a conversation, from 1.
    pub epoch: u64,
    /// Hash of the act before.
    pub previous: ActHash,
    /// The device that signs it and sends the event.
    pub device: DeviceId,
    /// What it does.
    pub kind: ActKind,
    /// Who gets the conversation; in a transfer and nowhere else.
    pub agent: Option<AgentId>,
    /// The signer's newest roster, which the content's header names as well.
    pub roster: RosterHash,
}

cbor_map!(Act { 0: conversation, 1: epoch, 2: previous, 3: device, 4: kind, 5: agent, 6: roster });

/// An act as it travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedAct {
    /// The act's bytes.
    pub act: Octets,
    /// By the device's signing key over [`Act::statement`].
    pub signature: Signature,
}

cbor_array!(SignedAct { act, signature });

/// What the acts so far come to: who holds a conversation and who joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The last act's; 0 before the first.
    pub epoch: u64,
    /// The last act's hash; zeros before the first.
    pub hash: ActHash,
    /// Who holds it by the acts alone; [`Assignment::holder_now`] asks the roster too.
    pub holder: Option<AgentId>,
    /// Who joined, in that order; never the holder.
    pub joined: Vec<AgentId>,
    /// Who ended the conversation by an act; none follows it.
    pub ended: Option<AgentId>,
}

cbor_map!(Assignment { 0: epoch, 1: hash, 2: holder, 3: joined, 4: ended });

/// What an act is judged by.
#[derive(Debug, Clone, Copy)]
pub struct ActContext<'a> {
    /// The roster that the event's content names. An act is judged by it, so that whoever reads it later comes to
    /// the same.
    pub roster: &'a VerifiedRoster,
    /// The conversation's desk, as that roster has it.
    pub desk: &'a Desk,
    /// The conversation.
    pub conversation: &'a ConversationId,
    /// The device that sent the event.
    pub sender: &'a DeviceId,
    /// When the content was written, Unix seconds.
    pub now: u64,
}

/// Why an act changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// Not the documented shape.
    #[error("malformed act")]
    Malformed,
    /// The device that sent the event did not sign it.
    #[error("the act was not signed by its sender")]
    BadSignature,
    /// It speaks of another conversation, or of another roster than its content.
    #[error("the act is for another conversation or under another roster")]
    Elsewhere,
    /// Its epoch is past: another act came first.
    #[error("another act came first")]
    Late,
    /// An act between is missing.
    #[error("an act before this one is missing")]
    Ahead,
    /// It follows another act than the last one.
    #[error("the act follows another one")]
    NotFollowing,
    /// The signer may not do this, or not now.
    #[error("the signer may not do this")]
    NotAllowed,
}

impl ActHash {
    /// What stands before the first act.
    pub const NONE: Self = Self([0; 32]);

    /// The hash of an act's bytes.
    pub fn derive(act: &[u8]) -> Self {
        Self(kdf::hash(act))
    }
}

impl Act {
    /// What the device signs.
    pub fn statement(act: &[u8]) -> Vec<u8> {
        statement("segel/1 act", &[act])
    }

    /// Signs it with the secrets of the device that it names.
    pub fn sign(&self, device: &DeviceSecrets) -> SignedAct {
        let act = cbor::encode(self);
        let signature = device.sign(&Self::statement(&act));
        SignedAct { act: Octets(act), signature }
    }
}

impl Default for Assignment {
    fn default() -> Self {
        Self { epoch: 0, hash: ActHash::NONE, holder: None, joined: Vec::new(), ended: None }
    }
}

impl Assignment {
    /// The act of this kind that follows, for its device to sign. `agent` is who gets a transfer.
    pub fn draft(&self, kind: ActKind, agent: Option<AgentId>, context: &ActContext<'_>) -> Act {
        Act {
            conversation: *context.conversation,
            epoch: self.epoch.saturating_add(1),
            previous: self.hash,
            device: *context.sender,
            kind,
            agent,
            roster: context.roster.hash(),
        }
    }

    /// The state after an act, if it follows and is allowed. Acts are given in the order of the log.
    pub fn follow(&self, signed: &SignedAct, context: &ActContext<'_>) -> Result<Self, ActError> {
        let act: Act = cbor::decode(&signed.act.0).map_err(|_| ActError::Malformed)?;
        if act.agent.is_some() != (act.kind == ActKind::Transfer) {
            return Err(ActError::Malformed);
        }
        // A device that does not count has no key to verify with, so this comes before the signature.
        let (agent, device) =
            context.roster.device(context.sender, context.now).ok_or(ActError::NotAllowed)?;
        let statement = Act::statement(&signed.act.0);
        if act.device != *context.sender || !device.keys.signing.verifies(&statement, &signed.signature) {
            return Err(ActError::BadSignature);
        }
        if act.conversation != *context.conversation || act.roster != context.roster.hash() {
            return Err(ActError::Elsewhere);
        }
        if act.epoch <= self.epoch {
            return Err(ActError::Late);
        }
        if act.epoch - self.epoch > 1 {
            return Err(ActError::Ahead);
        }
        if act.previous != self.hash {
            return Err(ActError::NotFollowing);
        }
        if !self.allows(act.kind, act.agent, &agent.id, context) {
            return Err(ActError::NotAllowed);
        }
        Ok(self.apply(&act, agent.id, ActHash::derive(&signed.act.0)))
    }

    /// Whether the sender could sign this act now and have it count. `agent` is who gets a transfer.
    pub fn permits(&self, kind: ActKind, agent: Option<AgentId>, context: &ActContext<'_>) -> bool {
        let signer = context.roster.device(context.sender, context.now);
        signer.is_some_and(|(signer, _)| self.allows(kind, agent, &signer.id, context))
    }

    /// Who holds the conversation and is there: listed, with a device that counts.
    pub fn holder_now<'r>(&self, roster: &'r VerifiedRoster, now: u64) -> Option<&'r Agent> {
        self.holder.as_ref().and_then(|holder| find_present(holder, roster, now))
    }

    /// Whose devices get wraps besides the visitor's, sorted: the desk's inbox while no holder is there, else
    /// the holder's and those of who joined. The holder's come first where not all can have one.
    pub fn devices(&self, roster: &VerifiedRoster, desk: &Desk, now: u64) -> Vec<DeviceId> {
        select(self.members(roster, desk, now))
    }

    /// The same for the act that leads from this state to `after`: new members first, then old ones, then the
    /// rest of the desk's inbox, so that whoever claims next knows every act before theirs.
    pub fn devices_of_act(
        &self,
        after: &Self,
        roster: &VerifiedRoster,
        desk: &Desk,
        now: u64,
    ) -> Vec<DeviceId> {
        let mut members = after.members(roster, desk, now);
        members.extend(self.members(roster, desk, now));
        members.extend(find_inbox(roster, desk, now));
        select(members)
    }

    /// Who reads along, in the order of who is to get a wrap first.
    fn members(&self, roster: &VerifiedRoster, desk: &Desk, now: u64) -> Vec<DeviceId> {
        let Some(holder) = self.holder_now(roster, now) else {
            return find_inbox(roster, desk, now).collect();
        };
        let agents = iter::once(holder).chain(self.joined.iter().filter_map(|agent| roster.agent(agent)));
        let devices = agents.flat_map(|agent| &agent.devices).filter(|device| now < device.not_after);
        devices.map(|device| device.keys.derive_id(&roster.roster().site)).collect()
    }

    fn allows(
        &self,
        kind: ActKind,
        agent: Option<AgentId>,
        signer: &AgentId,
        context: &ActContext<'_>,
    ) -> bool {
        let ActContext { roster, desk, now, .. } = *context;
        let is_supervisor = |agent: &AgentId| desk.supervisors.iter().flatten().any(|other| other == agent);
        let may_hold = |agent: &AgentId| {
            find_present(agent, roster, now)
                .is_some_and(|present| is_supervisor(agent) || is_member(present, desk, roster))
        };
        let (holds, joined) = (self.holder.as_ref() == Some(signer), self.joined.contains(signer));
        if self.ended.is_some() {
            return false;
        }
        match kind {
            ActKind::Claim => may_hold(signer) && self.holder_now(roster, now).is_none(),
            ActKind::Transfer => holds && agent.is_some_and(|agent| agent != *signer && may_hold(&agent)),
            ActKind::Release | ActKind::End => holds,
            ActKind::Takeover => is_supervisor(signer) && !holds,
            ActKind::Join => is_supervisor(signer) && !holds && !joined,
            ActKind::Leave => joined,
        }
    }

    fn apply(&self, act: &Act, signer: AgentId, hash: ActHash) -> Self {
        let (mut holder, mut joined) = (self.holder, self.joined.clone());
        match act.kind {
            ActKind::Claim | ActKind::Takeover => holder = Some(signer),
            ActKind::Transfer => holder = act.agent,
            ActKind::Release => holder = None,
            ActKind::Join => joined.push(signer),
            ActKind::Leave => joined.retain(|agent| *agent != signer),
            ActKind::End => {}
        }
        joined.retain(|agent| Some(*agent) != holder);
        let ended = (act.kind == ActKind::End).then_some(signer);
        Self { epoch: act.epoch, hash, holder, joined, ended }
    }
}

fn find_inbox<'a>(
    roster: &'a VerifiedRoster,
    desk: &'a Desk,
    now: u64,
) -> impl Iterator<Item = DeviceId> + 'a {
    desk.inbox.iter().filter(move |id| roster.device(id, now).is_some()).copied()
}

/// As many as can have a wrap beside the visitor, each once, sorted.
fn select(members: Vec<DeviceId>) -> Vec<DeviceId> {
    let mut selected = Vec::with_capacity(limits::WRAPS - 1);
    for device in members {
        if let Err(place) = selected.binary_search(&device)
            && selected.len() < limits::WRAPS - 1
        {
            selected.insert(place, device);
        }
    }
    selected
}

/// An agent who is there: listed, with a device that counts.
fn find_present<'r>(id: &AgentId, roster: &'r VerifiedRoster, now: u64) -> Option<&'r Agent> {
    roster.agent(id).filter(|agent| agent.devices.iter().any(|device| now < device.not_after))
}

fn is_member(agent: &Agent, desk: &Desk, roster: &VerifiedRoster) -> bool {
    let ids = agent.devices.iter().map(|device| device.keys.derive_id(&roster.roster().site));
    ids.into_iter().any(|id| desk.inbox.binary_search(&id).is_ok())
}
