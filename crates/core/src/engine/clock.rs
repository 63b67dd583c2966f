//! A clock that was set back: what was planned keeps its distance.

use super::Engine;
use crate::link::Backoff;

impl Engine {
    /// Looks whether the local clock stands before what it showed last, and moves all that was planned by as much.
    /// Without it a device whose clock ran ahead for a moment would wait until the time that it saw then.
    pub(super) fn keep_time(&mut self, now: u64) {
        let by = self.latest.saturating_sub(now);
        self.latest = now;
        if by == 0 {
            return;
        }
        let roster = &mut self.roster_check.backoff;
        let others = [&mut self.bundles, &mut self.sending, &mut self.storing, &mut self.prekeys.backoff];
        let acts = [&mut self.act_rosters, &mut self.fetches];
        let all = [roster, &mut self.link.backoff].into_iter().chain(others).chain(acts);
        all.for_each(|backoff: &mut Backoff| backoff.move_back(by));
        self.link.move_back(by);
        self.signals.move_back(by);
        self.attachments.move_back(by);
        for resync in &mut self.resyncs {
            resync.move_back(by);
        }
        for (_, conversation) in self.conversations.iter_mut() {
            conversation.pulls.iter_mut().for_each(|(_, pulls)| pulls.move_back(by));
        }
        for (_, due) in &mut self.reads_due {
            *due = due.saturating_sub(by);
        }
        for (_, until) in self.unreachable.iter_mut() {
            *until = until.saturating_sub(by);
        }
        self.shown.wake_at = None;
    }
}
