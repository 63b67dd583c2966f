//! A line above the conversation: the connection, and what was refused.

use std::rc::Rc;

use segel_web::dom::{self, El, el, icon};
use web_sys::Element;

use crate::action::{Act, Action};
use crate::icons;
use crate::text::Language;
use crate::trouble::Trouble;

/// One sentence; a refusal stays until it is dismissed.
pub struct Banner {
    language: Language,
    root: El,
    words: El,
    dismiss: El,
}

impl Banner {
    /// Says nothing yet.
    pub fn new(language: Language, act: &Act) -> Self {
        let words = el("p");
        let act = Rc::clone(act);
        let dismiss = el("button")
            .class("plain")
            .attr("type", "button")
            .attr("aria-label", language.text().dismiss())
            .child(icon(icons::CROSS))
            .on("click", move |_| act(Action::Dismiss));
        let root = el("div").class("banner").attr("role", "status").place(&words).place(&dismiss);
        let banner = Self { language, root, words, dismiss };
        banner.render(None);
        banner
    }

    /// The element to put on the page.
    pub fn root(&self) -> &Element {
        &self.root
    }

    /// Shows what is wrong, or nothing.
    pub fn render(&self, trouble: Option<Trouble>) {
        dom::set_text(&self.words, trouble.map_or("", |trouble| self.language.trouble(trouble)));
        dom::set_class(&self.root, "empty", trouble.is_none());
        dom::set_class(&self.root, "brief", trouble == Some(Trouble::Connecting));
        let refused = matches!(trouble, Some(Trouble::Refused(_)));
        dom::set_class(&self.root, "refused", refused);
        dom::set_hidden(&self.dismiss, !refused);
    }
}
