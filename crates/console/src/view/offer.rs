//! A text that offers answers, or a card, put together on a sheet over the page and handed to the composer: there it is masked and
//! sent like everything that is typed.

use std::rc::Rc;

use segel_ui::Language;
use segel_ui::said::offer::{Offer, OfferError};
use segel_ui::text::{DeskText, fill};
use segel_web::dom::{self, El, button, el};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement, HtmlInputElement, HtmlTextAreaElement};

use crate::desk::{Deed, Does};

/// A form; the browser keeps the focus in it and closes it by Escape.
pub(crate) struct Offers {
    root: El,
    parts: Rc<Parts>,
}

struct Parts {
    text: DeskText,
    does: Does,
    said: HtmlTextAreaElement,
    answers: HtmlTextAreaElement,
    title: HtmlInputElement,
    link: HtmlInputElement,
    says: El,
}

impl Offers {
    /// Closed.
    pub(crate) fn new(language: Language, does: &Does) -> Self {
        let text = language.desk();
        let said = el("textarea").attr("rows", "2").attr("dir", "auto");
        let answers = el("textarea").attr("rows", "3").attr("dir", "auto");
        let field = || el("input").attr("type", "text").attr("autocomplete", "off");
        let title = field().attr("dir", "auto");
        let link = field().attr("dir", "ltr").attr("inputmode", "url").attr("placeholder", "https://");
        let parts = Rc::new(Parts {
            text,
            does: Rc::clone(does),
            said: said.clone().unchecked_into(),
            answers: answers.clone().unchecked_into(),
            title: title.clone().unchecked_into(),
            link: link.clone().unchecked_into(),
            says: el("p").class("says").attr("role", "status"),
        });
        let field = |name: &str, field: El| el("label").child(el("span").text(name)).child(field);
        let (puts, closes, ends) = (Rc::clone(&parts), Rc::clone(does), Rc::clone(does));
        let fields = el("div")
            .class("fields")
            .child(field(text.offer_text(), said))
            .child(field(text.offer_answers(), answers))
            .child(field(text.offer_title(), title))
            .child(field(text.offer_link(), link))
            .place(&parts.says)
            .child(
                el("div")
                    .class("deeds")
                    .child(button(text.offer_put()).class("deed").on("click", move |_| puts.put()))
                    .child(
                        button(text.keys_close())
                            .class("return")
                            .on("click", move |_| closes(Deed::Offer(false))),
                    ),
            );
        let root = el("dialog")
            .class("help manage offering")
            .attr("aria-labelledby", "segel-offer")
            .child(el("h2").attr("id", "segel-offer").text(text.offer()))
            .child(el("p").text(text.offer_why()))
            .child(fields)
            .on("close", move |_| ends(Deed::Offer(false)));
        Self { root, parts }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// Opens the sheet with what is written so far as its text, or closes it.
    pub(crate) fn render(&self, is_open: bool, draft: &str) {
        let dialog = self.root.unchecked_ref::<HtmlDialogElement>();
        match (is_open, dialog.open()) {
            (true, false) => {
                dom::set_text(&self.parts.says, "");
                self.parts.said.set_value(draft);
                // A dialog that left the page cannot be shown, and there is nothing to be said of that.
                drop(dialog.show_modal());
                dom::focus(&self.parts.said);
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    }
}

impl Parts {
    fn put(&self) {
        let (said, answers) = (self.said.value(), self.answers.value());
        let (title, link) = (self.title.value(), self.link.value());
        let answers: Vec<_> = answers.lines().map(str::trim).filter(|answer| !answer.is_empty()).collect();
        match Offer::write(title.trim(), said.trim(), link.trim(), &answers) {
            Ok(offer) => {
                self.answers.set_value("");
                self.title.set_value("");
                self.link.set_value("");
                // The focus goes where the text does, and not back to the button once the sheet is closed.
                (self.does)(Deed::Put(offer));
            }
            Err(error) => dom::set_text(&self.says, &why(error, self.text)),
        }
    }
}

/// Why there is nothing to be put into the composer, in a sentence.
fn why(error: OfferError, text: DeskText) -> String {
    let of = |sentence: &str, at: usize| fill(sentence, &(at + 1).to_string());
    match error {
        OfferError::NoText => text.offer_no_text().to_owned(),
        OfferError::Misread => text.offer_misread().to_owned(),
        OfferError::Title => text.offer_title_refused().to_owned(),
        OfferError::Link => text.offer_link_refused().to_owned(),
        OfferError::Nothing => text.offer_nothing().to_owned(),
        OfferError::TooMany => text.offer_many().to_owned(),
        OfferError::Answer(at) => of(text.offer_answer_refused(), at),
        OfferError::Twice(at) => of(text.offer_twice(), at),
    }
}
