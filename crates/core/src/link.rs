//! The connection to the relay: log in, connect, greet, catch up; and when to try again.

use rand_core::CryptoRng;
use segel_wire::ids::{ConversationId, EventId};
use segel_wire::{ClientFrame, limits};

use crate::sorted::Sorted;

/// First wait after a failure, in milliseconds; doubles up to [`LONGEST_WAIT`].
const FIRST_WAIT: u64 = 250;
const LONGEST_WAIT: u64 = 30_000;
/// The same where nothing but time mends it, as with a device that is away for days.
const PATIENT: u64 = 3_000;
const MOST_PATIENT: u64 = 300_000;
/// A quiet connection is asked for a sign of life after this, in milliseconds.
const PING_AFTER: u64 = 20_000;
/// And given up after this.
const LOST_AFTER: u64 = 35_000;
/// A connection that has stood for so long, in milliseconds, was of use: it is made anew at once, and still no more than once in
/// that time. One that breaks earlier may do so by what goes over it, which the next one would do as well.
const OF_USE_AFTER: u64 = 10_000;

/// Where the connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Not connected.
    Down,
    /// Asking for a challenge or a session, or uploading the own bundle.
    LoggingIn,
    /// The socket is being opened.
    Connecting,
    /// Greeted; missed events arrive.
    CatchingUp,
    /// Connected and caught up.
    Online,
}

/// The connection.
pub(crate) struct Link {
    pub(crate) stage: Stage,
    pub(crate) token: Option<String>,
    pub(crate) network: bool,
    pub(crate) cursor: Option<String>,
    /// Whether everything is told from the beginning, up to the head.
    pub(crate) from_start: bool,
    /// The message under way in each conversation: one at a time keeps their order.
    pub(crate) under_way: Sorted<ConversationId, EventId>,
    pub(crate) backoff: Backoff,
    /// Events taken since the relay was last told.
    taken: u32,
    /// When it was opened, and when something was last heard, Unix milliseconds.
    opened_at: u64,
    heard_at: u64,
    pinged: bool,
}

/// When to try again: exponential, with full jitter.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Backoff {
    failures: u32,
    at: u64,
}

impl Backoff {
    /// Whether it is time, at `now`.
    pub(crate) fn is_due(self, now: u64) -> bool {
        now >= self.at
    }

    /// Whether the last try failed.
    pub(crate) fn is_failing(self) -> bool {
        self.failures > 0
    }

    /// Whether one try after the other failed.
    pub(crate) fn is_failing_on(self) -> bool {
        self.failures > 1
    }

    /// When it will be time.
    pub(crate) fn at(self) -> u64 {
        self.at
    }

    /// The next try waits longer, by a random share.
    pub(crate) fn failed(&mut self, now: u64, random: &mut impl CryptoRng) {
        self.wait(now + 50, (FIRST_WAIT, LONGEST_WAIT), random);
    }

    /// The same where trying often is of no use.
    pub(crate) fn failed_for_long(&mut self, now: u64, random: &mut impl CryptoRng) {
        self.wait(now + PATIENT, (PATIENT, MOST_PATIENT), random);
    }

    fn wait(&mut self, from: u64, (first, longest): (u64, u64), random: &mut impl CryptoRng) {
        let ceiling = first.saturating_mul(1 << self.failures.min(16)).min(longest);
        self.failures = self.failures.saturating_add(1);
        self.at = from + random.next_u64() % ceiling;
    }

    /// The clock was set back by so many milliseconds.
    pub(crate) fn move_back(&mut self, by: u64) {
        self.at = self.at.saturating_sub(by);
    }

    /// The next try, if one is wanted, waits for `wait` milliseconds from `now`.
    pub(crate) fn succeeded(&mut self, now: u64, wait: u64) {
        *self = Self { failures: 0, at: now.saturating_add(wait) };
    }
}

/// What a quiet connection needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pulse {
    /// Nothing.
    Fine,
    /// A ping.
    Ping,
    /// It is lost.
    Lost,
}

impl Link {
    pub(crate) fn new(cursor: Option<String>) -> Self {
        Self {
            stage: Stage::Down,
            token: None,
            network: true,
            cursor,
            from_start: false,
            under_way: Sorted::new(),
            backoff: Backoff::default(),
            taken: 0,
            opened_at: 0,
            heard_at: 0,
            pinged: false,
        }
    }

    /// The connection is gone; messages under way are sent again after the next one.
    pub(crate) fn lost(&mut self, now: u64, random: &mut impl CryptoRng) {
        let is_greeted = matches!(self.stage, Stage::CatchingUp | Stage::Online);
        if is_greeted && now >= self.opened_at + OF_USE_AFTER {
            self.backoff = Backoff::default();
        }
        self.stage = Stage::Down;
        self.under_way.clear();
        self.backoff.failed(now, random);
    }

    /// A connection is open, on which nothing was taken yet.
    pub(crate) fn opened(&mut self, now: u64) {
        self.taken = 0;
        self.opened_at = now;
        self.heard(now);
    }

    /// An event was taken: what the relay is to be told of it, if it is time.
    pub(crate) fn take(&mut self) -> Option<ClientFrame> {
        self.taken += 1;
        (self.taken == limits::FLOW_EVENTS)
            .then(|| ClientFrame::Flow { events: core::mem::take(&mut self.taken) })
    }

    /// Whether another event may be sent before one is answered.
    pub(crate) fn has_room(&self) -> bool {
        self.under_way.len() < limits::SENDS
    }

    /// Something was heard.
    pub(crate) fn heard(&mut self, now: u64) {
        self.heard_at = now;
        self.pinged = false;
    }

    /// The clock was set back by so many milliseconds.
    pub(crate) fn move_back(&mut self, by: u64) {
        self.opened_at = self.opened_at.saturating_sub(by);
        self.heard_at = self.heard_at.saturating_sub(by);
    }

    /// What a connection that was last heard some time ago needs.
    pub(crate) fn pulse(&mut self, now: u64) -> Pulse {
        if !self.is_up() {
            return Pulse::Fine;
        }
        if now >= self.heard_at + LOST_AFTER {
            return Pulse::Lost;
        }
        if now >= self.heard_at + PING_AFTER && !self.pinged {
            self.pinged = true;
            return Pulse::Ping;
        }
        Pulse::Fine
    }

    /// When the connection next needs a look.
    pub(crate) fn wake_at(&self) -> u64 {
        match self.stage {
            Stage::Down if self.network => self.backoff.at(),
            Stage::Down | Stage::LoggingIn => u64::MAX,
            _ if self.pinged => self.heard_at + LOST_AFTER,
            Stage::Connecting | Stage::CatchingUp | Stage::Online => self.heard_at + PING_AFTER,
        }
    }

    pub(crate) fn is_up(&self) -> bool {
        matches!(self.stage, Stage::Connecting | Stage::CatchingUp | Stage::Online)
    }
}

/// The first of these times that has not come, Unix milliseconds; none is the end of time.
pub(crate) fn first_after(now: u64, times: impl Iterator<Item = u64>) -> u64 {
    let mut first = u64::MAX;
    for at in times {
        if at > now {
            first = first.min(at);
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    #[test]
    fn waits_grow_with_each_failure_up_to_a_bound_and_shrink_with_a_success() {
        let mut random = ChaCha20Rng::seed_from_u64(1);
        let longest = |failures: u32, random: &mut ChaCha20Rng| {
            let mut waits = (0..200).map(|_| {
                let mut backoff = Backoff { failures, at: 0 };
                backoff.failed(1_000, random);
                backoff.at() - 1_000
            });
            let first = waits.next().unwrap();
            waits.fold((first, first), |(least, most), wait| (least.min(wait), most.max(wait)))
        };
        for (failures, bound) in [(0, 250), (3, 2_000), (7, 30_000), (u32::MAX, 30_000)] {
            let (least, most) = longest(failures, &mut random);
            assert!((50..=50 + bound / 10).contains(&least), "{failures}: {least}");
            assert!((bound / 10 * 9..=50 + bound).contains(&most), "{failures}: {most}");
        }
        let mut backoff = Backoff { failures: 9, at: 9_000 };
        backoff.succeeded(1_000, 0);
        assert!(backoff.is_due(1_000) && !backoff.is_failing());
    }

    #[test]
    fn so_many_messages_are_under_way_and_no_more_until_one_is_answered() {
        let mut link = Link::new(None);
        for number in 0..8 {
            assert!(link.has_room());
            link.under_way.insert(ConversationId([number; 16]), EventId([number; 16]));
        }
        assert!(!link.has_room());
        link.under_way.remove(&ConversationId([3; 16]));
        assert!(link.has_room());
    }

    #[test]
    fn a_quiet_connection_is_pinged_once_and_then_given_up() {
        let mut link = Link::new(None);
        link.stage = Stage::Online;
        link.heard(0);
        assert_eq!(link.pulse(PING_AFTER - 1), Pulse::Fine);
        assert_eq!(link.wake_at(), PING_AFTER);
        assert_eq!(link.pulse(PING_AFTER), Pulse::Ping);
        assert_eq!(link.pulse(PING_AFTER + 1), Pulse::Fine);
        assert_eq!(link.wake_at(), LOST_AFTER);
        assert_eq!(link.pulse(LOST_AFTER), Pulse::Lost);
        link.heard(LOST_AFTER);
        assert_eq!(link.pulse(LOST_AFTER), Pulse::Fine);
    }
}
