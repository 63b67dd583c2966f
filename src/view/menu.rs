//! What else can be done about a conversation: buttons in the header, and a menu below it.

use std::rc::Rc;

use segel_core::show::Life;
use segel_ui::{Act, Action, Language, icons};
use segel_web::dom::{self, El, el, icon};
use wasm_bindgen::JsCast;
use web_sys::{Element, FocusEvent, KeyboardEvent, Node};

use crate::model::{Model, Place};

/// The button that leads to the list, the one that opens the menu, and the menu.
pub(crate) struct Menu {
    list: El,
    dot: El,
    more: El,
    below: El,
    end: El,
}

impl Menu {
    /// Closed.
    pub(crate) fn new(language: Language, act: &Act) -> Self {
        let text = language.text();
        let (lists, saves, ends) = (Rc::clone(act), Rc::clone(act), Rc::clone(act));
        let dot = el("span").class("dot").hidden();
        let list = el("button")
            .class("plain list")
            .attr("type", "button")
            .attr("aria-label", text.conversations())
            .attr("title", text.conversations())
            .child(icon(icons::LIST))
            .place(&dot)
            .on("click", move |_| lists(Action::List(true)))
            .hidden();
        let more = el("button")
            .class("plain")
            .attr("type", "button")
            .attr("aria-label", text.more())
            .attr("title", text.more())
            .attr("aria-controls", "segel-menu")
            .attr("aria-expanded", "false")
            .child(icon(icons::MORE));
        let end = el("button").attr("type", "button").text(text.end());
        let save = el("button").attr("type", "button").text(text.transcript());
        // It takes the focus where a browser gives none to a button that is clicked.
        let menu = el("div").class("menu").attr("id", "segel-menu").attr("tabindex", "-1").hidden();
        let (button, panel) = (more.clone(), menu.clone());
        let turn = Rc::new(move |opens: bool| {
            dom::set_hidden(&panel, !opens);
            dom::set_attr(&button, "aria-expanded", if opens { "true" } else { "false" });
        });
        let (saving, ending, leaving, escaping) =
            (Rc::clone(&turn), Rc::clone(&turn), Rc::clone(&turn), Rc::clone(&turn));
        let save = save.on("click", move |_| {
            saving(false);
            saves(Action::Transcript);
        });
        let first = Element::clone(&save);
        let end = end.on("click", move |_| {
            ending(false);
            ends(Action::End);
        });
        let (button, panel) = (more.clone(), menu.clone());
        let menu = menu.child(save).place(&end).on("focusout", move |event| {
            let to = event.dyn_ref::<FocusEvent>().and_then(FocusEvent::related_target);
            let to = to.and_then(|to| to.dyn_into::<Node>().ok());
            let stays = to.is_some_and(|to| panel.contains(Some(&to)) || button.contains(Some(&to)));
            if !stays {
                leaving(false);
            }
        });
        let (button, panel) = (more.clone(), menu.clone());
        let menu = menu.on("keydown", move |event| {
            if event.dyn_ref::<KeyboardEvent>().is_some_and(|key| key.key() == "Escape") {
                event.stop_propagation();
                escaping(false);
                dom::focus(&button);
            }
        });
        let more = more.on("click", move |_| {
            let opens = panel.has_attribute("hidden");
            turn(opens);
            if opens {
                dom::focus(&first);
            }
        });
        Self { list, dot, more, below: menu, end }
    }

    /// Puts its buttons into the header, before these, and answers what is to stand below it.
    pub(crate) fn place(&self, header: &Element, check: &Element) -> &Element {
        dom::insert(header, &self.list, header.first_child().as_ref());
        dom::insert(header, &self.more, Some(check));
        &self.below
    }

    /// Shows what can be done now.
    pub(crate) fn render(&self, model: &Model) {
        let is_talk = model.place() == Place::Talk;
        dom::set_hidden(&self.list, !is_talk || model.talks().len() < 2);
        let unread =
            model.current().and_then(|talk| talk.summary.as_ref()).map_or(0, |summary| summary.unread);
        dom::set_hidden(&self.dot, model.unread() <= unread);
        dom::set_hidden(&self.more, !is_talk || model.current().is_none());
        dom::set_hidden(&self.end, model.life() != Life::Open);
    }

    /// Puts the focus back on the button that leads to the list.
    pub(crate) fn focus_list(&self) {
        dom::focus(&self.list);
    }
}
