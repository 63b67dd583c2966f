//! Who is typing, in a line below the timeline.

use std::cell::Cell;

use segel_core::show::Author;
use segel_web::clock::now_ms;
use segel_web::dom::{self, El, el};
use web_sys::Element;

use crate::text::{Language, fill};
use crate::timeline::words::name;

/// Screen readers are told once, and not again within this time, in milliseconds: people type on and off.
const QUIET: u64 = 60_000;

/// A line that comes and goes, and its quieter twin for screen readers.
pub struct Typing {
    language: Language,
    root: El,
    line: El,
    words: El,
    heard: El,
    told_at: Cell<u64>,
}

impl Typing {
    /// Nobody is typing.
    pub fn new(language: Language) -> Self {
        let words = el("span").class("who");
        let line = el("p").attr("aria-hidden", "true").child(el("span").class("dots")).place(&words).hidden();
        let heard = el("p").class("heard").attr("role", "status");
        let root = el("div").class("typing").place(&line).place(&heard);
        Self { language, root, line, words, heard, told_at: Cell::new(0) }
    }

    /// The element to put on the page.
    pub fn root(&self) -> &Element {
        &self.root
    }

    /// Shows who is typing, or nobody.
    pub fn render(&self, who: Option<&Author>) {
        dom::set_hidden(&self.line, who.is_none());
        let Some(who) = who else { return dom::set_text(&self.heard, "") };
        let sentence = fill(self.language.text().typing(), name(who, self.language));
        dom::set_text(&self.words, &sentence);
        let now = now_ms();
        if now.abs_diff(self.told_at.get()) > QUIET {
            self.told_at.set(now);
            dom::set_text(&self.heard, &sentence);
        }
    }
}
