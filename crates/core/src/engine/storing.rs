//! A store that keeps nothing for a while: the disk is full, or another tab took over.

use rand_core::CryptoRng;
use segel_wire::ClientFrame;

use super::Engine;
use crate::conversation::{Conversation, Message, Stage};
use crate::io::Output;
use crate::link;
use crate::records::Name;
use crate::show::Refusal;

impl Engine {
    /// Offers again what could not be kept, when it is time.
    pub(super) fn pump_storing(&mut self, now: u64) {
        if self.storing.is_failing() && self.storing.is_due(now) {
            self.ledger.resume();
        }
    }

    /// Everything up to this generation is kept.
    pub(super) fn stored(&mut self, generation: u64, now: u64) {
        self.storing.succeeded(now, 0);
        for (name, record) in self.ledger.stored(generation) {
            let Name::Message(id, event) = name else { continue };
            let Some(Conversation { outbox, kept, .. }) = self.conversations.get_mut(&id) else { continue };
            kept.remove(&event);
            // By now it may be further on.
            let message = record.filter(|_| outbox.contains(&event)).map(|record| record.read::<Message>());
            if let Some(Ok(message)) = message
                && message.is_outgoing()
            {
                kept.insert(event, message.has_left());
            }
        }
    }

    /// What was said in a step that could not be kept has failed and is the person's to try again; what was only sealed in
    /// one is sealed anew. The state that it belonged to stays in memory and is offered to the store again after a while.
    pub(super) fn store_failed(&mut self, now: u64, random: &mut impl CryptoRng) {
        let mut unsent = Vec::new();
        for output in self.ledger.halt() {
            match output {
                Output::Request { id, .. } => drop(self.asked.remove(&id)),
                Output::Send(ClientFrame::Send { event, .. }) => unsent.push(event),
                // What cannot be kept was taken all the same, and stays in memory.
                flow @ Output::Send(ClientFrame::Flow { .. }) => self.outputs.push_back(flow),
                _ => {}
            }
        }
        self.attachments.store_failed();
        if self.link.stage == link::Stage::LoggingIn {
            self.link.stage = link::Stage::Down;
        }
        self.link.under_way.retain(|event| !unsent.contains(event));
        let mut given_up = Vec::new();
        for (id, conversation) in self.conversations.iter_mut() {
            let Conversation { outbox, messages, facts, kept, .. } = conversation;
            outbox.retain(|event| {
                let Some(message) = messages.get_mut(event) else { return false };
                let kept = kept.get(event);
                if message.has_left() && kept != Some(&true) {
                    facts.take_back(message.content);
                    message.stage = Stage::Waiting;
                    self.ledger.put(Name::Conversation(*id), facts);
                    self.ledger.put(Name::Message(*id, *event), message);
                }
                if kept.is_some() {
                    return true;
                }
                message.stage = Stage::Failed(Refusal::StoreFailed);
                self.ledger.put(Name::Message(*id, *event), message);
                self.shown.dirty.insert((*id, *event), ());
                given_up.extend(message.is_given_up().then_some((*id, *event)));
                false
            });
        }
        for (id, event) in given_up {
            self.give_up(id, event, Refusal::StoreFailed);
        }
        if !self.storing.is_failing() {
            self.show_refused(Refusal::StoreFailed);
        }
        self.storing.failed(now, random);
    }
}
