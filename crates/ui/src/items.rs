//! The messages of one conversation, in order.

use segel_core::show::{Body, Details, Item, Progress, Transfer};
use segel_wire::ids::EventId;

/// Messages by the relay's number, then those without one by the time they were written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Items {
    ordered: Vec<Item>,
    /// What stands beside them.
    beside: Vec<Item>,
    transfers: Vec<(EventId, Progress)>,
}

impl Items {
    /// Puts a message in its place; it replaces the one of the same id. What is withheld leaves none.
    pub fn put(&mut self, item: Item) {
        self.remove(item.event);
        match item.body {
            Body::Withheld => return,
            Body::Details(_) => return self.beside.push(item),
            _ => {}
        }
        let at = self.ordered.partition_point(|kept| place(kept) <= place(&item));
        self.ordered.insert(at, item);
    }

    /// Takes a message out.
    pub fn remove(&mut self, event: EventId) {
        for items in [&mut self.ordered, &mut self.beside] {
            if let Some(at) = items.iter().rposition(|kept| kept.event == event) {
                items.remove(at);
            }
        }
    }

    /// What the visitor said before the first message, and by whose word that is here if not by theirs. Only what comes first
    /// counts.
    pub fn details(&self) -> Option<(&Details, Option<&str>)> {
        let first = self.beside.iter().min_by_key(|item| place(item))?;
        match &first.body {
            Body::Details(details) => Some((details, first.vouched.as_deref())),
            _ => None,
        }
    }

    /// Notes how far a message's file has come.
    pub fn note(&mut self, transfer: Transfer) {
        match self.transfers.iter_mut().find(|(kept, _)| *kept == transfer.event) {
            Some((_, progress)) => *progress = transfer.progress,
            None => self.transfers.push((transfer.event, transfer.progress)),
        }
    }

    /// How far a message's file has come.
    pub fn progress(&self, event: EventId) -> Progress {
        let noted = self.transfers.iter().find(|(kept, _)| *kept == event);
        noted.map_or(Progress::Rests, |(_, progress)| *progress)
    }

    /// The messages, oldest first.
    pub fn as_slice(&self) -> &[Item] {
        &self.ordered
    }

    /// Whether nothing was written yet.
    pub fn is_empty(&self) -> bool {
        self.ordered.is_empty()
    }
}

fn place(item: &Item) -> (u64, u64, EventId) {
    let position = item.position.unwrap_or(u64::MAX);
    (position, item.time, item.event)
}

#[cfg(test)]
pub(crate) mod tests {
    use segel_core::show::{Author, Delivery};
    use segel_wire::ids::ConversationId;

    use super::*;

    /// A message as this crate's tests need one.
    pub(crate) fn message(id: u8, author: Author, body: Body) -> Item {
        Item {
            conversation: ConversationId([0; 16]),
            event: EventId([id; 16]),
            position: Some(u64::from(id)),
            author,
            body,
            time: 0,
            delivery: Delivery::Received,
            vouched: None,
            quotes: None,
        }
    }

    fn item(id: u8, position: Option<u64>, time: u64) -> Item {
        let message = message(id, Author::Own, Body::Text(String::new()));
        Item { position, time, delivery: Delivery::Sending, ..message }
    }

    fn order(items: &Items) -> Vec<u8> {
        items.as_slice().iter().map(|item| item.event.0[0]).collect()
    }

    #[test]
    fn stored_messages_go_by_number_and_others_after_them_by_time() {
        let mut items = Items::default();
        for item in [item(1, None, 5), item(2, Some(9), 1), item(3, None, 4), item(4, Some(2), 8)] {
            items.put(item);
        }
        assert_eq!(order(&items), [4, 2, 3, 1]);
    }

    #[test]
    fn what_is_withheld_goes() {
        let mut items = Items::default();
        items.put(item(1, Some(1), 1));
        items.put(Item { body: Body::Withheld, ..item(1, Some(1), 1) });
        assert!(items.is_empty());
    }

    #[test]
    fn a_message_that_got_its_number_moves_and_is_not_doubled() {
        let mut items = Items::default();
        for item in [item(1, None, 1), item(2, None, 2), item(2, Some(1), 2)] {
            items.put(item);
        }
        assert_eq!(order(&items), [2, 1]);
    }
}
