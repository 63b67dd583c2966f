//! Where things stand apart from the conversations: what widget and console both fold, without a browser.

use segel_core::show::{Delivery, Gate, Item, Link, Refusal, Show};
use segel_wire::signed::{Hours, Intake, Masking};

use crate::trouble::Trouble;

/// The site, the gate, the connection, and what stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Situation {
    /// The business's name, from its signed roster.
    pub business: Option<String>,
    /// The name under which this device answers.
    pub agent: Option<String>,
    /// What the site has masked, from its signed roster.
    pub masking: Option<Masking>,
    /// When it answers, from its signed roster.
    pub hours: Option<Hours>,
    /// What it asks of a visitor before a conversation, from its signed roster.
    pub intake: Option<Intake>,
    /// When its newest roster ends, Unix seconds; told to agents alone.
    pub until: Option<u64>,
    /// Whether messages can be written now.
    pub gate: Gate,
    /// The connection to the relay.
    pub link: Link,
    elsewhere: bool,
    stopped: Option<Trouble>,
    refused: Option<Refusal>,
    unkept: bool,
    /// Whether a lock stands before what is kept, and is open now.
    pub locks: bool,
}

impl Default for Situation {
    fn default() -> Self {
        Self {
            business: None,
            agent: None,
            masking: None,
            hours: None,
            intake: None,
            until: None,
            gate: Gate::Preparing,
            link: Link::Connecting,
            elsewhere: false,
            stopped: None,
            refused: None,
            unkept: false,
            locks: false,
        }
    }
}

impl Situation {
    /// Folds in one change; gives back what is about conversations.
    pub fn apply(&mut self, show: Show) -> Option<Show> {
        match show {
            Show::Site(site) => {
                self.business = Some(site.name);
                self.agent = site.agent;
                self.masking = site.masking;
                self.hours = site.hours;
                self.intake = site.intake;
                self.until = site.until;
            }
            Show::Gate(gate) => self.gate = gate,
            Show::Link(link) => self.link = link,
            Show::Refused(refusal) => self.refused = Some(refusal),
            Show::Item(Item { delivery: Delivery::Sent, .. })
                if self.refused == Some(Refusal::NobodyReachable) =>
            {
                // Somebody is there again.
                self.refused = None;
                return Some(show);
            }
            Show::Conversation(_)
            | Show::Item(_)
            | Show::Gone(..)
            | Show::Transfer(_)
            | Show::Introduce { .. }
            | Show::Typing(..)
            | Show::Here(..)
            | Show::Canned(_)
            | Show::Blocked(_)
            | Show::Report(..)
            | Show::Erased => return Some(show),
        }
        None
    }

    /// An engine serves this tab, its own or another tab's, whatever stood in the way before; `kept` if what it keeps outlives its tab.
    pub fn served(&mut self, kept: bool) {
        self.elsewhere = false;
        self.stopped = None;
        self.unkept = !kept;
    }

    /// Another tab leads and serves none.
    pub fn wait_elsewhere(&mut self) {
        self.elsewhere = true;
    }

    /// Something outside the engine leaves nothing to be shown.
    pub fn stop(&mut self, trouble: Trouble) {
        self.stopped = Some(trouble);
    }

    /// Whether what is shown outlives the tab.
    pub fn is_kept(&self) -> bool {
        !self.unkept
    }

    /// The banner's refusal was read.
    pub fn dismiss(&mut self) {
        self.refused = None;
    }

    /// What leaves nothing else to be shown in this tab, whatever the engine says.
    pub fn stopped(&self) -> Option<Trouble> {
        let other_tab = self.elsewhere.then_some(Trouble::OtherTab);
        self.stopped.or(other_tab)
    }

    /// What the banner says: what was refused comes before the connection, and that before what is not kept.
    pub fn banner(&self) -> Option<Trouble> {
        let link = match self.link {
            Link::Offline => Some(Trouble::Offline),
            Link::Connecting => Some(Trouble::Connecting),
            Link::Online => None,
        };
        let unkept = self.unkept.then_some(Trouble::NotKept);
        self.refused.map(Trouble::Refused).or(link).or(unkept)
    }
}

#[cfg(test)]
mod tests {
    use segel_core::show::{Author, Body};
    use segel_wire::ids::{ConversationId, EventId};

    use super::*;

    #[test]
    fn a_refusal_stays_in_the_banner_until_it_is_dismissed() {
        let mut situation = Situation::default();
        situation.apply(Show::Refused(Refusal::MessageReplayed));
        situation.apply(Show::Link(Link::Offline));
        assert_eq!(situation.banner(), Some(Trouble::Refused(Refusal::MessageReplayed)));
        situation.dismiss();
        assert_eq!(situation.banner(), Some(Trouble::Offline));
    }

    #[test]
    fn that_nobody_can_be_reached_is_said_until_a_message_has_left() {
        let mut situation = Situation { link: Link::Online, ..Situation::default() };
        let item = |delivery| {
            Show::Item(Item {
                conversation: ConversationId([1; 16]),
                event: EventId([2; 16]),
                position: None,
                author: Author::Own,
                body: Body::Text("halo".to_owned()),
                time: 1,
                delivery,
                vouched: None,
                quotes: None,
            })
        };
        situation.apply(Show::Refused(Refusal::NobodyReachable));
        assert_eq!(situation.apply(item(Delivery::Sending)), Some(item(Delivery::Sending)));
        assert_eq!(situation.banner(), Some(Trouble::Refused(Refusal::NobodyReachable)));
        assert_eq!(situation.apply(item(Delivery::Sent)), Some(item(Delivery::Sent)));
        assert_eq!(situation.banner(), None);
    }

    #[test]
    fn a_browser_that_keeps_nothing_is_said_once_nothing_else_is() {
        let mut situation = Situation::default();
        situation.served(false);
        assert_eq!(situation.banner(), Some(Trouble::Connecting));
        situation.apply(Show::Link(Link::Online));
        assert_eq!(situation.banner(), Some(Trouble::NotKept));
    }

    #[test]
    fn what_stopped_a_tab_stands_in_the_way_until_an_engine_serves_it() {
        let mut situation = Situation::default();
        situation.stop(Trouble::StoreBusy);
        assert_eq!(situation.stopped(), Some(Trouble::StoreBusy));
        situation.served(true);
        assert_eq!(situation.stopped(), None);
    }

    #[test]
    fn a_tab_that_waits_is_stopped_until_it_is_served() {
        let mut situation = Situation::default();
        situation.wait_elsewhere();
        assert_eq!(situation.stopped(), Some(Trouble::OtherTab));
        situation.served(true);
        assert_eq!((situation.stopped(), situation.banner()), (None, Some(Trouble::Connecting)));
    }
}
