//! What may be answered to the last message, as far as its writer offers it: a button for each.

use std::rc::Rc;

use segel_core::show::{Author, Body, Deed, Item};
use segel_mask::{MaskedText, Writer};
use segel_web::dom::{self, El, el};
use segel_wire::ids::EventId;
use segel_wire::signed::Masking;
use web_sys::Element;

use crate::action::{Act, Action};
use crate::guard::Guard;
use crate::said::{self, offer::Offer};
use crate::text::Language;

/// The buttons, above the place where a visitor writes. Each says what it sends, so that nothing is masked afterwards.
pub struct Answers {
    root: El,
    act: Act,
    log: Element,
    guard: Guard,
    shown: Option<(EventId, Vec<MaskedText>)>,
    buttons: Vec<El>,
}

impl Answers {
    /// Nothing is offered. The focus is left on `log` by who answered.
    pub fn new(language: Language, act: &Act, log: &Element) -> Self {
        let root = el("div")
            .class("answers")
            .attr("role", "group")
            .attr("aria-label", language.text().reply())
            .hidden();
        let (act, log, guard) = (Rc::clone(act), log.clone(), Guard::default());
        Self { root, act, log, guard, shown: None, buttons: Vec::new() }
    }

    /// The element to put on the page.
    pub fn root(&self) -> &Element {
        &self.root
    }

    /// Shows what these messages offer in the end, if the visitor may write at all; an answer that the site lets nobody send is
    /// none.
    pub fn render(&mut self, items: &[Item], masking: Option<&Masking>, may_write: bool) {
        let offered = offered(items).filter(|_| may_write);
        if offered.is_some() {
            self.guard.update(masking, Writer::Visitor, items);
        }
        let offered = offered.map(|(event, answers)| {
            let masked = answers.into_iter().filter_map(|answer| self.guard.mask(answer).ok());
            (event, masked.map(|masked| masked.text).collect::<Vec<_>>())
        });
        let offered = offered.filter(|(_, answers)| !answers.is_empty());
        dom::set_hidden(&self.root, offered.is_none());
        if self.shown != offered {
            self.put(offered);
        }
    }

    fn put(&mut self, offered: Option<(EventId, Vec<MaskedText>)>) {
        for button in self.buttons.drain(..) {
            button.remove();
        }
        if let Some((event, answers)) = &offered {
            self.buttons = answers.iter().map(|answer| self.button(*event, answer)).collect();
        }
        self.shown = offered;
    }

    fn button(&self, event: EventId, answer: &MaskedText) -> El {
        let (act, log, text) = (Rc::clone(&self.act), self.log.clone(), answer.clone());
        let button = el("button").attr("type", "button").attr("dir", "auto").on("click", move |_| {
            dom::focus(&log);
            act(Action::Send(text.clone(), Some(event)));
        });
        said::show(&button, answer.as_str());
        dom::insert(&self.root, &button, None);
        button
    }
}

/// The message that an agent said last and what it offers, if nothing was said since and the conversation goes on.
fn offered(items: &[Item]) -> Option<(EventId, Vec<&str>)> {
    let says_nothing = |item: &&Item| matches!(&item.body, Body::Act(deed) if !matches!(deed, Deed::End));
    let last = items.iter().rev().find(|item| !says_nothing(item))?;
    match (&last.author, &last.body) {
        (Author::Agent(_), Body::Text(said)) => Offer::read(said).map(|offer| (last.event, offer.answers)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::items::tests::message;

    const OFFER: &str = "Yang mana?\n\n[ Putih ]\n[ Hijau ]";

    #[test]
    fn only_what_an_agent_said_last_offers_answers() {
        let agent = || Author::Agent("Agen Demo".to_owned());
        let text = |text: &str| Body::Text(text.to_owned());
        let mut items = vec![message(1, Author::Own, text(OFFER))];
        assert_eq!(offered(&items), None, "a visitor offers nothing");
        items.push(message(2, agent(), text(OFFER)));
        let answers = Some((EventId([2; 16]), vec!["Putih", "Hijau"]));
        assert_eq!(offered(&items), answers);
        items.push(message(3, agent(), Body::Act(Deed::Release)));
        assert_eq!(offered(&items), answers, "an act says nothing");
        for (author, body) in [
            (agent(), text("Atau dua-duanya?")),
            (Author::Own, text("Putih")),
            (Author::Own, Body::Withdrawn),
            (agent(), Body::Act(Deed::End)),
            (Author::Own, Body::Ended),
        ] {
            items.push(message(4, author, body));
            assert_eq!(offered(&items), None);
            items.pop();
        }
        items[1].body = Body::Withdrawn;
        assert_eq!(offered(&items), None, "it was taken back");
    }
}
