//! Tabs that lead and sleep on, while their person looks at another one.

use segel_core::Input;

use crate::world::World;

/// How soon a tab that leads is frozen after its person has turned to another, in milliseconds: that one was answered before.
const SOON: u64 = 100;
/// How often a tab says again where its person looks, in milliseconds.
const LOOK_AGAIN: u64 = 10_000;
/// After so many of those there has to be an engine.
const LOOKS: usize = 3;

impl World {
    /// In each browser the person turns to another tab than the one that leads, which is frozen a moment later and for good:
    /// before long the other one leads.
    pub(crate) fn let_leaders_sleep(&mut self) {
        let turned: Vec<_> = (0..self.browsers.len()).filter_map(|browser| self.turn_away(browser)).collect();
        self.play_until(self.now + SOON);
        for (leader, _) in &turned {
            self.fall_asleep(*leader, false);
        }
        for _ in 0..LOOKS {
            for (_, tab) in &turned {
                let conversation = self.devices[*tab].screen.conversations.keys().next().copied();
                self.input(*tab, Input::Look(conversation));
            }
            self.play_until(self.now + LOOK_AGAIN);
        }
        for (_, tab) in turned {
            self.tally.count("leaders that sleep on");
            if !self.devices[tab].is_running() {
                let name = &self.browsers[self.devices[tab].browser].name;
                self.complaints.push(format!("{name} looks at a tab that nobody serves"));
            }
        }
    }

    /// The person looks at a tab that is served by another one of the browser; answers both, the one that leads first.
    fn turn_away(&mut self, browser: usize) -> Option<(usize, usize)> {
        let leader = self.browsers[browser].leader?;
        let is_served = |tab: &usize| self.devices[*tab].tab.is_awake() && self.devices[*tab].tab.is_served;
        let tab = self.open_tabs(browser).find(is_served)?;
        self.look_at(tab);
        Some((leader, tab))
    }
}
