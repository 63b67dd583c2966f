//! Clock, randomness and JSON.

use std::collections::BTreeMap;

use rand_core::{CryptoRng, Rng};
use segel_web::{clock, json, random::Random};
use serde::{Deserialize, Serialize};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn the_clock_counts_in_milliseconds_since_1970() {
    let [before, now, after] = [date_now(), clock::now_ms(), date_now()];
    assert!((before..=after).contains(&now));
    assert!(now > 1_700_000_000_000);
}

fn date_now() -> u64 {
    js_sys::Date::now().to_string().parse().unwrap()
}

#[wasm_bindgen_test]
fn draws_differ_and_fill_everything() {
    let mut random = Random::new().unwrap();
    let [one, two] = [draw(&mut random), draw(&mut random)];
    assert_ne!(one, two);
    // Beyond the 65,536 bytes a browser gives at once; 64 zero bytes in a row never happen by chance.
    assert!(one.chunks(64).all(|part| part.iter().any(|byte| *byte != 0)));
    assert_ne!(random.next_u64(), random.next_u64());
}

fn draw(random: &mut impl CryptoRng) -> Vec<u8> {
    let mut bytes = vec![0; 100_000];
    random.fill_bytes(&mut bytes);
    bytes
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Frame {
    Event { position: u64, note: Option<String>, counts: BTreeMap<String, u32> },
    Ping,
}

#[wasm_bindgen_test]
fn a_frame_survives_json() {
    let counts = BTreeMap::from([("a \"quoted\" 😀".to_owned(), 1)]);
    for frame in [Frame::Event { position: 9_007_199_254_740_991, note: None, counts }, Frame::Ping] {
        let text = json::stringify(&json::to_value(&frame).unwrap()).unwrap();
        assert_eq!(json::parse::<Frame>(&text), Ok(frame));
    }
}

#[wasm_bindgen_test]
fn a_frame_is_written_as_plain_json() {
    let frame = Frame::Event { position: 1, note: None, counts: BTreeMap::from([("a".to_owned(), 2)]) };
    let text = json::stringify(&json::to_value(&frame).unwrap()).unwrap();
    assert_eq!(text, r#"{"kind":"event","position":1,"note":null,"counts":{"a":2}}"#);
}

#[wasm_bindgen_test]
fn a_number_that_json_would_round_is_refused() {
    let frame = Frame::Event { position: u64::MAX, note: None, counts: BTreeMap::new() };
    assert!(json::to_value(&frame).is_err());
}

#[wasm_bindgen_test]
fn other_text_is_malformed() {
    for text in ["", "{", "[]", r#"{"kind":"other"}"#, r#"{"kind":"event","position":-1,"counts":{}}"#] {
        assert_eq!(json::parse::<Frame>(text), Err(json::JsonError::Malformed), "{text}");
    }
}
