//! When a site answers, as its owner says it. PROTOCOL.md, section 3.3.

use std::str::FromStr;

use segel_wire::limits;
use segel_wire::signed::{Hours, Span};

use crate::owner::{Owner, OwnerError};
use crate::site::SiteError;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const HOUR: u64 = 60;
const DAY: u64 = 24 * HOUR;

/// The same stretch on several days, as it is typed: `mon-fri 08:00-17:00`, or `sat 22:00-02:00` into the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    days: [bool; 7],
    from: u64,
    to: u64,
}

impl FromStr for Stretch {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (days, times) = text.split_once(' ')?;
            let (first, last) = days.split_once('-').unwrap_or((days, days));
            let (first, last) = (day(first)?, day(last)?);
            let (from, to) = times.trim().split_once('-')?;
            let in_between = |at: usize| (at + 7 - first) % 7 <= (last + 7 - first) % 7;
            let days = std::array::from_fn(in_between);
            Some(Self { days, from: time(from).filter(|from| *from < DAY)?, to: time(to)? })
        };
        read().ok_or("expected days and times, such as `mon-fri 08:00-17:00` or `sat 09:00-12:30`")
    }
}

impl Owner {
    /// Says when the site answers, in which time zone, and within how many minutes. Stretches that touch become one.
    pub fn set_hours(
        &mut self,
        zone: &str,
        stretches: &[Stretch],
        reply: Option<u64>,
    ) -> Result<(), OwnerError> {
        self.change(|site| {
            if !Hours::is_zone(zone) {
                return Err(SiteError::BadZone(zone.to_owned()));
            }
            if reply.is_some_and(|minutes| !(1..=Hours::WEEK).contains(&minutes)) {
                return Err(SiteError::BadReply);
            }
            let open = join(stretches.iter().flat_map(Stretch::spans).collect());
            if open.len() > limits::HOURS_SPANS {
                return Err(SiteError::Full);
            }
            let open = open.into_iter().map(|Span { from, to }| (from, to)).collect();
            site.hours = Some(HoursEntry { zone: zone.to_owned(), open, reply });
            Ok(())
        })
    }

    /// Says nothing of hours any more.
    pub fn forget_hours(&mut self) -> Result<(), OwnerError> {
        self.change(|site| {
            site.hours = None;
            Ok(())
        })
    }
}

/// What the owner has said of hours.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct HoursEntry {
    /// The time zone.
    pub zone: String,
    /// Minutes since Monday 00:00: when it opens and when it closes.
    pub open: Vec<(u64, u64)>,
    /// Within how many minutes an answer usually comes.
    pub reply: Option<u64>,
}

impl HoursEntry {
    pub(crate) fn draw(&self) -> Hours {
        let open = self.open.iter().map(|(from, to)| Span { from: *from, to: *to }).collect();
        Hours { zone: self.zone.clone(), open, reply: self.reply }
    }
}

impl Stretch {
    /// As spans of a week; what goes past Sunday's end begins the week anew.
    fn spans(&self) -> Vec<Span> {
        let length = if self.to > self.from { self.to - self.from } else { self.to + DAY - self.from };
        let mut spans = Vec::new();
        for day in (0..).zip(self.days).filter(|(_, is_open)| *is_open).map(|(day, _)| day) {
            let from: u64 = day * DAY + self.from;
            let to = from + length;
            spans.push(Span { from, to: to.min(Hours::WEEK) });
            if to > Hours::WEEK {
                spans.push(Span { from: 0, to: to - Hours::WEEK });
            }
        }
        spans
    }
}

/// In order, and one where they touch.
fn join(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable_by_key(|span| span.from);
    let mut joined: Vec<Span> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => joined.push(span),
        }
    }
    joined
}

fn day(text: &str) -> Option<usize> {
    DAYS.iter().position(|day| text.eq_ignore_ascii_case(day))
}

/// Minutes since midnight; `24:00` is the next one.
fn time(text: &str) -> Option<u64> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (u64, u64) = (hours.parse().ok()?, minutes.parse().ok()?);
    let time = hours * HOUR + minutes;
    (minutes < HOUR && time <= DAY).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(stretches: &[&str]) -> Vec<(u64, u64)> {
        let spans = stretches.iter().flat_map(|text| text.parse::<Stretch>().unwrap().spans()).collect();
        join(spans).into_iter().map(|Span { from, to }| (from, to)).collect()
    }

    #[test]
    fn days_and_times_become_spans_of_a_week() {
        assert_eq!(spans(&["mon 08:00-17:00"]), [(480, 1_020)]);
        assert_eq!(spans(&["sat-mon 00:00-24:00"]), [(0, DAY), (5 * DAY, 7 * DAY)]);
        assert_eq!(spans(&["SUN 22:00-02:30"]), [(0, 150), (6 * DAY + 22 * HOUR, 7 * DAY)]);
        assert_eq!(
            spans(&["tue 12:00-14:00", "tue 08:00-12:00", "tue 09:00-10:00"]),
            [(DAY + 480, DAY + 840)]
        );
        assert_eq!(spans(&["mon-sun 00:00-24:00"]), [(0, Hours::WEEK)]);
    }

    #[test]
    fn what_is_no_stretch_is_refused() {
        for text in [
            "",
            "mon",
            "mon 8-17",
            "mon 08:00",
            "day 08:00-09:00",
            "mon 24:00-25:00",
            "mon 08:60-09:00",
            "mon-08:00-09:00",
        ] {
            assert!(text.parse::<Stretch>().is_err(), "{text:?}");
        }
    }
}
