//! What a tab asks the one that leads, and how long it waits for an answer.

use super::{Start, Then, Word};
use crate::world::{Happening, World};

/// The tab that asked, and how often it had by then; none says nothing of what any of them has asked.
pub(super) type Asked = Option<(usize, u64)>;

impl World {
    pub(super) fn ask(&mut self, tab: usize) -> (usize, u64) {
        let own = &mut self.devices[tab].tab;
        own.asked += 1;
        (tab, own.asked)
    }

    pub(super) fn asked_last(&self, tab: usize) -> (usize, u64) {
        (tab, self.devices[tab].tab.asked)
    }

    /// Whether this answers what a tab asked last.
    pub(super) fn is_answered(&self, tab: usize, asked: Asked) -> bool {
        asked == Some(self.asked_last(tab))
    }

    /// Another tab asks whether there is an engine; one that says hello is told everything.
    pub(super) fn answer(&mut self, tab: usize, asked: Asked, is_hello: bool) {
        let clock = self.browsers[self.devices[tab].browser].clock(self.now);
        match (self.devices[tab].tab.start, is_hello) {
            (Start::Follows, _) => {}
            (Start::Runs, true) => {
                self.devices[tab].tab.has_followers = true;
                let everything = self.devices[tab].everything(clock);
                self.say_to_tabs(tab, &Word::Everything(asked, everything));
            }
            (Start::Starts | Start::Runs, _) => {
                let asked = asked.filter(|_| self.is_kept(tab));
                self.say_to_tabs(tab, &Word::Patience(asked));
            }
        }
    }

    /// What was asked is answered once it is kept, if it is not.
    pub(super) fn answer_once_kept(&mut self, tab: usize, asked: Asked) {
        if self.devices[tab].is_running() && !self.is_kept(tab) {
            self.devices[tab].tab.owed.push(asked);
        }
    }

    /// Whether all that a tab's engine took is kept.
    fn is_kept(&self, tab: usize) -> bool {
        let device = &self.devices[tab];
        device.is_running() && device.pending.is_empty() && device.failing.is_none()
    }

    /// What a tab handed in is held no more if it is kept, and who waits for that is told.
    pub(crate) fn let_kept_go(&mut self, tab: usize) {
        if self.is_kept(tab) {
            self.devices[tab].tab.let_kept_go();
            for asked in core::mem::take(&mut self.devices[tab].tab.owed) {
                self.answer(tab, asked, false);
            }
        }
    }

    /// Without a sign of life, a tab that the person looks at takes the lead. What is asked meanwhile gives it no more time.
    pub(super) fn await_life(&mut self, tab: usize) {
        if self.devices[tab].tab.awaited.is_none() {
            self.set_timer(tab, Then::TakesTheLead, self.devices[tab].tab.patience());
        }
    }

    pub(super) fn set_timer(&mut self, tab: usize, then: Then, wait: u64) {
        let own = &mut self.devices[tab].tab;
        own.timers += 1;
        own.awaited = Some((own.timers, then));
        let number = own.timers;
        self.agenda.plan(self.now + wait, Happening::Patience { tab, number });
    }
}
