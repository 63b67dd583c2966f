//! Notes and labels at work: only between agents. PROTOCOL.md, section 5.18.

use segel_wire::ids::{ConversationId, DeviceId, EventId};

use super::{Engine, Part};
use crate::conversation::Conversation;
use crate::outgoing::as_labels;
use crate::peers::Peer;
use crate::records::Name;
use crate::show::{Author, Body, Refusal};

impl Engine {
    /// Whether a content comes from an agent, to one, and was not sealed to the visitor too: where what is for agents alone
    /// belongs. `version` is of the roster that it names.
    pub(super) fn is_between_agents(
        &self,
        author: &Author,
        (id, recipients, version): (ConversationId, &[DeviceId], u64),
    ) -> bool {
        self.part == Part::Agent
            && matches!(author, Author::Agent(_))
            && self.misses_visitor(id, recipients, version)
    }

    /// Whether the visitor is surely not among these. Where the visitor is not known here, all have to be listed.
    fn misses_visitor(&self, id: ConversationId, recipients: &[DeviceId], version: u64) -> bool {
        if let Some(visitor) = self.visitor_of(id) {
            return !recipients.contains(&visitor);
        }
        let roster = self.membership.named(version);
        roster.is_some_and(|roster| recipients.iter().all(|device| roster.device(device, 0).is_some()))
    }

    /// Who reads along, without the visitor.
    pub(super) fn agents(&self, id: ConversationId, now: u64) -> Vec<Peer> {
        let visitor = self.visitor_of(id);
        let mut members = self.members(id, now);
        members.retain(|peer| Some(peer.0) != visitor);
        members
    }

    /// Masks labels that wait as the newest policy has it.
    pub(super) fn mask_labels(&mut self, id: ConversationId, event: EventId) -> Result<(), Refusal> {
        let (masker, writer) = self.masker().ok_or(Refusal::PolicyRefused)?;
        let message = self.conversations.get_mut(&id).and_then(|kept| kept.messages.get_mut(&event));
        let Some(message) = message else { return Ok(()) };
        let Body::Labels(labels) = &mut message.body else { return Ok(()) };
        let mask = |label: &String| masker.mask(label, writer).ok().map(|masked| masked.text.into_string());
        let again: Option<Vec<_>> = labels.iter().map(mask).collect();
        let again = again.and_then(as_labels).ok_or(Refusal::PolicyRefused)?;
        if *labels != again {
            *labels = again;
            self.ledger.put(Name::Message(id, event), message);
            self.shown.lists.insert(id, ());
        }
        Ok(())
    }
}

impl Conversation {
    /// The labels that it has.
    pub(super) fn labels(&self) -> Vec<String> {
        match self.labelling().map(|message| &message.body) {
            Some(Body::Labels(labels)) => labels.clone(),
            _ => Vec::new(),
        }
    }
}
