//! What is known of the network that a page is in.

use std::cell::Cell;

/// Sockets in a row that may fail to open before something else is tried: a relay that starts again refuses, too.
const PATIENCE: u8 = 2;

/// How frames travel, best first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Way {
    /// A WebSocket.
    #[default]
    Socket,
    /// Server-sent events, and requests.
    Events,
    /// Long polls, and requests.
    Poll,
}

/// The way that works, as far as is known; lives as long as the page.
#[derive(Debug, Default)]
pub struct Ways {
    way: Cell<Way>,
    worked: Cell<bool>,
    failures: Cell<u8>,
}

impl Ways {
    /// Forgets what was learned, as when the network is another one.
    pub fn start_over(&self) {
        self.turn_to(Way::Socket);
    }

    /// The way that the next line takes.
    pub(super) fn way(&self) -> Way {
        self.way.get()
    }

    /// Something came.
    pub(super) fn worked(&self) {
        self.worked.set(true);
        self.failures.set(0);
    }

    /// Nothing ever came. What has worked before is not to blame, unless it is the socket: that is refused by
    /// networks which let everything else through.
    pub(super) fn failed(&self) {
        if self.way() != Way::Socket {
            if !self.worked.get() {
                self.start_over();
            }
            return;
        }
        self.failures.set(self.failures.get() + 1);
        if self.failures.get() >= PATIENCE {
            self.turn_to(Way::Events);
        }
    }

    /// Server-sent events are withheld.
    pub(super) fn sink(&self) {
        self.turn_to(Way::Poll);
    }

    /// Server-sent events are worth another try.
    pub(super) fn rise(&self) {
        if self.way() == Way::Poll {
            self.turn_to(Way::Events);
        }
    }

    fn turn_to(&self, way: Way) {
        self.way.set(way);
        self.worked.set(false);
        self.failures.set(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fail(ways: &Ways, times: u8) {
        (0..times).for_each(|_| ways.failed());
    }

    #[test]
    fn sockets_that_do_not_open_twice_in_a_row_give_way_to_events_and_one_does_not() {
        let ways = Ways::default();
        ways.failed();
        ways.worked();
        ways.failed();
        assert_eq!(ways.way(), Way::Socket);
        ways.failed();
        assert_eq!(ways.way(), Way::Events);
    }

    #[test]
    fn what_worked_is_kept_to_and_what_never_did_is_where_it_starts_over() {
        let ways = Ways::default();
        fail(&ways, 3);
        assert_eq!(ways.way(), Way::Socket, "the events failed, too: the relay is away");
        fail(&ways, 2);
        ways.worked();
        fail(&ways, 9);
        assert_eq!(ways.way(), Way::Events);
    }

    #[test]
    fn withheld_events_give_way_to_polls_and_are_tried_again() {
        let ways = Ways::default();
        fail(&ways, 2);
        ways.sink();
        ways.worked();
        ways.failed();
        assert_eq!(ways.way(), Way::Poll);
        ways.rise();
        assert_eq!(ways.way(), Way::Events);
        ways.start_over();
        ways.rise();
        assert_eq!(ways.way(), Way::Socket);
    }
}
