//! Where a message stands among its neighbours: day lines and groups.

use segel_core::show::{Body, Item};

use crate::time::Moment;

/// Messages of one author further apart than this begin a new group, in milliseconds.
const GROUP_MS: u64 = 5 * 60 * 1_000;

/// How a message joins the one before and the one after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// It is the first of its day.
    pub(super) opens_day: bool,
    /// It is the first of a group.
    pub(super) opens_group: bool,
    /// It is the last of a group, which carries the time.
    pub(super) closes_group: bool,
}

impl Shape {
    /// The shape of the item at `at`; `moments` are the items' times.
    pub(super) fn of(items: &[Item], moments: &[Moment], at: usize) -> Self {
        let joins = |earlier: usize| match (items.get(earlier), items.get(earlier + 1)) {
            (Some(one), Some(next)) => {
                is_said(one)
                    && is_said(next)
                    && one.author == next.author
                    && one.vouched == next.vouched
                    && one.time.abs_diff(next.time) <= GROUP_MS
                    && same_day(moments, earlier)
            }
            _ => false,
        };
        Self {
            opens_day: at == 0 || !same_day(moments, at - 1),
            opens_group: at == 0 || !joins(at - 1),
            closes_group: !joins(at),
        }
    }
}

/// What happened to the conversation stands by itself, and so does a note.
fn is_said(item: &Item) -> bool {
    !matches!(item.body, Body::Act(_) | Body::Ended | Body::Note(_))
}

fn same_day(moments: &[Moment], earlier: usize) -> bool {
    match (moments.get(earlier), moments.get(earlier + 1)) {
        (Some(one), Some(next)) => one.day == next.day,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use segel_core::show::{Author, Deed, Delivery};
    use segel_wire::ids::{ConversationId, EventId};

    use super::*;

    const MINUTE: u64 = 60 * 1_000;

    fn items(said: &[(Author, u64)]) -> Vec<Item> {
        let items = said.iter().map(|(author, minute)| Item {
            conversation: ConversationId([0; 16]),
            event: EventId([0; 16]),
            position: None,
            author: author.clone(),
            body: Body::BeforeEnrolment,
            time: minute * MINUTE,
            delivery: Delivery::Received,
            vouched: None,
            quotes: None,
        });
        items.collect()
    }

    fn shapes_of(items: &[Item]) -> Vec<(bool, bool, bool)> {
        let moment = |item: &Item| Moment {
            day: i64::try_from(item.time / MINUTE / (24 * 60)).unwrap(),
            minute: 0,
            date: 1,
            month: 0,
            year: 1970,
        };
        let moments: Vec<_> = items.iter().map(moment).collect();
        let shapes = (0..items.len()).map(|at| Shape::of(items, &moments, at));
        shapes.map(|shape| (shape.opens_day, shape.opens_group, shape.closes_group)).collect()
    }

    fn shapes(said: &[(Author, u64)]) -> Vec<(bool, bool, bool)> {
        shapes_of(&items(said))
    }

    #[test]
    fn messages_of_one_author_close_together_are_a_group() {
        let agent = Author::Agent("Agen Demo".to_owned());
        assert_eq!(
            shapes(&[(Author::Own, 0), (Author::Own, 4), (Author::Own, 10), (agent, 11)]),
            [(true, true, false), (false, false, true), (false, true, true), (false, true, true)]
        );
    }

    #[test]
    fn an_act_ends_a_group() {
        let mut said = items(&[(Author::Own, 0), (Author::Own, 1), (Author::Own, 2)]);
        said[1].body = Body::Act(Deed::Claim);
        assert_eq!(shapes_of(&said), [(true, true, true), (false, true, true), (false, true, true)]);
    }

    #[test]
    fn midnight_draws_a_line_and_ends_a_group() {
        let midnight = 24 * 60;
        assert_eq!(
            shapes(&[(Author::Own, midnight - 1), (Author::Own, midnight)]),
            [(true, true, true), (true, true, true)]
        );
    }
}
