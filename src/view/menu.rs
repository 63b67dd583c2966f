//! What else can be done about a conversation: buttons in the header, and a menu below it.

use std::rc::Rc;

use segel_core::show::Life;
use segel_ui::lock::{Entries, Shape};
use segel_ui::{Act, Action, Language, ReportStep, icons, served};
use segel_web::dom::{self, El, button, el, icon};
use wasm_bindgen::JsCast;
use web_sys::{Element, FocusEvent, KeyboardEvent, Node};

use super::report::Texts;
use crate::model::{Model, Place};

/// The button that leads to the list, the one that opens the menu, and the menu.
pub(crate) struct Menu {
    list: El,
    dot: El,
    more: El,
    below: El,
    end: El,
    report: El,
    texts: Rc<Texts>,
    lock: Rc<Entries>,
}

/// What the menu shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Closed,
    /// What can be done.
    Choices,
    /// The question whether everything is to be erased.
    Question,
}

impl Menu {
    /// Closed. What is said of reports comes by itself, and is asked for again with each opening.
    pub(crate) fn new(language: Language, act: &Act, texts: &Rc<Texts>) -> Self {
        let text = language.text();
        let lists = Rc::clone(act);
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
        let (save, end, erase) = (button(text.transcript()), button(text.end()), button(text.erase()));
        let (yes, no) = (button(text.erase()).attr("aria-describedby", "segel-erase"), button(text.cancel()));
        let why = el("p").attr("id", "segel-erase");
        let choices = el("div").class("offers");
        let question = el("div").class("question").attr("role", "group").hidden();
        // It takes the focus where a browser gives none to a button that is clicked.
        let menu = el("div").class("menu").attr("id", "segel-menu").attr("tabindex", "-1").hidden();
        let parts = [&menu, &more, &choices, &question].map(|part| Element::clone(part));
        let turn: Rc<dyn Fn(Turn)> = Rc::new(move |turn: Turn| {
            let [menu, more, choices, question] = &parts;
            dom::set_hidden(menu, turn == Turn::Closed);
            dom::set_attr(more, "aria-expanded", if turn == Turn::Closed { "false" } else { "true" });
            dom::set_hidden(choices, turn == Turn::Question);
            dom::set_hidden(question, turn != Turn::Question);
        });
        let does = |button: El, action: fn() -> Action| {
            let (turn, act) = (Rc::clone(&turn), Rc::clone(act));
            button.on("click", move |_| {
                turn(Turn::Closed);
                act(action());
            })
        };
        let (first, refusal, back) = (Element::clone(&save), Element::clone(&no), Element::clone(&erase));
        let save = does(save, || Action::Transcript);
        let end = does(end, || Action::End);
        let report = does(button("").hidden(), || Action::Report(ReportStep::Show(true)));
        let yes = does(yes, || Action::Erase);
        let (asks, leaves, stays) = (Rc::clone(&turn), Rc::clone(&turn), Rc::clone(&turn));
        let erase = erase.on("click", move |_| {
            asks(Turn::Question);
            dom::focus(&refusal);
        });
        let no = no.on("click", move |_| {
            stays(Turn::Choices);
            dom::focus(&back);
        });
        let (leaves_for, acts) = (Rc::clone(&turn), Rc::clone(act));
        let lock_act: Act = Rc::new(move |action| {
            leaves_for(Turn::Closed);
            acts(action);
        });
        let lock = Rc::new(Entries::new(&lock_act, Shape::Words));
        let [sheet, now] = lock.buttons();
        let choices = choices.child(save).place(&report).place(&end).place(sheet).place(now).child(erase);
        let question = question.place(&why).child(el("div").child(yes).child(no));
        let (button, panel) = (more.clone(), menu.clone());
        let menu = menu.child(choices).child(question).on("focusout", move |event| {
            let to = event.dyn_ref::<FocusEvent>().and_then(FocusEvent::related_target);
            let to = to.and_then(|to| to.dyn_into::<Node>().ok());
            let stays = to.is_some_and(|to| panel.contains(Some(&to)) || button.contains(Some(&to)));
            if !stays {
                leaves(Turn::Closed);
            }
        });
        let (button, escapes) = (more.clone(), Rc::clone(&turn));
        let menu = menu.on("keydown", move |event| {
            if event.dyn_ref::<KeyboardEvent>().is_some_and(|key| key.key() == "Escape") {
                event.stop_propagation();
                escapes(Turn::Closed);
                dom::focus(&button);
            }
        });
        let (panel, words, why) = (menu.clone(), Rc::clone(&lock), Element::clone(&why));
        let wanted = Rc::clone(texts);
        let more = more.on("click", move |_| {
            Texts::fetch(&wanted);
            let opens = panel.has_attribute("hidden");
            turn(if opens { Turn::Choices } else { Turn::Closed });
            if opens {
                words.want();
                say_why(&why);
                dom::focus(&first);
            }
        });
        Self { list, dot, more, below: menu, end, report, texts: Rc::clone(texts), lock }
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
        self.lock.render(&model.situation);
        if let Some(texts) = self.texts.get() {
            dom::set_text(&self.report, texts.offer());
            dom::set_hidden(&self.report, false);
        }
    }

    /// Puts the focus back on the button that opens the menu.
    pub(crate) fn focus(&self) {
        dom::focus(&self.more);
    }

    /// Puts the focus back on the button that leads to the list.
    pub(crate) fn focus_list(&self) {
        dom::focus(&self.list);
    }
}

/// Says what it means to erase everything, once the words have come.
fn say_why(node: &Element) {
    let late = node.clone();
    if let Some(text) = served::later_or(move || say_why(&late)) {
        dom::set_text(node, text.erase_why());
    }
}
