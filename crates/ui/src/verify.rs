//! The safety number in the place of a conversation, and what to do with it. PROTOCOL.md, section 3.8.

use std::rc::Rc;

use js_sys::futures::spawn_local;
use segel_core::show::SafetyNumber;
use segel_web::dom::{self, El, el};
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use crate::action::{Act, Action};
use crate::text::Language;
use crate::{qr, served};

/// Twelve groups of digits, the same as a QR code, a sentence on each side of them, and the way back.
pub struct Verify {
    root: El,
    heading: El,
    number: El,
    groups: Vec<El>,
    /// The number that is drawn, and its drawing.
    code: Option<(SafetyNumber, El)>,
    why: El,
    differs: El,
}

impl Verify {
    /// Without a number.
    pub fn new(language: Language, act: &Act) -> Self {
        let text = language.text();
        let groups: Vec<_> = (0..SafetyNumber::GROUPS).map(|_| el("li")).collect();
        let heading = el("h2").attr("tabindex", "-1").text(text.verify());
        let number = el("ol").class("number").attr("dir", "ltr").attr("aria-label", text.verify());
        let number = groups.iter().fold(number, |number, group| number.place(group));
        let why = el("p");
        let differs = el("p");
        let words = Element::clone(&differs);
        spawn_local(async move { dom::set_text(&words, served::later().await.verify_differs()) });
        let (act, escape) = (Rc::clone(act), Rc::clone(act));
        let back = el("button")
            .class("return")
            .attr("type", "button")
            .text(text.verify_back())
            .on("click", move |_| act(Action::Verify(false)));
        let root = el("section")
            .class("verify")
            .attr("aria-label", text.verify())
            .place(&heading)
            .place(&why)
            .place(&number)
            .place(&differs)
            .child(back)
            .on("keydown", move |event| {
                if event.dyn_ref::<KeyboardEvent>().is_some_and(|key| key.key() == "Escape") {
                    // It leads back to the conversation, and not out of the chat.
                    event.stop_propagation();
                    escape(Action::Verify(false));
                }
            })
            .hidden();
        Self { root, heading, number, groups, code: None, why, differs }
    }

    /// The element to put on the page.
    pub fn root(&self) -> &Element {
        &self.root
    }

    /// Shows a number, and beside it what to do with it, or why there is none.
    pub fn render(&mut self, number: Option<&SafetyNumber>, why: &str) {
        dom::set_text(&self.why, why);
        for part in [&self.number, &self.differs] {
            dom::set_hidden(part, number.is_none());
        }
        for (group, value) in self.groups.iter().zip(number.iter().flat_map(|number| number.groups())) {
            let digits =
                (0..5).rev().filter_map(|place| char::from_digit(value / 10_u32.pow(place) % 10, 10));
            dom::set_text(group, &digits.collect::<String>());
        }
        if self.code.as_ref().map(|(drawn, _)| drawn) != number {
            self.code = number.and_then(|number| Some((*number, qr::draw(&number.qr_text())?)));
            if let Some((_, code)) = &self.code {
                dom::insert(&self.root, code, Some(&self.differs));
            }
        }
    }

    /// Puts the focus on the heading, where reading begins.
    pub fn focus(&self) {
        dom::focus(&self.heading);
    }
}

/// The button that leads to it.
pub fn button(language: Language, act: &Act) -> El {
    let (text, act) = (language.text(), Rc::clone(act));
    el("button")
        .class("plain check")
        .attr("type", "button")
        .attr("aria-label", text.verify())
        .attr("title", text.verify())
        .child(dom::icon(crate::icons::CHECK))
        .on("click", move |_| act(Action::Verify(true)))
}
