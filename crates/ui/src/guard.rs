//! What a composer masks with: the site's policy, and what was said before.

use segel_core::show::{Author, Body, Item};
use segel_mask::{Conversation, MaskError, Masked, MaskedText, Masker, Writer};
use segel_wire::ids::{ConversationId, EventId};
use segel_wire::signed::Masking;

/// So many messages bear on what the next one's numbers are.
const LOOKED_AT: usize = 24;

/// Masks drafts of one writer in one conversation.
pub(crate) struct Guard {
    /// None where the site's policy cannot be followed: nothing can be masked then, and so nothing sent.
    masker: Option<Masker>,
    conversation: Conversation,
    /// Own messages that the conversation knows, the newest last.
    said: Vec<Said>,
    writer: Writer,
    made_of: Option<MadeOf>,
}

/// An own message. One that was taken back may have been read: what it said still bears on what comes next, as long as
/// this page remembers it.
struct Said {
    /// None until it stands in the conversation.
    event: Option<EventId>,
    text: String,
    is_here: bool,
}

/// What tells whether the guard is still true.
#[derive(PartialEq, Eq)]
struct MadeOf {
    masking: Option<Masking>,
    conversation: Option<ConversationId>,
    last: Option<EventId>,
    count: usize,
    /// Own texts, those that were taken back among them.
    texts: usize,
    withdrawn: usize,
    writer_is_agent: bool,
}

impl Default for Guard {
    /// Everything is masked.
    fn default() -> Self {
        Self {
            masker: Some(Masker::default()),
            conversation: Conversation::default(),
            said: Vec::new(),
            writer: Writer::Visitor,
            made_of: None,
        }
    }
}

impl Guard {
    /// Takes over a policy and a conversation; answers whether that is news.
    pub(crate) fn update(&mut self, masking: Option<&Masking>, writer: Writer, items: &[Item]) -> bool {
        let made_of = Some(MadeOf {
            masking: masking.cloned(),
            conversation: items.first().map(|item| item.conversation),
            last: items.last().map(|item| item.event),
            count: items.len(),
            texts: items.iter().filter(|item| is_own_text(item)).count(),
            withdrawn: items.iter().filter(|item| matches!(item.body, Body::Withdrawn)).count(),
            writer_is_agent: writer == Writer::Agent,
        });
        if self.made_of == made_of {
            return false;
        }
        // Of what was handed on, what is no item yet; nothing, where the items are another conversation's.
        let came = match (&self.made_of, &made_of) {
            (Some(before), Some(now))
                if before.conversation.is_none_or(|id| now.conversation == Some(id)) =>
            {
                now.texts.saturating_sub(before.texts)
            }
            (Some(_), _) => usize::MAX,
            _ => 0,
        };
        let (conversation, said) = recall(items, &self.said);
        let now = Self { masker: segel_core::masker(masking), conversation, said, writer, made_of };
        let before = std::mem::replace(self, now);
        for said in before.said.into_iter().filter(|said| said.event.is_none()).skip(came) {
            self.hand_on(said.text);
        }
        true
    }

    /// A masked text goes, and bears on what comes next before it stands in the conversation: where another tab leads, that may
    /// take seconds.
    pub(crate) fn hand_on(&mut self, text: String) {
        self.conversation.said(&text);
        self.said.push(Said { event: None, text, is_here: false });
    }

    /// Masks a draft. Without a masker it fails as a text fails that is too long to be looked at.
    pub(crate) fn mask(&self, draft: &str) -> Result<Masked, MaskError> {
        let masker = self.masker.as_ref().ok_or(MaskError::TooLong)?;
        let mut draft = masker.mask_in(&self.conversation, draft, self.writer)?;
        draft.earlier.retain(|part| self.nth_last(part.back).is_some_and(|said| said.is_here));
        Ok(draft)
    }

    /// The messages in which parts of numbers left that a draft completes.
    pub(crate) fn earlier(&self, masked: &Masked) -> Vec<EventId> {
        let mut events = Vec::new();
        for part in &masked.earlier {
            if let Some(Said { event: Some(event), .. }) = self.nth_last(part.back)
                && !events.contains(event)
            {
                events.push(*event);
            }
        }
        events
    }

    fn nth_last(&self, back: usize) -> Option<&Said> {
        self.said.get(self.said.len().checked_sub(back)?)
    }
}

/// A text that an agent writes beside the composer, masked as in it: among these messages, as the site says.
pub fn mask_beside(text: &str, masking: Option<&Masking>, items: &[Item]) -> Option<MaskedText> {
    let mut guard = Guard::default();
    guard.update(masking, Writer::Agent, items);
    Some(guard.mask(text).ok()?.text)
}

fn is_own_text(item: &Item) -> bool {
    item.author == Author::Own && matches!(item.body, Body::Text(_) | Body::Note(_) | Body::Withdrawn)
}

fn recall(items: &[Item], known: &[Said]) -> (Conversation, Vec<Said>) {
    let (mut conversation, mut said) = (Conversation::default(), Vec::new());
    for item in &items[items.len().saturating_sub(LOOKED_AT)..] {
        let text = match (&item.body, &item.author) {
            (Body::Text(text) | Body::Note(text), Author::Own) => text,
            (Body::File(file), Author::Own) => &file.name,
            (Body::Withdrawn, Author::Own) => {
                match known.iter().find(|said| said.event == Some(item.event)) {
                    Some(said) => &said.text,
                    None => continue,
                }
            }
            (Body::Text(text), _) => {
                conversation.heard(text);
                continue;
            }
            _ => continue,
        };
        conversation.said(text);
        // What agents tell each other is not taken back.
        let (event, is_here) = (Some(item.event), matches!(item.body, Body::Text(_)));
        said.push(Said { event, text: text.clone(), is_here });
    }
    (conversation, said)
}

#[cfg(test)]
mod tests {
    use segel_core::show::File;
    use segel_wire::signed::{MaskingAction, MaskingRule};

    use super::*;
    use crate::items::tests::message;

    fn item(event: u8, author: Author, text: &str) -> Item {
        message(event, author, Body::Text(text.to_owned()))
    }

    fn sent(guard: &Guard, draft: &str) -> Option<String> {
        guard.mask(draft).ok().map(|masked| masked.text.into_string())
    }

    #[test]
    fn a_number_begun_in_an_earlier_message_and_a_code_that_was_asked_for_are_masked() {
        let mut guard = Guard::default();
        assert!(guard.update(None, Writer::Visitor, &[item(1, Author::Own, "kartu saya 4111 1111")]));
        assert_eq!(sent(&guard, "1111 1111").as_deref(), Some("•••• ••••"));
        let asked = [item(2, Author::Agent("Agen Demo".to_owned()), "OTP-nya berapa, Kak?")];
        assert!(guard.update(None, Writer::Visitor, &asked));
        assert!(!guard.update(None, Writer::Visitor, &asked));
        assert_eq!(sent(&guard, "482913").as_deref(), Some("••••••"));
    }

    #[test]
    fn what_was_handed_on_bears_on_the_next_text_before_and_after_it_stands_in_the_conversation() {
        let mut guard = Guard::default();
        let items = [item(1, Author::Agent("Agen Demo".to_owned()), "Ada yang bisa dibantu?")];
        guard.update(None, Writer::Visitor, &items);
        guard.hand_on("4111 1111".to_owned());
        assert_eq!(sent(&guard, "1111 1111").as_deref(), Some("•••• ••••"));
        assert_eq!(
            guard.earlier(&guard.mask("1111 1111").unwrap()),
            [],
            "nothing that could be taken back yet"
        );

        // Something else is shown first.
        let [first] = items;
        let other = item(2, Author::Agent("Agen Demo".to_owned()), "Halo?");
        let mut items = vec![first, other];
        guard.update(None, Writer::Visitor, &items);
        assert_eq!(sent(&guard, "1111 1111").as_deref(), Some("•••• ••••"));
        items.push(item(3, Author::Own, "4111 1111"));
        guard.update(None, Writer::Visitor, &items);
        assert_eq!(guard.earlier(&guard.mask("1111 1111").unwrap()), [EventId([3; 16])]);
        assert!(guard.said.iter().all(|said| said.event.is_some()));

        // A file that left with a text comes before it, and what was said earlier may be read later.
        guard.hand_on("4111 1111".to_owned());
        let file = File { name: "a.jpg".to_owned(), media_type: "image/jpeg".to_owned(), size: 1 };
        items.push(Item { body: Body::File(file), ..item(4, Author::Own, "") });
        items.insert(0, item(5, Author::Agent("Agen Demo".to_owned()), "Selamat pagi"));
        guard.update(None, Writer::Visitor, &items);
        assert!(guard.said.last().is_some_and(|said| said.event.is_none()));

        let other = item(9, Author::Agent("Agen Demo".to_owned()), "Halo");
        guard.update(None, Writer::Visitor, &[Item { conversation: ConversationId([9; 16]), ..other }]);
        assert_eq!(sent(&guard, "1111 1111").as_deref(), Some("1111 1111"), "another conversation");
    }

    #[test]
    fn a_number_that_begins_in_the_name_of_a_file_is_masked_in_the_text_behind() {
        let name = "kartu 4111 1111.jpg".to_owned();
        let file = File { name, media_type: "image/jpeg".to_owned(), size: 1 };
        let file = Item { body: Body::File(file), ..item(1, Author::Own, "") };
        let mut guard = Guard::default();
        guard.update(None, Writer::Visitor, &[file]);
        assert_eq!(sent(&guard, "1111 1111").as_deref(), Some("•••• ••••"));
    }

    #[test]
    fn pieces_that_were_taken_back_are_named_no_more_and_the_rest_stays_masked() {
        let mut guard = Guard::default();
        let pieces = |withdrawn: bool| {
            let first = item(1, Author::Own, "kartu saya 4111 11");
            let body = if withdrawn { Body::Withdrawn } else { first.body.clone() };
            [Item { body, ..first }, item(2, Author::Own, "sebentar"), item(3, Author::Own, "lanjut 11 1111")]
        };
        guard.update(None, Writer::Visitor, &pieces(false));
        let masked = guard.mask("1111 ya").unwrap();
        assert_eq!(guard.earlier(&masked), [EventId([1; 16]), EventId([3; 16])]);
        assert!(guard.update(None, Writer::Visitor, &pieces(true)));
        let masked = guard.mask("1111 ya").unwrap();
        assert_eq!((masked.text.as_str(), guard.earlier(&masked)), ("•••• ya", vec![EventId([3; 16])]));
    }

    #[test]
    fn a_number_in_two_notes_is_masked_in_the_second_and_neither_is_offered_to_be_taken_back() {
        let note =
            Item { body: Body::Note("kartu pelanggan 4111 1111".to_owned()), ..item(1, Author::Own, "") };
        let mut guard = Guard::default();
        guard.update(None, Writer::Agent, std::slice::from_ref(&note));
        let masked = guard.mask("1111 1111").unwrap();
        assert_eq!((masked.text.as_str(), masked.earlier), ("•••• ••••", Vec::new()));
        let beside = mask_beside("1111 1111", None, &[note]).unwrap();
        assert_eq!(beside.as_str(), "•••• ••••");
    }

    #[test]
    fn a_text_that_was_kept_and_one_that_comes_back_into_the_composer_are_masked_like_what_is_typed() {
        let mut guard = Guard::default();
        let taken_back = Item { body: Body::Withdrawn, ..item(1, Author::Own, "kartu saya 4111 1111 1111") };
        guard.update(None, Writer::Agent, &[taken_back]);
        for (text, masked) in [
            ("Transfer ke BCA 1234567890 a.n. Toko", "Transfer ke BCA ••••••••90 a.n. Toko"),
            ("kartu saya 4111 1111 1111 1111", "kartu saya •••• •••• •••• 1111"),
        ] {
            assert_eq!(sent(&guard, text).as_deref(), Some(masked));
        }
    }

    #[test]
    fn a_policy_that_cannot_be_followed_sends_nothing() {
        let mut guard = Guard::default();
        let broken = MaskingRule {
            kind: "{".to_owned(),
            visitor: MaskingAction::Mask(0),
            agent: MaskingAction::Mask(0),
        };
        let masking = Masking { rules: None, allowed: None, patterns: Some(vec![broken]) };
        guard.update(Some(&masking), Writer::Visitor, &[]);
        assert_eq!(sent(&guard, "halo"), None);
    }
}
