//! Whose console this is, who answers here, and whether the relay is reached.

use segel_core::show::Link;
use segel_ui::Language;
use segel_ui::text::fill;
use segel_ui::time::Moment;
use segel_web::clock;
use segel_web::dom::{self, El, el};
use web_sys::Element;

use crate::model::Model;

/// The line at the top of the console.
pub(crate) struct Header {
    language: Language,
    root: El,
    business: El,
    mark: El,
    agent: El,
    link: El,
    /// Says for a week beforehand that the roster ends.
    ends: El,
}

impl Header {
    /// A header without names.
    pub(crate) fn new(language: Language) -> Self {
        let business = el("h1").attr("dir", "auto");
        let agent = el("p").class("agent").attr("dir", "auto");
        let link = el("p").class("link").attr("role", "status");
        let mark = el("p").class("mark").text(language.desk().console());
        let title = el("div").class("title").place(&business).place(&mark);
        let seat = el("div").class("seat").place(&agent).place(&link);
        let ends = el("p").class("ends").attr("role", "status").hidden();
        let root = el("header").class("header").child(title).child(seat).place(&ends);
        Self { language, root, business, mark, agent, link, ends }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// Shows names and connection.
    pub(crate) fn render(&self, model: &Model) {
        let text = self.language.desk();
        dom::set_text(&self.business, model.situation.business.as_deref().unwrap_or(text.console()));
        dom::set_hidden(&self.mark, model.situation.business.is_none());
        dom::set_text(&self.agent, model.situation.agent.as_deref().unwrap_or_default());
        let ends = model.roster_ends(clock::now_ms());
        let said = ends
            .map(|at| fill(text.roster_ends(), &Moment::local(at).short_date(self.language, Moment::now())));
        dom::set_text(&self.ends, said.as_deref().unwrap_or_default());
        dom::set_hidden(&self.ends, said.is_none());
        dom::set_text(
            &self.link,
            match model.situation.link {
                Link::Online => text.online(),
                Link::Connecting => text.connecting(),
                Link::Offline => text.offline(),
            },
        );
        dom::set_attr(
            &self.link,
            "class",
            match model.situation.link {
                Link::Online => "link online",
                Link::Connecting => "link connecting",
                Link::Offline => "link offline",
            },
        );
    }
}
