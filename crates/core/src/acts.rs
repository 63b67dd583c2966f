//! Acts as a conversation keeps them, in the order of its log. PROTOCOL.md, section 5.9.

use segel_crypto::act::{Act, ActHash, ActKind, SignedAct};
use segel_crypto::grant::Grant;
use segel_wire::cbor::{self, MalformedCbor};
use segel_wire::ids::{AgentId, DeviceId, EventId};
use segel_wire::signed::Order;
use segel_wire::{cbor_index, cbor_map};

use crate::conversation::{Conversation, Message};
use crate::show::{Body, Deed};
use crate::sorted::SortedSet;

/// An act: an own one from when it is wanted, another's from when it opened.
#[derive(Clone)]
pub(crate) struct ActRecord {
    /// What it does.
    pub(crate) deed: Deed<AgentId>,
    /// Its place among the acts of the conversation; 0 until it is sealed.
    pub(crate) epoch: u64,
    /// None until it is sealed.
    pub(crate) signed: Option<SignedAct>,
    /// The roster that it is judged by.
    pub(crate) order: Option<Order>,
    /// Whether it came in its place of the log that the relay tells, and not merely the answer that it has one.
    pub(crate) logged: bool,
    /// None until it could be judged.
    pub(crate) verdict: Option<Verdict>,
    /// Whether what follows from it was done: history is handed on once.
    pub(crate) followed: bool,
}

cbor_map!(ActRecord { 0: deed, 1: epoch, 2: signed, 3: order, 4: logged, 5: verdict, 6: followed });

/// What became of an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It counts.
    Counts,
    /// Another came first, or it was not allowed.
    Refused,
    /// It counted in a log that the relay has lost: it is judged after all that the log has.
    Lost,
}

cbor_index!(Verdict { 0: Counts, 1: Refused, 2: Lost });

impl Deed<AgentId> {
    /// As an act says it.
    pub(crate) fn kind(self) -> (ActKind, Option<AgentId>) {
        match self {
            Self::Claim => (ActKind::Claim, None),
            Self::Transfer(agent) => (ActKind::Transfer, Some(agent)),
            Self::Release => (ActKind::Release, None),
            Self::Takeover => (ActKind::Takeover, None),
            Self::Join => (ActKind::Join, None),
            Self::Leave => (ActKind::Leave, None),
            Self::End => (ActKind::End, None),
        }
    }

    fn of(act: &Act) -> Option<Self> {
        Some(match (act.kind, act.agent) {
            (ActKind::Claim, None) => Self::Claim,
            (ActKind::Transfer, Some(agent)) => Self::Transfer(agent),
            (ActKind::Release, None) => Self::Release,
            (ActKind::Takeover, None) => Self::Takeover,
            (ActKind::Join, None) => Self::Join,
            (ActKind::Leave, None) => Self::Leave,
            (ActKind::End, None) => Self::End,
            _ => return None,
        })
    }

    /// With the name that `name` gives an agent, for the screen.
    pub(crate) fn named(self, name: impl FnOnce(AgentId) -> String) -> Deed<String> {
        match self {
            Self::Claim => Deed::Claim,
            Self::Transfer(agent) => Deed::Transfer(name(agent)),
            Self::Release => Deed::Release,
            Self::Takeover => Deed::Takeover,
            Self::Join => Deed::Join,
            Self::Leave => Deed::Leave,
            Self::End => Deed::End,
        }
    }
}

impl ActRecord {
    /// An act that this person wants.
    pub(crate) fn wanted(deed: Deed<AgentId>) -> Self {
        let (signed, order) = (None, None);
        Self { deed, epoch: 0, signed, order, logged: false, verdict: None, followed: false }
    }

    /// An act that opened, under the roster that its content names.
    pub(crate) fn read(signed: SignedAct, order: Order) -> Result<Self, MalformedCbor> {
        let act: Act = cbor::decode(&signed.act.0)?;
        let deed = Deed::of(&act).ok_or(MalformedCbor)?;
        let (epoch, signed, order) = (act.epoch, Some(signed), Some(order));
        Ok(Self { epoch, signed, order, logged: true, ..Self::wanted(deed) })
    }

    /// The hash of the act that it follows; none until it is sealed.
    pub(crate) fn previous(&self) -> Option<ActHash> {
        let act: Act = cbor::decode(&self.signed.as_ref()?.act.0).ok()?;
        Some(act.previous)
    }

    pub(crate) fn counts(&self) -> bool {
        self.verdict == Some(Verdict::Counts)
    }

    /// The state starts again from nothing. What the log does not have was judged by another, and is kept at its word.
    pub(crate) fn judge_anew(&mut self) {
        if self.logged {
            self.verdict = None;
        } else if self.counts() {
            self.verdict = Some(Verdict::Lost);
        }
    }

    fn is(&self, hash: ActHash) -> bool {
        self.signed.as_ref().is_some_and(|signed| ActHash::derive(&signed.act.0) == hash)
    }
}

impl Message {
    /// The relay tells the log anew: this stands nowhere until it is delivered again. Whether it stood somewhere.
    pub(crate) fn leave_log(&mut self) -> bool {
        let was_logged = self.act.as_mut().is_some_and(|act| core::mem::take(&mut act.logged));
        core::mem::take(&mut self.in_log) || was_logged
    }
}

impl Conversation {
    /// Acts that are to be judged, in the order of the log; those that it lost come last.
    pub(crate) fn unjudged(&self) -> SortedSet<(bool, u64, EventId)> {
        let unjudged = self.messages.iter().filter_map(|(event, message)| {
            let act = message.act.as_ref()?;
            let is_lost = act.verdict == Some(Verdict::Lost);
            let is_next = is_lost || (act.logged && act.verdict.is_none());
            Some(((is_lost, message.position.filter(|_| is_next)?, *event), ()))
        });
        unjudged.collect()
    }

    /// Acts that count, with their messages.
    fn counting(&self) -> impl Iterator<Item = (&Message, &ActRecord)> {
        let acts = self.messages.values().filter_map(|message| Some((message, message.act.as_ref()?)));
        acts.filter(|(_, act)| act.counts())
    }

    /// The act that counts in this place.
    pub(crate) fn counting_at(&self, epoch: u64) -> Option<(&Message, &ActRecord)> {
        self.counting().find(|(_, act)| act.epoch == epoch)
    }

    /// The last act that counts.
    pub(crate) fn last_act(&self) -> Option<(&Message, &ActRecord)> {
        self.counting_at(self.facts.assignment.epoch)
    }

    /// Whether an act counts that came after this one, and stands in the log not beyond a position.
    pub(crate) fn counts_after(&self, act: Option<ActHash>, position: u64) -> bool {
        let known = self.counting().find(|(_, record)| act.is_some_and(|act| record.is(act)));
        let known = known.map_or(0, |(_, record)| record.epoch);
        let mut after = self.counting().filter(|(_, record)| record.epoch > known);
        after.any(|(message, _)| message.position.is_some_and(|at| at <= position))
    }

    /// Whether an act waits for one before it.
    pub(crate) fn is_ahead(&self, message: &Message) -> bool {
        let next = self.facts.assignment.epoch.saturating_add(1);
        message.act.as_ref().is_some_and(|act| act.epoch > next)
    }

    /// Whether another act counts that follows the same one, and the log puts it after this one or does not have it.
    pub(crate) fn displaces(&self, event: EventId) -> bool {
        let Some(message) = self.messages.get(&event) else { return false };
        let Some(act) = message.act.as_ref().filter(|act| act.logged) else { return false };
        self.counting_at(act.epoch).is_some_and(|(other, counting)| {
            let comes_later = !counting.logged || other.position > message.position;
            comes_later && counting.previous() == act.previous()
        })
    }

    /// Whether an own act is on its way or waits for its judgement.
    pub(crate) fn is_acting(&self) -> bool {
        self.messages.values().any(|message| {
            let awaits = message.act.as_ref().is_some_and(|act| act.verdict.is_none());
            awaits && message.is_own()
        })
    }

    /// Whether the act of this hash opened here.
    pub(crate) fn knows(&self, hash: ActHash) -> bool {
        let mut acts = self.messages.values().filter_map(|message| message.act.as_ref());
        acts.any(|act| act.is(hash))
    }

    /// Acts that stand in the log.
    pub(crate) fn acts(&self) -> impl Iterator<Item = EventId> {
        let is_logged = |message: &Message| message.act.as_ref().is_some_and(|act| act.logged);
        self.messages.iter().filter(move |(_, message)| is_logged(message)).map(|(event, _)| *event)
    }

    /// Notes to whom acts among these grants are handed on; `now` in Unix seconds.
    pub(crate) fn hand(&mut self, grants: &[Grant], to: DeviceId, now: u64) {
        let is_act =
            |grant: &Grant| self.messages.get(&grant.event).is_some_and(|message| message.act.is_some());
        if grants.iter().any(is_act) {
            self.facts.hand(to, now);
        }
    }

    /// Whether this is an own message that this device got among others.
    pub(crate) fn sealed_to(&self, event: EventId, device: DeviceId) -> bool {
        self.messages.get(&event).is_some_and(|message| {
            message.is_own() && message.recipients.as_ref().is_some_and(|devices| devices.contains(&device))
        })
    }

    /// Whether it goes to the whole desk, whoever holds the conversation.
    pub(crate) fn is_for_the_desk(&self, event: EventId) -> bool {
        self.messages
            .get(&event)
            .is_some_and(|message| message.withdraws.is_some() || matches!(message.body, Body::Ended))
    }

    /// Own messages that the log puts after an act which they did not know.
    pub(crate) fn crossed(&self) -> Vec<EventId> {
        let counting = self.counting().filter_map(|(message, act)| Some((act.epoch, message.position?)));
        let counting: Vec<_> = counting.collect();
        let crossed = self.messages.iter().filter(|(_, message)| {
            let position = message.position.filter(|_| message.is_own() && message.act.is_none());
            let has_crossed =
                |position| counting.iter().any(|(epoch, at)| *epoch > message.epoch && *at < position);
            position.is_some_and(has_crossed)
        });
        crossed.map(|(event, _)| *event).collect()
    }
}
