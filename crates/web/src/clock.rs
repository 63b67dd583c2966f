//! The wall clock.

use js_sys::{Date, JSON};

use crate::bindings::WrittenDate;

/// Days as `en-GB` writes them short, from Monday.
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Minutes since Monday 00:00 by the clocks of a time zone, named as by IANA without quotes or backslashes; none if this
/// browser does not know it.
pub fn week_minute(zone: &str) -> Option<u64> {
    let wish = [
        r#"{"weekday":"short","hour":"2-digit","minute":"2-digit","hourCycle":"h23","timeZone":""#,
        zone,
        r#""}"#,
    ];
    let wish = JSON::parse(&wish.concat()).ok()?;
    read_week_minute(&WrittenDate::now().written("en-GB", &wish).ok()?)
}

/// Reads `Mon 14:05`, whatever stands between the two.
fn read_week_minute(written: &str) -> Option<u64> {
    let day = (0..).zip(DAYS).find(|(_, day)| written.starts_with(day))?.0;
    let (before, minutes) = written.rsplit_once(':')?;
    let hours = before.get(before.len().checked_sub(2)?..)?;
    let (hours, minutes): (u64, u64) = (hours.parse().ok()?, minutes.parse().ok()?);
    Some((day * 24 + hours) * 60 + minutes)
}

/// Milliseconds since 1970-01-01T00:00:00Z by the clock of this device, which may be wrong or set back.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float-to-integer cast saturates, and Date.now() is a whole number far below 2^53"
)]
pub fn now_ms() -> u64 {
    Date::now() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_of_the_week_is_read_as_browsers_write_it() {
        assert_eq!(read_week_minute("Mon 00:00"), Some(0));
        assert_eq!(read_week_minute("Tue, 08:05"), Some(24 * 60 + 8 * 60 + 5));
        assert_eq!(read_week_minute("Sun 23:59"), Some(7 * 24 * 60 - 1));
        for other in ["", "Mon", "08:05", "Lun 08:05", "Mon 8", "Mon :5", "Mo\u{301}n é:05"] {
            assert_eq!(read_week_minute(other), None, "{other}");
        }
    }
}
