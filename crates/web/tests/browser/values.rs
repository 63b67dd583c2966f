//! Clock, randomness and JSON.

use rand_core::{CryptoRng, Rng};
use segel_web::json::{self, JsonError};
use segel_web::{clock, random::Random};
use segel_wire::api::EventsAnswer;
use segel_wire::{
    ClientFrame, Code, ConversationId, Delivered, DeviceId, EventId, Octets, Problem, ServerFrame,
};
use wasm_bindgen::{JsCast, JsValue};
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

/// Everything that a frame of the relay is made of.
const EVENT: &str = r#"{
    "type": "event", "conversation": "AQEBAQEBAQEBAQEBAQEBAQ", "position": 9007199254740991,
    "event": "AgICAgICAgICAgICAgICAg", "sender": "BAQEBAQEBAQEBAQEBAQEBA", "time": 5, "content": "-_8",
    "recipients": ["BwcHBwcHBwcHBwcHBwcHBw"], "cursor": "a \"quoted\" \ud83d\ude00", "unknown": [{}]
}"#;

#[wasm_bindgen_test]
fn a_frame_is_read_as_it_was_meant() {
    let delivered = Delivered {
        conversation: ConversationId([1; 16]),
        position: (1 << 53) - 1,
        event: EventId([2; 16]),
        sender: DeviceId([4; 16]),
        time: 5,
        content: Octets(vec![0xfb, 0xff]),
        recipients: vec![DeviceId([7; 16])],
        wrap: None,
        hash: None,
        cursor: "a \"quoted\" 😀".to_owned(),
    };
    assert_eq!(json::parse(EVENT), Ok(ServerFrame::Event(delivered)));
    let bye = r#"{"type":"bye","problem":{"type":"urn:x","title":"x","status":503,"code":"draining"}}"#;
    let problem =
        Problem { kind: "urn:x".to_owned(), title: "x".to_owned(), status: 503, code: Code::Draining };
    assert_eq!(json::parse(bye), Ok(ServerFrame::Bye { problem }));
}

#[wasm_bindgen_test]
fn a_frame_of_another_shape_is_malformed() {
    assert!(json::parse::<ServerFrame>(EVENT).is_ok());
    for (from, to) in [
        ("9007199254740991", "9007199254740992"),
        ("9007199254740991", "1.5"),
        ("9007199254740991", "-1"),
        ("9007199254740991", "1e999"),
        ("9007199254740991", "\"1\""),
        ("9007199254740991", "null"),
        ("\"-_8\"", "\"-_9\""),
        ("\"-_8\"", "7"),
        ("\"-_8\"", "[\"-_8\"]"),
        ("[\"BwcHBwcHBwcHBwcHBwcHBw\"]", "\"BwcHBwcHBwcHBwcHBwcHBw\""),
        ("[\"BwcHBwcHBwcHBwcHBwcHBw\"]", "{\"0\":\"BwcHBwcHBwcHBwcHBwcHBw\",\"length\":1}"),
        ("[\"BwcHBwcHBwcHBwcHBwcHBw\"]", "[null]"),
        ("\"unknown\": [{}]", "\"wrap\": false"),
        ("\"unknown\": [{}]", "\"problem\": {}"),
        ("\"event\",", "\"other\","),
        ("}", "},"),
    ] {
        let text = EVENT.replacen(from, to, 1);
        assert_ne!(text, EVENT);
        assert_eq!(json::parse::<ServerFrame>(&text), Err(JsonError::Malformed), "{text}");
    }
    for text in ["", "{", "[]", "null", "1", "\"event\"", "{}"] {
        assert_eq!(json::parse::<ServerFrame>(text), Err(JsonError::Malformed), "{text}");
    }
    assert_eq!(json::from_value::<ServerFrame>(JsValue::UNDEFINED), Err(JsonError::Malformed));
    assert_eq!(json::parse(r#"{"events":[],"more":true}"#), Ok(EventsAnswer { events: vec![], more: true }));
    assert!(json::parse::<EventsAnswer>(r#"{"events":[],"more":1}"#).is_err());
}

#[wasm_bindgen_test]
fn what_is_written_is_what_a_browser_reads() {
    let hello = ClientFrame::Hello { token: "a \"quoted\"\n\u{1f} 😀".to_owned(), cursor: None };
    let value = json::to_value(&hello).unwrap();
    let field = |name: &str| js_sys::Reflect::get(&value, &name.into()).unwrap().as_string();
    assert_eq!(field("type"), Some("hello".to_owned()));
    assert_eq!(field("token"), Some("a \"quoted\"\n\u{1f} 😀".to_owned()));
    assert_eq!(js_sys::Object::keys(value.unchecked_ref::<js_sys::Object>()).length(), 2);
    assert_eq!(json::write(&1_u64), Ok("1".to_owned()));
}

#[wasm_bindgen_test]
fn a_number_that_json_would_round_is_refused() {
    assert_eq!(json::write(&u64::MAX), Err(JsonError::Malformed));
    assert!(json::to_value(&(1_u64 << 53)).is_err());
}
