//! What was handed on to whom, and telling others of acts that came before those they know: where an own act came second, and
//! where one came to be known late. PROTOCOL.md, sections 5.8 to 5.10.

use rand_core::CryptoRng;
use segel_crypto::act::ActHash;
use segel_crypto::grant::Grant;
use segel_wire::ids::{ConversationId, DeviceId, EventId};
use segel_wire::limits;

use super::Engine;
use crate::account::Account;
use crate::conversation::Message;
use crate::sorted::{Sorted, SortedSet};

/// What was handed on to whom, and which acts others know; kept in memory.
#[derive(Default)]
pub(super) struct Told {
    /// When an event was granted to a device, Unix seconds.
    given: Sorted<(EventId, DeviceId), u64>,
    /// The act that a device named last, and up to where it saw the log.
    named: Sorted<(ConversationId, DeviceId), (Option<ActHash>, u64)>,
}

impl Told {
    pub(super) fn give(&mut self, grants: &[Grant], to: DeviceId, time: u64) {
        self.forget_old(time);
        self.given.extend(grants.iter().map(|grant| ((grant.event, to), time)));
    }

    /// Whether an event was granted to a device within the hour.
    pub(super) fn was_given(&self, event: EventId, to: DeviceId, time: u64) -> bool {
        self.given.get(&(event, to)).is_some_and(|at| time.abs_diff(*at) < limits::RESYNC_SECONDS)
    }

    /// Keys that were handed on named places that are no more.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The clock was set back by so many seconds.
    pub(super) fn move_back(&mut self, by: u64) {
        self.given.iter_mut().for_each(|(_, at)| *at = at.saturating_sub(by));
    }

    /// The device began a session anew: it may have lost what it was given.
    pub(super) fn forget(&mut self, device: DeviceId) {
        self.given.iter_mut().filter(|((_, to), _)| *to == device).for_each(|(_, at)| *at = 0);
    }

    pub(super) fn forget_old(&mut self, time: u64) {
        if self.given.is_empty() {
            // What forgets comes with the rest of a visitor's program.
            return;
        }
        self.given.retain(|at| time.abs_diff(*at) < limits::RESYNC_SECONDS);
    }

    /// How much was handed on within the hour.
    pub(super) fn len(&self) -> usize {
        self.given.len()
    }

    /// A device's content named this act, and saw the log up to that position.
    pub(super) fn hear(&mut self, by: (ConversationId, DeviceId), named: (Option<ActHash>, u64)) {
        self.named.insert(by, named);
    }
}

impl Engine {
    /// The devices that an own act was sealed to are told the acts that are known here: they may have been enrolled since, and to
    /// the visitor's what a device said stays closed that was removed before it came. So are the others of the inbox, which may
    /// have been told of the own one.
    pub(super) fn tell_first(
        &mut self,
        id: ConversationId,
        event: EventId,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let Some(conversation) = self.conversations.get(&id) else { return };
        let told = conversation.messages.get(&event).and_then(Message::sealed_act_to);
        let Some(mut told) = told else { return };
        told.append(&mut self.membership.inbox(conversation.facts.desk, now));
        let own = self.account.as_ref().map(Account::device);
        for device in told.into_iter().filter(|device| Some(*device) != own) {
            self.requested(id, self.peer_of(id, device), &[], now, random);
        }
    }

    /// An act counts that came to be known late: told are those who were told others within the hour, and those who saw
    /// the log beyond it and did not know it.
    pub(super) fn tell_late(
        &mut self,
        id: ConversationId,
        position: Option<u64>,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let Some(conversation) = self.conversations.get(&id) else { return };
        if position >= Some(conversation.facts.head) {
            return;
        }
        let handed = conversation.facts.handed(now / 1_000);
        let reads = self.is_of_its_readers(id, now);
        let named = self.told.named.iter().filter(|((named_in, _), (act, seen))| {
            reads && *named_in == id && conversation.counts_after(*act, *seen)
        });
        let told: SortedSet<_> =
            handed.chain(named.map(|((_, device), _)| device)).map(|device| (*device, ())).collect();
        for &device in told.keys() {
            self.requested(id, self.peer_of(id, device), &[], now, random);
        }
    }
}

impl Message {
    /// Whom an own act was sealed to.
    fn sealed_act_to(&self) -> Option<Vec<DeviceId>> {
        self.recipients.clone().filter(|_| self.is_own() && self.act.is_some())
    }
}
