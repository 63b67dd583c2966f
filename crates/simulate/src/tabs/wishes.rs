//! What a person wants in a tab: it is held there, said to the tab that leads, and carried out there.

use segel_core::show::Rating;
use segel_core::tabs::{Wish, WishedFile};
use segel_core::{Input, Outgoing, OutgoingFile, OutgoingRating};
use segel_mask::{MaskedText, Masker};

use super::Word;
use crate::world::World;
use crate::{Planted, vouching};

impl World {
    /// Takes what the person did in a tab that does not lead.
    pub(super) fn wish(&mut self, tab: usize, wish: Wish) {
        let own = &mut self.devices[tab].tab;
        let is_held = wish.is_held();
        if is_held {
            own.held.push(wish.clone());
        }
        if !own.is_served {
            return;
        }
        own.unanswered += usize::from(is_held);
        if is_held && own.unanswered > 1 {
            // Whoever leads by now may not have heard what came before this, and this is to come after it.
            self.say_held(tab);
        } else {
            self.say_wish(tab, wish);
        }
        if is_held && self.planted == Some(Planted::LetGoEarly) {
            self.devices[tab].tab.held.pop();
        }
    }

    pub(super) fn say_wish(&mut self, tab: usize, wish: Wish) {
        let is_held = wish.is_held();
        // What is not held has no number of its own, or what is would not be known as answered.
        let asked = if is_held { self.ask(tab) } else { self.asked_last(tab) };
        self.say_to_tabs(tab, &Word::Wish(Some(asked), wish));
        if is_held || self.planted != Some(Planted::LooksInVain) {
            self.await_life(tab);
        }
    }

    /// Hands what is held to the tab that leads, in order.
    pub(super) fn say_held(&mut self, tab: usize) {
        let held = self.devices[tab].tab.held.clone();
        self.devices[tab].tab.unanswered = held.len();
        for wish in held {
            self.say_wish(tab, wish);
        }
    }

    /// The engine of this tab carries out itself what no other may have.
    pub(super) fn fulfil_held(&mut self, tab: usize) {
        let held = self.devices[tab].tab.held.clone();
        // What is shown of one may settle the others.
        for wish in held {
            self.fulfil(tab, wish);
        }
        self.let_kept_go(tab);
    }

    /// Carries out what a person wished, if there is an engine here.
    pub(super) fn fulfil(&mut self, tab: usize, wish: Wish) {
        if !self.devices[tab].is_running() {
            return;
        }
        let makes = wish.makes();
        match wish.input().or_else(|| self.input_of(tab, wish)) {
            Some(input) => self.take_in(tab, makes, input),
            None => self.complaints.push("a wish could not be carried out".to_owned()),
        }
    }

    fn input_of(&mut self, tab: usize, wish: Wish) -> Option<Input> {
        Some(match wish {
            Wish::Submit(conversation, event, text, quotes) => {
                let text = Outgoing::new(self.mask_again(tab, &text)?);
                Input::Submit { conversation, event: Some(event), text, quotes }
            }
            Wish::Rate(conversation, Some(Rating { stars, comment })) => {
                let comment = self.mask_again(tab, comment.as_deref().unwrap_or_default())?;
                Input::Rate { conversation, rating: Some(OutgoingRating::new(stars, comment)) }
            }
            Wish::Introduce(Some(token)) => Input::Introduce(Some(vouching::read(&token.0)?)),
            Wish::Attach(conversation, event, WishedFile { name, media_type, size, text }) => {
                let name = self.mask_again(tab, &name)?;
                let file = match text {
                    Some(text) => OutgoingFile::text(name, media_type, self.mask_again(tab, &text)?),
                    None => OutgoingFile::opaque(name, media_type, size, self.devices[tab].files.put(event)),
                };
                Input::Attach { conversation, event: Some(event), file }
            }
            _ => return None,
        })
    }

    fn mask_again(&self, tab: usize, text: &str) -> Option<MaskedText> {
        let writer = self.browsers[self.devices[tab].browser].writer();
        Masker::default().mask_elsewhere(text, writer).ok().map(|masked| masked.text)
    }
}
