//! Chooses one of the texts that are kept: a field that searches, and a list below it, by keyboard or by hand.

use std::rc::Rc;

use segel_core::Canned;
use segel_ui::Language;
use segel_web::dom::{self, El, el};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, KeyboardEvent};

use crate::desk::{Deed, Does};

/// Over the composer; the focus stays in the field.
pub(crate) struct Picker {
    does: Does,
    root: El,
    field: El,
    list: El,
    nothing: El,
    options: Vec<El>,
    shown: Vec<Canned>,
    is_open: bool,
}

impl Picker {
    /// Closed.
    pub(crate) fn new(language: Language, does: &Does) -> Self {
        let text = language.desk();
        let (finds, presses) = (Rc::clone(does), Rc::clone(does));
        let (manages, offers) = (Rc::clone(does), Rc::clone(does));
        let field = el("input")
            .attr("type", "text")
            .attr("role", "combobox")
            .attr("aria-label", text.reply_find())
            .attr("placeholder", text.reply_find())
            .attr("aria-autocomplete", "list")
            .attr("aria-controls", "segel-replies")
            .attr("aria-expanded", "false")
            .attr("autocomplete", "off")
            .attr("spellcheck", "false")
            .on("input", move |event| {
                let field = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
                finds(Deed::FindReply(field.map(|field| field.value()).unwrap_or_default()));
            })
            .on("keydown", move |event| {
                let deed = event.dyn_ref::<KeyboardEvent>().and_then(|key| deed_of(&key.key()));
                if let Some(deed) = deed {
                    event.prevent_default();
                    event.stop_propagation();
                    presses(deed);
                }
            });
        let list =
            el("ul").attr("role", "listbox").attr("id", "segel-replies").attr("aria-label", text.replies());
        let nothing = el("p").class("none").attr("role", "status").text(text.reply_none());
        let manage = el("button")
            .class("return")
            .attr("type", "button")
            .text(text.replies_manage())
            .on("click", move |_| manages(Deed::Manage(true)));
        let offer = el("button")
            .class("return offer")
            .attr("type", "button")
            .text(text.offer())
            .on("click", move |_| offers(Deed::Offer(true)));
        let ways = el("div").class("ways").child(manage).child(offer);
        let root = el("div").class("picker").place(&field).place(&list).place(&nothing).child(ways).hidden();
        Self {
            does: Rc::clone(does),
            root,
            field,
            list,
            nothing,
            options: Vec::new(),
            shown: Vec::new(),
            is_open: false,
        }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// Shows what was found, and which of it would be taken; `None` closes it.
    pub(crate) fn render(&mut self, found: Option<(&[&Canned], usize)>) {
        let opens = found.is_some() && !self.is_open;
        self.is_open = found.is_some();
        dom::set_hidden(&self.root, !self.is_open);
        dom::set_attr(&self.field, "aria-expanded", if self.is_open { "true" } else { "false" });
        let Some((found, at)) = found else { return };
        if self.shown.iter().ne(found.iter().copied()) {
            self.list(found);
        }
        dom::set_hidden(&self.nothing, !found.is_empty());
        dom::set_hidden(&self.list, found.is_empty());
        for (place, option) in self.options.iter().enumerate() {
            let is_chosen = place == at;
            dom::set_attr(option, "aria-selected", if is_chosen { "true" } else { "false" });
            if is_chosen {
                dom::scroll_to(&self.list, option);
            }
        }
        let chosen = if found.is_empty() { String::new() } else { id(at) };
        dom::set_attr(&self.field, "aria-activedescendant", &chosen);
        if opens {
            self.field.unchecked_ref::<HtmlInputElement>().set_value("");
            dom::focus(&self.field);
        }
    }

    fn list(&mut self, found: &[&Canned]) {
        for option in self.options.drain(..) {
            option.remove();
        }
        for (at, canned) in found.iter().enumerate() {
            let does = Rc::clone(&self.does);
            let option = el("li")
                .attr("role", "option")
                .attr("id", &id(at))
                .child(el("span").class("called").attr("dir", "auto").text(&canned.name))
                .child(el("span").class("preview").attr("dir", "auto").text(&canned.text))
                .on("click", move |_| does(Deed::TakeReply(Some(at))));
            dom::insert(&self.list, &option, None);
            self.options.push(option);
        }
        self.shown = found.iter().map(|canned| (*canned).clone()).collect();
    }
}

fn id(at: usize) -> String {
    ["segel-reply-", &at.to_string()].concat()
}

fn deed_of(key: &str) -> Option<Deed> {
    Some(match key {
        "ArrowDown" => Deed::StepReply(1),
        "ArrowUp" => Deed::StepReply(-1),
        "Enter" => Deed::TakeReply(None),
        "Escape" => Deed::Pick(false),
        _ => return None,
    })
}
