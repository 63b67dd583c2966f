//! Who holds a conversation, said by signed acts that follow each other. PROTOCOL.md, section 5.9.

use core::iter;

use segel_wire::ids::{AgentId, ConversationId, DeskId, DeviceId, Octets, RosterHash, Signature};
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
    /// By which kind of act.
    pub held_by: Option<ActKind>,
    /// Who joined, in that order; never the holder.
    pub joined: Vec<AgentId>,
    /// Who ended the conversation by an act; none follows it.
    pub ended: Option<AgentId>,
}

cbor_map!(Assignment { 0: epoch, 1: hash, 2: holder, 3: joined, 4: ended, 5: held_by });

/// Where a conversation has its place under a roster.
#[derive(Debug, Clone, Copy)]
pub enum Seat<'a> {
    /// At its own desk, which says who has a role there.
    Own(&'a Desk),
    /// At the site's first desk, whose inbox stands in for a desk that the roster does not have.
    StandIn(&'a Desk),
}

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
        Self { epoch: 0, hash: ActHash::NONE, holder: None, held_by: None, joined: Vec::new(), ended: None }
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

    /// Who holds the conversation and is there: listed with a device that counts, and still in the role at the desk by
    /// which they hold it. The roster that takes a role away ends what it gave.
    pub fn holder_now<'r>(&self, roster: &'r VerifiedRoster, seat: Seat<'_>, now: u64) -> Option<&'r Agent> {
        let holder = find_present(self.holder.as_ref()?, roster, now)?;
        let keeps_role = match seat {
            Seat::Own(desk) if self.held_by == Some(ActKind::Takeover) => is_supervisor(&holder.id, desk),
            Seat::Own(desk) => may_hold(holder, desk, roster),
            Seat::StandIn(_) => true,
        };
        keeps_role.then_some(holder)
    }

    /// Who joined, is listed and still supervises the desk, in the order of joining.
    pub fn joined_now<'r>(
        &'r self,
        roster: &'r VerifiedRoster,
        seat: Seat<'r>,
    ) -> impl Iterator<Item = &'r Agent> {
        let keeps_role = move |agent: &&AgentId| match seat {
            Seat::Own(desk) => is_supervisor(agent, desk),
            Seat::StandIn(_) => true,
        };
        self.joined.iter().filter(keeps_role).filter_map(|agent| roster.agent(agent))
    }

    /// Whose devices get wraps besides the visitor's, sorted: the desk's inbox while no holder is there, else
    /// the holder's and those of who joined. The holder's come first where not all can have one.
    pub fn devices(&self, roster: &VerifiedRoster, seat: Seat<'_>, now: u64) -> Vec<DeviceId> {
        select(self.members(roster, seat, now))
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
        let mut members = after.members(roster, Seat::Own(desk), now);
        members.extend(self.members(roster, Seat::Own(desk), now));
        members.extend(find_inbox(roster, desk, now));
        select(members)
    }

    /// Who reads along, in the order of who is to get a wrap first.
    fn members(&self, roster: &VerifiedRoster, seat: Seat<'_>, now: u64) -> Vec<DeviceId> {
        let Some(holder) = self.holder_now(roster, seat, now) else {
            return find_inbox(roster, seat.desk(), now).collect();
        };
        let agents = iter::once(holder).chain(self.joined_now(roster, seat));
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
        let holder = self.holder_now(roster, Seat::Own(desk), now).map(|holder| holder.id);
        let can_take = |agent: &AgentId| {
            find_present(agent, roster, now).is_some_and(|agent| may_hold(agent, desk, roster))
        };
        let (holds, joined) = (holder == Some(*signer), self.joined.contains(signer));
        if self.ended.is_some() {
            return false;
        }
        match kind {
            ActKind::Claim => holder.is_none() && can_take(signer),
            ActKind::Transfer => holds && agent.is_some_and(|agent| agent != *signer && can_take(&agent)),
            ActKind::Release | ActKind::End => holds,
            ActKind::Takeover => is_supervisor(signer, desk) && !holds,
            ActKind::Join => is_supervisor(signer, desk) && !holds && !joined,
            ActKind::Leave => joined,
        }
    }

    fn apply(&self, act: &Act, signer: AgentId, hash: ActHash) -> Self {
        let mut after = Self { epoch: act.epoch, hash, ..self.clone() };
        match act.kind {
            ActKind::Claim | ActKind::Takeover => after.holder = Some(signer),
            ActKind::Transfer => after.holder = act.agent,
            ActKind::Release => after.holder = None,
            ActKind::Join => after.joined.push(signer),
            ActKind::Leave => after.joined.retain(|agent| *agent != signer),
            ActKind::End => after.ended = Some(signer),
        }
        if after.holder.is_none() {
            after.held_by = None;
        } else if matches!(act.kind, ActKind::Claim | ActKind::Takeover | ActKind::Transfer) {
            after.held_by = Some(act.kind);
        }
        after.joined.retain(|agent| Some(*agent) != after.holder);
        after
    }
}

impl<'a> Seat<'a> {
    /// The desk that a conversation was begun with, if the roster has it, else the site's first. `None` in a site
    /// without desks.
    pub fn find(roster: &'a VerifiedRoster, begun_with: Option<DeskId>) -> Option<Self> {
        let first = || roster.roster().desks.first();
        let Some(desk) = begun_with else { return first().map(Self::Own) };
        roster.desk(&desk).map(Self::Own).or_else(|| first().map(Self::StandIn))
    }

    /// The desk, which is another than the conversation's own where one stands in.
    pub fn desk(self) -> &'a Desk {
        let (Self::Own(desk) | Self::StandIn(desk)) = self;
        desk
    }

    /// The conversation's own desk. Acts ask nothing of one that stands in, or whoever was of the first desk before the own
    /// one existed could claim what is not theirs.
    pub fn own(self) -> Option<&'a Desk> {
        match self {
            Self::Own(desk) => Some(desk),
            Self::StandIn(_) => None,
        }
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

fn is_supervisor(agent: &AgentId, desk: &Desk) -> bool {
    desk.supervisors.iter().flatten().any(|supervisor| supervisor == agent)
}

fn may_hold(agent: &Agent, desk: &Desk, roster: &VerifiedRoster) -> bool {
    is_supervisor(&agent.id, desk) || is_member(agent, desk, roster)
}

fn is_member(agent: &Agent, desk: &Desk, roster: &VerifiedRoster) -> bool {
    let ids = agent.devices.iter().map(|device| device.keys.derive_id(&roster.roster().site));
    ids.into_iter().any(|id| desk.inbox.binary_search(&id).is_ok())
}
