//! What the agent has typed and not sent: in each conversation one text for everyone, and one for colleagues alone.

use std::collections::{BTreeMap, BTreeSet};

use segel_wire::ids::ConversationId;
use segel_wire::{cbor, cbor_index, cbor_map};

/// For whom what is written in the composer is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Audience {
    /// Everyone in the conversation.
    #[default]
    Everyone,
    /// Agents alone: a note.
    Agents,
}

cbor_index!(Audience { 0: Everyone, 1: Agents });

/// A draft's conversation, and for whom it is.
type Place = (ConversationId, Audience);

/// All drafts, and in which conversations a note is written.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Drafts {
    texts: BTreeMap<Place, String>,
    noting: BTreeSet<ConversationId>,
    /// What was left to be filled in by hand of what was put into a draft.
    unfilled: BTreeMap<Place, Vec<String>>,
}

/// A draft as it is put away.
struct Draft {
    conversation: ConversationId,
    audience: Audience,
    text: String,
    unfilled: Vec<String>,
}

cbor_map!(Draft { 0: conversation, 1: audience, 2: text, 3: unfilled });

impl Drafts {
    /// All of it, to be put away.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let draft = |(place, text): (&Place, &String)| {
            let (conversation, audience) = *place;
            Draft { conversation, audience, text: text.clone(), unfilled: self.unfilled(*place).to_vec() }
        };
        let drafts: Vec<_> = self.texts.iter().map(draft).collect();
        cbor::encode(&(drafts, self.noting.iter().copied().collect::<Vec<_>>()))
    }

    /// Puts back what was put away, where nothing else was typed since.
    pub(crate) fn put_back(&mut self, put_away: &[u8]) {
        let Ok((drafts, noting)) = cbor::read::<(Vec<Draft>, Vec<ConversationId>)>(put_away) else { return };
        for Draft { conversation, audience, text, unfilled } in drafts {
            let place = (conversation, audience);
            if self.get(place).is_empty() {
                self.texts.insert(place, text);
                self.unfilled.insert(place, unfilled);
            }
        }
        self.noting.extend(noting);
    }

    /// What is typed there.
    pub(crate) fn get(&self, place: Place) -> &str {
        self.texts.get(&place).map_or("", String::as_str)
    }

    /// Keeps a draft.
    pub(crate) fn set(&mut self, place: Place, draft: String) {
        if let Some(unfilled) = self.unfilled.get_mut(&place) {
            unfilled.retain(|left| draft.contains(left));
        }
        self.texts.insert(place, draft);
    }

    /// Whether something was typed in a conversation.
    pub(crate) fn has_some(&self, conversation: ConversationId) -> bool {
        let has_words = |audience| !self.get((conversation, audience)).trim().is_empty();
        [Audience::Everyone, Audience::Agents].into_iter().any(has_words)
    }

    /// From now on what is written in a conversation is for these.
    pub(crate) fn address(&mut self, conversation: ConversationId, audience: Audience) {
        match audience {
            Audience::Everyone => self.noting.remove(&conversation),
            Audience::Agents => self.noting.insert(conversation),
        };
    }

    /// For whom what is written in a conversation is.
    pub(crate) fn audience(&self, conversation: ConversationId) -> Audience {
        if self.noting.contains(&conversation) { Audience::Agents } else { Audience::Everyone }
    }

    /// These places are to be filled in by hand in what is written in a conversation.
    pub(crate) fn leave_unfilled(&mut self, conversation: ConversationId, places: Vec<String>) {
        self.unfilled.insert((conversation, self.audience(conversation)), places);
    }

    /// What is still to be filled in by hand there.
    pub(crate) fn unfilled(&self, place: Place) -> &[String] {
        self.unfilled.get(&place).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: ConversationId = ConversationId([1; 16]);
    const TWO: ConversationId = ConversationId([2; 16]);

    #[test]
    fn what_is_for_the_visitor_and_what_is_for_colleagues_are_drafts_of_their_own() {
        let mut drafts = Drafts::default();
        drafts.set((ONE, Audience::Everyone), "untuk pengunjung".to_owned());
        assert_eq!(drafts.audience(ONE), Audience::Everyone);
        drafts.address(ONE, Audience::Agents);
        assert_eq!((drafts.audience(ONE), drafts.audience(TWO)), (Audience::Agents, Audience::Everyone));
        assert_eq!(drafts.get((ONE, Audience::Agents)), "");
        drafts.set((ONE, Audience::Agents), "untuk rekan".to_owned());
        drafts.set((ONE, Audience::Agents), " ".to_owned());
        assert!(drafts.has_some(ONE) && !drafts.has_some(TWO), "the other one is not sent");
        drafts.address(ONE, Audience::Everyone);
        assert_eq!(drafts.get((ONE, drafts.audience(ONE))), "untuk pengunjung");
    }

    #[test]
    fn what_was_put_away_comes_back_but_not_over_what_was_typed_since() {
        let (one, note, two) =
            ((ONE, Audience::Everyone), (ONE, Audience::Agents), (TWO, Audience::Everyone));
        let mut drafts = Drafts::default();
        drafts.set(one, "Halo {visitor}".to_owned());
        drafts.leave_unfilled(ONE, vec!["{visitor}".to_owned()]);
        drafts.set(note, "untuk rekan".to_owned());
        drafts.address(ONE, Audience::Agents);
        drafts.set(two, "lama".to_owned());
        let put_away = drafts.to_bytes();

        let mut back = Drafts::default();
        back.put_back(&put_away);
        assert_eq!(back, Drafts { unfilled: back.unfilled.clone(), ..drafts });
        assert_eq!((back.unfilled(one), back.unfilled(two)), (&["{visitor}".to_owned()][..], &[][..]));
        let mut since = Drafts::default();
        since.set(two, "baru".to_owned());
        since.put_back(&put_away);
        assert_eq!((since.get(one), since.get(two)), ("Halo {visitor}", "baru"));
        since.put_back(b"rusak");
    }
}
