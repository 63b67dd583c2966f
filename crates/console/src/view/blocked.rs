//! The conversations that are blocked on this device, on a sheet over the page, each with the button that undoes it.

use std::rc::Rc;

use segel_core::show::Identity;
use segel_ui::Language;
use segel_web::dom::{self, El, el};
use segel_wire::ids::ConversationId;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement};

use super::identity;
use crate::desk::{Deed, Does};

/// Whom each is with, and nothing of what was said; the browser keeps the focus in it and closes it by Escape.
pub(crate) struct Blocked {
    language: Language,
    does: Does,
    root: El,
    list: El,
    none: El,
    close: Element,
    entries: Vec<El>,
    shown: Vec<(ConversationId, Identity)>,
}

impl Blocked {
    /// Closed.
    pub(crate) fn new(language: Language, does: &Does) -> Self {
        let text = language.desk();
        let (click, escape) = (Rc::clone(does), Rc::clone(does));
        let (list, none) = (el("ul"), el("p").attr("role", "status").text(text.blocked_none()));
        let button = el("button").class("return").attr("type", "button").text(text.keys_close());
        let button = button.on("click", move |_| click(Deed::Blocked(false)));
        let close = button.clone();
        let root = el("dialog")
            .class("help blocked")
            .attr("aria-labelledby", "segel-blocked")
            .child(el("h2").attr("id", "segel-blocked").text(text.blocked()))
            .child(el("p").text(text.blocked_why()))
            .place(&list)
            .place(&none)
            .child(button)
            .on("close", move |_| escape(Deed::Blocked(false)));
        let (entries, shown) = (Vec::new(), Vec::new());
        Self { language, does: Rc::clone(does), root, list, none, close, entries, shown }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// Opens or closes the sheet, and shows what is blocked.
    pub(crate) fn render(&mut self, blocked: Vec<(ConversationId, Identity)>, is_open: bool) {
        dom::set_hidden(&self.list, blocked.is_empty());
        dom::set_hidden(&self.none, !blocked.is_empty());
        if blocked != self.shown {
            self.shown = blocked;
            self.list();
            if is_open {
                dom::focus(&self.close);
            }
        }
        let dialog = self.root.unchecked_ref::<HtmlDialogElement>();
        match (is_open, dialog.open()) {
            // A dialog that left the page cannot be shown, and there is nothing to be said of that.
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    }

    fn list(&mut self) {
        let text = self.language.desk();
        for entry in self.entries.drain(..) {
            entry.remove();
        }
        for (at, (conversation, identity)) in self.shown.iter().enumerate() {
            let (does, conversation) = (Rc::clone(&self.does), *conversation);
            let id = ["segel-blocked-", &at.to_string()].concat();
            let name = el("span").attr("dir", "auto").attr("id", &id);
            let name = name.text(&identity::name(conversation, identity, text));
            let undo = el("button").class("deed").attr("type", "button").text(text.unblock());
            let undo =
                undo.attr("aria-describedby", &id).on("click", move |_| does(Deed::Unblock(conversation)));
            let entry = el("li").child(name).child(undo);
            dom::insert(&self.list, &entry, None);
            self.entries.push(entry);
        }
    }
}
