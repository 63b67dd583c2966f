//! Where a visitor says what they think of a conversation: stars, and words that are masked like a message.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use segel_core::show::{Item, Stars};
use segel_mask::{Masked, Writer};
use segel_web::dom::{self, El, el};
use segel_wire::signed::Masking;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlTextAreaElement};

use crate::action::{Act, Action};
use crate::guard::Guard;
use crate::notice::Notice;
use crate::text::Language;
use crate::timeline::words;

/// So many characters fit into a comment.
const COMMENT: &str = "1000";

/// Five stars, a text area with the notice of what masking changes in it, and the buttons that send both or neither.
pub struct Rating {
    root: El,
    parts: Rc<Parts>,
}

struct Parts {
    act: Act,
    stars: RefCell<Vec<Element>>,
    chosen: Cell<Option<Stars>>,
    comment: HtmlTextAreaElement,
    guard: RefCell<Guard>,
    notice: Notice,
    send: Element,
}

impl Rating {
    /// Nothing is chosen.
    pub fn new(language: Language, act: Act) -> Self {
        let text = language.text();
        let comment = el("textarea")
            .attr("rows", "2")
            .attr("maxlength", COMMENT)
            .attr("aria-label", text.comment())
            .attr("placeholder", text.comment());
        let send = el("button").class("primary").attr("type", "submit").text(text.rate_send());
        let skip = el("button").class("return").attr("type", "button").text(text.rate_skip());
        let notice = Notice::new(language, &act);
        let parts = Rc::new(Parts {
            act,
            stars: RefCell::default(),
            chosen: Cell::new(None),
            comment: comment.clone().unchecked_into(),
            guard: RefCell::default(),
            notice,
            send: send.clone(),
        });
        let choice = Stars::ALL
            .iter()
            .fold(el("fieldset"), |choice, stars| choice.child(star(*stars, language, &parts)));
        let choice = choice.class("stars").child(el("legend").text(text.rate()));
        let (typing, sending, skipping) = (Rc::clone(&parts), Rc::clone(&parts), Rc::clone(&parts));
        let root = el("form")
            .class("rating")
            .attr("novalidate", "")
            .child(choice)
            .place(parts.notice.root())
            .child(comment.on("input", move |_| drop(typing.read())))
            .child(
                el("div")
                    .class("choices")
                    .child(skip.on("click", move |_| (skipping.act)(Action::Rate(None))))
                    .child(send),
            )
            .on("submit", move |event| {
                event.prevent_default();
                sending.submit();
            });
        parts.read();
        Self { root, parts }
    }

    /// The element to put on the page.
    pub fn root(&self) -> &Element {
        &self.root
    }

    /// Masks by this policy from now on, and by what was said in the conversation.
    pub fn guard(&self, masking: Option<&Masking>, items: &[Item]) {
        if self.parts.guard.borrow_mut().update(masking, Writer::Visitor, items) {
            self.parts.read();
        }
    }
}

impl Parts {
    fn choose(&self, chosen: Stars) {
        self.chosen.set(Some(chosen));
        for (star, stars) in self.stars.borrow().iter().zip(Stars::ALL) {
            dom::set_class(star, "on", stars as u8 <= chosen as u8);
        }
        self.read();
    }

    fn submit(&self) {
        if let (Some(stars), Some(masked)) = (self.chosen.get(), self.read()) {
            (self.act)(Action::Rate(Some((stars, masked.text))));
        }
    }

    /// Shows what masking makes of the comment; answers what can be sent.
    fn read(&self) -> Option<Masked> {
        let masking = self.guard.borrow().mask(self.comment.value().trim());
        self.notice.render(&masking, Vec::new());
        let is_ready = self.chosen.get().is_some() && masking.is_ok();
        dom::set_attr(&self.send, "aria-disabled", if is_ready { "false" } else { "true" });
        masking.ok()
    }
}

/// One star of the choice, as a radio button that its label draws.
fn star(stars: Stars, language: Language, parts: &Rc<Parts>) -> El {
    let choosing = Rc::downgrade(parts);
    let radio = el("input")
        .attr("type", "radio")
        .attr("name", "segel-stars")
        .attr("aria-label", &words::stars(stars, language))
        .on("change", move |_: &Event| {
            if let Some(parts) = choosing.upgrade() {
                parts.choose(stars);
            }
        });
    let label = el("label").child(radio).child(el("span").attr("aria-hidden", "true").text("★"));
    parts.stars.borrow_mut().push(Element::clone(&label));
    label
}
