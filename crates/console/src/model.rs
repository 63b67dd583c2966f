//! What an agent sees, folded from what the engine shows: pure, without a browser.

use std::collections::{BTreeMap, BTreeSet};

use segel_core::show::{Author, Gate, Refusal, Show, Summary};
use segel_ui::{Items, Situation, Trouble};
use segel_wire::ids::ConversationId;

/// How far this device's enrolment has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Enrolment {
    /// There is neither an enrolled device here nor a code in the address.
    NoCode,
    /// Keys are being made.
    MakingKeys,
    /// The public halves are sent; the owner's next roster is awaited.
    Waiting,
    /// The enrolment was refused.
    Refused(Refusal),
    /// This device is in the roster.
    Done,
}

/// What fills the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Screen {
    /// Nothing is known yet.
    Preparing,
    /// One sentence, and nothing else to be done here.
    Stopped(Trouble),
    /// The steps of enrolment.
    Enrolling(Enrolment),
    /// Conversations.
    Desk,
}

/// The state of the console.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Model {
    /// Where things stand apart from the conversations.
    pub(crate) situation: Situation,
    enrolment: Option<Enrolment>,
    inbox: Vec<Summary>,
    items: BTreeMap<ConversationId, Items>,
    drafts: BTreeMap<ConversationId, String>,
    typing: BTreeMap<ConversationId, Author>,
    here: BTreeSet<ConversationId>,
    open: Option<ConversationId>,
    verifying: bool,
}

impl Model {
    /// Folds in one change.
    pub(crate) fn apply(&mut self, show: Show) {
        match self.situation.apply(show) {
            Some(Show::Conversation(summary)) => self.list(summary),
            Some(Show::Item(item)) => self.items.entry(item.conversation).or_default().put(item),
            Some(Show::Gone(id, event)) => self.items.entry(id).or_default().remove(event),
            Some(Show::Transfer(transfer)) => {
                self.items.entry(transfer.conversation).or_default().note(transfer);
            }
            Some(Show::Typing(conversation, Some(who))) => {
                self.typing.insert(conversation, who);
            }
            Some(Show::Typing(conversation, None)) => {
                self.typing.remove(&conversation);
            }
            Some(Show::Here(conversation, Some(_))) => {
                self.here.insert(conversation);
            }
            Some(Show::Here(conversation, None)) => {
                self.here.remove(&conversation);
            }
            _ => {}
        }
    }

    /// Conversations and messages shown before count no more; drafts and what is open stay.
    pub(crate) fn forget(&mut self) {
        self.inbox.clear();
        self.items.clear();
        self.typing.clear();
        self.here.clear();
    }

    /// How far this device's enrolment has come.
    pub(crate) fn set_enrolment(&mut self, enrolment: Enrolment) {
        self.enrolment = Some(enrolment);
    }

    /// Opens a conversation.
    pub(crate) fn open(&mut self, conversation: ConversationId) {
        self.open = Some(conversation);
        self.verifying = false;
    }

    /// Shows the safety number in the place of the open conversation, or the conversation again.
    pub(crate) fn verify(&mut self, on: bool) {
        self.verifying = on;
    }

    /// Back to the list.
    pub(crate) fn back(&mut self) {
        self.open = None;
        self.verifying = false;
    }

    /// Keeps the draft of the open conversation.
    pub(crate) fn set_draft(&mut self, draft: String) {
        if let Some(conversation) = self.open {
            self.drafts.insert(conversation, draft);
        }
    }

    /// What fills the page.
    pub(crate) fn screen(&self) -> Screen {
        if let Some(trouble) = self.situation.stopped() {
            return Screen::Stopped(trouble);
        }
        let gate = self.situation.gate;
        let enrolment = self.enrolment.filter(|step| *step != Enrolment::Done);
        match (enrolment, Trouble::of_gate(gate)) {
            (Some(step), _) => Screen::Enrolling(step),
            (None, Some(trouble)) => Screen::Stopped(trouble),
            (None, None) if gate == Gate::AwaitingRoster => Screen::Enrolling(Enrolment::Waiting),
            (None, None) if self.situation.business.is_none() && self.inbox.is_empty() => Screen::Preparing,
            (None, None) => Screen::Desk,
        }
    }

    /// Conversations, the one with the newest message first.
    pub(crate) fn inbox(&self) -> &[Summary] {
        &self.inbox
    }

    /// The open conversation and its messages.
    pub(crate) fn opened(&self) -> Option<Opened<'_>> {
        let conversation = self.open?;
        Some(Opened {
            conversation,
            summary: self.inbox.iter().find(|summary| summary.conversation == conversation),
            items: self.items.get(&conversation),
            draft: self.drafts.get(&conversation).map_or("", String::as_str),
            typing: self.typing.get(&conversation),
            here: self.here.contains(&conversation),
            verifying: self.verifying,
        })
    }

    fn list(&mut self, summary: Summary) {
        self.inbox.retain(|listed| listed.conversation != summary.conversation);
        let at = self.inbox.partition_point(|listed| listed.time > summary.time);
        self.inbox.insert(at, summary);
    }
}

/// The conversation that is open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opened<'a> {
    /// Its id.
    pub(crate) conversation: ConversationId,
    /// What the list says of it, if it is listed.
    pub(crate) summary: Option<&'a Summary>,
    /// Its messages, if any were shown.
    pub(crate) items: Option<&'a Items>,
    /// What the agent has typed and not sent.
    pub(crate) draft: &'a str,
    /// Who is typing in it.
    pub(crate) typing: Option<&'a Author>,
    /// Whether the visitor has it before their eyes.
    pub(crate) here: bool,
    /// Whether the safety number is looked at.
    pub(crate) verifying: bool,
}

/// Four letters and digits by which people tell conversations apart; not secret and not unique.
pub(crate) fn mark(conversation: ConversationId) -> String {
    // Crockford's alphabet: without I, L, O and U nothing is misread.
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    conversation.0.iter().take(4).map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

#[cfg(test)]
mod tests {
    use segel_core::show::{Author, Body, Delivery, Hold, Identity, Item, Site};
    use segel_wire::ids::EventId;

    use super::*;

    const ONE: ConversationId = ConversationId([1; 16]);
    const TWO: ConversationId = ConversationId([2; 16]);

    fn shown(shows: impl IntoIterator<Item = Show>) -> Model {
        let mut model = Model::default();
        shows.into_iter().for_each(|show| model.apply(show));
        model
    }

    fn site() -> Show {
        Show::Site(Site { name: "Toko Contoh".to_owned(), agent: None, masking: None })
    }

    fn summary(conversation: ConversationId, time: u64) -> Show {
        Show::Conversation(Summary {
            conversation,
            preview: String::new(),
            time,
            unread: 0,
            answerable: true,
            safety: None,
            hold: Hold::default(),
            identity: Identity::default(),
        })
    }

    fn item(conversation: ConversationId, event: u8) -> Show {
        Show::Item(Item {
            conversation,
            event: EventId([event; 16]),
            position: None,
            author: Author::Visitor,
            body: Body::Text("Halo".to_owned()),
            time: 1,
            delivery: Delivery::Received,
            vouched: None,
        })
    }

    fn listed(model: &Model) -> Vec<ConversationId> {
        model.inbox().iter().map(|summary| summary.conversation).collect()
    }

    #[test]
    fn the_conversation_with_the_newest_message_is_listed_first_and_once() {
        let mut model = shown([summary(ONE, 5), summary(TWO, 9)]);
        assert_eq!(listed(&model), [TWO, ONE]);
        model.apply(summary(ONE, 10));
        assert_eq!(listed(&model), [ONE, TWO]);
    }

    #[test]
    fn two_conversations_keep_their_messages_and_drafts_apart() {
        let mut model = shown([item(ONE, 1), item(TWO, 2)]);
        model.open(ONE);
        model.set_draft("untuk satu".to_owned());
        model.open(TWO);
        let two = model.opened().unwrap();
        assert_eq!((two.draft, two.items.unwrap().as_slice()[0].event), ("", EventId([2; 16])));
        model.open(ONE);
        assert_eq!(model.opened().unwrap().draft, "untuk satu");
    }

    #[test]
    fn typing_and_the_safety_number_belong_to_the_conversation_that_is_open() {
        let typing = |who| Show::Typing(ONE, who);
        let mut model = shown([summary(ONE, 1), summary(TWO, 2), typing(Some(Author::Visitor))]);
        model.open(TWO);
        assert_eq!(model.opened().unwrap().typing, None);
        model.open(ONE);
        assert_eq!(model.opened().unwrap().typing, Some(&Author::Visitor));
        model.apply(typing(None));
        assert_eq!(model.opened().unwrap().typing, None);

        model.verify(true);
        assert!(model.opened().unwrap().verifying);
        model.open(TWO);
        assert!(!model.opened().unwrap().verifying, "another conversation is opened as such");
    }

    #[test]
    fn enrolment_is_shown_until_it_is_done() {
        let mut model = Model::default();
        assert_eq!(model.screen(), Screen::Preparing);
        for step in [Enrolment::NoCode, Enrolment::MakingKeys, Enrolment::Waiting] {
            model.set_enrolment(step);
            assert_eq!(model.screen(), Screen::Enrolling(step));
        }
        model.set_enrolment(Enrolment::Done);
        model.apply(site());
        assert_eq!(model.screen(), Screen::Desk);
    }

    #[test]
    fn a_device_that_awaits_its_roster_waits_and_one_that_was_removed_stops() {
        let awaiting = shown([site(), Show::Gate(Gate::AwaitingRoster)]);
        assert_eq!(awaiting.screen(), Screen::Enrolling(Enrolment::Waiting));
        let removed = shown([site(), Show::Gate(Gate::Removed)]);
        assert_eq!(removed.screen(), Screen::Stopped(Trouble::Removed));
    }

    #[test]
    fn a_tab_that_waits_shows_no_conversation() {
        let mut model = shown([site(), summary(ONE, 1)]);
        model.situation.wait_elsewhere();
        assert_eq!(model.screen(), Screen::Stopped(Trouble::OtherTab));
    }

    #[test]
    fn a_mark_has_four_letters_and_digits_that_are_not_misread() {
        assert_eq!(mark(ConversationId([7; 16])), "7777");
        assert_eq!(mark(ConversationId([0xff; 16])), "ZZZZ");
    }
}
