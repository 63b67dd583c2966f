//! What the visitor sees, folded from what the engine shows: pure, without a browser.

use segel_core::show::{Gate, Link, Refusal, Show};
use segel_ui::{Items, Trouble};
use segel_web::tab_lock::Lead;

/// The state of the panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Model {
    business: Option<String>,
    gate: Gate,
    link: Link,
    lead: Option<Lead>,
    stopped: Option<Trouble>,
    refused: Option<Refusal>,
    unkept: bool,
    unread: u32,
    items: Items,
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

impl Default for Model {
    fn default() -> Self {
        Self {
            business: None,
            gate: Gate::Preparing,
            link: Link::Connecting,
            lead: None,
            stopped: None,
            refused: None,
            unkept: false,
            unread: 0,
            items: Items::default(),
        }
    }
}

impl Model {
    /// Folds in one change.
    pub(crate) fn apply(&mut self, show: Show) {
        match show {
            Show::Site(site) => self.business = Some(site.name),
            Show::Gate(gate) => self.gate = gate,
            Show::Link(link) => self.link = link,
            Show::Conversation(summary) => self.unread = summary.unread,
            Show::Item(item) => self.items.put(item),
            Show::Refused(refusal) => self.refused = Some(refusal),
        }
    }

    /// Whether this tab leads; unknown before the browser has answered.
    pub(crate) fn set_lead(&mut self, lead: Lead) {
        self.lead = Some(lead);
    }

    /// Something outside the engine leaves no conversation to be shown.
    pub(crate) fn stop(&mut self, trouble: Trouble) {
        self.stopped = Some(trouble);
    }

    /// The browser lets nothing be kept.
    pub(crate) fn keeps_nothing(&mut self) {
        self.unkept = true;
    }

    /// The banner's refusal was read.
    pub(crate) fn dismiss(&mut self) {
        self.refused = None;
    }

    /// What fills the panel.
    pub(crate) fn screen(&self) -> Screen {
        let other_tab = (self.lead == Some(Lead::Waiting)).then_some(Trouble::OtherTab);
        match self.stopped.or(other_tab).or(Trouble::of_gate(self.gate)) {
            Some(trouble) => Screen::Stopped(trouble),
            None if self.business.is_none() && self.items.is_empty() => Screen::Preparing,
            None => Screen::Chat,
        }
    }

    /// What the banner says: what was refused comes before the connection.
    pub(crate) fn banner(&self) -> Option<Trouble> {
        let link = match self.link {
            Link::Offline => Some(Trouble::Offline),
            Link::Connecting => Some(Trouble::Connecting),
            Link::Online => None,
        };
        let unkept = self.unkept.then_some(Trouble::NotKept);
        self.refused.map(Trouble::Refused).or(link).or(unkept)
    }

    /// The business's name, from its signed roster.
    pub(crate) fn business(&self) -> Option<&str> {
        self.business.as_deref()
    }

    /// Whether messages can be written now.
    pub(crate) fn gate(&self) -> Gate {
        self.gate
    }

    /// Messages not yet seen.
    pub(crate) fn unread(&self) -> u32 {
        self.unread
    }

    /// The conversation's messages.
    pub(crate) fn items(&self) -> &Items {
        &self.items
    }
}

#[cfg(test)]
mod tests {
    use segel_core::show::{Author, Body, Delivery, Item, Site, Summary};
    use segel_wire::ids::{ConversationId, EventId};

    use super::*;

    const CONVERSATION: ConversationId = ConversationId([1; 16]);

    fn shown(shows: impl IntoIterator<Item = Show>) -> Model {
        let mut model = Model::default();
        shows.into_iter().for_each(|show| model.apply(show));
        model
    }

    fn site() -> Show {
        Show::Site(Site { name: "Toko Contoh".to_owned(), agent: None })
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
    fn a_tab_that_waits_says_so_until_it_leads() {
        let mut model = shown([site()]);
        model.set_lead(Lead::Waiting);
        assert_eq!(model.screen(), Screen::Stopped(Trouble::OtherTab));
        model.set_lead(Lead::Leading);
        assert_eq!(model.screen(), Screen::Chat);
    }

    #[test]
    fn an_insecure_page_outranks_everything() {
        let mut model = shown([site(), Show::Gate(Gate::Removed)]);
        model.stop(Trouble::Insecure);
        assert_eq!(model.screen(), Screen::Stopped(Trouble::Insecure));
    }

    #[test]
    fn a_refusal_stays_in_the_banner_until_it_is_dismissed() {
        let mut model = shown([Show::Link(Link::Online), Show::Refused(Refusal::MessageReplayed)]);
        assert_eq!(model.banner(), Some(Trouble::Refused(Refusal::MessageReplayed)));
        model.apply(Show::Link(Link::Offline));
        assert_eq!(model.banner(), Some(Trouble::Refused(Refusal::MessageReplayed)));
        model.dismiss();
        assert_eq!(model.banner(), Some(Trouble::Offline));
    }

    #[test]
    fn a_browser_that_keeps_nothing_is_said_once_nothing_else_is() {
        let mut model = shown([Show::Link(Link::Offline)]);
        model.keeps_nothing();
        assert_eq!(model.banner(), Some(Trouble::Offline));
        model.apply(Show::Link(Link::Online));
        assert_eq!(model.banner(), Some(Trouble::NotKept));
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
                answerable: true,
            })
        };
        assert_eq!(shown([summary(3)]).unread(), 3);
        assert_eq!(shown([summary(3), summary(0)]).unread(), 0);
    }
}
