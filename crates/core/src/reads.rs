//! How far each side has read. PROTOCOL.md, section 5.15.

use segel_crypto::content::{Body, Message};
use segel_wire::cbor_array;

use crate::show::Delivery;

/// Positions in a conversation; 0 for nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Reads {
    /// Up to where the other side has every event.
    delivered: u64,
    /// Up to where the other side has read.
    read: u64,
    /// Up to where the person at this device has read,
    own: u64,
    /// and up to where that was said.
    said: u64,
}

cbor_array!(Reads { delivered, read, own, said });

impl Reads {
    /// A content of the other side opened at this position: what it says of what its sender has, and has read.
    /// Nobody has what comes after the own word.
    pub(crate) fn hear(&mut self, position: u64, message: &Message) {
        let before = position.saturating_sub(1);
        let seen = message.seen.position.min(before);
        let read = match message.body {
            Body::Read(read) => read.min(before),
            // Whoever writes has the conversation before their eyes.
            Body::Text(_) | Body::Attachment(_) => seen,
            _ => 0,
        };
        self.read = self.read.max(read);
        self.delivered = self.delivered.max(seen).max(self.read);
    }

    /// What became of an own message that is stored at this position.
    pub(crate) fn delivery(&self, position: Option<u64>) -> Delivery {
        match position {
            Some(position) if position <= self.read => Delivery::Read,
            Some(position) if position <= self.delivered => Delivery::Delivered,
            _ => Delivery::Sent,
        }
    }

    /// The person at this device has read up to here.
    pub(crate) fn look(&mut self, position: u64) {
        self.own = self.own.max(position);
    }

    /// A content leaves that says so up to here.
    pub(crate) fn say(&mut self, position: u64) {
        self.said = self.said.max(position.min(self.own));
    }

    /// What said so may have been taken back before it was heard.
    pub(crate) fn unsay(&mut self) {
        self.said = 0;
    }

    /// What was known before holds again up to this position.
    pub(crate) fn take_up(&mut self, former: Self, position: u64) {
        let up_to = |now: &mut u64, former: u64| *now = (*now).max(former.min(position));
        up_to(&mut self.delivered, former.delivered);
        up_to(&mut self.read, former.read);
        up_to(&mut self.own, former.own);
        up_to(&mut self.said, former.said);
    }

    /// Up to where it is to be said that this person has read, if not said before.
    pub(crate) fn unsaid(&self) -> Option<u64> {
        (self.own > self.said).then_some(self.own)
    }
}

#[cfg(test)]
mod tests {
    use segel_crypto::content::ContentHash;
    use segel_crypto::log::Seen;
    use segel_wire::ids::{ConversationId, DeskId};

    use super::*;

    fn message(seen: u64, body: Body) -> Message {
        let start = Seen::start(&ConversationId([1; 16]));
        Message {
            sequence: 1,
            time: 2,
            desk: DeskId([6; 16]),
            previous: ContentHash::NONE,
            seen: Seen { position: seen, ..start },
            act: None,
            body,
            quotes: None,
        }
    }

    fn heard(position: u64, seen: u64, body: Body) -> [Delivery; 4] {
        let mut reads = Reads::default();
        reads.hear(position, &message(seen, body));
        [1, 3, 5, 7].map(|position| reads.delivery(Some(position)))
    }

    #[test]
    fn what_the_other_side_has_is_delivered_and_what_it_read_or_answered_is_read() {
        use Delivery::{Delivered, Read, Sent};
        let text = || Body::Text("halo".to_owned());
        assert_eq!(heard(9, 5, Body::Read(3)), [Read, Read, Delivered, Sent]);
        assert_eq!(heard(9, 0, Body::Read(5)), [Read, Read, Read, Sent], "what was read was delivered");
        assert_eq!(heard(9, 3, text()), [Read, Read, Sent, Sent]);
        assert_eq!(heard(9, 3, Body::Request(vec![])), [Delivered, Delivered, Sent, Sent]);
        assert_eq!(
            heard(6, 99, Body::Read(99)),
            [Read, Read, Read, Sent],
            "nobody reads what is yet to come"
        );
        assert_eq!(Reads::default().delivery(None), Sent);
    }

    #[test]
    fn it_never_goes_back() {
        let mut reads = Reads::default();
        reads.hear(9, &message(7, Body::Read(7)));
        reads.hear(10, &message(1, Body::Read(1)));
        assert_eq!(reads.delivery(Some(7)), Delivery::Read);
    }

    #[test]
    fn what_was_known_before_holds_as_far_as_the_log_is_the_same_and_takes_nothing_away() {
        let former = Reads { delivered: 9, read: 7, own: 8, said: 5 };
        let mut reads = Reads { delivered: 8, read: 1, own: 2, said: 6 };
        reads.take_up(former, 7);
        assert_eq!(reads, Reads { delivered: 8, read: 7, own: 7, said: 6 });
    }

    #[test]
    fn what_was_read_is_said_once_and_not_if_an_answer_says_so() {
        let mut reads = Reads::default();
        assert_eq!(reads.unsaid(), None);
        reads.look(4);
        reads.look(2);
        assert_eq!(reads.unsaid(), Some(4));
        reads.say(3);
        assert_eq!(reads.unsaid(), Some(4), "the answer was written before the last message came");
        reads.say(9);
        assert_eq!(reads.unsaid(), None);
        reads.look(10);
        assert_eq!(reads.unsaid(), Some(10), "nothing is said ahead of time");
        reads.say(10);
        reads.unsay();
        assert_eq!(reads.unsaid(), Some(10), "the answer was taken back");
    }
}
