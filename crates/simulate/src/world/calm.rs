//! The calm after a run's faults: time passes until everything holds.

use super::World;
use crate::check;

/// How long it may take until all is well once it is calm, in milliseconds: a device asks anew every hour.
const PATIENCE: u64 = 5 * 60 * 60 * 1_000;
/// For how long nobody does anything at first, in milliseconds: a link may still be cut for a minute and a half, and nothing
/// waits longer than half a minute to be tried again.
const SILENCE: u64 = 4 * 60 * 1_000;
/// For how long nothing is on its way.
const LINGERS: u64 = 60 * 1_000;
/// How long before that people look into their conversations.
const LOOKED_AT: u64 = 30 * 1_000;
/// How often it is looked at meanwhile.
const LOOK_EVERY: u64 = 2 * 60 * 1_000;

impl World {
    /// Time passes, and nobody does anything: an engine wakes by itself for what it has to do.
    pub(super) fn keep_silence(&mut self) {
        self.play_until(self.now + SILENCE - LINGERS);
        let before = check::unsent(self);
        self.play_until(self.now + LINGERS);
        // A page may have answered a moment ago.
        let complaints = check::unsent(self).into_iter().filter(|complaint| before.contains(complaint));
        self.complaints.extend(complaints);
    }

    /// Lets time pass until all that must hold does, or for so long that it never will; meanwhile people do this again. Answers
    /// what does not hold.
    pub(super) fn settle(&mut self, do_again: impl Fn(&mut Self)) -> Vec<String> {
        let deadline = self.now + PATIENCE;
        loop {
            self.play_and_look();
            let complaints = check::complaints(self);
            if complaints.is_empty() || self.now >= deadline || self.is_restless() {
                return complaints;
            }
            do_again(self);
            for browser in 0..self.browsers.len() {
                self.fetch_missing(browser);
            }
        }
    }

    /// Time passes, and before it has everybody looks into every conversation that they have.
    fn play_and_look(&mut self) {
        let end = self.now + LOOK_EVERY;
        self.play_until(end - LOOKED_AT);
        self.open_everything();
        self.play_until(end);
    }
}
