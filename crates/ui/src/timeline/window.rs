//! Which of many messages are on the page: a page of them at first, more as the person scrolls, never more than a few.

use std::ops::Range;

use segel_core::show::Item;
use segel_wire::ids::EventId;

/// So many messages are put on the page at a time.
const PAGE: usize = 50;
/// So many are on it at most.
const MOST: usize = 150;

/// Where the person turns to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Turn {
    /// Nowhere: what stands there stays.
    #[default]
    Stay,
    /// To what was said before.
    Earlier,
    /// To what was said after.
    Later,
    /// To this message, wherever it is.
    To(EventId),
    /// To the newest message, and along with those that come.
    End,
}

/// A stretch of the messages, by its first and its last one; without a last one it goes on to the newest.
#[derive(Debug, Default)]
pub(super) struct Window {
    first: Option<EventId>,
    last: Option<EventId>,
}

impl Window {
    /// The stretch after a turn; a window that has lost its place is at the end.
    pub(super) fn turn(&mut self, items: &[Item], turn: Turn) -> Range<usize> {
        let end = items.len();
        let place = |event: EventId| items.iter().rposition(|item| item.event == event);
        let first = self.first.and_then(place);
        let last = self.last.map_or(Some(end), |last| Some(place(last)? + 1));
        let (mut from, mut to) = match (first, last) {
            (Some(first), Some(last)) if first < last => (first, last),
            _ => (end, end),
        };
        match turn {
            Turn::Stay => to = to.min(from + MOST),
            Turn::Earlier => {
                from = from.saturating_sub(PAGE);
                to = to.min(from + MOST);
            }
            Turn::Later => {
                to = (to + PAGE).min(end);
                from = from.max(to.saturating_sub(MOST));
            }
            Turn::To(event) => {
                if let Some(at) = place(event).filter(|at| !(from..to).contains(at)) {
                    from = at.saturating_sub(PAGE / 2);
                    to = (from + PAGE).min(end);
                }
            }
            Turn::End => {
                to = end;
                from = if to - from > MOST { to - PAGE } else { from };
            }
        }
        if to - from < PAGE {
            from = to.saturating_sub(PAGE);
        }
        self.first = items.get(from).map(|item| item.event);
        self.last = items.get(to.wrapping_sub(1)).filter(|_| to < end).map(|item| item.event);
        from..to
    }
}

#[cfg(test)]
mod tests {
    use segel_core::show::{Author, Body, Delivery};
    use segel_wire::ids::ConversationId;

    use super::*;

    fn items(numbers: Range<u16>) -> Vec<Item> {
        let items = numbers.map(|number| Item {
            conversation: ConversationId([0; 16]),
            event: EventId(u128::from(number).to_le_bytes()),
            position: Some(u64::from(number)),
            author: Author::Own,
            body: Body::BeforeEnrolment,
            time: 0,
            delivery: Delivery::Sent,
            vouched: None,
            quotes: None,
        });
        items.collect()
    }

    #[test]
    fn it_begins_with_the_newest_page_and_holds_a_bounded_number() {
        let (items, mut window) = (items(0..500), Window::default());
        assert_eq!(window.turn(&items, Turn::End), 450..500);
        for from in [400, 350, 300, 250, 200] {
            assert_eq!(window.turn(&items, Turn::Earlier), from..500.min(from + MOST));
        }
        assert_eq!(window.turn(&items, Turn::Later), 250..400);
        for _ in 0..9 {
            window.turn(&items, Turn::Earlier);
        }
        assert_eq!(window.turn(&items, Turn::Earlier), 0..150);
        assert_eq!(window.turn(&items, Turn::End), 450..500);
    }

    #[test]
    fn a_short_conversation_is_there_as_a_whole_also_what_came_late() {
        let mut window = Window::default();
        assert_eq!(window.turn(&[], Turn::End), 0..0);
        assert_eq!(window.turn(&items(20..30), Turn::End), 0..10);
        assert_eq!(window.turn(&items(10..30), Turn::Stay), 0..20);
    }

    #[test]
    fn whoever_reads_on_stays_where_they_are_while_messages_come() {
        let mut window = Window::default();
        window.turn(&items(0..200), Turn::End);
        assert_eq!(window.turn(&items(0..200), Turn::Earlier), 100..200);
        assert_eq!(window.turn(&items(0..230), Turn::Stay), 100..230, "the end is near enough");
        assert_eq!(window.turn(&items(0..300), Turn::Stay), 100..250);
        assert_eq!(window.turn(&items(0..400), Turn::Stay), 100..250);
        assert_eq!(window.turn(&items(0..400), Turn::Later), 150..300);
    }

    #[test]
    fn a_message_that_is_named_is_on_the_page_with_those_around_it() {
        let (items, mut window) = (items(0..500), Window::default());
        let event = |number: usize| items[number].event;
        window.turn(&items, Turn::End);
        assert_eq!(window.turn(&items, Turn::To(event(470))), 450..500, "it is there");
        assert_eq!(window.turn(&items, Turn::To(event(100))), 75..125);
        assert_eq!(window.turn(&items, Turn::To(event(3))), 0..50);
        assert_eq!(window.turn(&items, Turn::To(event(490))), 450..500);
        assert_eq!(window.turn(&items, Turn::To(EventId([0xff; 16]))), 450..500, "it is nowhere");
    }

    #[test]
    fn along_with_new_messages_old_ones_leave_the_page() {
        let mut window = Window::default();
        window.turn(&items(0..100), Turn::End);
        assert_eq!(window.turn(&items(0..190), Turn::End), 50..190);
        assert_eq!(window.turn(&items(0..210), Turn::End), 160..210);
    }

    #[test]
    fn a_window_whose_place_is_gone_is_at_the_end() {
        let mut window = Window::default();
        window.turn(&items(0..100), Turn::End);
        assert_eq!(window.turn(&items(300..400), Turn::Stay), 50..100);
    }
}
