//! Conversations whose messages are in the store: read when something is wanted of them, a conversation at a time.

use segel_wire::ServerFrame;
use segel_wire::ids::{ConversationId, EventId};

use super::Engine;
use crate::conversation::{Conversation, Message};
use crate::io::{Input, Kept, Output};
use crate::outline::Outline;
use crate::records::{BrokenStore, Name, Opened};
use crate::show::{Gate, Refusal, Show};
use crate::sorted::SortedSet;

/// What only an agent's engine does. It is called through this trait so that none of it is in what a visitor downloads.
pub(super) trait Shelving: Sync {
    /// Takes an input that may have to wait.
    fn put(&self, engine: &mut Engine, input: Input);
    /// The next input whose turn it is; none while messages are read for it.
    fn next(&self, engine: &mut Engine) -> Option<Input>;
    /// Keeps what the next start needs of conversations that change in this step.
    fn keep(&self, engine: &mut Engine);
    /// Wants the messages of conversations whose holder is there no more, since somebody may have to ask for what was said to them;
    /// `now` in Unix milliseconds.
    fn want_left_behind(&self, engine: &mut Engine, now: u64);
    /// Since when the visitor waits for an answer, Unix milliseconds; 0 if not at all.
    fn waits_since(&self, conversation: &Conversation) -> u64;
    /// The labels of a conversation.
    fn labels(&self, conversation: &Conversation) -> Vec<String>;
    /// The texts that the agent keeps, and what they have blocked.
    fn own(&self, engine: &Engine) -> [Show; 2];
    /// Masks labels that wait, by the newest policy.
    fn mask_labels(&self, engine: &mut Engine, id: ConversationId, event: EventId) -> Result<(), Refusal>;
}

/// An agent's.
pub(super) struct Shelf;

impl Shelving for Shelf {
    fn put(&self, engine: &mut Engine, input: Input) {
        match input {
            Input::Loaded { conversation, records } => engine.loaded(conversation, records),
            input => {
                match &input {
                    Input::Keep(texts) => engine.keep_canned(texts),
                    Input::Block { conversation, on } => engine.block(*conversation, *on),
                    _ => {}
                }
                engine.waiting.push_back(input);
            }
        }
    }

    fn next(&self, engine: &mut Engine) -> Option<Input> {
        let wanted = engine.waiting.front().and_then(conversation_of);
        let Some(id) = wanted.filter(|id| engine.is_stored(*id)) else { return engine.waiting.pop_front() };
        if engine.loading.replace(id) != Some(id) {
            let names = [Kept::LATER, &id.to_string(), "/"].concat();
            engine.outputs.push_back(Output::Load { conversation: id, names });
        }
        None
    }

    fn keep(&self, engine: &mut Engine) {
        for &id in engine.ledger.touched().keys() {
            if let Some(conversation) = engine.conversations.get(&id) {
                engine.ledger.put(Name::Outline(id), &conversation.outline());
            }
        }
    }

    fn want_left_behind(&self, engine: &mut Engine, now: u64) {
        let stored = engine.conversations.iter().filter(|(_, conversation)| conversation.is_stored);
        let left_behind = stored.filter(|(id, conversation)| {
            let acts = &conversation.facts.assignment;
            acts.holder.is_some() && engine.holder_by(**id, acts, now).is_none() && !conversation.is_over()
        });
        let wanted: Vec<_> = left_behind.map(|(id, _)| Input::Open(*id)).collect();
        engine.waiting.extend(wanted);
    }

    fn waits_since(&self, conversation: &Conversation) -> u64 {
        conversation.unanswered().map_or(0, |message| message.time)
    }

    fn labels(&self, conversation: &Conversation) -> Vec<String> {
        conversation.labels()
    }

    fn own(&self, engine: &Engine) -> [Show; 2] {
        [Show::Canned(engine.canned.clone()), engine.blocked.shown()]
    }

    fn mask_labels(&self, engine: &mut Engine, id: ConversationId, event: EventId) -> Result<(), Refusal> {
        engine.mask_labels(id, event)
    }
}

impl Engine {
    /// Puts outlines in the place of conversations whose messages are in the store. One of which something is still to be
    /// done, or of which there is no outline, is wanted at once.
    pub(super) fn restore_outlines(&mut self, opened: &Opened) -> Result<(), BrokenStore> {
        let (mut wanted, mut settled) = (SortedSet::new(), SortedSet::new());
        for (name, record) in opened.iter() {
            match name {
                Name::Conversation(id) => {
                    wanted.insert(id, ());
                    self.conversations.or_default(id).is_stored = true;
                }
                Name::Outline(id) => {
                    let Outline { is_pending, mut messages } = record.read()?;
                    messages.iter_mut().for_each(|(_, message)| message.begin_anew());
                    self.conversations.or_default(id).messages = messages;
                    settled.extend((!is_pending).then_some((id, ())));
                }
                _ => {}
            }
        }
        for id in wanted.keys().filter(|id| !settled.contains(id)) {
            self.waiting.push_back(Input::Open(*id));
        }
        Ok(())
    }

    /// Messages were read. Where they cannot be, nothing goes on: neither can it be said what the relay sends again.
    fn loaded(&mut self, id: ConversationId, records: Option<Vec<(String, Vec<u8>)>>) {
        if self.loading != Some(id) {
            return;
        }
        if records.ok_or(BrokenStore).and_then(|records| self.put_back(id, &records)).is_err() {
            let gate = Gate::Refused(Refusal::StoreBroken);
            return self.outputs.push_back(Output::Show(Show::Gate(gate)));
        }
        self.loading = None;
        self.take_up(id);
        // What was learnt since about who vouches for whom.
        self.judge_tokens(id);
    }

    /// All messages of a conversation are at hand: shows them, and looks what is to be done about them.
    pub(super) fn take_up(&mut self, id: ConversationId) {
        let Some(conversation) = self.conversations.get(&id) else { return };
        self.unsettled.insert(id, ());
        self.fetching.insert(id, ());
        self.shown.dirty.extend(conversation.messages.keys().map(|event| ((id, *event), ())));
        self.restore_resyncs(id, 0);
    }

    /// Whether messages of this conversation are in the store only.
    pub(super) fn is_stored(&self, id: ConversationId) -> bool {
        self.conversations.get(&id).is_some_and(|conversation| conversation.is_stored)
    }

    fn put_back(&mut self, id: ConversationId, records: &[(String, Vec<u8>)]) -> Result<(), BrokenStore> {
        let opened = self.ledger.read(records)?;
        let conversation = self.conversations.or_default(id);
        for (name, record) in opened.iter() {
            match name {
                // What changed since the start is at hand already.
                Name::Message(of, event) if of == id => {
                    if !conversation.messages.contains(&event) {
                        let mut message = Message::restore(record)?;
                        // The relay may have begun to tell the log anew while this one was in the store. That is kept
                        // before the log comes that far again.
                        let holds = |position| conversation.facts.chronicle.holds(position);
                        let was_told_anew = conversation.facts.former > 0;
                        if was_told_anew && !message.position.is_some_and(holds) && message.leave_log() {
                            self.ledger.put(name, &message);
                        }
                        conversation.messages.insert(event, message);
                    }
                }
                _ => return Err(BrokenStore),
            }
        }
        conversation.is_stored = false;
        conversation.restore_outbox();
        Ok(())
    }
}

/// The conversation whose messages an input is about.
fn conversation_of(input: &Input) -> Option<ConversationId> {
    match input {
        Input::Submit { conversation, .. } | Input::Attach { conversation, .. } => *conversation,
        Input::Retry { conversation, .. }
        | Input::Fetch { conversation, .. }
        | Input::Cancel { conversation, .. }
        | Input::Withdraw { conversation, .. }
        | Input::End(conversation)
        | Input::Rate { conversation, .. }
        | Input::Typing { conversation, .. }
        | Input::Act { conversation, .. }
        | Input::Report { conversation, .. }
        | Input::Open(conversation)
        | Input::Frame(ServerFrame::Stored { conversation, .. }) => Some(*conversation),
        Input::Frame(ServerFrame::Event(delivered)) => Some(delivered.conversation),
        _ => None,
    }
}
