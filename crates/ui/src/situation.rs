//! Where things stand apart from the conversations: what widget and console both fold, without a browser.

use segel_core::show::{Gate, Link, Refusal, Show};
use segel_web::tab_lock::Lead;
use segel_wire::signed::Masking;

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
    /// Whether messages can be written now.
    pub gate: Gate,
    /// The connection to the relay.
    pub link: Link,
    lead: Option<Lead>,
    stopped: Option<Trouble>,
    refused: Option<Refusal>,
    unkept: bool,
}

impl Default for Situation {
    fn default() -> Self {
        Self {
            business: None,
            agent: None,
            masking: None,
            gate: Gate::Preparing,
            link: Link::Connecting,
            lead: None,
            stopped: None,
            refused: None,
            unkept: false,
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
            }
            Show::Gate(gate) => self.gate = gate,
            Show::Link(link) => self.link = link,
            Show::Refused(refusal) => self.refused = Some(refusal),
            Show::Conversation(_)
            | Show::Item(_)
            | Show::Gone(..)
            | Show::Transfer(_)
            | Show::Introduce { .. }
            | Show::Typing { .. } => return Some(show),
        }
        None
    }

    /// Whether this tab leads; unknown before the browser has answered.
    pub fn set_lead(&mut self, lead: Lead) {
        self.lead = Some(lead);
    }

    /// Something outside the engine leaves nothing to be shown.
    pub fn stop(&mut self, trouble: Trouble) {
        self.stopped = Some(trouble);
    }

    /// The browser lets nothing be kept.
    pub fn keeps_nothing(&mut self) {
        self.unkept = true;
    }

    /// The banner's refusal was read.
    pub fn dismiss(&mut self) {
        self.refused = None;
    }

    /// What leaves nothing else to be shown in this tab, whatever the engine says.
    pub fn stopped(&self) -> Option<Trouble> {
        let other_tab = (self.lead == Some(Lead::Waiting)).then_some(Trouble::OtherTab);
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
    fn a_browser_that_keeps_nothing_is_said_once_nothing_else_is() {
        let mut situation = Situation::default();
        situation.keeps_nothing();
        assert_eq!(situation.banner(), Some(Trouble::Connecting));
        situation.apply(Show::Link(Link::Online));
        assert_eq!(situation.banner(), Some(Trouble::NotKept));
    }

    #[test]
    fn a_tab_that_waits_is_stopped_until_it_leads() {
        let mut situation = Situation::default();
        situation.set_lead(Lead::Waiting);
        assert_eq!(situation.stopped(), Some(Trouble::OtherTab));
        situation.set_lead(Lead::Leading);
        assert_eq!(situation.stopped(), None);
    }
}
