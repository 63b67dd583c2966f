//! A visitor has everything erased, and what an agent's device keeps of what was. PROTOCOL.md, section 5.20.

use rand_core::CryptoRng;
use segel_crypto::prekeys::Used;
use segel_wire::api::Erasure;
use segel_wire::ids::{ConversationId, EventId};
use segel_wire::{Code, Delivered, limits};

use super::introduction::Introduction;
use super::{Engine, Part};
use crate::chronicle::hash_of;
use crate::conversation::{Conversation, Message, Stage};
use crate::facts::Facts;
use crate::io::{Answer, Input, Output, Request};
use crate::link::{self, Backoff};
use crate::records::Name;
use crate::show::{Author, Body, Progress, Refusal, Show};
use crate::signals::Signals;
use crate::sorted::{Sorted, SortedSet};

/// How far erasing has come.
#[derive(Default)]
pub(super) struct Erasing {
    /// Since when this device is connected and has heard everything, Unix milliseconds; 0 if it is not.
    online_since: u64,
    backoff: Backoff,
    /// The relay has confirmed it.
    is_done: bool,
}

impl Erasing {
    /// The clock was set back by so many milliseconds.
    pub(super) fn move_back(&mut self, by: u64) {
        self.online_since = self.online_since.saturating_sub(by);
        self.backoff.move_back(by);
    }

    /// When the members are waited for no longer, Unix milliseconds.
    fn gives_up_at(&self) -> u64 {
        self.online_since + limits::ERASURE_WAIT_SECONDS * 1_000
    }
}

impl Engine {
    /// Everything goes here at once, but for what it takes to tell the members and to ask the relay.
    // The rest of a visitor's program, as others here: within its caller it would not be.
    #[inline(never)]
    pub(super) fn erase(&mut self, now: u64, random: &mut impl CryptoRng) {
        if self.part == Part::Agent || self.erasing.is_some() {
            return;
        }
        self.erasing = Some(Erasing::default());
        let Some(account) = &mut self.account else { return self.erased_everywhere() };
        account.erasing = Some(now);
        self.ledger.put(Name::Account, account);
        for id in self.conversations.keys().copied().collect::<Vec<_>>() {
            self.forget_messages(id);
            // The members are told by new sessions: what a worn one closes cannot be asked for any more.
            self.peers.forget(id, &mut self.ledger);
            let facts = &mut self.conversations.or_default(id).facts;
            if facts.sequence == 0 {
                // Nobody has heard of it.
                self.conversations.remove(&id);
                self.ledger.remove(Name::Conversation(id));
                continue;
            }
            facts.signal_keys.clear();
            self.ledger.put(Name::Conversation(id), facts);
            self.post(id, Message::own(Body::Erased, now, Stage::Waiting), random);
        }
        self.held.clear();
        self.reads_due.clear();
        self.signals = Signals::default();
        self.details.clear();
        self.introduction = Introduction::Rests;
    }

    /// Whether nothing is done about an input any more: the person has nothing here while everything is erased.
    pub(super) fn is_past_hearing(&self, input: &Input) -> bool {
        let is_of_the_world = matches!(
            input,
            Input::Network(_)
                | Input::Answered { .. }
                | Input::SocketOpened
                | Input::SocketClosed
                | Input::Frame(_)
                | Input::Stored(_)
                | Input::StoreFailed(_)
                | Input::Woke
        );
        self.erasing.is_some() && (self.is_erased_everywhere() || !is_of_the_world)
    }

    /// Whether the relay has confirmed it: nothing more is done here.
    pub(super) fn is_erased_everywhere(&self) -> bool {
        self.erasing.as_ref().is_some_and(|erasing| erasing.is_done)
    }

    /// Whether whatever comes of this conversation is dropped unread.
    pub(super) fn is_erased(&self, id: ConversationId) -> bool {
        let kept = self.conversations.get(&id);
        self.erasing.is_some() || kept.is_some_and(|kept| kept.facts.erased.is_some())
    }

    /// Asks the relay once the members were told, or cannot be.
    #[inline(never)]
    pub(super) fn pump_erasing(&mut self, now: u64) {
        self.tell_again();
        let Some(erasing) = &mut self.erasing else { return };
        if self.link.stage != link::Stage::Online {
            erasing.online_since = 0;
            return;
        }
        if erasing.online_since == 0 {
            erasing.online_since = now;
        }
        let is_told = self.conversations.values().all(|conversation| conversation.outbox.is_empty());
        let is_due = erasing.backoff.is_due(now) && (is_told || now >= erasing.gives_up_at());
        if !is_due || self.is_asking(|asked| matches!(asked, Request::Erase(_))) {
            return;
        }
        let mut keeps = Vec::new();
        for conversation in self.conversations.values() {
            for (event, message) in conversation.messages.iter() {
                if matches!(message.stage, Stage::Sent) {
                    keeps.push(*event);
                }
            }
        }
        self.ask(Request::Erase(Erasure { keeps }));
    }

    #[inline(never)]
    pub(super) fn erasure_answered(&mut self, answer: Answer, now: u64, random: &mut impl CryptoRng) {
        let Some(erasing) = &mut self.erasing else { return };
        match answer {
            Answer::Done => self.erased_everywhere(),
            Answer::Problem(problem) if problem.code == Code::Unauthenticated => {
                self.session_problem(&problem, now, random);
            }
            _ => erasing.backoff.failed(now, random),
        }
    }

    /// When something is next to be done about it.
    pub(super) fn erasing_wake(&self) -> u64 {
        match &self.erasing {
            Some(erasing) if erasing.backoff.is_failing() => erasing.backoff.at(),
            Some(erasing) if erasing.online_since > 0 => erasing.gives_up_at(),
            _ => u64::MAX,
        }
    }

    /// The clock was set back by so many milliseconds.
    pub(super) fn move_erasing_back(&mut self, by: u64) {
        if let Some(erasing) = &mut self.erasing {
            erasing.move_back(by);
        }
    }

    /// The visitor says that a conversation is erased: nothing of it stays here but that.
    #[inline(never)]
    pub(super) fn heed_erasure(&mut self, delivered: &Delivered, used: Option<Used>, time: u64) {
        let (id, event) = (delivered.conversation, delivered.event);
        if let (Some(used), Some(account)) = (used, &mut self.account) {
            account.prekeys.use_up(used);
            self.ledger.put(Name::Account, account);
            self.prekeys.uploaded = false;
        }
        let conversation = self.conversations.or_default(id);
        let own = conversation.messages.iter().filter(|(_, message)| message.author == Author::Own);
        // A tab that slept hands in again what it does not know to be sent.
        let own: SortedSet<_> = own.map(|(event, message)| ((message.time, *event), ())).collect();
        own.keys().for_each(|(_, event)| conversation.facts.take_out(*event));
        self.forget_messages(id);
        self.peers.forget(id, &mut self.ledger);
        let conversation = self.conversations.or_default(id);
        let known = &mut conversation.facts;
        let (desk, taken_out) = (known.desk, core::mem::take(&mut known.taken_out));
        let facts = Facts { desk, taken_out, erased: Some(time), ..Facts::default() };
        let message = Message::received(Author::Visitor, Body::Erased, time);
        let message = Message {
            position: Some(delivered.position),
            sender: Some(delivered.sender),
            content: Some(hash_of(delivered)),
            ..message
        };
        self.ledger.put(Name::Conversation(id), &facts);
        self.ledger.put(Name::Message(id, event), &message);
        *conversation = Conversation { facts, ..Conversation::default() };
        conversation.messages.insert(event, message);
        self.shown.dirty.insert((id, event), ());
    }

    /// Takes out whatever is kept of a conversation besides its facts and sessions.
    fn forget_messages(&mut self, id: ConversationId) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        let events: Vec<EventId> = conversation.messages.keys().copied().collect();
        let controls: Vec<EventId> = conversation.controls.keys().copied().collect();
        let sent: Vec<EventId> = conversation.sent.keys().copied().collect();
        (conversation.messages, conversation.controls) = (Sorted::new(), Sorted::new());
        (conversation.sent, conversation.pulls) = (Sorted::new(), Sorted::new());
        (conversation.outbox, conversation.again) = (Vec::new(), Vec::new());
        for event in events {
            self.ledger.remove(Name::Message(id, event));
            self.stop_fetch(event, Progress::Rests);
            self.forget_file(id, event);
            self.outputs.push_back(Output::Show(Show::Gone(id, event)));
        }
        for event in controls {
            self.ledger.remove(Name::Control(id, event));
        }
        for event in sent {
            self.ledger.remove(Name::Sent(id, event));
        }
        self.forget_resyncs(id);
        self.unsettled.remove(&id);
        self.fetching.remove(&id);
        self.reads_due.retain(|(other, _)| *other != id);
    }

    /// What the members are told and could not be kept is told all the same, once there is room.
    fn tell_again(&mut self) {
        for (id, conversation) in self.conversations.iter_mut() {
            for (event, message) in conversation.messages.iter_mut() {
                if matches!(message.stage, Stage::Failed(Refusal::StoreFailed)) {
                    message.stage = Stage::Waiting;
                    conversation.outbox.push(*event);
                    self.ledger.put(Name::Message(*id, *event), message);
                }
            }
        }
    }

    /// Nothing is left to be done but to delete what is kept here.
    fn erased_everywhere(&mut self) {
        if let Some(erasing) = &mut self.erasing {
            erasing.is_done = true;
        }
        self.outputs.push_back(Output::Disconnect);
        self.outputs.push_back(Output::Show(Show::Erased));
    }
}
