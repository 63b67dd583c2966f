//! What did not open, kept for a key that may come later. PROTOCOL.md, section 5.8.

use segel_wire::ids::{DeviceId, EventId, Octets};
use segel_wire::{Delivered, cbor_array, limits};

use crate::conversation::{Conversation, Message};
use crate::membership::{Membership, Named};
use crate::show::{Body, Refusal};

/// A message as it was delivered, closed.
#[derive(Clone)]
pub(crate) struct Unopened {
    pub(crate) sender: DeviceId,
    pub(crate) recipients: Vec<DeviceId>,
    pub(crate) content: Octets,
    /// How often its sender was asked for the key.
    pub(crate) asked: u32,
}

cbor_array!(Unopened { sender, recipients, content, asked });

/// How often the key of one event is asked for.
pub(crate) const ASKED_MOST: u32 = 2;

impl Unopened {
    /// A delivered event.
    pub(crate) fn of(delivered: Delivered) -> Self {
        let Delivered { sender, recipients, content, .. } = delivered;
        Self { sender, recipients, content, asked: 0 }
    }
}

impl Conversation {
    /// Events of this device that did not open and whose key is still to be asked for: it is of no use while the roster is unknown
    /// that the content names.
    pub(crate) fn unopened(
        &self,
        device: DeviceId,
        membership: &Membership,
    ) -> impl Iterator<Item = EventId> {
        let is_wanted = move |message: &Message| {
            let is_closed_anyway =
                |unopened: &Unopened| membership.relate_to(&unopened.content.0) != Some(Named::Known);
            message.to_be_asked_of() == Some(device)
                && !message.unopened.as_ref().is_some_and(is_closed_anyway)
        };
        self.messages.iter().filter(move |(_, message)| is_wanted(message)).map(|(event, _)| *event)
    }

    /// Of the closed contents that are kept of the same sender as this one, the one that gives way if they are too many:
    /// first what was asked for in vain, then what may be rubbish, then what is oldest. Devices that no roster lists
    /// share one sender's room, and so does all that names no known roster: the relay could name as many as it likes.
    pub(crate) fn surplus(&self, event: EventId) -> Option<EventId> {
        let is_of_anybody = |message: &Message| {
            matches!(message.body, Body::Closed(Refusal::UnknownSender | Refusal::RosterForked))
        };
        let newest = self.messages.get(&event)?;
        let kept = self.messages.iter().filter(|(_, message)| {
            let is_of_sender = message.sender == newest.sender && !is_of_anybody(message);
            let is_unlisted = is_of_anybody(message) && is_of_anybody(newest);
            message.unopened.is_some() && (is_of_sender || is_unlisted)
        });
        let kept: Vec<_> = kept.collect();
        let worth = |(_, message): &&(&EventId, &Message)| {
            let is_genuine = message.body == Body::Closed(Refusal::MessageStale);
            (message.is_to_be_asked_for(), is_genuine, message.position)
        };
        let least = kept.iter().min_by_key(worth).filter(|_| kept.len() > limits::REQUESTED_EVENTS);
        least.map(|(event, _)| **event)
    }
}

impl Message {
    /// Its closed content gives way to others: once somebody hands on its key, the relay is asked for it.
    pub(crate) fn give_way(&mut self) {
        let asked = self.unopened.take().map_or(0, |unopened| unopened.asked);
        (self.gave_way, self.asked) = (true, asked);
    }

    /// Whether its sender is still to be asked for its key.
    pub(crate) fn is_to_be_asked_for(&self) -> bool {
        self.to_be_asked_of().is_some()
    }

    /// The device that is still to be asked for its key: its sender.
    pub(crate) fn to_be_asked_of(&self) -> Option<DeviceId> {
        match &self.unopened {
            Some(unopened) => Some(unopened.sender).filter(|_| unopened.asked < ASKED_MOST),
            None => self.sender.filter(|_| self.gave_way && self.is_without_key() && self.asked < ASKED_MOST),
        }
    }

    /// Whether it is closed, and its key came from nobody.
    pub(crate) fn is_without_key(&self) -> bool {
        self.key.is_none() && !self.is_open()
    }
}
