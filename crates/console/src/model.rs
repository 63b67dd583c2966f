//! What an agent sees, folded from what the engine shows: pure, without a browser.

use std::collections::{BTreeMap, BTreeSet};

use segel_core::show::{Author, Gate, Identity, Link, Refusal, Show, Summary};
use segel_ui::{Items, Situation, Trouble};
use segel_wire::ids::ConversationId;

use crate::canned::{Known, Replies, fill};
use crate::desk::Sheet;
use crate::drafts::{Audience, Drafts};
use crate::inbox::{Inbox, Listing, waits};

/// For so long before a roster ends it is said that it will, in milliseconds.
const WARNING_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

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
    /// The list of conversations, and what of it is wanted.
    pub(crate) inbox: Inbox,
    items: BTreeMap<ConversationId, Items>,
    /// What the agent has typed and not sent.
    pub(crate) drafts: Drafts,
    /// What of the agent's wishes could not be carried out in the open conversation.
    pub(crate) refused: Option<Refused>,
    /// The sheet that is open, but for that of the kept texts.
    pub(crate) sheet: Option<Sheet>,
    /// The texts that are kept to be sent again.
    pub(crate) replies: Replies,
    typing: BTreeMap<ConversationId, Author>,
    here: BTreeSet<ConversationId>,
    open: Option<ConversationId>,
    steps: bool,
    verifying: bool,
    /// How it stands with keys.
    pub(crate) keys: Keys,
    /// How it stands with notices beside the page.
    pub(crate) notices: Notices,
}

/// What could not be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Labels that are none, or that may not be sent.
    Labels,
    /// A note that was to go with a transfer.
    TransferNote,
}

/// How it stands with notices beside the page.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notices {
    /// The agent wants none, or was not asked.
    #[default]
    Off,
    /// The agent wants them, and the browser shows them.
    On,
    /// The browser shows none.
    Barred,
}

/// How it stands with the keys that do something at the desk.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Keys {
    /// Whether they are listed on the sheet.
    pub(crate) listed: bool,
    /// Whether the agent wants none of them to do anything.
    pub(crate) off: bool,
}

impl Model {
    /// Before anything is known.
    pub(crate) fn new(keys: Keys) -> Self {
        Self { keys, ..Self::default() }
    }

    /// Whether this is news for an agent who looks elsewhere: a message of a visitor whom they may answer. What is shown
    /// first, or was missed while the relay was out of reach, is no news of a new chat.
    pub(crate) fn is_news(&self, summary: &Summary) -> bool {
        let before = self.inbox.get(summary.conversation).map(|known| known.unread);
        let is_more = match before {
            Some(before) => summary.unread > before,
            None => summary.unread > 0 && self.situation.link == Link::Online,
        };
        is_more && waits(summary) && !self.inbox.is_blocked(summary.conversation)
    }

    /// Folds in one change.
    pub(crate) fn apply(&mut self, show: Show) {
        match self.situation.apply(show) {
            Some(Show::Conversation(summary)) => self.inbox.put(summary),
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
            Some(Show::Canned(texts)) => self.replies.all = texts,
            Some(Show::Blocked(conversations)) => {
                self.inbox.block(conversations);
                if self.open.is_some_and(|open| self.inbox.is_blocked(open)) {
                    self.back();
                }
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

    /// Opens a conversation, to write in it.
    pub(crate) fn open(&mut self, conversation: ConversationId) {
        self.open = Some(conversation);
        self.steps = false;
        self.verifying = false;
        self.refused = None;
        self.replies.offered = None;
    }

    /// Opens the conversation that comes so many places after the open one in the list; the agent stays in the list.
    pub(crate) fn step(&mut self, by: isize) {
        let listing = self.listing();
        let place = |open| listing.entries.iter().position(|entry| entry.summary.conversation == open);
        let next = match self.open.and_then(place) {
            Some(at) => at.saturating_add_signed(by).min(listing.entries.len().saturating_sub(1)),
            None => 0,
        };
        if let Some(conversation) = listing.entries.get(next).map(|entry| entry.summary.conversation) {
            self.open(conversation);
            self.steps = true;
        }
    }

    /// Whether the agent goes from one conversation to the other without leaving the list.
    pub(crate) fn steps(&self) -> bool {
        self.steps
    }

    /// The conversations that are listed.
    pub(crate) fn listing(&self) -> Listing<'_> {
        self.inbox.listing(&self.items)
    }

    /// Whether a sheet is open that has the page for itself.
    pub(crate) fn has_sheet(&self) -> bool {
        self.replies.managed || self.sheet.is_some()
    }

    /// Whether something was typed in a conversation and not sent.
    pub(crate) fn has_draft(&self, conversation: ConversationId) -> bool {
        self.drafts.has_some(conversation)
    }

    /// Shows the safety number in the place of the open conversation, or the conversation again.
    pub(crate) fn verify(&mut self, on: bool) {
        self.verifying = on;
    }

    /// Back to the list.
    pub(crate) fn back(&mut self) {
        self.open = None;
        self.verifying = false;
        self.replies.offered = None;
    }

    /// Keeps the draft of the open conversation.
    pub(crate) fn set_draft(&mut self, audience: Audience, draft: String) {
        if let Some(conversation) = self.open {
            self.drafts.set((conversation, audience), draft);
        }
    }

    /// From now on what is written in the open conversation is for these.
    pub(crate) fn address(&mut self, audience: Audience) {
        if let Some(conversation) = self.open {
            self.drafts.address(conversation, audience);
        }
    }

    /// The text that is to be put into the composer, and the first place in it that is left to be filled in by hand: of those
    /// that are offered the one at this place, or the one gone to. Nothing is offered any more then.
    pub(crate) fn take_reply(&mut self, at: Option<usize>) -> Option<(String, Option<String>)> {
        let conversation = self.open?;
        let text = self.replies.get(at)?.text.clone();
        let visitor = match self.inbox.get(conversation).map(|summary| &summary.identity) {
            Some(Identity::Confirmed { subject, .. }) => Some(subject.as_str()),
            _ => None,
        };
        let Situation { agent, business, .. } = &self.situation;
        let known = Known { visitor, agent: agent.as_deref(), business: business.as_deref() };
        let (filled, left) = fill(&text, known);
        let first = left.first().cloned();
        self.drafts.leave_unfilled(conversation, left);
        self.replies.offered = None;
        Some((filled, first))
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

    /// When the newest roster ends, if that is within a week of `now`, both in Unix milliseconds.
    pub(crate) fn roster_ends(&self, now: u64) -> Option<u64> {
        let end = self.situation.until?.saturating_mul(1_000);
        (end <= now.saturating_add(WARNING_MS)).then_some(end)
    }

    /// The open conversation and its messages.
    pub(crate) fn opened(&self) -> Option<Opened<'_>> {
        let conversation = self.open?;
        let audience = self.drafts.audience(conversation);
        let place = (conversation, audience);
        Some(Opened {
            conversation,
            summary: self.inbox.get(conversation),
            items: self.items.get(&conversation),
            audience,
            draft: self.drafts.get(place),
            unfilled: self.drafts.unfilled(place),
            typing: self.typing.get(&conversation),
            here: self.here.contains(&conversation),
            verifying: self.verifying,
        })
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
    /// For whom what is written is.
    pub(crate) audience: Audience,
    /// What the agent has typed for them and not sent.
    pub(crate) draft: &'a str,
    /// What is still to be filled in by hand in it.
    pub(crate) unfilled: &'a [String],
    /// Who is typing in it.
    pub(crate) typing: Option<&'a Author>,
    /// Whether the visitor has it before their eyes.
    pub(crate) here: bool,
    /// Whether the safety number is looked at.
    pub(crate) verifying: bool,
}

#[cfg(test)]
mod tests {
    use segel_core::Canned;
    use segel_core::show::{Author, Body, Delivery, Hold, Identity, Item, Life, Site, Standing};
    use segel_wire::ids::EventId;

    use super::*;

    const ONE: ConversationId = ConversationId([1; 16]);
    const TWO: ConversationId = ConversationId([2; 16]);
    /// Unix seconds.
    const UNTIL: u64 = 1_800_000_000;

    fn shown(shows: impl IntoIterator<Item = Show>) -> Model {
        let mut model = Model::default();
        shows.into_iter().for_each(|show| model.apply(show));
        model
    }

    fn site() -> Show {
        let name = "Toko Contoh".to_owned();
        Show::Site(Site { name, agent: None, masking: None, hours: None, intake: None, until: Some(UNTIL) })
    }

    fn summary(conversation: ConversationId, time: u64) -> Show {
        Show::Conversation(Summary {
            conversation,
            preview: String::new(),
            time,
            unread: 0,
            waits_since: 0,
            answerable: true,
            safety: None,
            hold: Hold::default(),
            identity: Identity::default(),
            life: Life::Open,
            labels: Vec::new(),
            away: None,
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
            quotes: None,
        })
    }

    #[test]
    fn that_the_roster_ends_is_said_for_a_week() {
        let model = shown([site()]);
        let end = UNTIL * 1_000;
        assert_eq!(Model::default().roster_ends(end), None, "nothing is known yet");
        assert_eq!(model.roster_ends(end - WARNING_MS - 1), None);
        for now in [end - WARNING_MS, end - 1, end, u64::MAX] {
            assert_eq!(model.roster_ends(now), Some(end), "{now}");
        }
    }

    #[test]
    fn news_is_what_a_visitor_says_whom_this_agent_may_answer() {
        let said = |unread, standing| {
            let Show::Conversation(summary) = summary(ONE, 9) else { panic!("a conversation") };
            Summary { unread, waits_since: 9, hold: Hold { standing, ..Hold::default() }, ..summary }
        };
        let free = |unread| said(unread, Standing::Free);
        let mut model = Model::default();
        assert!(!model.is_news(&free(1)), "a start is no news");
        model.apply(Show::Link(Link::Online));
        assert!(model.is_news(&free(1)));
        model.apply(Show::Conversation(free(1)));
        assert!(!model.is_news(&free(1)));
        assert!(model.is_news(&free(2)));
        assert!(!model.is_news(&said(2, Standing::Others)));
        assert!(!model.is_news(&Summary { waits_since: 0, ..free(2) }), "a colleague's answer");
    }

    #[test]
    fn whoever_goes_through_the_list_stops_at_its_ends() {
        let mut model = shown([summary(ONE, 9), summary(TWO, 5)]);
        let opened = |model: &Model| model.opened().map(|opened| opened.conversation);
        model.step(-1);
        assert_eq!((opened(&model), model.steps()), (Some(ONE), true));
        for (by, expected) in [(-1, ONE), (1, TWO), (1, TWO), (-1, ONE)] {
            model.step(by);
            assert_eq!(opened(&model), Some(expected));
        }
        model.open(ONE);
        assert!(!model.steps());
        let mut empty = Model::default();
        empty.step(1);
        assert_eq!(opened(&empty), None);
    }

    #[test]
    fn two_conversations_keep_their_messages_and_drafts_apart() {
        let mut model = shown([item(ONE, 1), item(TWO, 2)]);
        model.open(ONE);
        model.set_draft(Audience::Everyone, "untuk satu".to_owned());
        model.open(TWO);
        let two = model.opened().unwrap();
        assert_eq!((two.draft, two.items.unwrap().as_slice()[0].event), ("", EventId([2; 16])));
        assert!(model.has_draft(ONE) && !model.has_draft(TWO));
        model.open(ONE);
        assert_eq!(model.opened().unwrap().draft, "untuk satu");
    }

    #[test]
    fn a_kept_text_is_found_filled_in_and_what_is_not_known_is_marked_until_it_is_gone() {
        let text = "Halo {visitor}, saya {agent}.".to_owned();
        let salam = Canned { name: "salam".to_owned(), text };
        let tutup = Canned { name: "tutup".to_owned(), text: "Terima kasih".to_owned() };
        let site = Site {
            name: "Toko".to_owned(),
            agent: Some("Agen Demo".to_owned()),
            masking: None,
            hours: None,
            intake: None,
            until: None,
        };
        let mut model = shown([Show::Site(site), Show::Canned(vec![tutup, salam])]);
        model.open(ONE);
        assert_eq!(model.take_reply(None), None, "nothing is offered");
        model.replies.offered = Some(("SAL".to_owned(), 7));
        let taken = ("Halo {visitor}, saya Agen Demo.".to_owned(), Some("{visitor}".to_owned()));
        assert_eq!(model.take_reply(None), Some(taken.clone()));
        assert_eq!(model.replies.offered, None);
        model.set_draft(Audience::Everyone, taken.0);
        assert_eq!(model.opened().unwrap().unfilled, ["{visitor}"]);
        model.set_draft(Audience::Everyone, "Halo Kak, saya Agen Demo.".to_owned());
        assert_eq!(model.opened().unwrap().unfilled, [""; 0]);
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
}
