//! What browsers read and write without serde is what serde reads and writes.
#![cfg(test)]

use core::fmt::Debug;

use proptest::prelude::*;
use segel_wire::api::{
    BundlesAnswer, BundlesRequest, ChallengeAnswer, Erasure, EventsAnswer, LoginAnswer, LoginRequest,
    OpenConversation, PollAnswer, PrekeysAnswer, StoredAnswer, UploadAnswer,
};
use segel_wire::ids::{Challenge, DeskId, IdentityKey, LoginKey, Signature, SigningKey, SiteId};
use segel_wire::json::{self, FromJson, Parsed, ToJson};
use segel_wire::report::{Report, Reported};
use segel_wire::signed::DeviceKeys;
use segel_wire::{
    AttachmentId, ClientFrame, Code, ContentDigest, ConversationId, Delivered, DeviceId, Envelope, EventId,
    Octets, Problem, ServerFrame, Withdraws, Wrapped,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

#[derive(Clone, Copy)]
struct Read<'v>(&'v Value);

impl Parsed for Read<'_> {
    fn field(&self, name: &str) -> Option<Self> {
        self.0.get(name).map(Read)
    }

    fn items(&self) -> Option<Vec<Self>> {
        Some(self.0.as_array()?.iter().map(Read).collect())
    }

    fn text(&self) -> Option<String> {
        self.0.as_str().map(str::to_owned)
    }

    fn number(&self) -> Option<u64> {
        self.0.as_u64()
    }

    fn truth(&self) -> Option<bool> {
        self.0.as_bool()
    }

    fn is_null(&self) -> bool {
        self.0.is_null()
    }
}

#[track_caller]
fn assert_read_alike<T: FromJson + DeserializeOwned + PartialEq + Debug>(value: &Value) {
    assert_eq!(T::from_json(&Read(value)), serde_json::from_value::<T>(value.clone()).ok(), "{value}");
}

#[track_caller]
fn assert_written_alike(value: &(impl ToJson + Serialize)) {
    assert_eq!(json::write(value), Ok(serde_json::to_string(value).unwrap()));
}

/// What takes the place of a field.
fn damages() -> Vec<Value> {
    let other_id = "BBBBBBBBBBBBBBBBBBBBBA";
    let numbers =
        [json!(0), json!(-1), json!(1.5), json!(65_535), json!(65_536), json!(u32::MAX), json!(1_u64 << 32)];
    let texts = ["", "AA", "A", "AB", "A+", "hello", "pong", "event", "too-large", other_id].map(Value::from);
    let others =
        [json!(null), json!(true), json!([]), json!({}), json!([null]), json!(["AA", other_id]), json!([1])];
    numbers.into_iter().chain(texts).chain(others).collect()
}

/// The value itself, and it with each field at any depth missing, damaged or joined by an unknown one.
fn variants(value: &Value) -> Vec<Value> {
    let mut variants = vec![value.clone()];
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                let mut cut = fields.clone();
                cut.remove(name);
                variants.push(cut.into());
                for other in self::variants(inner).into_iter().chain(damages()) {
                    let mut changed = fields.clone();
                    changed.insert(name.clone(), other);
                    variants.push(changed.into());
                }
            }
            let mut more = fields.clone();
            more.insert("from-the-future".to_owned(), json!([1.5, { "a": null }]));
            variants.push(more.into());
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                for other in self::variants(item).into_iter().chain(damages()) {
                    let mut changed = items.clone();
                    changed[place] = other;
                    variants.push(changed.into());
                }
            }
        }
        _ => {}
    }
    variants
}

fn assert_all_read_alike<T: FromJson + DeserializeOwned + PartialEq + Debug>(value: &Value) {
    assert!(T::from_json(&Read(value)).is_some(), "{value}");
    variants(value).iter().for_each(assert_read_alike::<T>);
    // Only names make a structure: a list of its fields in order is none here, though serde would read it.
    for other in damages().iter().filter(|other| !other.is_array()) {
        assert_read_alike::<T>(other);
    }
    assert_eq!(T::from_json(&Read(&json!([value]))), None);
}

fn delivered() -> Delivered {
    Delivered {
        conversation: ConversationId([1; 16]),
        position: 3,
        event: EventId([2; 16]),
        sender: DeviceId([4; 16]),
        time: 5,
        content: Octets(vec![6]),
        recipients: vec![DeviceId([7; 16]), DeviceId([8; 16])],
        wrap: Some(Octets(vec![8])),
        hash: None,
        cursor: "nine".to_owned(),
    }
}

fn tombstone() -> Delivered {
    let (content, recipients, wrap) = (Octets(Vec::new()), Vec::new(), None);
    Delivered { content, recipients, wrap, hash: Some(ContentDigest([9; 32])), ..delivered() }
}

#[test]
fn frames_of_the_relay_are_read_as_serde_reads_them() {
    let (conversation, event) = (ConversationId([1; 16]), EventId([2; 16]));
    let problem = Problem::from(Code::Draining);
    for frame in [
        ServerFrame::Welcome { epoch: "e".to_owned(), time: 1 },
        ServerFrame::Stored { conversation, event, position: 1, time: 2 },
        ServerFrame::Event(delivered()),
        ServerFrame::Event(tombstone()),
        ServerFrame::Head { cursor: "c".to_owned() },
        ServerFrame::Roster { generation: 1, version: 2 },
        ServerFrame::Signal { conversation, sender: DeviceId([4; 16]), signal: Octets(vec![1; 82]) },
        ServerFrame::Error { event: Some(event), problem: problem.clone() },
        ServerFrame::Error { event: None, problem: problem.clone() },
        ServerFrame::Pong,
        ServerFrame::Bye { problem },
    ] {
        assert_all_read_alike::<ServerFrame>(&serde_json::to_value(&frame).unwrap());
    }
}

#[test]
fn answers_of_the_relay_are_read_as_serde_reads_them() {
    let value = |answer| serde_json::to_value::<Value>(answer).unwrap();
    let long = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_all_read_alike::<ChallengeAnswer>(&value(json!({ "challenge": long, "expires": 1 })));
    assert_all_read_alike::<LoginAnswer>(&value(json!({ "token": "t", "expires": 1 })));
    assert_all_read_alike::<PrekeysAnswer>(&value(json!({ "one_time": 1, "highest": 2 })));
    assert_all_read_alike::<BundlesAnswer>(&value(json!({ "bundles": ["AA", "-_8"] })));
    assert_all_read_alike::<UploadAnswer>(&value(json!({ "size": 1, "stored": 2 })));
    assert_all_read_alike::<StoredAnswer>(&value(json!({ "position": 1, "time": 2 })));
    let frames = vec![ServerFrame::Event(delivered()), ServerFrame::Pong];
    assert_all_read_alike::<PollAnswer>(&serde_json::to_value(PollAnswer { frames }).unwrap());
    assert_all_read_alike::<Problem>(&serde_json::to_value(Problem::from(Code::TooMany)).unwrap());
    let wrapless = Delivered { wrap: None, ..delivered() };
    let events = EventsAnswer { events: vec![delivered(), tombstone(), wrapless], more: true };
    assert_all_read_alike::<EventsAnswer>(&serde_json::to_value(&events).unwrap());
}

#[test]
fn what_a_client_says_is_written_as_serde_writes_it() {
    let (conversation, event) = (ConversationId([0; 16]), EventId([0xff; 16]));
    let wrapped = |byte| Wrapped { device: DeviceId([byte; 16]), wrap: Octets(vec![byte; 79]) };
    for wraps in [vec![], vec![wrapped(1)], vec![wrapped(1), wrapped(2)]] {
        let envelope = Envelope { content: Octets(vec![0xfb, 0xff]), wraps };
        for attachment in [None, Some(AttachmentId([3; 16]))] {
            let (envelope, withdraws) = (envelope.clone(), Some(Withdraws { event, attachment }));
            assert_written_alike(&ClientFrame::Send { conversation, event, envelope, withdraws });
        }
        assert_written_alike(&ClientFrame::Send { conversation, event, envelope, withdraws: None });
    }
    assert_written_alike(&ClientFrame::Signal { conversation, signal: Octets(vec![1; 82]) });
    assert_written_alike(&ClientFrame::Ping);
    let identity = IdentityKey([1; 32]);
    let keys = DeviceKeys { identity, signing: SigningKey([2; 32]), login: LoginKey([3; 32]) };
    let (site, challenge, signature) = (SiteId([4; 16]), Challenge([5; 32]), Signature([6; 64]));
    assert_written_alike(&LoginRequest { site, keys, challenge, expires: (1 << 53) - 1, signature });
    assert_written_alike(&BundlesRequest { devices: vec![DeviceId([1; 16]), DeviceId([2; 16])] });
    assert_written_alike(&OpenConversation { desk: DeskId([1; 16]) });
    assert_written_alike(&Erasure { keeps: vec![EventId([1; 16]), EventId([2; 16])] });
}

#[test]
fn a_report_is_written_as_serde_reads_it() {
    let texts = ["halo", "", "\"kutip\" \\ \n\t\r\u{0}\u{1f}\u{7f}", "مرحبا 👜 \u{2028}\u{feff}"];
    let reported = texts.map(|said| Reported {
        event: EventId([1; 16]),
        position: 7,
        sender: DeviceId([2; 16]),
        recipients: vec![DeviceId([3; 16])],
        content: Octets(vec![0xfb; 300]),
        key: Octets(vec![4; 32]),
        said: said.to_owned(),
    });
    let (site, conversation) = (SiteId([5; 16]), ConversationId([6; 16]));
    let report = Report { kind: Report::KIND.to_owned(), site, conversation, messages: reported.to_vec() };
    assert_eq!(serde_json::from_str::<Report>(&json::write(&report).unwrap()).unwrap(), report);
}

#[test]
fn a_number_that_a_browser_would_round_is_not_written() {
    assert_eq!(json::write(&((1_u64 << 53) - 1)), Ok("9007199254740991".to_owned()));
    assert_eq!(json::write(&(1_u64 << 53)), Err(json::TooLarge));
    assert_eq!(json::write(&vec![u64::MAX, 1]), Err(json::TooLarge));
}

proptest! {
    #[test]
    fn any_text_is_written_as_what_it_is(token in any::<String>(), cursor in any::<Option<String>>()) {
        let hello = ClientFrame::Hello { token, cursor };
        let written = json::write(&hello).unwrap();
        prop_assert_eq!(serde_json::from_str::<ClientFrame>(&written).unwrap(), hello);
    }

    #[test]
    fn control_characters_are_escaped(text in "[\0-\x7f]{0,40}") {
        prop_assert_eq!(serde_json::from_str::<String>(&json::write(&text).unwrap()).unwrap(), text);
    }
}
