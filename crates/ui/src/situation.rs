//! Where things stand apart from the conversations: what widget and console both fold, without a browser.

use segel_core::show::{Gate, Link, Refusal, Show, Summary};
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

    /// What the banner says: what was refused comes before the connection, that before why nothing leaves the conversation
    /// that is looked at, and that before what is not kept.
    pub fn banner(&self, looked_at: Option<&Summary>) -> Option<Trouble> {
        let link = match self.link {
            Link::Offline => Some(Trouble::Offline),
            Link::Connecting => Some(Trouble::Connecting),
            Link::Online => None,
        };
        let away = looked_at.and_then(|summary| summary.away).map(Trouble::Away);
        let unkept = self.unkept.then_some(Trouble::NotKept);
        self.refused.map(Trouble::Refused).or(link).or(away).or(unkept)
    }
}

#[cfg(test)]
mod tests {
    use segel_core::show::{Hold, Identity, Life};
    use segel_wire::ids::ConversationId;

    use super::*;

    fn summary(away: Option<Refusal>) -> Summary {
        Summary {
            conversation: ConversationId([1; 16]),
            preview: String::new(),
            time: 1,
            unread: 0,
            waits_since: 0,
            answerable: true,
            safety: None,
            hold: Hold::default(),
            identity: Identity::default(),
            life: Life::Open,
            labels: Vec::new(),
            away,
        }
    }

    #[test]
    fn a_refusal_stays_in_the_banner_until_it_is_dismissed() {
        let mut situation = Situation::default();
        situation.apply(Show::Refused(Refusal::MessageReplayed));
        situation.apply(Show::Link(Link::Offline));
        assert_eq!(situation.banner(None), Some(Trouble::Refused(Refusal::MessageReplayed)));
        situation.dismiss();
        assert_eq!(situation.banner(None), Some(Trouble::Offline));
    }

    #[test]
    fn why_nothing_leaves_a_conversation_is_said_over_that_one_alone_and_after_the_connection() {
        let mut situation = Situation::default();
        let away = Refusal::VisitorAway;
        let summary = summary(Some(away));
        assert_eq!(situation.banner(Some(&summary)), Some(Trouble::Connecting));
        situation.apply(Show::Link(Link::Online));
        assert_eq!(situation.banner(Some(&summary)), Some(Trouble::Away(away)));
        assert_eq!(situation.banner(None), None);
    }

    #[test]
    fn a_browser_that_keeps_nothing_is_said_once_nothing_else_is() {
        let mut situation = Situation::default();
        situation.served(false);
        assert_eq!(situation.banner(None), Some(Trouble::Connecting));
        situation.apply(Show::Link(Link::Online));
        assert_eq!(situation.banner(None), Some(Trouble::NotKept));
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
        assert_eq!((situation.stopped(), situation.banner(None)), (None, Some(Trouble::Connecting)));
    }
}
