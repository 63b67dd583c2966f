//! When something is next due; and a clock that was set back: what was planned keeps its distance.

use super::Engine;
use crate::io::Output;
use crate::link::{Backoff, first_after};

impl Engine {
    /// Looks whether the local clock stands before what it showed last, and moves all that was planned by as much.
    /// Without it a device whose clock ran ahead for a moment would wait until the time that it saw then.
    pub(super) fn keep_time(&mut self, now: u64) {
        let by = self.latest.saturating_sub(now);
        self.latest = now;
        if by > 0 {
            self.move_back(by);
        }
    }

    /// The clock was set back by so many milliseconds.
    // The rest of a visitor's program: within its caller it would not be.
    #[inline(never)]
    fn move_back(&mut self, by: u64) {
        let roster = &mut self.roster_check.backoff;
        let others = [&mut self.bundles, &mut self.sending, &mut self.storing, &mut self.prekeys.backoff];
        let acts = [&mut self.act_rosters, &mut self.fetches];
        let all = [roster, &mut self.link.backoff].into_iter().chain(others).chain(acts);
        all.for_each(|backoff: &mut Backoff| backoff.move_back(by));
        self.link.move_back(by);
        self.signals.move_back(by);
        self.move_erasing_back(by);
        self.attachments.move_back(by);
        self.told.move_back(by / 1_000);
        for resync in &mut self.resyncs {
            resync.move_back(by);
        }
        for (_, conversation) in self.conversations.iter_mut() {
            conversation.pulls.iter_mut().for_each(|(_, pulls)| pulls.move_back(by));
        }
        let reads = self.reads_due.iter_mut().map(|(_, due)| due);
        let unreachable = self.unreachable.iter_mut().map(|(_, until)| until);
        for due in reads.chain(unreachable) {
            *due = due.saturating_sub(by);
        }
        self.shown.wake_at = None;
        // What lapsed by the clock that ran ahead has not.
        self.reconsider_closed(self.latest);
        self.shown.lists.extend(self.conversations.keys().map(|id| (*id, ())));
    }

    /// Asks to be woken when something is next due.
    pub(super) fn plan_wake(&mut self, now: u64) {
        let expiry = self
            .membership
            .roster()
            .map_or(u64::MAX, |roster| roster.roster().not_after.saturating_mul(1_000));
        let times = [
            self.resync_wake(now),
            self.roster_wake(),
            self.link.wake_at(),
            self.bundles_wake(now),
            self.prekeys_wake(now),
            self.sending.at(),
            self.signals.wake_at(now),
            self.storing.at(),
            self.act_rosters.at(),
            self.fetches.at(),
            self.pulls_wake(now),
            self.reads_wake(now),
            self.attachments.wake_at(now),
            self.erasing_wake(),
            self.shown.lapses_at,
            expiry,
        ];
        let at = first_after(now, times.into_iter());
        if at != u64::MAX && self.shown.wake_at.replace(at) != Some(at) {
            self.outputs.push_back(Output::WakeAt(at));
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;
    use segel_crypto::storage::StateKey;
    use segel_wire::ids::{ConversationId, EventId, Octets, RootKey, SiteId};
    use segel_wire::limits::IDENTITY_SECONDS;
    use segel_wire::signed::Order;

    use super::*;
    use crate::account::VisitorConfig;
    use crate::conversation::{Message, Stage};
    use crate::io::{Input, Kept, Output};
    use crate::show::{Body, Identity, Show};

    const NOW: u64 = 1_800_000_000_000;
    const CONVERSATION: ConversationId = ConversationId([3; 16]);

    /// Somebody was vouched for just now.
    fn engine() -> Engine {
        let (site, root) = (SiteId([1; 16]), RootKey([2; 32]));
        let (relay, page) = ("https://relay.example".to_owned(), "https://toko.example".to_owned());
        let config = VisitorConfig { site, root, relay, page, floor: Order::default() };
        let mut engine = Engine::visitor(config, StateKey::new([4; 32]), &Kept::default()).unwrap();
        let message = Message::own(Body::Introduced("Pelanggan Demo".to_owned()), NOW, Stage::Sent);
        let message = Message { token: Some(Octets(vec![1])), position: Some(1), ..message };
        engine.conversations.or_default(CONVERSATION).messages.insert(EventId([5; 16]), message);
        engine.shown.lists.insert(CONVERSATION, ());
        engine
    }

    /// Who the visitor is shown to be at `now`, if that is shown anew.
    fn shown(engine: &mut Engine, now: u64) -> Option<Identity> {
        engine.handle(Input::Woke, now, &mut ChaCha20Rng::seed_from_u64(1));
        let mut shown = None;
        while let Some(output) = engine.poll() {
            if let Output::Show(Show::Conversation(summary)) = output {
                shown = Some(summary.identity);
            }
        }
        shown
    }

    #[test]
    fn an_identity_that_lapsed_by_a_clock_that_ran_ahead_is_shown_as_confirmed_again() {
        let (mut engine, subject) = (engine(), "Pelanggan Demo".to_owned());
        let confirmed = Identity::Confirmed { subject: subject.clone(), at: NOW };
        assert_eq!(shown(&mut engine, NOW), Some(confirmed.clone()));
        let ahead = NOW + 3 * IDENTITY_SECONDS * 1_000;
        assert_eq!(shown(&mut engine, ahead), Some(Identity::Lapsed { subject, at: NOW }));
        assert_eq!(shown(&mut engine, NOW + 1_000), Some(confirmed));
    }

    #[test]
    fn an_identity_of_days_ahead_by_a_clock_that_is_behind_is_confirmed_once_the_clock_is_right() {
        let (mut engine, subject) = (engine(), "Pelanggan Demo".to_owned());
        let behind = NOW - 3 * IDENTITY_SECONDS * 1_000;
        let lapsed = Identity::Lapsed { subject: subject.clone(), at: NOW };
        assert_eq!(shown(&mut engine, behind), Some(lapsed));
        assert_eq!(shown(&mut engine, NOW), Some(Identity::Confirmed { subject, at: NOW }));
        assert_eq!(shown(&mut engine, NOW + 1_000), None, "nothing changed");
    }
}
