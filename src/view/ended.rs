//! What stands where messages were written, once the conversation has ended.

use std::rc::Rc;

use segel_core::show::{Item, Life};
use segel_ui::rating::Rating;
use segel_ui::{Act, Action, Language};
use segel_web::dom::{self, El, el};
use segel_web::page;
use segel_wire::signed::Masking;
use web_sys::Element;

/// That it has ended, the question how it was, and what can be done next.
pub(crate) struct Ended {
    language: Language,
    act: Act,
    root: El,
    rates: El,
    save: El,
    rating: Option<Rating>,
    shown: Life,
}

impl Ended {
    /// Nothing has ended.
    pub(crate) fn new(language: Language, act: &Act) -> Self {
        let text = language.text();
        let (begins, saves) = (Rc::clone(act), Rc::clone(act));
        let begin = el("button")
            .class("primary")
            .attr("type", "button")
            .text(text.begin())
            .on("click", move |_| begins(Action::Begin));
        let save = el("button")
            .class("return")
            .attr("type", "button")
            .text(text.transcript())
            .on("click", move |_| saves(Action::Transcript));
        let rates = el("div");
        let root = el("section")
            .class("ended")
            .attr("tabindex", "-1")
            .attr("aria-label", text.over())
            .child(el("p").text(text.over()))
            .place(&rates)
            .child(el("div").class("choices").place(&save).child(begin))
            .hidden();
        Self { language, act: Rc::clone(act), root, rates, save, rating: None, shown: Life::Open }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// Shows how far the conversation has come; whoever was writing in it, or saying how it was, goes on from here.
    pub(crate) fn render(&mut self, life: Life, masking: Option<&Masking>, items: &[Item]) {
        let before = std::mem::replace(&mut self.shown, life);
        dom::set_hidden(&self.root, life == Life::Open);
        // While it is asked how it was, the menu has it.
        dom::set_hidden(&self.save, life == Life::Ended);
        if life != Life::Ended
            && let Some(rating) = self.rating.take()
        {
            let had_focus = dom::has_focus(rating.root());
            rating.root().remove();
            if had_focus {
                dom::focus(&self.root);
            }
        }
        if life == Life::Ended {
            let rating = self.rating.get_or_insert_with(|| {
                let rating = Rating::new(self.language, Rc::clone(&self.act));
                dom::insert(&self.rates, rating.root(), None);
                rating
            });
            rating.guard(masking, items);
        }
        // Focus is not taken from the page around it, which would come back as an event in the midst of this.
        if before == Life::Open && life != Life::Open && page::has_focus() && dom::is_focus_lost() {
            dom::focus(&self.root);
        }
    }
}
