//! A card number is masked before it is sealed, and what was said is nowhere but on the two screens.

use std::fs;
use std::path::Path;

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER};
use segel_testkit::canary::Canary;
use segel_ui::Language;

use crate::harness::{Person, Stage};

const RAW: &str = "kartu saya 4111 1111 1111 1111 ya";
const MASKED: &str = "kartu saya •••• •••• •••• 1111 ya";
const CARD: &str = "4111111111111111";
const SENTENCE: &str = "burung kenari 🐤 berkicau di jendela toko";

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_shown_masked_before_sending_and_neither_it_nor_a_sentence_is_left_anywhere() {
    Stage::play(async |stage| {
        let agent = stage.agent().await;
        let visitor = stage.visitor().await;
        visitor.types(RAW).await;
        visitor.is_told(".masking", Language::indonesian().text().will_send()).await;
        visitor.is_told(".masking .masked", MASKED).await;
        assert_eq!(visitor.draft().await, RAW);
        visitor.sends().await;
        visitor.has_sent(MASKED).await;
        agent.chooses_newest().await;
        agent.reads(MASKED).await;
        visitor.says(SENTENCE).await;
        agent.reads(SENTENCE).await;
        agent.says(SENTENCE).await;
        visitor.reads(SENTENCE).await;

        let (sentence, card) = (Canary::text(SENTENCE), Canary::number(CARD));
        let places = places(stage, &visitor, &agent).await;
        for (place, bytes) in &places {
            assert!(bytes.len() > 100, "{place} has something to search");
            assert_eq!(sentence.find(bytes), [].into(), "{place}");
            assert_eq!(card.find(bytes), [].into(), "{place}");
        }
        for (place, bytes) in &places {
            for (encoding, control) in controls(SENTENCE) {
                assert_ne!(sentence.find(&planted(bytes, &control)), [].into(), "{encoding} in {place}");
            }
            for (encoding, control) in controls(CARD).into_iter().chain([("as typed", RAW.into())]) {
                assert_ne!(card.find(&planted(bytes, &control)), [].into(), "{encoding} in {place}");
            }
        }
    })
    .await;
}

/// Everywhere a leak could be: all that the relay keeps and logs, all that passed, all that browsers keep.
async fn places(stage: &mut Stage, visitor: &Person, agent: &Person) -> Vec<(String, Vec<u8>)> {
    let database = stage.demo().database().to_owned();
    let log = stage.demo().database().with_file_name("relay.sqlite-wal");
    let mut places = Vec::new();
    for file in [database, log, stage.trace()] {
        places.push((file.display().to_string(), read(&file)));
    }
    let mut passed = Vec::new();
    for record in stage.proxy().records() {
        passed.extend([record.subject.as_bytes(), record.head.as_bytes(), &record.body].concat());
        passed.push(b'\n');
    }
    places.push(("what passed the proxy".to_owned(), passed));
    for (whose, person) in [("the visitor's frame", visitor), ("the agent's console", agent)] {
        places.push((format!("what {whose} keeps"), person.browser().kept().await));
    }
    places
}

fn read(file: &Path) -> Vec<u8> {
    fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// A text as it could have leaked, in each encoding.
fn controls(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let escaped = text.encode_utf16().flat_map(|unit| format!("\\u{unit:04x}").into_bytes());
    let mut controls = vec![
        ("UTF-8", text.into()),
        ("UTF-16", text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("JSON escapes", escaped.collect()),
        ("hex", HEXLOWER.encode(text.as_bytes()).into_bytes()),
    ];
    for before in ["", "a", "ab"] {
        let bytes = [before, text].concat();
        controls.push(("base64", BASE64_NOPAD.encode(bytes.as_bytes()).into_bytes()));
        controls.push(("base64url", BASE64URL_NOPAD.encode(bytes.as_bytes()).into_bytes()));
    }
    controls
}

/// The bytes with a control in their middle.
fn planted(bytes: &[u8], control: &[u8]) -> Vec<u8> {
    let (before, after) = bytes.split_at(bytes.len() / 2);
    [before, control, after].concat()
}
