//! What the lock's forms are made of.

use segel_web::dom::{self, El, el};
use segel_web::lock::LockError;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlTextAreaElement};
use zeroize::Zeroizing;

use super::sentence;
use crate::text::LaterText;

/// A passphrase, as it is typed.
pub(super) struct Field {
    input: Element,
}

impl Field {
    /// An empty field below its label, which belongs to `home`; the browser's own keeper of passwords is told what it is for.
    pub(super) fn new(id: &'static str, label: &str, is_new: bool) -> (Self, El) {
        let input = el("input")
            .attr("type", "password")
            .attr("id", id)
            .attr("autocomplete", if is_new { "new-password" } else { "current-password" })
            .attr("dir", "auto")
            .attr("aria-describedby", "segel-lock-fault segel-lock-hint");
        let field = Self { input: input.clone() };
        let home = el("div").class("field").child(el("label").attr("for", id).text(label)).child(input);
        (field, home)
    }

    /// Where it is typed.
    pub(super) fn node(&self) -> &Element {
        &self.input
    }

    /// What was typed.
    pub(super) fn value(&self) -> Zeroizing<String> {
        Zeroizing::new(value(&self.input))
    }

    /// Puts the focus on it; what it says is gone.
    pub(super) fn begin(&self) {
        self.input.unchecked_ref::<HtmlTextAreaElement>().set_value("");
        dom::focus(&self.input);
    }
}

/// What a field or a choice says: browsers call it the same of all of them.
pub(super) fn value(node: &Element) -> String {
    node.unchecked_ref::<HtmlTextAreaElement>().value()
}

/// A button, and what became of pressing it.
pub(super) struct Attempt {
    text: LaterText,
    button: Element,
    words: &'static str,
    fault: Element,
}

impl Attempt {
    /// A button that hands in a form, and the sentence above it.
    pub(super) fn new(text: LaterText, class: &str, words: &'static str) -> (Self, El, El) {
        let button = el("button").class(class).attr("type", "submit").text(words);
        let fault = el("p").class("fault").attr("id", "segel-lock-fault").attr("role", "alert");
        let attempt = Self { text, button: button.clone(), words, fault: fault.clone() };
        (attempt, fault, button)
    }

    /// It is under way, unless it already is: then nothing is to be done.
    pub(super) fn begins(&self) -> bool {
        let is_under_way = self.button.get_attribute("aria-disabled").is_some_and(|on| on == "true");
        if !is_under_way {
            dom::set_text(&self.fault, "");
            dom::set_text(&self.button, self.text.working());
            dom::set_attr(&self.button, "aria-disabled", "true");
        }
        !is_under_way
    }

    /// It went wrong.
    pub(super) fn fails(&self, error: LockError) {
        self.says(&sentence(error, self.text));
    }

    /// It is not even tried, and this is why.
    pub(super) fn says(&self, words: &str) {
        dom::set_text(&self.button, self.words);
        dom::set_attr(&self.button, "aria-disabled", "false");
        dom::set_text(&self.fault, words);
    }
}
