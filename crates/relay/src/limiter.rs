//! How fast one device may send, and how fast one site may be asked.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::config::EventRate;

/// Those remembered before those that are idle are looked for.
const REMEMBERED: usize = 10_000;

/// A token bucket for each device, or for whatever else it tells apart.
pub(crate) struct Limiter<K> {
    interval: Duration,
    depth: Duration,
    buckets: Mutex<Buckets<K>>,
}

struct Buckets<K> {
    /// A bucket is kept as the one instant at which it will be full again.
    full_at: HashMap<K, Instant>,
    /// How many there may be before those that are full are forgotten.
    room: usize,
}

impl<K: Hash + Eq> Limiter<K> {
    pub(crate) fn new(rate: EventRate) -> Self {
        let interval = Duration::from_secs(1) / rate.per_second.max(1);
        Self { interval, depth: interval * rate.burst.max(1), buckets: Mutex::default() }
    }

    /// Takes one token at `now`, or says how long to wait for it.
    pub(crate) fn admit(&self, who: K, now: Instant) -> Result<(), Duration> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let full = buckets.of(who, now);
        let next = (*full).max(now) + self.interval;
        match next.checked_duration_since(now + self.depth) {
            Some(wait) if !wait.is_zero() => Err(wait),
            _ => {
                *full = next;
                Ok(())
            }
        }
    }
}

impl<K: Hash + Eq> Buckets<K> {
    /// When this one's bucket will be full; it is, if nothing came of it for a while.
    fn of(&mut self, who: K, now: Instant) -> &mut Instant {
        if self.full_at.len() >= self.room {
            self.full_at.retain(|_, full| *full > now);
            // Room for as many again: each pass over all of them is paid for by that many newcomers.
            self.room = REMEMBERED.max(2 * self.full_at.len());
        }
        self.full_at.entry(who).or_insert(now)
    }
}

impl<K> Default for Buckets<K> {
    fn default() -> Self {
        Self { full_at: HashMap::new(), room: REMEMBERED }
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use segel_wire::DeviceId;

    use super::*;

    fn remembered(limiter: &Limiter<DeviceId>) -> usize {
        limiter.buckets.lock().unwrap().full_at.len()
    }

    fn admit_each(limiter: &Limiter<DeviceId>, devices: Range<usize>, now: Instant) {
        for device in devices {
            limiter.admit(DeviceId((device as u128).to_be_bytes()), now).unwrap();
        }
    }

    #[test]
    fn a_burst_is_admitted_then_one_event_an_interval_and_each_device_for_itself() {
        let limiter = Limiter::new(EventRate { per_second: 10, burst: 3 });
        let (device, other, start) = (DeviceId([1; 16]), DeviceId([2; 16]), Instant::now());
        for _ in 0..3 {
            assert_eq!(limiter.admit(device, start), Ok(()));
        }
        assert_eq!(limiter.admit(device, start), Err(Duration::from_millis(100)));
        assert_eq!(limiter.admit(other, start), Ok(()));
        let later = start + Duration::from_millis(100);
        assert_eq!(limiter.admit(device, later), Ok(()));
        assert_eq!(limiter.admit(device, later), Err(Duration::from_millis(100)));
    }

    #[test]
    fn idle_devices_are_forgotten_and_busy_ones_not_looked_through_at_each_event() {
        let limiter = Limiter::new(EventRate { per_second: 1, burst: 3 });
        let start = Instant::now();
        admit_each(&limiter, 0..REMEMBERED + 1, start);
        assert_eq!(remembered(&limiter), REMEMBERED + 1, "they are all busy");
        let room = limiter.buckets.lock().unwrap().room;
        assert_eq!(room, 2 * REMEMBERED, "and left alone until as many have come again");
        let later = start + Duration::from_secs(1);
        admit_each(&limiter, REMEMBERED + 1..2 * REMEMBERED + 1, later);
        assert_eq!(remembered(&limiter), REMEMBERED, "only those of later");
    }
}
