//! A visitor's details leave beside the message with which a conversation begins. PROTOCOL.md, section 5.19.

use rand_core::CryptoRng;
use segel_wire::ids::{ConversationId, EventId};
use segel_wire::limits;

use super::{Engine, Part};
use crate::conversation::{Message, Stage};
use crate::records::Name;
use crate::show::{Answer, Body, Details, Refusal};

impl Engine {
    /// Takes in what is said of the visitor beside this message: it waits for it, or follows it.
    pub(super) fn describe(
        &mut self,
        event: EventId,
        details: Details,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        if self.part == Part::Agent || !fits(&details) {
            return;
        }
        let Some(id) = self.place_of(event) else {
            self.details.insert(event, details);
            return;
        };
        let Some(conversation) = self.conversations.get(&id) else { return };
        if !conversation.messages.values().any(Message::is_details) {
            let message = Message::own(Body::Details(details), conversation.next_time(now), Stage::Waiting);
            self.post(id, message, random);
        }
    }

    /// A message of this id is taken into this conversation: if one begins with it, what was said of the visitor goes first.
    pub(super) fn precede(
        &mut self,
        id: ConversationId,
        event: EventId,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        if !self.details.is_empty() {
            self.begin_with(id, event, now, random);
        }
        self.describe_again(id, now);
    }

    /// What was said of the visitor and could not be kept with its message goes before the next one, or before that once it is
    /// tried again: nobody asks for it anew.
    // As below.
    #[inline(never)]
    pub(super) fn describe_again(&mut self, id: ConversationId, now: u64) {
        let Some(conversation) = self.conversations.get_mut(&id).filter(|_| self.part != Part::Agent) else {
            return;
        };
        let time = conversation.next_time(now);
        let is_unkept = |message: &Message| {
            matches!(message.stage, Stage::Failed(Refusal::StoreFailed)) && message.is_details()
        };
        let unkept = conversation.messages.iter_mut().find(|(_, message)| is_unkept(message));
        let Some((&event, message)) = unkept else { return };
        (message.stage, message.time, message.content) = (Stage::Waiting, time, None);
        self.ledger.put(Name::Message(id, event), message);
        conversation.outbox.push(event);
        self.shown.dirty.insert((id, event), ());
    }

    // Most messages come alone: within its caller it would be there for all.
    #[inline(never)]
    fn begin_with(&mut self, id: ConversationId, event: EventId, now: u64, random: &mut impl CryptoRng) {
        let said = self.details.remove(&event);
        let Some(details) = said.filter(|_| !self.conversations.contains(&id)) else { return };
        let message = Message::own(Body::Details(details), now, Stage::Waiting);
        self.conversations.or_default(id);
        self.post(id, message, random);
    }

    /// Has details masked as the newest roster says; what it lets nobody send, or does not ask, is left out.
    // As above.
    #[inline(never)]
    pub(super) fn mask_details(&mut self, id: ConversationId, event: EventId) -> Result<(), Refusal> {
        let (masker, writer) = self.masker().ok_or(Refusal::PolicyRefused)?;
        let roster = self.membership.roster().ok_or(Refusal::PolicyRefused)?.roster();
        let questions = roster.profile.intake.as_ref().and_then(|intake| intake.questions.as_deref());
        let message = self.conversations.get_mut(&id).and_then(|kept| kept.messages.get_mut(&event));
        let Some(message) = message else { return Ok(()) };
        let Body::Details(details) = &mut message.body else { return Ok(()) };
        let mut changes = false;
        let mut mask = |text: &mut String| {
            let passed = masker.mask(text, writer).map(|passed| passed.text.into_string());
            let (is_sent, passed) = (passed.is_ok(), passed.unwrap_or_default());
            changes |= passed != *text;
            *text = passed;
            is_sent
        };
        mask(&mut details.page);
        mask(&mut details.language);
        let mut answers = details.answers.take().unwrap_or_default();
        let before = answers.len();
        answers.retain_mut(|Answer { label, text }| {
            questions.unwrap_or_default().iter().any(|question| question.label == *label) && mask(text)
        });
        changes |= answers.len() < before;
        details.answers = (!answers.is_empty()).then_some(answers);
        if changes {
            self.ledger.put(Name::Message(id, event), message);
            self.shown.dirty.insert((id, event), ());
        }
        Ok(())
    }
}

/// Whether everything is within its limit.
fn fits(details: &Details) -> bool {
    let is_within = |text: &str, most: usize| text.chars().count() <= most;
    let answers = details.answers.as_deref().unwrap_or_default();
    answers.len() <= limits::INTAKE_QUESTIONS
        && answers.iter().all(|answer| is_within(&answer.text, limits::ANSWER_CHARS))
        && is_within(&details.page, limits::PAGE_CHARS)
        && is_within(&details.language, limits::LANGUAGE_CHARS)
}
