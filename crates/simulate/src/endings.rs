//! How conversations end here: who ends one, what the visitor says of it, and who writes in it all the same.

use std::collections::BTreeSet;

use segel_core::Input;
use segel_core::show::{self, Life, Rating, Stars};
use segel_core::tabs::Wish;
use segel_wire::ids::ConversationId;

use crate::device::Screen;
use crate::people::CARD;
use crate::step::Step;
use crate::world::World;

/// That a visitor wanted a conversation to end.
pub(crate) struct Ended {
    pub(crate) browser: usize,
    pub(crate) conversation: ConversationId,
    pub(crate) step: Step,
}

/// What a visitor said of a conversation.
pub(crate) struct Rated {
    pub(crate) conversation: ConversationId,
    /// As the mask passed it.
    pub(crate) rating: Rating,
}

impl Screen {
    /// Conversations of which it shows that they have ended.
    pub(crate) fn over(&self) -> BTreeSet<ConversationId> {
        let over = self.conversations.values().filter(|summary| summary.life != Life::Open);
        over.map(|summary| summary.conversation).collect()
    }
}

impl World {
    /// Somebody ends a conversation that they may end.
    pub(crate) fn end(&mut self, browser: usize) {
        let Some(tab) = self.look_somewhere(browser) else { return };
        let is_visitor = self.browsers[browser].is_visitor();
        let open = self.devices[tab].screen.conversations.values();
        let open = open.filter(|summary| summary.life == Life::Open);
        let may_end = open.filter(|summary| is_visitor || summary.hold.may.contains(&show::Deed::End));
        let may_end: Vec<_> = may_end.map(|summary| summary.conversation).collect();
        let Some(&conversation) = self.chance.pick(&may_end) else { return };
        self.note(tab, || format!("ends {conversation}"));
        if is_visitor {
            self.tally.count("ends by visitors");
            let step = self.wanted_in(tab);
            self.ended.push(Ended { browser, conversation, step });
            self.input(tab, Input::End(conversation));
        } else {
            self.tally.count("ends by agents");
            self.input(tab, Input::Act { conversation, deed: show::Deed::End });
        }
    }

    /// Whoever still sees a conversation as open that they ended ends it again if the tab in which they did ended before that was
    /// kept.
    pub(crate) fn end_again(&mut self) {
        for browser in 0..self.browsers.len() {
            let Some(tab) = self.look_somewhere(browser) else { continue };
            let over = self.devices[tab].screen.over();
            let ended = self.ended.iter().filter(|ended| ended.browser == browser);
            let ended = ended.filter(|ended| self.is_to_be_wanted_again(&ended.step));
            let open = ended.map(|ended| ended.conversation).filter(|ended| !over.contains(ended));
            for conversation in open.collect::<BTreeSet<_>>() {
                self.input(tab, Input::End(conversation));
            }
        }
    }

    /// A visitor who is asked says what they think of a conversation, or that they will not.
    pub(crate) fn rate(&mut self, browser: usize) {
        let Some(tab) = self.look_somewhere(browser) else { return };
        let asked = self.devices[tab].screen.conversations.values();
        let asked = asked.filter(|summary| summary.life == Life::Ended).map(|summary| summary.conversation);
        let asked: Vec<_> = asked.collect();
        let Some(&conversation) = self.chance.pick(&asked) else { return };
        let said = (!self.chance.one_in(4)).then(|| {
            let stars = [Stars::One, Stars::Two, Stars::Three, Stars::Four, Stars::Five];
            let stars = stars[self.chance.place(stars.len())];
            let comment = self.chance.one_in(2).then(|| format!("comment {}", self.rated.len()));
            let card = self.chance.one_in(3);
            let comment = comment.map(|comment| if card { format!("{comment} {CARD}") } else { comment });
            let comment = comment.and_then(|comment| segel_mask::mask(&comment).ok());
            Rating { stars, comment: comment.map(|masked| masked.text.into_string()) }
        });
        self.tally.count(if said.is_some() { "ratings" } else { "conversations left unrated" });
        self.note(tab, || format!("rates {conversation}: {:?}", said.as_ref().map(|said| said.stars)));
        self.rated.extend(said.clone().map(|rating| Rated { conversation, rating }));
        self.want(tab, Wish::Rate(conversation, said));
    }
}
