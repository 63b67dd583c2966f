//! Where a lock is set and taken off, in the screen's place.

use std::rc::Rc;

use segel_web::dom::{self, El, el};
use segel_web::lock::{Answer, Change, LockError, Opener, PASSPHRASE_CHARS, Way};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, KeyboardEvent};

use super::field::{Attempt, Field, value};
use super::{IDLE_MINUTES, sentence};
use crate::running::Handle;
use crate::text::{LaterText, fill};

/// A heading, what there is to be said and done, and the way back.
pub(crate) struct Sheet {
    root: El,
    heading: Element,
}

/// What there is to be done.
pub(crate) enum Standing {
    /// A lock can be set: by a passphrase, and also by a passkey if that is true.
    Open(bool),
    /// One is set, which opens in this way and locks after so many minutes.
    Set(Way, u32),
    /// Nothing.
    Fault(LockError),
}

impl Sheet {
    /// Shows how the lock stands.
    pub(crate) fn new(text: LaterText, standing: &Standing, handle: &Handle) -> Self {
        let heading = el("h1").attr("tabindex", "-1").text(text.heading());
        let back = |words: &str| {
            let closes = handle.clone();
            let back = el("button").class("return").attr("type", "button").text(words);
            back.on("click", move |_| closes.close_lock_sheet())
        };
        let root = el("section").class("curtain sheet").attr("aria-label", text.heading()).place(&heading);
        let root = match standing {
            Standing::Open(by_passkey) => root.child(to_set(text, *by_passkey, handle, back(text.cancel()))),
            Standing::Set(way, minutes) => {
                let is_set = fill(text.is_set(), &minutes.to_string());
                let locks = handle.clone();
                let now = el("button").class("primary").attr("type", "button").text(text.now());
                root.child(el("p").attr("role", "status").text(&is_set))
                    .child(now.on("click", move |_| locks.lock_now()))
                    .child(to_take_off(text, way, handle, back(text.done())))
            }
            Standing::Fault(error) => {
                let fault = el("p").attr("role", "alert").text(&sentence(*error, text));
                root.child(fault).child(back(text.done()))
            }
        };
        let escapes = handle.clone();
        let root = root.on("keydown", move |event| {
            if event
                .dyn_ref::<KeyboardEvent>()
                .is_some_and(|key| key.key() == "Escape" && !key.is_composing())
            {
                event.stop_propagation();
                escapes.close_lock_sheet();
            }
        });
        Self { root, heading: Element::clone(&heading) }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// Puts the focus on the heading, where reading begins.
    pub(crate) fn focus(&self) {
        dom::focus(&self.heading);
    }
}

fn to_set(text: LaterText, by_passkey: bool, handle: &Handle, back: El) -> El {
    let (first, first_home) = Field::new("segel-lock-new", text.passphrase(), true);
    let (again, again_home) = Field::new("segel-lock-again", text.again(), true);
    let hint = el("p").class("hint").attr("id", "segel-lock-hint").text(text.hint());
    let passphrase = el("div").class("words").child(first_home).child(hint).child(again_home);
    let (ways, passkey) = choice_of_ways(text, &passphrase);
    dom::set_hidden(&ways, !by_passkey);
    let minutes = IDLE_MINUTES.iter().fold(el("select").attr("id", "segel-lock-idle"), |choice, minutes| {
        let minutes = minutes.to_string();
        choice.child(el("option").attr("value", &minutes).text(&fill(text.minutes(), &minutes)))
    });
    let idle = Element::clone(&minutes);
    let minutes = el("div")
        .class("field")
        .child(el("label").attr("for", "segel-lock-idle").text(text.idle()))
        .child(minutes);
    let (attempt, fault, button) = Attempt::new(text, "primary", text.set());
    let (attempt, sets) = (Rc::new(attempt), handle.clone());
    el("form")
        .child(el("p").text(text.why()))
        .child(el("p").text(text.no_rescue()))
        .child(ways)
        .child(passphrase)
        .child(minutes)
        .child(fault)
        .child(el("div").class("choices").child(button).child(back))
        .on("submit", move |event| {
            event.prevent_default();
            if !attempt.begins() {
                return;
            }
            let opener = if passkey.checked() {
                Opener::Passkey(text.passkey_name())
            } else {
                let (typed, repeated) = (first.value(), again.value());
                if typed.chars().count() < PASSPHRASE_CHARS {
                    attempt.says(text.short());
                    return dom::focus(first.node());
                }
                if typed != repeated {
                    attempt.says(text.differ());
                    return again.begin();
                }
                Opener::Passphrase(typed)
            };
            let minutes = value(&idle).parse().unwrap_or(IDLE_MINUTES[0]);
            let (attempt, shows) = (Rc::clone(&attempt), sets.clone());
            let answer: Answer = Box::new(move |outcome| match outcome {
                Ok(()) => shows.open_lock_sheet(),
                Err(error) => attempt.fails(error),
            });
            sets.set_lock(opener, minutes, answer);
        })
}

/// The choice between passphrase and passkey, and the mark of the latter. Where a passkey is chosen there are no words to type.
fn choice_of_ways(text: LaterText, words: &Element) -> (El, HtmlInputElement) {
    let mark = |checked: bool| {
        let mark = el("input").attr("type", "radio").attr("name", "segel-lock-way");
        mark.unchecked_ref::<HtmlInputElement>().set_checked(checked);
        mark
    };
    let (by_words, by_key) = (mark(true), mark(false));
    let passkey: HtmlInputElement = Element::clone(&by_key).unchecked_into();
    let (chosen, words) = (passkey.clone(), words.clone());
    let option = |mark: El, said: &str| el("label").child(mark).child(el("span").text(said));
    let ways = el("fieldset")
        .class("ways")
        .child(el("legend").text(text.way()))
        .child(option(by_words, text.way_passphrase()))
        .child(option(by_key, text.way_passkey()))
        .on("change", move |_| dom::set_hidden(&words, chosen.checked()));
    (ways, passkey)
}

fn to_take_off(text: LaterText, way: &Way, handle: &Handle, back: El) -> El {
    let field = match way {
        Way::Passphrase { .. } => Some(Field::new("segel-lock-passphrase", text.off_passphrase(), false)),
        Way::Passkey(_) => None,
    };
    let (field, home) = field.unzip();
    let form = home.into_iter().fold(el("form"), El::child);
    let (attempt, fault, button) = Attempt::new(text, "return", text.off());
    let (attempt, field, takes) = (Rc::new(attempt), field.map(Rc::new), handle.clone());
    form.child(fault).child(el("div").class("choices").child(button).child(back)).on("submit", move |event| {
        event.prevent_default();
        if !attempt.begins() {
            return;
        }
        let opener = match &field {
            Some(field) => Opener::Passphrase(field.value()),
            None => Opener::Passkey(text.passkey_name()),
        };
        let (attempt, field, shows) = (Rc::clone(&attempt), field.clone(), takes.clone());
        let answer: Answer = Box::new(move |outcome| match outcome {
            Ok(()) => shows.open_lock_sheet(),
            Err(error) => {
                attempt.fails(error);
                if let Some(field) = &field {
                    field.begin();
                }
            }
        });
        takes.open_lock(opener, Some(Change::TakeOff), answer);
    })
}
