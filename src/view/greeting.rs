//! What an empty conversation says: who can read it.

use segel_ui::Language;
use segel_ui::sentence::stamp;
use segel_ui::text::fill;
use segel_web::dom::{self, El, el};
use web_sys::Element;

/// A greeting that leaves with the first message.
pub(crate) struct Greeting {
    language: Language,
    root: El,
    sealed: El,
    away: El,
}

impl Greeting {
    /// A greeting in nobody's name.
    pub(crate) fn new(language: Language) -> Self {
        let text = language.text();
        let sealed = el("p");
        let away = el("p").class("away").text(text.greeting_away()).hidden();
        let root = el("div")
            .class("greeting")
            // Where the screen is small it scrolls, by keyboard too.
            .attr("tabindex", "0")
            .child(stamp())
            .child(el("h2").text(text.greeting()))
            .place(&away)
            .place(&sealed)
            .child(el("p").text(text.greeting_masked()));
        Self { language, root, sealed, away }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// Shows who can read what is written, and whether nobody is there, while nothing is.
    pub(crate) fn render(&self, business: Option<&str>, is_away: bool, is_empty: bool) {
        dom::set_hidden(&self.away, !is_away);
        dom::set_hidden(&self.root, !is_empty);
        dom::set_text(
            &self.sealed,
            &fill(self.language.text().greeting_sealed(), business.unwrap_or_default()),
        );
    }
}
