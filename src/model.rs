//! What the visitor sees, folded from what the engine shows: pure, without a browser.

use segel_core::show::{Author, Gate, Life, SafetyNumber, Show, Summary};
use segel_ui::{Items, Situation, Trouble};
use segel_wire::ids::ConversationId;

use crate::intake::Said;

/// The state of the panel.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Model {
    /// Where things stand apart from the conversations.
    pub(crate) situation: Situation,
    talks: Vec<Talk>,
    /// The conversation that the visitor chose to look at.
    chosen: Option<ConversationId>,
    /// Whether the visitor begins another one.
    begins: bool,
    place: Place,
    nothing: Items,
    /// Whether everything was erased last, at the relay too.
    is_erased: bool,
    /// What the visitor said on this page to what the site asks.
    pub(crate) said: Option<Said>,
}

/// A conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Talk {
    /// Its id.
    pub(crate) conversation: ConversationId,
    /// Its messages.
    pub(crate) items: Items,
    /// What the engine says of it as a whole, once it did.
    pub(crate) summary: Option<Summary>,
    typing: Option<Author>,
    here: Option<Author>,
}

/// What stands where the conversation does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Place {
    /// The conversation.
    #[default]
    Talk,
    /// The safety number.
    Safety,
    /// The list of conversations.
    List,
    /// What can be reported.
    Report,
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

impl Talk {
    /// How far it has come.
    pub(crate) fn life(&self) -> Life {
        self.summary.as_ref().map(|summary| summary.life).unwrap_or_default()
    }

    /// The agent who wrote last in it.
    pub(crate) fn agent(&self) -> Option<&str> {
        self.items.as_slice().iter().rev().find_map(|item| match &item.author {
            Author::Agent(name) if !name.is_empty() => Some(name.as_str()),
            _ => None,
        })
    }

    /// When something was last said in it, Unix milliseconds; 0 if nothing was.
    pub(crate) fn time(&self) -> u64 {
        self.summary.as_ref().map_or(0, |summary| summary.time)
    }
}

impl Model {
    /// Folds in one change.
    pub(crate) fn apply(&mut self, show: Show) {
        if matches!(show, Show::Gate(Gate::Erasing) | Show::Erased) {
            self.erase(&show);
        }
        match self.situation.apply(show) {
            Some(Show::Conversation(summary)) => {
                let id = summary.conversation;
                self.talk(id).summary = Some(summary);
            }
            Some(Show::Item(item)) => self.talk(item.conversation).items.put(item),
            Some(Show::Gone(id, event)) => self.talk(id).items.remove(event),
            Some(Show::Transfer(transfer)) => self.talk(transfer.conversation).items.note(transfer),
            Some(Show::Typing(id, who)) => self.talk(id).typing = who,
            Some(Show::Here(id, who)) => self.talk(id).here = who,
            _ => {}
        }
        self.begins &= self.open_talk().is_none();
    }

    /// Nothing that was shown or said before is left.
    #[inline(never)]
    fn erase(&mut self, show: &Show) {
        let is_erased = matches!(show, Show::Erased);
        *self = Self { situation: std::mem::take(&mut self.situation), is_erased, ..Self::default() };
    }

    /// Messages shown before count no more; what the visitor looks at stays.
    pub(crate) fn forget(&mut self) {
        self.talks = Vec::new();
    }

    /// What fills the panel.
    pub(crate) fn screen(&self) -> Screen {
        match self.situation.stopped().or(Trouble::of_gate(self.situation.gate)) {
            Some(trouble) => Screen::Stopped(trouble),
            None if self.situation.business.is_none() && self.talks.is_empty() => Screen::Preparing,
            None => Screen::Chat,
        }
    }

    /// The conversation that the visitor looks at: the one that they chose, else the open one, else the last. None
    /// before the first message of one.
    pub(crate) fn current(&self) -> Option<&Talk> {
        if self.begins {
            return None;
        }
        let chosen = self.talks.iter().find(|talk| Some(talk.conversation) == self.chosen);
        let open = chosen.or_else(|| self.open_talk());
        open.or_else(|| self.talks.iter().max_by_key(|talk| talk.time()))
    }

    /// Whether the visitor had everything erased and has written nothing since.
    pub(crate) fn is_erased(&self) -> bool {
        self.is_erased && self.talks.is_empty()
    }

    /// Every conversation.
    pub(crate) fn talks(&self) -> &[Talk] {
        &self.talks
    }

    /// Whether the relay has a message of the one that the visitor looks at.
    pub(crate) fn has_gone(&self) -> bool {
        self.items().as_slice().first().is_some_and(|item| item.position.is_some())
    }

    /// Whether the one that the visitor looks at can be written in; another can be begun where it cannot.
    pub(crate) fn life(&self) -> Life {
        self.current().map(Talk::life).unwrap_or_default()
    }

    /// Opens a conversation.
    pub(crate) fn open(&mut self, conversation: ConversationId) {
        (self.chosen, self.begins, self.place) = (Some(conversation), false, Place::Talk);
    }

    /// Looks at the one that can be written in, or at none: what is written next begins one.
    pub(crate) fn begin(&mut self) {
        (self.chosen, self.begins, self.place) = (None, self.open_talk().is_none(), Place::Talk);
    }

    /// Whether what waits in the conversation cannot leave.
    pub(crate) fn is_away(&self) -> bool {
        let summary = self.current().and_then(|talk| talk.summary.as_ref());
        summary.is_some_and(|summary| summary.away.is_some())
    }

    /// Messages not yet seen, of all conversations.
    pub(crate) fn unread(&self) -> u32 {
        self.talks.iter().filter_map(|talk| talk.summary.as_ref()).map(|summary| summary.unread).sum()
    }

    /// Shows this in the place of the conversation, or the conversation again.
    pub(crate) fn turn_to(&mut self, place: Place) {
        self.place = place;
    }

    /// What stands where the conversation does.
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// What the visitor and the business compare; none before the first message.
    pub(crate) fn safety(&self) -> Option<&SafetyNumber> {
        self.talks.iter().find_map(|talk| talk.summary.as_ref()?.safety.as_ref())
    }

    /// Who is typing at the other end.
    pub(crate) fn typing(&self) -> Option<&Author> {
        self.current()?.typing.as_ref()
    }

    /// Who of the business has the conversation before their eyes.
    pub(crate) fn here(&self) -> Option<&Author> {
        self.current()?.here.as_ref()
    }

    /// The conversation's messages.
    pub(crate) fn items(&self) -> &Items {
        self.current().map_or(&self.nothing, |talk| &talk.items)
    }

    /// The one that can be written in, as the engine says: there is no second one.
    pub(crate) fn open_talk(&self) -> Option<&Talk> {
        let is_open = |summary: &Summary| summary.life == Life::Open;
        self.talks.iter().find(|talk| talk.summary.as_ref().is_some_and(is_open))
    }

    fn talk(&mut self, conversation: ConversationId) -> &mut Talk {
        let known = self.talks.iter().position(|talk| talk.conversation == conversation);
        let at = known.unwrap_or_else(|| {
            let (summary, typing, here) = (None, None, None);
            self.talks.push(Talk { conversation, items: Items::default(), summary, typing, here });
            self.talks.len() - 1
        });
        // Either was found there or was just put there.
        &mut self.talks[at]
    }
}

#[cfg(test)]
mod tests {
    use segel_core::show::{Body, Delivery, Hold, Identity, Item, Refusal, Site};
    use segel_wire::ids::EventId;

    use super::*;

    const CONVERSATION: ConversationId = ConversationId([1; 16]);
    const OTHER: ConversationId = ConversationId([2; 16]);
    const NEXT: ConversationId = ConversationId([3; 16]);

    fn shown(shows: impl IntoIterator<Item = Show>) -> Model {
        let mut model = Model::default();
        shows.into_iter().for_each(|show| model.apply(show));
        model
    }

    fn site() -> Show {
        Show::Site(Site {
            name: "Toko Contoh".to_owned(),
            agent: None,
            masking: None,
            hours: None,
            intake: None,
            until: None,
        })
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
    fn while_everything_is_erased_nothing_of_it_is_shown() {
        let mut model = shown([site(), item(Delivery::Sent), Show::Gate(Gate::Erasing)]);
        assert!(model.talks().is_empty() && model.items().is_empty());
        assert_eq!(model.screen(), Screen::Chat);
        assert_eq!((model.situation.gate, model.is_erased()), (Gate::Erasing, false));
        model.apply(Show::Erased);
        model.apply(Show::Gate(Gate::Open));
        assert_eq!((model.situation.gate, model.talks().len()), (Gate::Open, 0));
        assert!(model.is_erased());
        model.apply(item(Delivery::Sending));
        assert!(!model.is_erased(), "it is said until something is written");
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

    fn summary(conversation: ConversationId, life: Life, (time, unread): (u64, u32)) -> Show {
        Show::Conversation(Summary {
            conversation,
            preview: String::new(),
            time,
            unread,
            waits_since: 0,
            answerable: true,
            safety: None,
            hold: Hold::default(),
            identity: Identity::default(),
            life,
            labels: Vec::new(),
            away: None,
        })
    }

    #[test]
    fn unread_is_what_the_last_summaries_say() {
        let unread = |conversation, unread| summary(conversation, Life::Open, (0, unread));
        assert_eq!(shown([unread(CONVERSATION, 3)]).unread(), 3);
        assert_eq!(shown([unread(CONVERSATION, 3), unread(CONVERSATION, 0)]).unread(), 0);
        assert_eq!(shown([unread(CONVERSATION, 3), unread(OTHER, 2)]).unread(), 5);
    }

    #[test]
    fn the_open_conversation_is_looked_at_then_the_last_unless_another_was_chosen() {
        let current = |model: &Model| model.current().map(|talk| talk.conversation);
        let mut model =
            shown([summary(OTHER, Life::Ended, (9, 0)), summary(CONVERSATION, Life::Open, (1, 0))]);
        assert_eq!(current(&model), Some(CONVERSATION));
        model.open(OTHER);
        assert_eq!((current(&model), model.life()), (Some(OTHER), Life::Ended));
        model.begin();
        assert_eq!(current(&model), Some(CONVERSATION), "there is one to write in");
        model.apply(summary(CONVERSATION, Life::Ended, (1, 0)));
        assert_eq!(current(&model), Some(OTHER));
        model.begin();
        assert_eq!((current(&model), model.life()), (None, Life::Open));
        model.apply(summary(OTHER, Life::Settled, (9, 0)));
        assert_eq!(current(&model), None, "until it has begun");
        model.apply(summary(NEXT, Life::Open, (10, 0)));
        assert_eq!(current(&model), Some(NEXT));
    }
}
