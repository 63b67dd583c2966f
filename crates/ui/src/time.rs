//! Instants as the clock and calendar of this device show them.

use js_sys::Date;
use segel_web::clock;
use wasm_bindgen::JsValue;

use crate::text::{Language, fill};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
const MINUTE_MS: i64 = 60 * 1_000;

/// An instant in this device's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Days since 1970-01-01, by the local calendar.
    pub day: i64,
    /// Minutes since local midnight.
    pub minute: u16,
    /// Day of the month, from 1.
    pub date: u8,
    /// Month, from 0.
    pub month: u8,
    /// Year.
    pub year: u32,
}

impl Moment {
    /// An instant of the clock of this browser; `unix_ms` in Unix milliseconds.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_precision_loss,
        reason = "JavaScript's numbers are floats; a date out of range shows as a wrong date and breaks nothing"
    )]
    pub fn local(unix_ms: u64) -> Self {
        let date = Date::new(&JsValue::from_f64(unix_ms as f64));
        let local_ms = unix_ms as i64 - date.get_timezone_offset() as i64 * MINUTE_MS;
        Self {
            day: local_ms.div_euclid(DAY_MS),
            minute: (local_ms.rem_euclid(DAY_MS) / MINUTE_MS) as u16,
            date: date.get_date() as u8,
            month: date.get_month() as u8,
            year: date.get_full_year(),
        }
    }

    /// The present.
    pub fn now() -> Self {
        Self::local(clock::now_ms())
    }

    /// `14:05`.
    pub fn clock(self) -> String {
        let mut clock = String::with_capacity(5);
        two_digits(&mut clock, self.minute / 60);
        clock.push(':');
        two_digits(&mut clock, self.minute % 60);
        clock
    }

    /// `2026-11-22`.
    pub fn iso(self) -> String {
        let two = |number: u8| ["0", &number.to_string()].concat().split_off(usize::from(number > 9));
        [&self.year.to_string(), "-", &two(self.month + 1), "-", &two(self.date)].concat()
    }

    /// The clock on the day of `today`, the date before it otherwise.
    pub fn short(self, language: Language, today: Self) -> String {
        let clock = self.clock();
        if self.day == today.day { clock } else { [&self.short_date(language, today), " ", &clock].concat() }
    }

    /// The day in words, as seen from `today`: today, yesterday, or weekday and date.
    pub fn day_in_words(self, language: Language, today: Self) -> String {
        let text = language.text();
        match today.day - self.day {
            0 => text.today().to_owned(),
            1 => text.yesterday().to_owned(),
            _ => {
                let mut words = fill(text.day(), self.weekday(language));
                words.push_str(&self.short_date(language, today));
                words
            }
        }
    }

    /// The date in words, with the year if it is not that of `today`.
    pub fn short_date(self, language: Language, today: Self) -> String {
        let mut words = self.date.to_string();
        words.push(' ');
        words.push_str(language.month(usize::from(self.month)));
        if self.year != today.year {
            words.push(' ');
            words.push_str(&self.year.to_string());
        }
        words
    }

    /// The day of the week.
    pub(crate) fn weekday(self, language: Language) -> &'static str {
        // The first of January 1970 was a Thursday; weeks here begin on Sunday.
        let weekday = (self.day + 4).rem_euclid(7);
        usize::try_from(weekday).map_or("", |day| language.weekday(day))
    }
}

fn two_digits(text: &mut String, number: u16) {
    if number < 10 {
        text.push('0');
    }
    text.push_str(&number.to_string());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sunday, 22 November 2026.
    const TODAY: Moment = Moment { day: 20_779, minute: 9 * 60 + 5, date: 22, month: 10, year: 2026 };

    #[test]
    fn a_day_is_named_as_seen_from_today() {
        let earlier = |days, date, month, year| Moment { day: TODAY.day - days, date, month, year, ..TODAY };
        let words = |moment: Moment, language| moment.day_in_words(language, TODAY);
        assert_eq!(words(TODAY, Language::indonesian()), "Hari ini");
        assert_eq!(words(earlier(1, 21, 10, 2026), Language::english()), "Yesterday");
        assert_eq!(words(earlier(2, 20, 10, 2026), Language::indonesian()), "Jumat, 20 November");
        assert_eq!(words(earlier(365, 22, 10, 2025), Language::english()), "Saturday, 22 November 2025");
    }

    #[test]
    fn a_clock_has_two_digits_each() {
        assert_eq!(TODAY.clock(), "09:05");
    }
}
