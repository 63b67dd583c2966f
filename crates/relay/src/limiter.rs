//! How fast one device may send.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use segel_wire::DeviceId;

use crate::config::EventRate;

/// Devices remembered before those that are idle are forgotten.
const REMEMBERED: usize = 10_000;

/// A token bucket for each device, kept as the one instant at which it will be full again.
pub(crate) struct Limiter {
    interval: Duration,
    depth: Duration,
    full_at: Mutex<HashMap<DeviceId, Instant>>,
}

impl Limiter {
    pub(crate) fn new(rate: EventRate) -> Self {
        let interval = Duration::from_secs(1) / rate.per_second.max(1);
        Self { interval, depth: interval * rate.burst.max(1), full_at: Mutex::default() }
    }

    /// Takes one token at `now`, or says how long to wait for it.
    pub(crate) fn admit(&self, device: DeviceId, now: Instant) -> Result<(), Duration> {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if full_at.len() >= REMEMBERED {
            full_at.retain(|_, full| *full > now);
        }
        let full = full_at.entry(device).or_insert(now);
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
