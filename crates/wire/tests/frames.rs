//! Sections 6 and 7: frames and envelopes in JSON.
#![cfg(test)]

use proptest::prelude::*;
use segel_wire::events::EnvelopeError;
use segel_wire::limits::{CONTENT_BYTES, WRAP_BYTES, WRAPS};
use segel_wire::problem::Problem;
use segel_wire::{
    AttachmentId, ClientFrame, Code, ConversationId, Delivered, DeviceId, Envelope, EventId, Octets,
    ServerFrame, Withdraws, Wrapped,
};
use serde_json::{Value, json};

fn envelope(wraps: usize) -> Envelope {
    let wrapped = |number| {
        let number = u8::try_from(number).unwrap();
        Wrapped { device: DeviceId([number; 16]), wrap: Octets(vec![number; 79]) }
    };
    Envelope { content: Octets(vec![1; 370]), wraps: (0..wraps).map(wrapped).collect() }
}

#[test]
fn a_client_says_what_the_document_shows() {
    let hello = ClientFrame::Hello { token: "t".to_owned(), cursor: None };
    assert_eq!(serde_json::to_value(&hello).unwrap(), json!({ "type": "hello", "token": "t" }));
    let mut small = envelope(1);
    (small.content, small.wraps[0].wrap) = (Octets(vec![0xfb, 0xff]), Octets(vec![0]));
    let send = ClientFrame::Send {
        conversation: ConversationId([0; 16]),
        event: EventId([0xff; 16]),
        envelope: small,
        withdraws: None,
    };
    let expected = json!({
        "type": "send",
        "conversation": "AAAAAAAAAAAAAAAAAAAAAA",
        "event": "_____________________w",
        "envelope": { "content": "-_8", "wraps": [{ "device": "AAAAAAAAAAAAAAAAAAAAAA", "wrap": "AA" }] },
    });
    assert_eq!(serde_json::to_value(&send).unwrap(), expected);
    assert_eq!(serde_json::from_value::<ClientFrame>(expected.clone()).unwrap(), send);
    let attachment = Some(AttachmentId([0; 16]));
    for (withdraws, shown) in [
        (
            Withdraws { event: EventId([0; 16]), attachment: None },
            json!({ "event": "AAAAAAAAAAAAAAAAAAAAAA" }),
        ),
        (
            Withdraws { event: EventId([0; 16]), attachment },
            json!({ "event": "AAAAAAAAAAAAAAAAAAAAAA", "attachment": "AAAAAAAAAAAAAAAAAAAAAA" }),
        ),
    ] {
        let ClientFrame::Send { conversation, event, envelope, .. } = send.clone() else { unreachable!() };
        let send = ClientFrame::Send { conversation, event, envelope, withdraws: Some(withdraws) };
        let mut expected = expected.clone();
        expected["withdraws"] = shown;
        assert_eq!(serde_json::to_value(&send).unwrap(), expected);
        assert_eq!(serde_json::from_value::<ClientFrame>(expected).unwrap(), send);
    }
    let signal =
        ClientFrame::Signal { conversation: ConversationId([0; 16]), signal: Octets(vec![0xfb, 0xff]) };
    let expected = json!({ "type": "signal", "conversation": "AAAAAAAAAAAAAAAAAAAAAA", "signal": "-_8" });
    assert_eq!(serde_json::to_value(&signal).unwrap(), expected);
    assert_eq!(serde_json::from_value::<ClientFrame>(expected.clone()).unwrap(), signal);
    for name in ["conversation", "signal"] {
        let mut cut = expected.clone();
        cut.as_object_mut().unwrap().remove(name);
        assert!(serde_json::from_value::<ClientFrame>(cut).is_err(), "a signal without {name}");
    }
    let flow = json!({ "type": "flow", "events": 16 });
    assert_eq!(serde_json::to_value(ClientFrame::Flow { events: 16 }).unwrap(), flow);
    assert_eq!(serde_json::from_value::<ClientFrame>(flow).unwrap(), ClientFrame::Flow { events: 16 });
    assert_eq!(serde_json::from_value::<ClientFrame>(json!({ "type": "ping" })).unwrap(), ClientFrame::Ping);
}

#[test]
fn a_problem_travels_with_its_stable_code() {
    let error = ServerFrame::Error { event: None, problem: Problem::from(Code::TooLarge) };
    let expected = json!({
        "type": "error",
        "problem": {
            "type": "urn:segel:problem:too-large",
            "title": "The event is over the size limit.",
            "status": 413,
            "code": "too-large",
        },
    });
    assert_eq!(serde_json::to_value(&error).unwrap(), expected);
    assert_eq!(serde_json::from_value::<ServerFrame>(expected).unwrap(), error);
}

#[test]
fn each_frame_of_the_relay_is_read_as_it_was_written_and_not_without_a_field() {
    let (conversation, event) = (ConversationId([1; 16]), EventId([2; 16]));
    let problem = Problem::from(Code::Draining);
    let delivered = Delivered {
        conversation,
        position: 3,
        event,
        sender: DeviceId([4; 16]),
        time: 5,
        content: Octets(vec![6]),
        recipients: vec![DeviceId([7; 16])],
        wrap: Some(Octets(vec![8])),
        hash: None,
        cursor: "nine".to_owned(),
    };
    let frames = [
        ServerFrame::Welcome { epoch: "e".to_owned(), time: 1 },
        ServerFrame::Stored { conversation, event, position: 1, time: 2 },
        ServerFrame::Event(delivered),
        ServerFrame::Head { cursor: "c".to_owned() },
        ServerFrame::Roster { generation: 1, version: 2 },
        ServerFrame::Signal { conversation, sender: DeviceId([4; 16]), signal: Octets(vec![1; 82]) },
        ServerFrame::Error { event: Some(event), problem: problem.clone() },
        ServerFrame::Pong,
        ServerFrame::Bye { problem },
    ];
    for frame in frames {
        let written = serde_json::to_value(&frame).unwrap();
        assert_eq!(serde_json::from_value::<ServerFrame>(written.clone()).unwrap(), frame);
        for name in written.as_object().unwrap().keys() {
            let mut cut = written.clone();
            cut.as_object_mut().unwrap().remove(name);
            let is_optional = name == "wrap" || (name == "event" && written["type"] == "error");
            assert_eq!(
                serde_json::from_value::<ServerFrame>(cut).is_ok(),
                is_optional,
                "{written} without {name}"
            );
        }
    }
    assert!(serde_json::from_value::<ServerFrame>(json!({ "type": "from-the-future" })).is_err());
}

#[test]
fn a_tombstone_has_a_hash_and_nothing_else_that_was_sealed() {
    let tombstone = json!({
        "type": "event",
        "conversation": "AAAAAAAAAAAAAAAAAAAAAA",
        "position": 3,
        "event": "AAAAAAAAAAAAAAAAAAAAAA",
        "sender": "AAAAAAAAAAAAAAAAAAAAAA",
        "time": 5,
        "content": "",
        "recipients": [],
        "hash": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "cursor": "nine",
    });
    let read = serde_json::from_value::<ServerFrame>(tombstone.clone()).unwrap();
    assert!(matches!(&read, ServerFrame::Event(Delivered { hash: Some(_), .. })));
    assert_eq!(serde_json::to_value(&read).unwrap(), tombstone);
    for (name, other) in
        [("content", json!("AA")), ("recipients", json!(["AAAAAAAAAAAAAAAAAAAAAA"])), ("wrap", json!("AA"))]
    {
        let mut both = tombstone.clone();
        both[name] = other;
        assert!(serde_json::from_value::<ServerFrame>(both).is_err(), "with {name}");
    }
}

#[test]
fn bytes_and_ids_that_are_not_canonical_base64url_are_refused() {
    for device in ["AAAAAAAAAAAAAAAAAAAAAB", "AAAAAAAAAAAAAAAAAAAAAA==", "AAAA", "", "ÄAAAAAAAAAAAAAAAAAAAAA"]
    {
        let wrapped = json!({ "device": device, "wrap": "AA" });
        assert!(serde_json::from_value::<Wrapped>(wrapped).is_err(), "{device}");
    }
    for wrap in ["A", "AB", "AA==", "A+", "A/", " AA", "AA\n"] {
        let wrapped = json!({ "device": "AAAAAAAAAAAAAAAAAAAAAA", "wrap": wrap });
        assert!(serde_json::from_value::<Wrapped>(wrapped).is_err(), "{wrap}");
    }
}

#[test]
fn an_envelope_is_within_its_limits_and_names_each_device_once_in_order() {
    assert_eq!(envelope(1).check(), Ok(()));
    assert_eq!(envelope(WRAPS).check(), Ok(()));
    assert_eq!(envelope(WRAPS + 1).check(), Err(EnvelopeError::TooLarge));
    assert_eq!(envelope(0).check(), Ok(()), "a note of an agent who is alone");

    let changed = |change: fn(&mut Envelope)| {
        let mut envelope = envelope(3);
        change(&mut envelope);
        envelope.check()
    };
    assert_eq!(changed(|envelope| envelope.wraps.swap(0, 1)), Err(EnvelopeError::Unsorted));
    let twice: fn(&mut Envelope) = |envelope| envelope.wraps[1].device = envelope.wraps[0].device;
    assert_eq!(changed(twice), Err(EnvelopeError::Unsorted));
    assert_eq!(changed(|envelope| envelope.content.0.resize(CONTENT_BYTES, 0)), Ok(()));
    let content: fn(&mut Envelope) = |envelope| envelope.content.0.resize(CONTENT_BYTES + 1, 0);
    assert_eq!(changed(content), Err(EnvelopeError::TooLarge));
    assert_eq!(changed(|envelope| envelope.wraps[2].wrap.0.resize(WRAP_BYTES, 0)), Ok(()));
    let wrap: fn(&mut Envelope) = |envelope| envelope.wraps[2].wrap.0.resize(WRAP_BYTES + 1, 0);
    assert_eq!(changed(wrap), Err(EnvelopeError::TooLarge));
}

/// JSON that has the frames' words in it, so that the reader gets past the first of them.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "type",
        "hello",
        "send",
        "signal",
        "sender",
        "event",
        "welcome",
        "stored",
        "error",
        "token",
        "cursor",
        "conversation",
        "envelope",
        "content",
        "wraps",
        "device",
        "wrap",
        "hash",
        "withdraws",
        "problem",
        "code",
        "position",
        "time",
        "AAAAAAAAAAAAAAAAAAAAAA",
        "AA",
        "",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((word.clone(), inner), 0..6).prop_map(|fields| fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

proptest! {
    #[test]
    fn no_text_makes_a_reader_of_frames_panic(text in prop_oneof![".{0,300}", any_json().prop_map(|json| json.to_string())]) {
        if let Ok(frame) = serde_json::from_str::<ClientFrame>(&text) {
            let again = serde_json::to_string(&frame).unwrap();
            prop_assert_eq!(serde_json::from_str::<ClientFrame>(&again).unwrap(), frame);
        }
        if let Ok(frame) = serde_json::from_str::<ServerFrame>(&text) {
            let again = serde_json::to_string(&frame).unwrap();
            prop_assert_eq!(serde_json::from_str::<ServerFrame>(&again).unwrap(), frame);
        }
    }
}
