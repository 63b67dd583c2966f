//! The labels of the open conversation: taken off one by one, and added with those that others have at hand.

use std::cell::RefCell;
use std::rc::Rc;

use segel_ui::text::fill;
use segel_ui::{Language, icons};
use segel_web::dom::{self, El, el, icon};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

use crate::desk::{Deed, Does};

/// A row of labels, and a field for another one.
pub(crate) struct Labels {
    language: Language,
    does: Does,
    root: El,
    list: El,
    chips: Vec<El>,
    form: El,
    field: HtmlInputElement,
    known: El,
    refusal: El,
    shown: Rc<RefCell<Vec<String>>>,
    suggested: Vec<String>,
    may_change: bool,
}

impl Labels {
    /// None.
    pub(crate) fn new(language: Language, does: &Does) -> Self {
        let text = language.desk();
        let shown = Rc::<RefCell<Vec<String>>>::default();
        let known = el("datalist").attr("id", "segel-known-labels");
        let field = el("input")
            .attr("type", "text")
            .attr("list", "segel-known-labels")
            .attr("aria-label", text.label_add())
            .attr("placeholder", text.label_add())
            .attr("aria-describedby", "segel-label-refusal")
            .attr("autocomplete", "off");
        let input: HtmlInputElement = field.clone().unchecked_into();
        let form = {
            let (does, shown, input) = (Rc::clone(does), Rc::clone(&shown), input.clone());
            el("form").child(field).place(&known).on("submit", move |event| {
                event.prevent_default();
                let label = input.value().split_whitespace().collect::<Vec<_>>().join(" ");
                if !label.is_empty() {
                    let mut labels = shown.borrow().clone();
                    labels.push(label);
                    does(Deed::Label(labels));
                }
            })
        };
        let refusal = el("p").class("refusal").attr("id", "segel-label-refusal").attr("role", "status");
        let list = el("ul").attr("aria-label", text.labels());
        let root = el("div").class("labels").place(&list).place(&form).place(&refusal);
        Self {
            language,
            does: Rc::clone(does),
            root,
            list,
            chips: Vec::new(),
            form,
            field: input,
            known,
            refusal,
            shown,
            suggested: Vec::new(),
            may_change: false,
        }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// Shows labels, and those that other conversations have. `is_another` conversation's are shown with an empty field.
    pub(crate) fn render(
        &mut self,
        labels: &[String],
        suggested: Vec<String>,
        (may_change, was_refused, is_another): (bool, bool, bool),
    ) {
        let words = if was_refused { self.language.desk().label_refused() } else { "" };
        dom::set_text(&self.refusal, words);
        dom::set_hidden(&self.refusal, !was_refused);
        dom::set_hidden(&self.form, !may_change);
        dom::set_hidden(&self.list, labels.is_empty());
        let changed = *self.shown.borrow() != labels;
        if changed || is_another {
            self.field.set_value("");
        }
        if changed || may_change != self.may_change {
            self.may_change = may_change;
            self.shown.replace(labels.to_vec());
            self.list(labels);
        }
        if suggested != self.suggested {
            dom::set_text(&self.known, "");
            for label in &suggested {
                dom::insert(&self.known, &el("option").attr("value", label), None);
            }
            self.suggested = suggested;
        }
    }

    fn list(&mut self, labels: &[String]) {
        let had_focus = dom::has_focus(&self.list);
        for chip in self.chips.drain(..) {
            chip.remove();
        }
        for label in labels {
            let mut chip = el("li").child(el("span").attr("dir", "auto").text(label));
            if self.may_change {
                let rest: Vec<_> = labels.iter().filter(|other| *other != label).cloned().collect();
                let (does, words) = (Rc::clone(&self.does), fill(self.language.desk().label_remove(), label));
                let remove = el("button")
                    .attr("type", "button")
                    .attr("aria-label", &words)
                    .attr("title", &words)
                    .child(icon(icons::CROSS))
                    .on("click", move |_| does(Deed::Label(rest.clone())));
                chip = chip.child(remove);
            }
            dom::insert(&self.list, &chip, None);
            self.chips.push(chip);
        }
        if had_focus {
            // The button that was pressed is gone.
            dom::focus(&self.field);
        }
    }
}
