//! How long nobody has used a device: the time is an argument.

const MINUTE_MS: u64 = 60_000;
/// So long nothing more is said of a use, in milliseconds.
const QUIET_MS: u64 = 5_000;

/// When something was last used, and what may pass before it locks itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Idle {
    limit: u64,
    used: u64,
    said: u64,
}

/// What a use comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// It comes too late.
    Late,
    /// Other tabs are to hear of it.
    News,
    /// They have heard of one a moment ago.
    Known,
}

impl Idle {
    /// Used now, and locked after so many minutes without use.
    pub(crate) fn new(minutes: u32, now: u64) -> Self {
        Self { limit: u64::from(minutes) * MINUTE_MS, used: now, said: now }
    }

    /// Somebody does something here.
    pub(crate) fn uses(&mut self, now: u64) -> Use {
        if self.left(now) == 0 {
            return Use::Late;
        }
        self.used = now;
        if now.abs_diff(self.said) < QUIET_MS {
            return Use::Known;
        }
        self.said = now;
        Use::News
    }

    /// Somebody did something in another tab. What comes too late counts there, too.
    pub(crate) fn hears(&mut self, now: u64) {
        self.used = now;
    }

    /// So many milliseconds are left; none once it is to lock itself. A clock that was set back counts as time that passed: nobody
    /// can tell how much did.
    pub(crate) fn left(&self, now: u64) -> u64 {
        match now.checked_sub(self.used) {
            Some(passed) => self.limit.saturating_sub(passed),
            None if self.used - now < QUIET_MS => self.limit,
            None => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: u64 = 1_000_000;

    #[test]
    fn it_is_time_after_so_many_minutes_without_use_and_not_before() {
        let mut idle = Idle::new(5, START);
        assert_eq!(idle.left(START), 300_000);
        assert_eq!(idle.left(START + 299_999), 1);
        assert_eq!(idle.left(START + 300_000), 0);
        assert_eq!(idle.uses(START + 299_999), Use::News);
        assert_eq!(idle.left(START + 300_000), 299_999);
    }

    #[test]
    fn who_comes_back_too_late_does_not_keep_it_open() {
        let mut idle = Idle::new(5, START);
        assert_eq!(idle.uses(START + 300_000), Use::Late);
        assert_eq!(idle.left(START + 300_000), 0);
    }

    #[test]
    fn other_tabs_hear_of_a_use_once_in_a_while_and_it_counts_for_them() {
        let (mut here, mut there) = (Idle::new(5, START), Idle::new(5, START));
        assert_eq!(here.uses(START + 1), Use::Known);
        assert_eq!(here.uses(START + 5_000), Use::News);
        assert_eq!(here.uses(START + 5_001), Use::Known);
        there.hears(START + 5_000);
        assert_eq!(there.left(START + 300_000), 5_000);
    }

    #[test]
    fn a_clock_that_is_set_back_gives_no_more_time() {
        let idle = Idle::new(5, START);
        assert_eq!(idle.left(START - 100), 300_000, "clocks are set right by a little all the time");
        assert_eq!(idle.left(START - 60_000), 0);
    }
}
