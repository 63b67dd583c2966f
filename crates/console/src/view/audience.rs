//! For whom the next text is: the visitor, or colleagues alone.

use std::rc::Rc;

use segel_ui::Language;
use segel_web::dom::{self, El, button, el};
use web_sys::Element;

use crate::desk::{Deed, Does};
use crate::drafts::Audience;

/// Two buttons of which one is pressed, and one that offers what was kept to be said again.
pub(crate) struct Switch {
    root: El,
    reply: El,
    note: El,
}

impl Switch {
    /// To the visitor.
    pub(crate) fn new(language: Language, does: &Does) -> Self {
        let text = language.desk();
        let choice = |words: &str, deed: Deed| {
            let does = Rc::clone(does);
            button(words).on("click", move |_| does(deed.clone()))
        };
        let (reply, note) = (choice(text.write_reply(), Deed::Write), choice(text.write_note(), Deed::Note));
        let replies = choice(text.replies(), Deed::Pick(true)).class("deed replies");
        let group = el("div")
            .class("choice")
            .attr("role", "group")
            .attr("aria-label", text.write_to())
            .place(&reply)
            .place(&note);
        let root = el("div").class("audience").child(group).child(replies);
        Self { root, reply, note }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// Shows for whom it is.
    pub(crate) fn render(&self, audience: Audience) {
        for (button, of) in [(&self.reply, Audience::Everyone), (&self.note, Audience::Agents)] {
            dom::set_attr(button, "aria-pressed", if of == audience { "true" } else { "false" });
        }
    }
}
