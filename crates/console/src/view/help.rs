//! The keys that can be pressed, on a sheet over the page.

use std::rc::Rc;

use segel_ui::Language;
use segel_ui::text::DeskText;
use segel_web::dom::{self, El, el};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement, HtmlInputElement};

use crate::desk::{Deed, Does, KEYS};
use crate::model::Keys;

/// A sheet that lists keys; the browser keeps the focus in it and closes it by Escape.
pub(crate) struct Help {
    root: El,
    on: El,
}

impl Help {
    /// Closed.
    pub(crate) fn new(language: Language, does: &Does) -> Self {
        let text = language.desk();
        let lines = KEYS.iter().fold(el("dl"), |lines, (keys, deed)| {
            let caps = keys.split(' ').fold(el("dt"), |caps, key| caps.child(el("kbd").text(key)));
            lines.child(el("div").child(caps).child(el("dd").text(words(deed, text))))
        });
        let (turns, closes, ends) = (Rc::clone(does), Rc::clone(does), Rc::clone(does));
        let on = el("input").attr("type", "checkbox").on("change", move |event| {
            let target = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            turns(Deed::Keys(target.is_some_and(|input| input.checked())));
        });
        let close = el("button")
            .class("return")
            .attr("type", "button")
            .text(text.keys_close())
            .on("click", move |_| closes(Deed::Help(false)));
        let root = el("dialog")
            .class("help")
            .attr("aria-labelledby", "segel-help")
            .child(el("h2").attr("id", "segel-help").text(text.keys()))
            .child(lines)
            .child(el("label").place(&on).child(el("span").text(text.keys_on())))
            .child(el("p").text(text.keys_why()))
            .child(close)
            .on("close", move |_| ends(Deed::Help(false)));
        Self { root, on }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// Opens or closes the sheet; whoever opened it has the focus back then.
    pub(crate) fn render(&self, keys: Keys) {
        self.on.unchecked_ref::<HtmlInputElement>().set_checked(!keys.off);
        let dialog = self.root.unchecked_ref::<HtmlDialogElement>();
        match (keys.listed, dialog.open()) {
            // A dialog that left the page cannot be shown, and there is nothing to be said of that.
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
        dom::set_class(&self.root, "off", keys.off);
    }
}

fn words(deed: &Deed, text: DeskText) -> &'static str {
    match deed {
        Deed::Next => text.key_next(),
        Deed::Previous => text.key_previous(),
        Deed::Claim => text.key_claim(),
        Deed::Write => text.key_write(),
        Deed::Note => text.key_note(),
        Deed::Find => text.key_find(),
        Deed::Filter(_) => text.key_filter(),
        Deed::Read => text.key_read(),
        Deed::Help(_) => text.key_help(),
        _ => "",
    }
}
