//! What leaves is masked as the newest roster says.

use segel_mask::{Masker, Writer};
use segel_wire::ids::{ConversationId, EventId};

use super::{Engine, Part};
use crate::masking;
use crate::records::Name;
use crate::show::{Body, File, Rating, Refusal};

impl Engine {
    /// What was written waits as the policy of then masked it: before it is sealed, the newest one has its say.
    pub(super) fn mask_again(&mut self, id: ConversationId, event: EventId) -> Result<(), Refusal> {
        let message = self.conversations.get(&id).and_then(|conversation| conversation.messages.get(&event));
        let Some(message) = message else { return Ok(()) };
        if message.is_details() {
            return self.mask_details(id, event);
        }
        if let (Body::Labels(_), Some(agents)) = (&message.body, self.shelf) {
            return agents.mask_labels(self, id, event);
        }
        let (Body::Text(text)
        | Body::Note(text)
        | Body::File(File { name: text, .. })
        | Body::Introduced(text)
        | Body::Rated(Rating { comment: Some(text), .. })) = &message.body
        else {
            return Ok(());
        };
        let masked = self.masker().and_then(|(masker, writer)| masker.mask(text, writer).ok());
        let masked = masked.ok_or(Refusal::PolicyRefused)?.text;
        if masked.as_str() == text {
            return Ok(());
        }
        let message = self.conversations.get_mut(&id).and_then(|kept| kept.messages.get_mut(&event));
        let Some(message) = message else { return Ok(()) };
        match &mut message.body {
            Body::Text(text) | Body::Note(text) | Body::Rated(Rating { comment: Some(text), .. }) => {
                *text = masked.into_string();
            }
            Body::File(file) => {
                file.name = masked.into_string();
                if let Some(attachment) = &mut message.attachment {
                    attachment.name.clone_from(&file.name);
                }
                file.check()?;
            }
            // It is signed, and goes out as it is or not at all.
            _ => return Err(Refusal::TokenRefused),
        }
        self.ledger.put(Name::Message(id, event), message);
        self.shown.dirty.insert((id, event), ());
        Ok(())
    }

    /// The newest roster's masker for what this person writes; `None` where its policy cannot be followed.
    pub(super) fn masker(&self) -> Option<(Masker, Writer)> {
        let writer = if self.part == Part::Agent { Writer::Agent } else { Writer::Visitor };
        let profile = &self.membership.roster()?.roster().profile;
        Some((masking::masker(profile.masking.as_ref())?, writer))
    }
}
