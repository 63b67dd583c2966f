//! The clocks of other places.

use segel_web::clock::week_minute;
use wasm_bindgen_test::wasm_bindgen_test;

const WEEK: u64 = 7 * 24 * 60;

#[wasm_bindgen_test]
fn the_clocks_of_a_zone_are_as_far_ahead_as_it_lies() {
    let ahead = |zone| (week_minute(zone).unwrap() + WEEK - week_minute("UTC").unwrap()) % WEEK;
    // Between two looks a minute may begin.
    assert!([7 * 60, 7 * 60 - 1].contains(&ahead("Asia/Jakarta")));
    assert!([9 * 60, 9 * 60 - 1].contains(&ahead("Asia/Tokyo")));
}

#[wasm_bindgen_test]
fn a_zone_that_the_browser_does_not_know_has_no_clocks() {
    for zone in ["Tempat/Lain", "Asia Jakarta", ""] {
        assert_eq!(week_minute(zone), None, "{zone}");
    }
}
