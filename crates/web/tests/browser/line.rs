//! Which way a line takes, and that it makes one stream of frames of any. The server of these tests speaks no
//! WebSocket; relays are met in the end-to-end scenarios.

use std::cell::RefCell;
use std::rc::Rc;

use segel_web::line::{Line, LineEvent, Ways};
use segel_wire::{
    ClientFrame, Code, ConversationId, DeviceId, Envelope, EventId, Octets, Problem, ServerFrame,
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::mailbox::Mailbox;
use crate::network::{Network, Stream};

const CHAT: ConversationId = ConversationId([5; 16]);
const EVENT: EventId = EventId([6; 16]);
const WELCOME: &str = r#"{"type":"welcome","epoch":"e","time":1}"#;

/// A network in which two sockets could not be opened, and a line that has opened nevertheless.
struct Scene {
    network: Network,
    ways: Rc<Ways>,
    heard: Mailbox<LineEvent>,
    line: Line,
}

impl Scene {
    async fn new() -> Self {
        let ways = Rc::<Ways>::default();
        for _ in 0..2 {
            let heard = Mailbox::new();
            let _line = Line::open(&origin(), &ways, heard.listener());
            assert_eq!(heard.next().await, LineEvent::Closed);
        }
        let heard = Mailbox::new();
        let line = Line::open(&origin(), &ways, heard.listener());
        assert!(heard.is_empty());
        assert_eq!(heard.next().await, LineEvent::Opened);
        Self { network: Network::take_over(), ways, heard, line }
    }

    fn greet(&self) {
        self.line.send(ClientFrame::Hello { token: "a-token".into(), cursor: Some("e.1 &".into()) });
    }

    /// A line that was welcomed over server-sent events.
    async fn listening() -> (Self, Stream) {
        let scene = Self::new().await;
        scene.greet();
        let asked = scene.network.asked("GET /v1/events?cursor=e.1%20%26").await;
        assert_eq!(asked.header("authorization").unwrap(), "Bearer a-token");
        assert_eq!(asked.header("accept").unwrap(), "text/event-stream");
        let stream = asked.answer_with_stream();
        stream.push(format!(":\n\ndata: {WELCOME}\n\n").as_bytes());
        scene.hears(ServerFrame::Welcome { epoch: "e".into(), time: 1 }).await;
        (scene, stream)
    }

    async fn hears_event(&self, position: u64) {
        let heard = self.heard.next().await;
        assert!(
            matches!(&heard, LineEvent::Frame(ServerFrame::Event(event)) if event.position == position),
            "{heard:?}"
        );
    }

    async fn mishears(&self) {
        let heard = self.heard.next().await;
        assert!(
            matches!(&heard, LineEvent::Frame(ServerFrame::Error { event: None, problem }) if problem.code == Code::Malformed),
            "{heard:?}"
        );
        assert_eq!(self.heard.next().await, LineEvent::Closed);
    }

    async fn hears(&self, frame: ServerFrame) {
        assert_eq!(self.heard.next().await, LineEvent::Frame(frame));
    }
}

#[wasm_bindgen_test]
async fn where_no_socket_opens_frames_come_as_events_until_they_end() {
    let (scene, stream) = Scene::listening().await;
    scene.line.send(ClientFrame::Ping);
    scene.hears(ServerFrame::Pong).await;
    let head = "data: {\"type\":\"head\",\"cursor\":\"e.é\"}\n\n:\n\n".as_bytes();
    let (before, after) = head.split_at(head.iter().position(|byte| *byte > 0x7f).unwrap() + 1);
    stream.push(before);
    stream.push(after);
    scene.hears(ServerFrame::Head { cursor: "e.é".into() }).await;
    stream.end();
    assert_eq!(scene.heard.next().await, LineEvent::Closed);
}

#[wasm_bindgen_test]
async fn what_worked_is_taken_again_until_the_network_is_another_one() {
    let (scene, stream) = Scene::listening().await;
    stream.end();
    assert_eq!(scene.heard.next().await, LineEvent::Closed);
    let (again, anew) = (Mailbox::new(), Mailbox::new());
    let _line = Line::open(&origin(), &scene.ways, again.listener());
    assert_eq!(again.next().await, LineEvent::Opened);
    scene.ways.start_over();
    let _other = Line::open(&origin(), &scene.ways, anew.listener());
    assert_eq!(anew.next().await, LineEvent::Closed, "a socket was tried");
}

#[wasm_bindgen_test]
async fn withheld_events_are_given_up_for_polls_which_make_one_stream() {
    let scene = Scene::new().await;
    scene.greet();
    let _withheld = scene.network.asked("GET /v1/events?cursor=e.1%20%26").await;
    let first = scene.network.asked("GET /v1/events?wait=0&cursor=e.1%20%26").await;
    assert_eq!(first.header("authorization").unwrap(), "Bearer a-token");
    assert_eq!(first.header("accept").unwrap(), "application/json");
    let roster = |version: u64| format!(r#"{{"type":"roster","generation":1,"version":{version}}}"#);
    let head = |number: u64| format!(r#"{{"type":"head","cursor":"e.{number}"}}"#);
    let frames = |frames: &[String]| format!(r#"{{"frames":[{}]}}"#, frames.join(","));
    first.answer(200, &frames(&[WELCOME.into(), roster(1), head(2)]));
    scene.hears(ServerFrame::Welcome { epoch: "e".into(), time: 1 }).await;
    scene.hears(ServerFrame::Head { cursor: "e.2".into() }).await;

    let second = scene.network.asked("GET /v1/events?wait=25&cursor=e.2").await;
    second.answer(200, &frames(&[WELCOME.into(), roster(1), head(3)]));
    scene.hears(ServerFrame::Head { cursor: "e.3".into() }).await;
    let third = scene.network.asked("GET /v1/events?wait=25&cursor=e.3").await;
    third.answer(200, &frames(&[WELCOME.into(), roster(2), head(3)]));
    scene.hears(ServerFrame::Roster { generation: 1, version: 2 }).await;
    scene.hears(ServerFrame::Pong).await;
    scene.network.asked("GET /v1/events?wait=25&cursor=e.3").await.lose();
    assert_eq!(scene.heard.next().await, LineEvent::Closed);

    // An owner may let go of a line in its own callback; then it asks for nothing more.
    let (owner, gone) = (Rc::new(RefCell::new(None)), Mailbox::new());
    let (kept, tell) = (Rc::clone(&owner), gone.listener());
    let dropped = Line::open(&origin(), &scene.ways, move |event| {
        if let LineEvent::Frame(_) = event {
            tell(kept.borrow_mut().take().map(drop));
        }
    });
    dropped.send(ClientFrame::Hello { token: "a-token".into(), cursor: None });
    *owner.borrow_mut() = Some(dropped);
    scene.network.asked("GET /v1/events?wait=0").await.answer(200, &frames(&[WELCOME.into(), head(3)]));
    assert_eq!(gone.next().await, Some(()));
    let next = Line::open(&origin(), &scene.ways, |_| {});
    next.send(ClientFrame::Hello { token: "a-token".into(), cursor: Some("e.3".into()) });
    scene.network.asked("GET /v1/events?wait=0&cursor=e.3").await;
    assert!(gone.is_empty());
}

#[wasm_bindgen_test]
async fn events_that_are_not_taken_hold_up_those_behind_them() {
    let (scene, stream) = Scene::listening().await;
    let signal = || ClientFrame::Signal { conversation: CHAT, signal: Octets(vec![b'x']) };
    let post = format!("POST /v1/conversations/{CHAT}/signals");
    let (many, one) = (format!("data: {}\n\n", event(1)).repeat(32), format!("data: {}\n\n", event(2)));
    stream.push(many.as_bytes());
    for _ in 0..32 {
        scene.hears_event(1).await;
    }
    stream.push(one.as_bytes());
    scene.line.send(signal());
    scene.network.asked(&post).await.answer(200, "");
    assert!(scene.heard.is_empty());
    scene.line.send(ClientFrame::Flow { events: 16 });
    scene.hears_event(2).await;

    // In the same way a poll waits for those that the one before has brought.
    let scene = Scene::new().await;
    scene.greet();
    let _withheld = scene.network.asked("GET /v1/events?cursor=e.1%20%26").await;
    let first = scene.network.asked("GET /v1/events?wait=0&cursor=e.1%20%26").await;
    first.answer(200, &format!(r#"{{"frames":[{}]}}"#, vec![event(3); 32].join(",")));
    for _ in 0..32 {
        scene.hears_event(3).await;
    }
    scene.line.send(signal());
    scene.network.asked(&post).await.answer(200, "");
    scene.line.send(ClientFrame::Flow { events: 16 });
    scene.network.asked("GET /v1/events?wait=0&cursor=e.3").await;
}

#[wasm_bindgen_test]
async fn polls_wait_for_nothing_before_the_head_has_come() {
    let scene = Scene::new().await;
    scene.greet();
    let _withheld = scene.network.asked("GET /v1/events?cursor=e.1%20%26").await;
    let asked = scene.network.asked("GET /v1/events?wait=0&cursor=e.1%20%26").await;
    // As many as an answer has room for, and whether there are more is not said.
    let frames = [vec![WELCOME.to_owned()], vec![event(3); 16]].concat().join(",");
    asked.answer(200, &format!(r#"{{"frames":[{frames}]}}"#));
    scene.hears(ServerFrame::Welcome { epoch: "e".into(), time: 1 }).await;
    for _ in 0..16 {
        scene.hears_event(3).await;
    }
    let asked = scene.network.asked("GET /v1/events?wait=0&cursor=e.3").await;
    asked.answer(200, &format!(r#"{{"frames":[{WELCOME},{{"type":"head","cursor":"e.3"}}]}}"#));
    scene.hears(ServerFrame::Head { cursor: "e.3".into() }).await;
    scene.network.asked("GET /v1/events?wait=25&cursor=e.3").await;
}

#[wasm_bindgen_test]
async fn what_is_no_frame_is_an_error_about_nothing_and_closes_the_line() {
    let (scene, stream) = Scene::listening().await;
    stream.push(b"data: {\"type\":\"unheard-of\"}\n\n");
    scene.mishears().await;
    let (scene, stream) = Scene::listening().await;
    stream.push(b"data: \xff\n\n");
    scene.mishears().await;

    // A device that is named by fifteen bytes.
    let malformed = event(1).replace("[]", r#"["BwcHBwcHBwcHBwcHBwcH"]"#);
    let scene = Scene::new().await;
    scene.greet();
    let _withheld = scene.network.asked("GET /v1/events?cursor=e.1%20%26").await;
    let first = scene.network.asked("GET /v1/events?wait=0&cursor=e.1%20%26").await;
    first.answer(200, &format!(r#"{{"frames":[{malformed}]}}"#));
    scene.mishears().await;
}

#[wasm_bindgen_test]
async fn events_and_signals_are_sent_one_after_the_other_and_answered_as_frames() {
    let (scene, _stream) = Scene::listening().await;
    let envelope = Envelope { content: Octets(vec![1]), wraps: vec![] };
    let send = || {
        let (conversation, event, envelope) = (CHAT, EVENT, envelope.clone());
        ClientFrame::Send { conversation, event, envelope, withdraws: None }
    };
    scene.line.send(send());
    scene.line.send(ClientFrame::Signal { conversation: CHAT, signal: Octets(vec![b'x']) });
    scene.line.send(send());
    let (put, post) = (
        format!("PUT /v1/conversations/{CHAT}/events/{EVENT}"),
        format!("POST /v1/conversations/{CHAT}/signals"),
    );
    let asked = scene.network.asked(&put).await;
    assert!(scene.network.is_quiet());
    assert_eq!(asked.body().await, r#"{"content":"AQ","wraps":[]}"#);
    asked.answer(200, r#"{"position":3,"time":4}"#);
    scene.hears(ServerFrame::Stored { conversation: CHAT, event: EVENT, position: 3, time: 4 }).await;
    let asked = scene.network.asked(&post).await;
    assert_eq!(asked.body().await, "x");
    asked.answer(429, "");
    let asked = scene.network.asked(&put).await;
    asked.answer(409, r#"{"type":"t","title":"t","status":409,"code":"conflict"}"#);
    let refused = scene.heard.next().await;
    assert!(matches!(
        refused,
        LineEvent::Frame(ServerFrame::Error {
            event: Some(EVENT),
            problem: Problem { code: Code::Conflict, .. }
        })
    ));
    scene.line.send(send());
    scene.network.asked(&put).await.lose();
    assert_eq!(scene.heard.next().await, LineEvent::Closed);
}

#[wasm_bindgen_test]
async fn a_refusal_is_a_goodbye_with_its_reason() {
    let scene = Scene::new().await;
    scene.greet();
    let asked = scene.network.asked("GET /v1/events?cursor=e.1%20%26").await;
    asked.answer(410, r#"{"type":"t","title":"t","status":410,"code":"cursor-refused"}"#);
    let refused = scene.heard.next().await;
    assert!(matches!(
        refused,
        LineEvent::Frame(ServerFrame::Bye { problem: Problem { code: Code::CursorRefused, .. } })
    ));
    assert_eq!(scene.heard.next().await, LineEvent::Closed);
}

#[wasm_bindgen_test]
async fn a_dropped_line_ends_what_is_asked_for_and_is_heard_no_more() {
    let (scene, stream) = Scene::listening().await;
    let Scene { network, heard, line, ways } = scene;
    drop(line);
    stream.push(format!("data: {WELCOME}\n\n").as_bytes());
    let next = Mailbox::new();
    let line = Line::open(&origin(), &ways, next.listener());
    assert_eq!(next.next().await, LineEvent::Opened);
    line.send(ClientFrame::Hello { token: "a-token".into(), cursor: None });
    let asked = network.asked("GET /v1/events").await;
    let signal = asked.request.signal();
    assert!(!signal.aborted());
    drop(line);
    assert!(signal.aborted());
    assert!(heard.is_empty() && next.is_empty());
}

/// The event at this position, and at this place of the store.
fn event(position: u64) -> String {
    format!(
        r#"{{"type":"event","conversation":"{CHAT}","position":{position},"event":"{EVENT}","sender":"{}","time":1,
        "content":"AQ","recipients":[],"cursor":"e.{position}"}}"#,
        DeviceId([7; 16])
    )
    .replace('\n', "")
}

fn origin() -> String {
    web_sys::window().unwrap().location().origin().unwrap()
}
