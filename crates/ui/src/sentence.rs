//! One sentence in the place of a conversation.

use std::cell::RefCell;
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
    act: Act,
    root: El,
    /// What it says, and what that consists of.
    said: RefCell<Option<(Trouble, Vec<El>)>>,
}

impl Sentence {
    /// Says nothing yet.
    pub fn new(language: Language, act: &Act) -> Self {
        let root = el("div").class("sentence").attr("role", "alert").hidden();
        Self { language, act: Rc::clone(act), root, said: RefCell::default() }
    }

    /// The element to put on the page.
    pub fn root(&self) -> &Element {
        &self.root
    }

    /// Shows what is wrong, or hides if nothing is.
    pub fn render(&self, trouble: Option<Trouble>) {
        dom::set_hidden(&self.root, trouble.is_none());
        let Some(trouble) = trouble else { return };
        if self.said.borrow().as_ref().is_none_or(|(said, _)| *said != trouble) {
            self.say(trouble);
        }
    }

    // Hardly anybody sees it: within its caller it would be in the first part of the program.
    #[inline(never)]
    fn say(&self, trouble: Trouble) {
        let text = self.language.text();
        dom::set_text(&self.root, "");
        dom::set_class(&self.root, "refused", matches!(trouble, Trouble::Refused(_)));
        let why = el("p").text(self.language.trouble(trouble));
        let mut parts = vec![icon(BARRED), el("h2").text(text.stopped()), why];
        if let Trouble::Refused(refusal) = trouble {
            parts.push(el("p").class("code").text(&fill(text.code(), Refusal::code(refusal))));
        }
        match trouble {
            Trouble::Refused(Refusal::StoreBroken) => {
                parts.push(self.button(text.begin_anew(), || Action::BeginAnew));
            }
            Trouble::StoreFull | Trouble::StoreBusy => {
                parts.push(self.button(text.retry(), || Action::TryAgain));
            }
            _ => {}
        }
        for part in &parts {
            dom::insert(&self.root, part, None);
        }
        *self.said.borrow_mut() = Some((trouble, parts));
    }

    fn button(&self, words: &str, action: fn() -> Action) -> El {
        let act = Rc::clone(&self.act);
        el("button").attr("type", "button").text(words).on("click", move |_| act(action()))
    }
}
