//! One sentence in the place of a conversation.

use std::rc::Rc;

use segel_core::show::Refusal;
use segel_web::dom::{self, El, el, icon};
use web_sys::Element;

use crate::action::{Act, Action};
use crate::icons;
use crate::text::{Language, fill};
use crate::trouble::Trouble;

/// A closed ring with a bar: nothing passes here.
const BARRED: &str =
    "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16zm-4 7v2h8v-2z";

/// A seal pressed beside the words that explain it.
pub fn stamp() -> El {
    el("div").class("stamp").child(icon(icons::LOCK))
}

/// What is shown while the roster is being verified.
pub fn preparing(language: Language) -> El {
    let words = el("p").text(language.text().preparing());
    el("div").class("preparing").attr("role", "status").child(stamp()).child(words)
}

/// What is shown when there is no conversation to be shown, and why.
pub struct Sentence {
    language: Language,
    root: El,
    why: El,
    code: El,
    /// What can be done where what is kept cannot be read,
    anew: El,
    /// or not now.
    again: El,
}

impl Sentence {
    /// Says nothing yet.
    pub fn new(language: Language, act: &Act) -> Self {
        let text = language.text();
        let heading = el("h2").text(text.stopped());
        let why = el("p");
        let code = el("p").class("code");
        let button = |words, action: fn() -> Action| {
            let act = Rc::clone(act);
            let button = el("button").attr("type", "button").text(words);
            button.on("click", move |_| act(action())).hidden()
        };
        let anew = button(text.begin_anew(), || Action::BeginAnew);
        let again = button(text.retry(), || Action::TryAgain);
        let root = el("div")
            .class("sentence")
            .attr("role", "alert")
            .child(icon(BARRED))
            .child(heading)
            .place(&why)
            .place(&code)
            .place(&anew)
            .place(&again)
            .hidden();
        Self { language, root, why, code, anew, again }
    }

    /// The element to put on the page.
    pub fn root(&self) -> &Element {
        &self.root
    }

    /// Shows what is wrong, or hides if nothing is.
    pub fn render(&self, trouble: Option<Trouble>) {
        dom::set_hidden(&self.root, trouble.is_none());
        let Some(trouble) = trouble else { return };
        dom::set_class(&self.root, "refused", matches!(trouble, Trouble::Refused(_)));
        dom::set_hidden(&self.anew, trouble != Trouble::Refused(Refusal::StoreBroken));
        dom::set_hidden(&self.again, !matches!(trouble, Trouble::StoreFull | Trouble::StoreBusy));
        dom::set_text(&self.why, self.language.trouble(trouble));
        let code = match trouble {
            Trouble::Refused(refusal) => fill(self.language.text().code(), Refusal::code(refusal)),
            _ => String::new(),
        };
        dom::set_text(&self.code, &code);
    }
}
