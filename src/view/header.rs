//! Who the visitor talks to, and the way out.

use std::rc::Rc;

use segel_core::show::Author;
use segel_ui::text::fill;
use segel_ui::{Act, Action, Language, icons, verify};
use segel_web::dom::{self, El, el, icon};
use web_sys::Element;

/// The business's name, the mark that says sealed, and the close button.
pub(crate) struct Header {
    language: Language,
    root: El,
    initial: El,
    name: El,
    mark: El,
    here: El,
    hours: El,
    check: El,
}

impl Header {
    /// A header without a name.
    pub(crate) fn new(language: Language, act: &Act, settings: &Element) -> Self {
        let text = language.text();
        let initial = el("span").class("initial").attr("aria-hidden", "true");
        let name = el("h1").attr("dir", "auto");
        let mark =
            el("p").class("mark").child(icon(icons::LOCK)).child(el("span").text(text.sealed())).hidden();
        let here = el("p").class("here").hidden();
        let hours = el("p").class("hours").hidden();
        let check = verify::button(language, act).hidden();
        let act = Rc::clone(act);
        let close = el("button")
            .class("plain close")
            .attr("type", "button")
            .attr("aria-label", text.close())
            .attr("title", text.close())
            .child(icon(icons::CROSS))
            .on("click", move |_| act(Action::Close));
        let title = el("div").class("title").place(&name).place(&mark).place(&here).place(&hours);
        let root = el("header")
            .class("header")
            .place(&initial)
            .child(title)
            .place(&check)
            .place(settings)
            .child(close);
        Self { language, root, initial, name, mark, here, hours, check }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// The button that leads to the safety number.
    pub(crate) fn check(&self) -> &Element {
        &self.check
    }

    /// Shows the name once a signed roster gave it; before that nothing is claimed.
    pub(crate) fn render(&self, business: Option<&str>, offers_check: bool, here: Option<&Author>) {
        // The style makes it a capital letter.
        let initial = business.and_then(|name| name.chars().next()).map(String::from);
        dom::set_text(&self.initial, initial.as_deref().unwrap_or_default());
        dom::set_text(&self.name, business.unwrap_or(self.language.text().timeline()));
        for part in &[&self.initial, &self.mark] {
            dom::set_hidden(part, business.is_none());
        }
        dom::set_hidden(&self.here, here.is_none());
        if let Some(Author::Agent(name)) = here {
            dom::set_text(&self.here, &fill(self.language.text().here(), name));
        }
        dom::set_hidden(&self.check, business.is_none() || !offers_check);
    }

    /// Shows how soon somebody answers, unless somebody is here.
    pub(crate) fn render_hours(&self, line: Option<&str>) {
        dom::set_hidden(&self.hours, line.is_none());
        dom::set_text(&self.hours, line.unwrap_or_default());
    }

    /// Puts the focus back on the button that leads to the safety number.
    pub(crate) fn focus_check(&self) {
        dom::focus(&self.check);
    }
}
