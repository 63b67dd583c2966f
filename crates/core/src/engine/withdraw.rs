//! What this person takes back, and what others take back here. PROTOCOL.md, section 5.16.

use rand_core::CryptoRng;
use segel_crypto::content::{self, ContentHash};
use segel_wire::ids::{ConversationId, DeviceId, EventId};
use segel_wire::{Delivered, Withdraws, limits};

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
        // What its tab still holds may be yet to come.
        let Some(message) = conversation.messages.get_mut(&event) else {
            return self.take_out_unsent(id, event);
        };
        if !message.may_be_withdrawn() {
            return;
        }
        if !matches!(message.stage, Stage::Sealed(_) | Stage::Sent) {
            return self.take_out_unsent(id, event);
        }
        let attachment = message.attachment.as_ref().map(|attachment| attachment.id);
        message.withdraw();
        self.ledger.put(Name::Message(id, event), message);
        // Who hears only of the withdrawal does not hear how far the message said that this person has read.
        conversation.facts.reads.unsay();
        self.ledger.put(Name::Conversation(id), &conversation.facts);
        self.say_read(id, now);
        self.post_withdrawal(id, Withdraws { event, attachment }, time, random);
        self.take_back_grants(id, event);
        self.stop_fetch(event, Progress::Rests);
    }

    /// An own message comes that the person took out, since it seemed not to have left: a state that is lost had sent it, or
    /// the relay had stored it before it refused it. It is taken back like one that is known to have left; whether it is such
    /// a one. What its file was nobody knows here.
    pub(super) fn takes_back_at_last(
        &mut self,
        delivered: &Delivered,
        hash: ContentHash,
        now: u64,
        random: &mut impl CryptoRng,
    ) -> bool {
        let (id, event) = (delivered.conversation, delivered.event);
        let Some(conversation) = self.conversations.get(&id) else { return false };
        if !conversation.facts.taken_out.contains(&event) {
            return false;
        }
        let time = conversation.next_time(now);
        let message = Message::own(Body::Withdrawn, delivered.time, Stage::Sent);
        let recipients = Some(delivered.recipients.clone());
        self.keep(delivered, Message { content: Some(hash), recipients, ..message });
        self.post_withdrawal(id, Withdraws { event, attachment: None }, time, random);
        true
    }

    fn post_withdrawal(
        &mut self,
        id: ConversationId,
        withdraws: Withdraws,
        time: u64,
        random: &mut impl CryptoRng,
    ) {
        let message = Message::own(Body::Withheld, time, Stage::Waiting);
        self.post(id, Message { withdraws: Some(withdraws), ..message }, random);
    }

    /// What still waits to hand on the key of this message leaves without it.
    fn take_back_grants(&mut self, id: ConversationId, event: EventId) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        let mut vain = Vec::new();
        for (name, control) in conversation.controls.iter_mut() {
            let content::Body::Grants(grants) = &mut control.body else { continue };
            if grants.iter().all(|grant| grant.event != event) {
                continue;
            }
            grants.retain(|grant| grant.event != event);
            // What was sealed may have left, and is sent until the relay has answered.
            if grants.is_empty() && matches!(control.stage, Stage::Waiting) {
                vain.push(*name);
            }
            self.ledger.put(Name::Control(id, *name), control);
        }
        for name in vain {
            conversation.controls.remove(&name);
            self.ledger.remove(Name::Control(id, name));
        }
    }

    /// Keeps an own message that the person did not write, and has it sent.
    pub(super) fn post(&mut self, id: ConversationId, message: Message, random: &mut impl CryptoRng) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        let event = EventId(make_id(random));
        self.ledger.put(Name::Message(id, event), &message);
        conversation.messages.insert(event, message);
        conversation.outbox.push(event);
        self.shown.dirty.insert((id, event), ());
    }

    /// Takes out an own message that the relay never got, for good.
    pub(super) fn take_out_unsent(&mut self, id: ConversationId, event: EventId) {
        self.take_out(id, event);
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        conversation.facts.take_out(event);
        self.ledger.put(Name::Conversation(id), &conversation.facts);
        self.forget_file(id, event);
    }

    /// The conversation out of which this message was taken. It is not taken in again, and whichever tab hands it in is told.
    pub(super) fn taken_out_of(&mut self, event: EventId) -> Option<ConversationId> {
        let mut all = self.conversations.iter();
        let (id, _) = all.find(|(_, conversation)| conversation.facts.taken_out.contains(&event))?;
        self.outputs.push_back(Output::Show(Show::Gone(*id, event)));
        Some(*id)
    }

    /// What the person wants tried again: of a message that was taken back, the word that says so.
    pub(super) fn tried_again(&self, id: ConversationId, event: EventId) -> EventId {
        let Some(conversation) = self.conversations.get(&id) else { return event };
        for (withdrawal, message) in conversation.messages.iter() {
            let names_it = message.withdraws.is_some_and(|withdraws| withdraws.event == event);
            if names_it && matches!(message.stage, Stage::Failed(_)) {
                return *withdrawal;
            }
        }
        event
    }

    /// Lets go of a withdrawal whose message never reached the relay, and of what stands in that one's place; whether it
    /// was such a one, or such a message.
    pub(super) fn lets_go_of_withdrawal(&mut self, id: ConversationId, event: EventId) -> bool {
        let Some(conversation) = self.conversations.get(&id) else { return false };
        let Some(message) = conversation.messages.get(&event) else { return false };
        match message.withdraws {
            Some(Withdraws { event: named, .. }) if conversation.withdraws_nothing(message) => {
                self.let_go_of_both(id, named);
            }
            None if matches!(message.body, Body::Withdrawn) => {
                // It was sealed in a step that could not be kept, and so never left.
                self.let_go_of_both(id, event);
            }
            _ => return false,
        }
        true
    }

    /// What stands in the place of a message goes with the word that takes it back.
    // The rest of a visitor's program: within its caller it would not be.
    #[inline(never)]
    fn let_go_of_both(&mut self, id: ConversationId, named: EventId) {
        let Some(conversation) = self.conversations.get(&id) else { return };
        let names_it =
            |message: &Message| message.withdraws.is_some_and(|withdraws| withdraws.event == named);
        let word =
            conversation.messages.iter().find(|(_, message)| names_it(message)).map(|(event, _)| *event);
        if let Some(word) = word {
            // No tab holds it.
            self.take_out(id, word);
        }
        self.take_out_unsent(id, named);
    }

    /// Who is to hear that a message was taken back, besides the visitor: whoever reads along, got it, or may have got it as
    /// one of the desk; so many of them as an act goes to.
    pub(super) fn hearers(&self, id: ConversationId, named: EventId, now: u64) -> Vec<DeviceId> {
        let Some(conversation) = self.conversations.get(&id) else { return Vec::new() };
        let time = self.membership.time(now);
        let mut hearers = self.readers(id, now);
        let named = conversation.messages.get(&named);
        let mut others = named.and_then(|message| message.recipients.clone()).unwrap_or_default();
        others.append(&mut self.membership.inbox(conversation.facts.desk, now));
        let Some(roster) = self.membership.roster() else { return hearers };
        for device in others {
            if roster.device(&device, time).is_some() && !hearers.contains(&device) {
                hearers.push(device);
            }
        }
        hearers.truncate(limits::DESK_DEVICES);
        hearers
    }

    /// A withdrawal came to be known here, or something that one may name: what counts takes effect.
    pub(super) fn heed_withdrawals(&mut self, id: ConversationId) {
        let Some(conversation) = self.conversations.get(&id) else { return };
        let mut withdrawals = Vec::new();
        for (event, message) in conversation.messages.iter() {
            if let (Some(withdraws), Some(sender), None) =
                (message.withdraws, message.sender, &message.vouched)
            {
                withdrawals.push((*event, withdraws.event, sender));
            }
        }
        for (withdrawal, named, sender) in withdrawals {
            self.heed(id, withdrawal, named, sender);
        }
    }

    fn heed(&mut self, id: ConversationId, withdrawal: EventId, named: EventId, sender: DeviceId) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        // It may be yet to come, or to be opened.
        let Some(message) = conversation.messages.get_mut(&named) else { return };
        if message.is_claim() {
            // Nothing but somebody's key speaks for whose it is.
            return;
        }
        let (event, changed) = if message.sender != Some(sender) || message.cannot_be_withdrawn() {
            let Some(message) = conversation.messages.get_mut(&withdrawal) else { return };
            message.body = Body::Closed(Refusal::WithdrawalRefused);
            (message.withdraws, message.key) = (None, None);
            (withdrawal, message)
        } else if message.is_text_or_file() {
            message.withdraw();
            (named, message)
        } else {
            return;
        };
        self.ledger.put(Name::Message(id, event), changed);
        self.shown.dirty.insert((id, event), ());
        self.take_back_grants(id, event);
        self.stop_fetch(event, Progress::Rests);
    }
}
