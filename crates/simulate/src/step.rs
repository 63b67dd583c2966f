//! What an engine took, and the step in which it keeps that.

use segel_core::tabs::Wish;

use crate::world::World;

/// Something that a person wants of an engine.
#[derive(Default)]
pub(crate) struct Step {
    /// The tab whose engine took it, and which of its engines.
    pub(crate) taken: Option<(usize, u64)>,
    /// The generation that keeps it; nothing before an engine took it.
    pub(crate) generation: Option<u64>,
    /// Whether that was kept, and not lost since.
    pub(crate) is_kept: bool,
    /// The tab in which it was wanted, and which of its openings; nothing where its person was told that it came to nothing.
    pub(crate) wanted_in: Option<(usize, u64)>,
}

impl Step {
    /// An engine took it, and keeps it in a generation; `false` if it had before, or need not.
    pub(crate) fn take(&mut self, by: (usize, u64), generation: Option<u64>) -> bool {
        if self.is_kept || self.taken == Some(by) {
            return false;
        }
        (self.taken, self.generation) = (Some(by), generation);
        true
    }

    /// All that the engine took up to this generation is kept.
    pub(crate) fn keep(&mut self, by: (usize, u64), generation: u64) {
        let is_in_it = self.generation.is_some_and(|own| own <= generation);
        self.is_kept |= self.taken == Some(by) && is_in_it;
    }
}

impl World {
    /// An engine kept all that it took up to a generation.
    pub(crate) fn keep_steps(&mut self, by: (usize, u64), generation: u64) {
        let said = self.said.iter_mut().flat_map(|said| [Some(&mut said.step), said.withdrawal.as_mut()]);
        let ended = self.ended.iter_mut().map(|ended| &mut ended.step);
        said.flatten().chain(ended).for_each(|step| step.keep(by, generation));
    }

    /// An engine could not keep what it took in this generation and later. What was to be undone by that is given up, and its
    /// person is told.
    pub(crate) fn lose_steps(&mut self, by: (usize, u64), generation: u64) {
        let withdrawals = self.said.iter_mut().filter_map(|said| said.withdrawal.as_mut());
        let ended = self.ended.iter_mut().map(|ended| &mut ended.step);
        let lost = withdrawals.chain(ended).filter(|step| {
            let is_in_it = step.generation.is_some_and(|own| own >= generation);
            step.taken == Some(by) && is_in_it && !step.is_kept
        });
        lost.for_each(|step| *step = Step::default());
    }

    /// What is wanted in a tab and has not been taken yet.
    pub(crate) fn wanted_in(&self, tab: usize) -> Step {
        Step { wanted_in: Some((tab, self.devices[tab].tab.life)), ..Step::default() }
    }

    /// Whether its person has to want it again: the tab in which they did took it with it, or they were told.
    pub(crate) fn is_to_be_wanted_again(&self, step: &Step) -> bool {
        let lives = |(tab, life): (usize, u64)| self.devices[tab].tab.is_alive(life);
        !step.is_kept && !step.wanted_in.is_some_and(lives)
    }

    /// What a person takes back or ends by this wish.
    pub(crate) fn undoing(&mut self, browser: usize, wish: &Wish) -> Option<&mut Step> {
        match wish {
            Wish::Withdraw(_, event) => {
                let said = self.said.iter_mut().find(|said| said.event == *event);
                said.and_then(|said| said.withdrawal.as_mut())
            }
            Wish::End(conversation) => {
                let mut ended = self.ended.iter_mut();
                let ended =
                    ended.find(|ended| (ended.browser, ended.conversation) == (browser, *conversation));
                ended.map(|ended| &mut ended.step)
            }
            _ => None,
        }
    }
}
