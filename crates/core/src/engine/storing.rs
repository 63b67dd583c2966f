//! A store that keeps nothing for a while: the disk is full, or another tab took over.

use rand_core::CryptoRng;
use segel_wire::ClientFrame;

use super::Engine;
use crate::conversation::{Conversation, Message, Stage};
use crate::io::{Output, Request};
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

    /// Hands the step's changes to the store.
    pub(super) fn close_step(&mut self, random: &mut impl CryptoRng) {
        let touched = self.ledger.touched();
        let store = self.ledger.close_step(random);
        let Some(Output::Store { generation, .. }) = store else { return };
        for id in touched.keys() {
            let Some(conversation) = self.conversations.get_mut(id) else { continue };
            let Conversation { outbox, messages, keeping, .. } = conversation;
            let has_left = |event| messages.get(event).is_some_and(Message::has_left);
            keeping.push((generation, outbox.iter().map(|event| (*event, has_left(event))).collect()));
        }
        self.outputs.extend(store);
    }

    /// Everything up to this generation is kept.
    pub(super) fn stored(&mut self, generation: u64, now: u64) {
        self.storing.succeeded(now, 0);
        self.ledger.stored(generation);
        for (_, Conversation { kept, keeping, .. }) in self.conversations.iter_mut() {
            while keeping.first().is_some_and(|(step, _)| *step <= generation) {
                *kept = keeping.remove(0).1;
            }
        }
    }

    /// What was said in a step that could not be kept has failed and is the person's to try again; what was only sealed in
    /// one is sealed anew. The state that it belonged to stays in memory and is offered to the store again after a while.
    pub(super) fn store_failed(&mut self, now: u64, random: &mut impl CryptoRng) {
        let mut unsent = Vec::new();
        for output in self.ledger.halt() {
            match output {
                Output::Request { id, request, .. } => {
                    self.asked.remove(&id);
                    let enters = matches!(request, Request::Challenge | Request::Login(_));
                    if enters && self.link.stage == link::Stage::LoggingIn {
                        self.link.stage = link::Stage::Down;
                    }
                }
                Output::Send(ClientFrame::Send { event, .. }) => unsent.push(event),
                // What cannot be kept was taken all the same, and stays in memory.
                flow @ Output::Send(ClientFrame::Flow { .. }) => self.outputs.push_back(flow),
                _ => {}
            }
        }
        self.attachments.store_failed();
        self.link.under_way.retain(|event| !unsent.contains(event));
        let mut given_up = Vec::new();
        for (id, conversation) in self.conversations.iter_mut() {
            let Conversation { outbox, messages, facts, kept, keeping, .. } = conversation;
            keeping.clear();
            outbox.retain(|event| {
                let Some(message) = messages.get_mut(event) else { return false };
                let kept = kept.iter().find_map(|(kept, has_left)| (kept == event).then_some(*has_left));
                if message.has_left() && kept != Some(true) {
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
