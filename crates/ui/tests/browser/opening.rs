//! What is said of hours.

use segel_ui::Language;
use segel_ui::opening::{line, now};
use segel_ui::text::{fill, fill_two};
use segel_ui::time::Moment;
use segel_web::clock::now_ms;
use segel_wire::signed::{Hours, Opening, Span};
use wasm_bindgen_test::wasm_bindgen_test;

const DAY: u64 = 24 * 60;
const MINUTE_MS: u64 = 60_000;

fn hours(reply: Option<u64>) -> Hours {
    Hours { zone: "Asia/Jakarta".to_owned(), open: vec![Span { from: 0, to: Hours::WEEK }], reply }
}

#[wasm_bindgen_test]
fn how_soon_somebody_answers_is_said_in_minutes_and_from_two_hours_on_in_hours() {
    let language = Language::indonesian();
    let text = language.text();
    for (reply, expected) in [
        (None, None),
        (Some(5), Some(fill(text.replies_in_minutes(), "5"))),
        (Some(119), Some(fill(text.replies_in_minutes(), "119"))),
        (Some(120), Some(fill(text.replies_in_hours(), "2"))),
        (Some(121), Some(fill(text.replies_in_hours(), "3"))),
    ] {
        assert_eq!(line(language, &hours(reply), Opening::Open), expected, "{reply:?}");
    }
}

#[wasm_bindgen_test]
fn when_somebody_is_back_is_said_by_the_clock_of_this_device() {
    let language = Language::indonesian();
    let text = language.text();
    let closed = |minutes| line(language, &hours(Some(5)), Opening::Closed(minutes)).unwrap();
    assert_eq!(closed(None), text.away());
    // A minute may begin between the two looks at the clock.
    let said_at = |ms: u64, minutes: u64| {
        let opens = Moment::local(ms + minutes * MINUTE_MS);
        if opens.day == Moment::local(ms).day {
            fill(text.back_today(), &opens.clock())
        } else {
            let weekday = usize::try_from((opens.day + 4).rem_euclid(7)).unwrap();
            fill_two(text.back(), language.weekday(weekday), &opens.clock())
        }
    };
    for minutes in [1, 3 * DAY, 6 * DAY + 17] {
        let before = now_ms();
        let said = closed(Some(minutes));
        assert!([before, now_ms()].iter().any(|ms| said == said_at(*ms, minutes)), "{said}");
    }
}

#[wasm_bindgen_test]
fn hours_that_never_end_are_open_and_those_of_an_unknown_zone_say_nothing() {
    assert_eq!(now(&hours(None)), Some(Opening::Open));
    assert_eq!(now(&Hours { open: Vec::new(), ..hours(None) }), Some(Opening::Closed(None)));
    assert_eq!(now(&Hours { zone: "Tempat/Lain".to_owned(), ..hours(None) }), None);
}
