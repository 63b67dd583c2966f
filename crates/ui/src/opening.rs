//! Whether somebody is there to answer, and how soon, in words and by the clock of this device.

use segel_web::clock;
use segel_wire::signed::{Hours, Opening};

use crate::text::{Language, fill, fill_two};
use crate::time::Moment;

const HOUR: u64 = 60;
const MINUTE_MS: u64 = 60_000;

/// What the hours say now; none in a browser that does not know their time zone.
pub fn now(hours: &Hours) -> Option<Opening> {
    clock::week_minute(&hours.zone).map(|minute| hours.at(minute))
}

/// One line: how soon an answer usually comes, or when somebody is back.
pub fn line(language: Language, hours: &Hours, opening: Opening) -> Option<String> {
    let text = language.text();
    match opening {
        Opening::Open => hours.reply.map(|minutes| match minutes.div_ceil(HOUR) {
            _ if minutes < 2 * HOUR => fill(text.replies_in_minutes(), &minutes.to_string()),
            hours => fill(text.replies_in_hours(), &hours.to_string()),
        }),
        Opening::Closed(None) => Some(text.away().to_owned()),
        Opening::Closed(Some(minutes)) => {
            let now = clock::now_ms();
            let opens = Moment::local(now - now % MINUTE_MS + minutes * MINUTE_MS);
            Some(if opens.day == Moment::local(now).day {
                fill(text.back_today(), &opens.clock())
            } else {
                fill_two(text.back(), opens.weekday(language), &opens.clock())
            })
        }
    }
}
