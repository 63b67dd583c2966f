//! When a site answers, as its roster says. PROTOCOL.md, section 3.3.

use crate::{cbor_array, cbor_map, limits};

/// When the desks of a site answer, and how soon. It promises nothing and keeps nobody from writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// The time zone that the spans are in, by its IANA name, such as `Asia/Jakarta`.
    pub zone: String,
    /// When it is open, in order and apart from each other; none: never, or only now and then.
    pub open: Vec<Span>,
    /// Within how many minutes an answer usually comes while it is open; absent if nothing is said.
    pub reply: Option<u64>,
}

cbor_map!(Hours { 0: zone, 1: open, 2: reply });

/// A stretch of every week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Minutes since Monday 00:00 by the clocks of the zone.
    pub from: u64,
    /// The first minute after it.
    pub to: u64,
}

cbor_array!(Span { from, to });

/// Whether somebody is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// It is open.
    Open,
    /// It is closed, and opens in so many minutes, if it ever does.
    Closed(Option<u64>),
}

impl Hours {
    /// Minutes of a week.
    pub const WEEK: u64 = 7 * 24 * 60;

    /// How it stands at this minute of the week.
    pub fn at(&self, minute: u64) -> Opening {
        if self.open.iter().any(|span| (span.from..span.to).contains(&minute)) {
            return Opening::Open;
        }
        let later = self.open.iter().find(|span| span.from > minute);
        let opens = later.or(self.open.first());
        Opening::Closed(opens.map(|span| (span.from + Self::WEEK).saturating_sub(minute) % Self::WEEK))
    }

    /// Whether this can be a time zone's name.
    pub fn is_zone(name: &str) -> bool {
        let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte);
        (1..=limits::NAME_BYTES).contains(&name.len()) && name.bytes().all(is_of_name)
    }

    /// A zone that can be one, spans of a week in order and apart, and a reply within a week.
    pub(crate) fn is_consistent(&self) -> bool {
        let zone = Self::is_zone(&self.zone);
        let spans = self.open.iter().all(|span| span.from < span.to && span.to <= Self::WEEK);
        let apart =
            self.open.windows(2).all(|pair| matches!(pair, [before, after] if before.to < after.from));
        let reply = self.reply.is_none_or(|minutes| (1..=Self::WEEK).contains(&minutes));
        zone && spans && apart && reply && self.open.len() <= limits::HOURS_SPANS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 60;
    const DAY: u64 = 24 * HOUR;

    fn hours(open: &[(u64, u64)]) -> Hours {
        let open = open.iter().map(|(from, to)| Span { from: *from, to: *to }).collect();
        Hours { zone: "Asia/Jakarta".to_owned(), open, reply: Some(5) }
    }

    #[test]
    fn it_is_open_within_its_spans_and_says_when_it_opens_next() {
        let monday_and_sunday = hours(&[(8 * HOUR, 17 * HOUR), (6 * DAY + 9 * HOUR, 6 * DAY + 12 * HOUR)]);
        for (minute, expected) in [
            (0, Opening::Closed(Some(8 * HOUR))),
            (8 * HOUR - 1, Opening::Closed(Some(1))),
            (8 * HOUR, Opening::Open),
            (17 * HOUR - 1, Opening::Open),
            (17 * HOUR, Opening::Closed(Some(5 * DAY + 16 * HOUR))),
            (6 * DAY + 10 * HOUR, Opening::Open),
            (6 * DAY + 12 * HOUR, Opening::Closed(Some(20 * HOUR))),
        ] {
            assert_eq!(monday_and_sunday.at(minute), expected, "{minute}");
        }
        assert_eq!(hours(&[]).at(3), Opening::Closed(None));
        assert_eq!(hours(&[(0, Hours::WEEK)]).at(Hours::WEEK - 1), Opening::Open);
    }

    #[test]
    fn spans_are_in_order_and_apart_within_a_week_and_a_zone_is_a_name() {
        assert!(hours(&[(0, 1), (2, Hours::WEEK)]).is_consistent());
        for open in [&[(1, 1)][..], &[(2, 1)], &[(0, 2), (2, 3)], &[(4, 5), (0, 1)], &[(0, Hours::WEEK + 1)]]
        {
            assert!(!hours(open).is_consistent(), "{open:?}");
        }
        let many: Vec<_> = (0..=29).map(|at| (at * 2, at * 2 + 1)).collect();
        assert!(hours(&many[..28]).is_consistent() && !hours(&many).is_consistent());
        for zone in ["", "Asia/Jakarta\u{202e}", "Asia Jakarta", &"a".repeat(limits::NAME_BYTES + 1)] {
            assert!(!Hours { zone: zone.to_owned(), ..hours(&[]) }.is_consistent(), "{zone:?}");
        }
        for reply in [0, Hours::WEEK + 1] {
            assert!(!Hours { reply: Some(reply), ..hours(&[]) }.is_consistent(), "{reply}");
        }
    }
}
