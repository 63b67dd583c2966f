//! What the visitor sees, folded from what the engine shows: pure, without a browser.

use segel_core::show::{Author, SafetyNumber, Show};
use segel_ui::{Items, Situation, Trouble};

/// The state of the panel.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Model {
    /// Where things stand apart from the messages.
    pub(crate) situation: Situation,
    unread: u32,
    items: Items,
    safety: Option<SafetyNumber>,
    verifying: bool,
    typing: Option<Author>,
    here: Option<Author>,
}

/// What fills the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Screen {
    /// Nothing is known yet.
    Preparing,
    /// One sentence, and nothing else to be done here.
    Stopped(Trouble),
    /// The conversation.
    Chat,
}

impl Model {
    /// Folds in one change.
    pub(crate) fn apply(&mut self, show: Show) {
        match self.situation.apply(show) {
            Some(Show::Conversation(summary)) => {
                self.unread = summary.unread;
                self.safety = summary.safety;
            }
            Some(Show::Item(item)) => self.items.put(item),
            Some(Show::Gone(_, event)) => self.items.remove(event),
            Some(Show::Transfer(transfer)) => self.items.note(transfer),
            Some(Show::Typing(_, who)) => self.typing = who,
            Some(Show::Here(_, who)) => self.here = who,
            _ => {}
        }
    }

    /// Messages shown before count no more; what the visitor looks at stays.
    pub(crate) fn forget(&mut self) {
        let Self { situation, verifying, .. } = std::mem::take(self);
        *self = Self { situation, verifying, ..Self::default() };
    }

    /// What fills the panel.
    pub(crate) fn screen(&self) -> Screen {
        match self.situation.stopped().or(Trouble::of_gate(self.situation.gate)) {
            Some(trouble) => Screen::Stopped(trouble),
            None if self.situation.business.is_none() && self.items.is_empty() => Screen::Preparing,
            None => Screen::Chat,
        }
    }

    /// Messages not yet seen.
    pub(crate) fn unread(&self) -> u32 {
        self.unread
    }

    /// Shows the safety number in the place of the conversation, or the conversation again.
    pub(crate) fn verify(&mut self, on: bool) {
        self.verifying = on;
    }

    /// Whether the safety number is looked at.
    pub(crate) fn is_verifying(&self) -> bool {
        self.verifying
    }

    /// What the visitor and the business compare; none before the first message.
    pub(crate) fn safety(&self) -> Option<&SafetyNumber> {
        self.safety.as_ref()
    }

    /// Who is typing at the other end.
    pub(crate) fn typing(&self) -> Option<&Author> {
        self.typing.as_ref()
    }

    /// Who of the business has the conversation before their eyes.
    pub(crate) fn here(&self) -> Option<&Author> {
        self.here.as_ref()
    }

    /// The conversation's messages.
    pub(crate) fn items(&self) -> &Items {
        &self.items
    }
}

#[cfg(test)]
mod tests {
    use segel_core::show::{Author, Body, Delivery, Gate, Hold, Identity, Item, Refusal, Site, Summary};
    use segel_wire::ids::{ConversationId, EventId};

    use super::*;

    const CONVERSATION: ConversationId = ConversationId([1; 16]);

    fn shown(shows: impl IntoIterator<Item = Show>) -> Model {
        let mut model = Model::default();
        shows.into_iter().for_each(|show| model.apply(show));
        model
    }

    fn site() -> Show {
        Show::Site(Site { name: "Toko Contoh".to_owned(), agent: None, masking: None })
    }

    fn item(delivery: Delivery) -> Show {
        Show::Item(Item {
            conversation: CONVERSATION,
            event: EventId([2; 16]),
            position: None,
            author: Author::Own,
            body: Body::Text("Halo".to_owned()),
            time: 1,
            delivery,
            vouched: None,
            quotes: None,
        })
    }

    #[test]
    fn the_chat_is_shown_once_the_site_or_a_kept_message_is_known() {
        assert_eq!(Model::default().screen(), Screen::Preparing);
        assert_eq!(shown([site()]).screen(), Screen::Chat);
        assert_eq!(shown([item(Delivery::Sent)]).screen(), Screen::Chat);
    }

    #[test]
    fn a_gate_that_may_open_by_itself_leaves_the_chat_in_place() {
        for gate in [Gate::Preparing, Gate::NobodyEnrolled, Gate::Open] {
            assert_eq!(shown([site(), Show::Gate(gate)]).screen(), Screen::Chat);
        }
    }

    #[test]
    fn a_refused_roster_takes_the_whole_panel_and_gives_it_back() {
        let refusal = Refusal::WrongRoot;
        let mut model = shown([site(), Show::Gate(Gate::Refused(refusal))]);
        assert_eq!(model.screen(), Screen::Stopped(Trouble::Refused(refusal)));
        model.apply(Show::Gate(Gate::Open));
        assert_eq!(model.screen(), Screen::Chat);
    }

    #[test]
    fn an_insecure_page_outranks_everything() {
        let mut model = shown([site(), Show::Gate(Gate::Removed)]);
        model.situation.stop(Trouble::Insecure);
        assert_eq!(model.screen(), Screen::Stopped(Trouble::Insecure));
    }

    #[test]
    fn a_message_that_was_sent_replaces_the_one_being_sent() {
        let model = shown([item(Delivery::Sending), item(Delivery::Sent)]);
        assert_eq!(model.items().as_slice().len(), 1);
        assert_eq!(model.items().as_slice()[0].delivery, Delivery::Sent);
    }

    #[test]
    fn unread_is_what_the_last_summary_says() {
        let summary = |unread| {
            Show::Conversation(Summary {
                conversation: CONVERSATION,
                preview: String::new(),
                time: 0,
                unread,
                waits_since: 0,
                answerable: true,
                safety: None,
                hold: Hold::default(),
                identity: Identity::default(),
            })
        };
        assert_eq!(shown([summary(3)]).unread(), 3);
        assert_eq!(shown([summary(3), summary(0)]).unread(), 0);
    }
}
