//! What this person takes back, and what others take back here. PROTOCOL.md, section 5.16.

use segel_wire::Withdraws;
use segel_wire::ids::{ConversationId, DeviceId, EventId};
use segel_wire::limits;

use rand_core::CryptoRng;

use super::{Engine, make_id};
use crate::conversation::{Message, Stage};
use crate::io::Output;
use crate::records::Name;
use crate::show::{Body, Progress, Refusal, Show};

impl Engine {
    /// The person takes back an own message. What says so to the others is a message itself, after the one that it names.
    pub(super) fn withdraw(
        &mut self,
        id: ConversationId,
        event: EventId,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        let time = conversation.next_time(now);
        let Some(message) = conversation.messages.get_mut(&event) else { return };
        if !message.may_be_withdrawn() {
            return;
        }
        if !matches!(message.stage, Stage::Sealed(_) | Stage::Sent) {
            return self.take_out_unsent(id, event);
        }
        let attachment = message.attachment.as_ref().map(|attachment| attachment.id);
        message.withdraw();
        self.ledger.put(Name::Message(id, event), message);
        let withdraws = Some(Withdraws { event, attachment });
        let withdrawal = Message { withdraws, ..Message::own(Body::Withheld, time, Stage::Waiting) };
        let own = EventId(make_id(random));
        self.ledger.put(Name::Message(id, own), &withdrawal);
        conversation.messages.insert(own, withdrawal);
        conversation.outbox.push(own);
        self.shown.dirty.insert((id, event), ());
        self.stop_fetch(event, Progress::Rests);
    }

    /// Takes out an own message that the relay never got.
    pub(super) fn take_out_unsent(&mut self, id: ConversationId, event: EventId) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        conversation.outbox.retain(|other| *other != event);
        conversation.messages.remove(&event);
        self.ledger.remove(Name::Message(id, event));
        self.shown.lists.insert(id, ());
        self.outputs.push_back(Output::Show(Show::Gone(id, event)));
        self.forget_file(id, event);
    }

    /// What the person wants tried again: of a message that was taken back, the word that says so.
    pub(super) fn tried_again(&self, id: ConversationId, event: EventId) -> EventId {
        let Some(conversation) = self.conversations.get(&id) else { return event };
        let is_withdrawn = |message: &&Message| message.body == Body::Withdrawn;
        let names_it =
            |message: &Message| message.withdraws.is_some_and(|withdraws| withdraws.event == event);
        let named = conversation.messages.get(&event).filter(is_withdrawn).and_then(|_| {
            let mut withdrawals = conversation.messages.iter().filter(|(_, message)| names_it(message));
            withdrawals.find(|(_, message)| matches!(message.stage, Stage::Failed(_)))
        });
        named.map_or(event, |(withdrawal, _)| *withdrawal)
    }

    /// Lets go of a withdrawal whose message never reached the relay, and of what stands in that one's place; whether it
    /// was such a one.
    pub(super) fn lets_go_of_withdrawal(&mut self, id: ConversationId, event: EventId) -> bool {
        let Some(conversation) = self.conversations.get(&id) else { return false };
        let Some(message) = conversation.messages.get(&event) else { return false };
        let Some(Withdraws { event: named, .. }) = message.withdraws else { return false };
        if !conversation.withdraws_nothing(message) {
            return false;
        }
        self.take_out_unsent(id, event);
        let is_empty = |message: &Message| message.body == Body::Withdrawn;
        let left = self.conversations.get(&id).and_then(|conversation| conversation.messages.get(&named));
        if left.is_some_and(is_empty) {
            self.take_out_unsent(id, named);
        }
        true
    }

    /// Who is to hear that a message was taken back, besides the visitor: whoever reads along, got it, or may have got it as
    /// one of the desk; so many of them as an act goes to.
    pub(super) fn hearers(&self, id: ConversationId, named: EventId, now: u64) -> Vec<DeviceId> {
        let Some(conversation) = self.conversations.get(&id) else { return Vec::new() };
        let (time, roster) = (self.membership.time(now), self.membership.roster());
        let mut hearers = self.readers(id, now);
        let named = conversation.messages.get(&named).and_then(|message| message.recipients.as_ref());
        let got = named.into_iter().flatten().copied();
        for device in got.chain(self.membership.inbox(conversation.facts.desk, now)) {
            let is_listed = roster.is_some_and(|roster| roster.device(&device, time).is_some());
            if is_listed && !hearers.contains(&device) {
                hearers.push(device);
            }
        }
        hearers.truncate(limits::DESK_DEVICES);
        hearers
    }

    /// A withdrawal is known here, or a message that one may name: what counts takes effect.
    pub(super) fn heed_withdrawals(&mut self, id: ConversationId, event: EventId) {
        let Some(conversation) = self.conversations.get(&id) else { return };
        let concerned = conversation.messages.iter().filter_map(|(withdrawal, message)| {
            let named = message.withdraws?.event;
            let counts = message.vouched.is_none() && (*withdrawal == event || named == event);
            counts.then_some((*withdrawal, named, message.sender?))
        });
        for (withdrawal, named, sender) in concerned.collect::<Vec<_>>() {
            self.heed(id, withdrawal, named, sender);
        }
    }

    fn heed(&mut self, id: ConversationId, withdrawal: EventId, named: EventId, sender: DeviceId) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        // It may be yet to come, or to be opened.
        let Some(message) = conversation.messages.get_mut(&named) else { return };
        self.shown.dirty.insert((id, named), ());
        if message.sender != Some(sender) || message.cannot_be_withdrawn() {
            let Some(message) = conversation.messages.get_mut(&withdrawal) else { return };
            message.body = Body::Closed(Refusal::WithdrawalRefused);
            (message.withdraws, message.key) = (None, None);
            self.ledger.put(Name::Message(id, withdrawal), message);
            self.shown.dirty.insert((id, withdrawal), ());
        } else if message.is_text_or_file() {
            message.withdraw();
            self.ledger.put(Name::Message(id, named), message);
            self.stop_fetch(named, Progress::Rests);
        }
    }
}
