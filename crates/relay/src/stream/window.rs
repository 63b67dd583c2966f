//! How far a client may lag behind what it is sent. docs/PROTOCOL.md, section 7.3.

use std::collections::VecDeque;
use std::time::Duration;

use segel_wire::limits;
use tokio::time::Instant;

/// What a client was sent and has not said to have taken: sizes alone, since all of it is in the store.
pub(super) struct Window {
    /// Of each such event in bytes, the oldest first.
    sizes: VecDeque<usize>,
    bytes: usize,
    /// Since when there has been no room.
    full_since: Option<Instant>,
}

impl Window {
    pub(super) fn new() -> Self {
        Self { sizes: VecDeque::new(), bytes: 0, full_since: None }
    }

    /// Whether another event may be sent.
    pub(super) fn has_room(&self) -> bool {
        self.full_since.is_none()
    }

    /// An event of so many bytes was sent.
    pub(super) fn sent(&mut self, bytes: usize) {
        self.sizes.push_back(bytes);
        self.bytes += bytes;
        if self.is_full() {
            self.full_since.get_or_insert_with(Instant::now);
        }
    }

    /// The client took so many of the events. More than there are may be of a connection before.
    pub(super) fn taken(&mut self, events: u32) {
        let taken = self.sizes.len().min(usize::try_from(events).unwrap_or(usize::MAX));
        self.bytes -= self.sizes.drain(..taken).sum::<usize>();
        if !self.is_full() {
            self.full_since = None;
        }
    }

    /// When a client that takes nothing has been waited for long enough.
    pub(super) fn waits_until(&self, patience: Duration) -> Option<Instant> {
        self.full_since.map(|since| since + patience)
    }

    fn is_full(&self) -> bool {
        self.sizes.len() >= limits::WINDOW_EVENTS || self.bytes >= limits::WINDOW_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LARGEST: usize = 48 * 1024;

    #[test]
    fn it_is_full_with_so_many_events_or_so_many_bytes_and_has_room_again_when_some_were_taken() {
        for size in [1, 1_000, 4_096, 5_000, LARGEST] {
            let mut window = Window::new();
            let mut sent = 0;
            while window.has_room() {
                window.sent(size);
                sent += 1;
            }
            assert_eq!(
                sent,
                limits::WINDOW_EVENTS.min(limits::WINDOW_BYTES.div_ceil(size)),
                "of {size} bytes"
            );
            assert!(window.waits_until(Duration::ZERO).is_some_and(|at| at <= Instant::now()));
            window.taken(1);
            assert!(window.has_room() && window.waits_until(Duration::ZERO).is_none());
            window.sent(size);
            assert!(!window.has_room());
        }
    }

    #[test]
    fn a_client_that_says_so_after_each_few_events_never_waits_with_nothing_to_take() {
        let mut window = Window::new();
        for _ in 1..limits::FLOW_EVENTS {
            window.sent(LARGEST);
        }
        assert!(window.has_room());
    }

    #[test]
    fn more_cannot_be_taken_than_was_sent() {
        let mut window = Window::new();
        window.sent(10);
        window.taken(u32::MAX);
        for _ in 0..limits::WINDOW_EVENTS {
            assert!(window.has_room());
            window.sent(10);
        }
        assert!(!window.has_room());
    }
}
