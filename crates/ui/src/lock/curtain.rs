//! What stands in the screen's place while everything is locked.

use std::rc::Rc;

use segel_web::dom::{self, El, el, icon};
use segel_web::lock::{Answer, Opener, Way};
use segel_web::page::{self, Listener};
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use super::field::{Attempt, Field};
use crate::action::{Act, Action};
use crate::icons;
use crate::running::Handle;
use crate::sentence;
use crate::text::LaterText;

/// The form that opens the lock, and what is left to who cannot.
pub(crate) struct Curtain {
    root: El,
    first: Element,
    _focus: Listener,
}

/// Whose screen it is.
pub(crate) struct Side {
    /// What closes the chat, and the words for it, where something does.
    pub(crate) way_out: Option<(Act, &'static str)>,
    /// Whether the device would have to be invited anew if everything in it were erased.
    pub(crate) is_agents: bool,
}

impl Curtain {
    /// Asks for what opens the lock.
    pub(crate) fn new(text: LaterText, way: &Way, side: &Side, handle: &Handle) -> Self {
        let asks_passkey = matches!(way, Way::Passkey(_));
        let (why, words) = if asks_passkey {
            (text.locked_passkey(), text.unlock_passkey())
        } else {
            (text.locked_passphrase(), text.unlock())
        };
        let (field, home) =
            (!asks_passkey).then(|| Field::new("segel-lock-passphrase", text.passphrase(), false)).unzip();
        let form = el("form")
            .child(sentence::stamp())
            .child(el("h1").text(text.locked()))
            .child(el("p").attr("id", "segel-lock-hint").text(why));
        let form = home.into_iter().fold(form, El::child);
        let (attempt, fault, button) = Attempt::new(text, "primary", words);
        let first = field.as_ref().map_or_else(|| Element::clone(&button), |field| field.node().clone());
        let (attempt, field) = (Rc::new(attempt), field.map(Rc::new));
        let (unlocks, typed) = (handle.clone(), field);
        let form = form.child(fault).child(button).on("submit", move |event| {
            event.prevent_default();
            if !attempt.begins() {
                return;
            }
            let opener = match &typed {
                Some(field) => Opener::Passphrase(field.value()),
                None => Opener::Passkey(text.passkey_name()),
            };
            let (attempt, typed) = (Rc::clone(&attempt), typed.clone());
            let answer: Answer = Box::new(move |outcome| {
                let Err(error) = outcome else { return };
                attempt.fails(error);
                if let Some(field) = &typed {
                    field.begin();
                }
            });
            unlocks.open_lock(opener, None, answer);
        });
        let (forgot, question) = forgotten(text, side, handle);
        let mut root = el("section").class("curtain").attr("aria-label", text.locked());
        if let Some((act, words)) = &side.way_out {
            let (close, escape) = (Rc::clone(act), Rc::clone(act));
            let close = el("button")
                .class("plain close")
                .attr("type", "button")
                .attr("aria-label", words)
                .attr("title", words)
                .child(icon(icons::CROSS))
                .on("click", move |_| close(Action::Close));
            root = root.child(close).on("keydown", move |event| {
                if event
                    .dyn_ref::<KeyboardEvent>()
                    .is_some_and(|key| key.key() == "Escape" && !key.is_composing())
                {
                    escape(Action::Close);
                }
            });
        }
        let root = root.child(form).child(forgot).child(question);
        let again = first.clone();
        let focus = page::on_focus(move || {
            if dom::is_focus_lost() {
                dom::focus(&again);
            }
        });
        Self { root, first, _focus: focus }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// Puts the focus where the person goes on.
    pub(crate) fn focus(&self) {
        dom::focus(&self.first);
    }
}

/// The button for who cannot open it, and the question that follows.
fn forgotten(text: LaterText, side: &Side, handle: &Handle) -> (El, El) {
    let button = |class: &str, words: &str| el("button").class(class).attr("type", "button").text(words);
    let why = if side.is_agents { text.forgot_agent() } else { text.forgot_why() };
    let erases = handle.clone();
    let erase = button("danger", text.erase())
        .attr("aria-describedby", "segel-lock-forgot")
        .on("click", move |_| erases.erase_locked());
    let cancel = button("return", text.cancel());
    let question = el("div").class("question").attr("role", "group").hidden();
    let forgot = button("forgot", text.forgot()).attr("aria-expanded", "false");
    let nodes = [&question, &forgot, &cancel].map(|node| Element::clone(node));
    let show = Rc::new(move |on: bool| {
        let [question, forgot, cancel] = &nodes;
        dom::set_hidden(question, !on);
        dom::set_attr(forgot, "aria-expanded", if on { "true" } else { "false" });
        // Whoever goes on by habit leaves everything as it is.
        dom::focus(if on { cancel } else { forgot });
    });
    let hides = Rc::clone(&show);
    let asked = Element::clone(&question);
    let forgot = forgot.on("click", move |_| show(asked.has_attribute("hidden")));
    let cancel = cancel.on("click", move |_| hides(false));
    let question = question
        .child(el("p").attr("id", "segel-lock-forgot").text(why))
        .child(el("div").class("choices").child(erase).child(cancel));
    (forgot, question)
}
