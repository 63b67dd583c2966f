//! Server-sent events and long polls, for networks that let no WebSocket through.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::Method;
use segel_wire::api::Discovery;
use segel_wire::{Code, ConversationId, Octets, ServerFrame, limits};

use crate::support::{
    Client, Following, Listener, SHOP, Scene, WIDGET, code_of, envelope, event_id, refusal_of,
};

async fn signal(client: &Client, conversation: ConversationId, bytes: &[u8]) {
    let path = format!("/v1/conversations/{conversation}/signals");
    let answer = client.request(Method::POST, &path).body(bytes.to_vec()).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.bytes().await.unwrap(), "");
}

fn heard(conversation: ConversationId, from: &Client, bytes: &[u8]) -> ServerFrame {
    ServerFrame::Signal { conversation, sender: from.device.unwrap(), signal: Octets(bytes.to_vec()) }
}

async fn listen(client: &Client) -> Listener {
    let mut listener = client.listen(None).await;
    listener.missed().await;
    listener
}

fn positions(frames: &[ServerFrame]) -> Vec<u64> {
    let position = |frame: &ServerFrame| match frame {
        ServerFrame::Event(event) => Some(event.position),
        _ => None,
    };
    frames.iter().filter_map(position).collect()
}

fn cursor(frames: &[ServerFrame]) -> String {
    match frames.last() {
        Some(ServerFrame::Head { cursor }) => cursor.clone(),
        Some(ServerFrame::Event(event)) => event.cursor.clone(),
        other => panic!("nowhere to resume: {other:?}"),
    }
}

fn ends_with_head(frames: &[ServerFrame]) -> bool {
    matches!(frames.last(), Some(ServerFrame::Head { .. }))
}

#[tokio::test]
async fn events_come_as_over_a_websocket_and_go_on_after_a_cursor() {
    let scene = Scene::new().await;
    let (visitor, chat) = scene.chat(7).await;
    let sent = envelope("halo", &[scene.agent.id]);
    for number in 1..=40 {
        visitor.store(chat, event_id(number), &sent).await;
    }
    let agent = scene.agent().await;
    let mut listener = agent.listen(None).await;
    assert_eq!(listener.comments, 1, "something comes at once");
    assert_eq!(listener.header("cache-control"), "no-store");
    assert_eq!(listener.header("x-accel-buffering"), "no");
    let (missed, head) = listener.missed().await;
    assert_eq!((missed.clone(), head.clone()), agent.follow(None).await.missed().await);
    visitor.store(chat, event_id(41), &sent).await;
    assert_eq!(listener.next_event().await.position, 41);

    let (rest, _) = agent.listen(Some(&missed[37].cursor)).await.missed().await;
    assert_eq!(rest.iter().map(|event| event.position).collect::<Vec<_>>(), [39, 40, 41]);
    let own = visitor.listen(Some(&head)).await.missed().await.0;
    assert_eq!((own.len(), &own[0].wrap), (1, &None), "the sender is sent its own event, too");
}

#[tokio::test]
async fn nothing_is_lost_or_doubled_between_what_was_missed_and_what_happens() {
    let scene = Scene::new().await;
    let (visitor, chat) = scene.chat(7).await;
    let agent = scene.agent().await;
    let sent = envelope("halo", &[scene.agent.id]);
    let sends = join_all((0..60).map(|number| visitor.store(chat, event_id(number), &sent)));
    let listen = async {
        let mut listener = agent.listen(None).await;
        let (mut events, _) = listener.missed().await;
        while events.len() < 60 {
            events.push(listener.next_event().await);
        }
        events.iter().map(|event| event.position).collect::<Vec<_>>()
    };
    let poll = async {
        let (mut seen, mut from) = (Vec::new(), None);
        while seen.len() < 60 {
            let frames = agent.poll(from.as_deref(), 20).await;
            seen.extend(positions(&frames));
            from = Some(cursor(&frames));
        }
        seen
    };
    let (_, listened, polled) = tokio::join!(sends, listen, poll);
    assert_eq!(listened, (1..=60).collect::<Vec<_>>());
    assert_eq!(polled, (1..=60).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_poll_brings_a_batch_at_a_time_and_head_with_the_last() {
    let scene = Scene::new().await;
    let (visitor, chat) = scene.chat(7).await;
    let agent = scene.agent().await;
    let empty = agent.poll(None, 0).await;
    assert!(matches!(&empty[..], [ServerFrame::Head { .. }]), "{empty:?}");
    for number in 1..=20 {
        visitor.store(chat, event_id(number), &envelope("halo", &[scene.agent.id])).await;
    }
    let first = agent.poll(None, 25).await;
    assert_eq!((positions(&first), ends_with_head(&first)), ((1..=16).collect(), false));
    let second = agent.poll(Some(&cursor(&first)), 25).await;
    assert_eq!((positions(&second), ends_with_head(&second)), ((17..=20).collect(), true));
    assert_eq!(agent.poll(Some(&cursor(&second)), 0).await, [second.last().unwrap().clone()]);
}

#[tokio::test]
async fn a_poll_waits_for_an_event_or_a_signal_and_no_longer_than_it_says() {
    let scene = Scene::new().await;
    let (visitor, chat) = scene.chat(7).await;
    let agent = scene.agent().await;
    let head = cursor(&agent.poll(None, 0).await);
    let begun = Instant::now();
    let nothing = agent.poll(Some(&head), 1).await;
    assert!(begun.elapsed() >= Duration::from_secs(1));
    assert_eq!(cursor(&nothing), head);

    let begun = Instant::now();
    let sent = envelope("halo", &[scene.agent.id]);
    let (frames, _) =
        tokio::join!(agent.poll(Some(&head), 1_000_000), visitor.store(chat, event_id(1), &sent));
    assert_eq!((positions(&frames), ends_with_head(&frames)), (vec![1], true));
    let head = cursor(&frames);
    // What is signalled before the relay has taken up the poll is lost: so it is signalled until it comes.
    let signalling = async {
        loop {
            signal(&visitor, chat, b"typing").await;
        }
    };
    let frames = tokio::select! {
        frames = agent.poll(Some(&head), 20) => frames,
        () = signalling => unreachable!("it goes on for ever"),
    };
    assert_eq!(frames[0], heard(chat, &visitor, b"typing"));
    assert_eq!(cursor(&frames), head);
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn signals_over_http_reach_every_kind_of_stream_and_are_never_answered() {
    let scene = Scene::new().await;
    let ((visitor, chat), (stranger, _)) = (scene.chat(7).await, scene.chat(8).await);
    let agent = scene.agent().await;
    let mut socket = agent.follow(None).await;
    socket.missed().await;
    let (mut desk, mut own) = (listen(&agent).await, listen(&visitor).await);
    signal(&stranger, chat, b"out of reach").await;
    signal(&visitor, ConversationId([9; 16]), b"unknown").await;
    signal(&visitor, chat, &[7; limits::SIGNAL_BYTES + 1]).await;
    signal(&visitor, chat, b"typing").await;
    assert_eq!(desk.next().await, heard(chat, &visitor, b"typing"));
    assert_eq!(socket.next().await, heard(chat, &visitor, b"typing"));
    signal(&agent, chat, b"me, too").await;
    assert_eq!(own.next().await, heard(chat, &agent, b"me, too"), "and nothing of its own before");
    let path = format!("/v1/conversations/{chat}/signals");
    let refused = scene.nobody().request(Method::POST, &path).body("x").send().await.unwrap();
    assert_eq!(code_of(refused).await, Code::Unauthenticated);
}

#[tokio::test]
async fn a_device_that_the_next_roster_leaves_out_hears_of_it_and_of_nothing_more() {
    let scene = Scene::new().await;
    let (visitor, chat) = scene.chat(7).await;
    let agent = scene.agent().await;
    let mut desk = listen(&agent).await;
    let head = cursor(&agent.poll(None, 0).await);
    let second = scene.owner.next_roster(2, &scene.owner.first_roster(&[&scene.agent]), &[]);
    let publish = async {
        let nobody = scene.nobody();
        assert_eq!(nobody.put_octets(&scene.roster_path(), &second).await.status(), 200);
    };
    let (waited, ()) = tokio::join!(agent.ask_events(Some(&head), Some(20)), publish);
    let text = waited.text().await.unwrap();
    let newest = ServerFrame::Roster { generation: 1, version: 2 };
    assert!(text.contains(&serde_json::to_string(&newest).unwrap()), "{text}");
    assert_eq!(desk.next().await, newest);

    let sent = envelope("halo", &[scene.agent.id]);
    visitor.store(chat, event_id(1), &sent).await;
    assert_eq!(positions(&agent.poll(Some(&head), 1).await), [0; 0]);
    let third = scene.owner.next_roster(3, &second, &[&scene.agent]);
    assert_eq!(scene.nobody().put_octets(&scene.roster_path(), &third).await.status(), 200);
    assert_eq!(desk.next().await, ServerFrame::Roster { generation: 1, version: 3 }, "no event before");
    assert_eq!(desk.next_event().await.position, 1, "it is listed again");
}

#[tokio::test]
async fn without_a_session_or_with_a_cursor_of_another_epoch_there_are_no_events() {
    let scene = Scene::new().await;
    let nobody = scene.nobody();
    assert_eq!(refusal_of(&nobody, None).await, [Code::Unauthenticated; 2]);
    let stale = Client { token: Some("made-up".into()), ..nobody };
    assert_eq!(refusal_of(&stale, None).await, [Code::Unauthenticated; 2]);
    let agent = scene.agent().await;
    for cursor in ["another.3.AAAAAAAAAAAA", "another.3", "", "3"] {
        assert_eq!(refusal_of(&agent, Some(cursor)).await, [Code::CursorRefused; 2], "{cursor}");
    }
    let odd = agent.get("/v1/events?wait=soon").await;
    assert_eq!(code_of(odd).await, Code::Malformed);
}

#[tokio::test]
async fn a_page_listens_if_its_origin_is_listed() {
    let scene = Scene::new().await;
    let agent = scene.agent().await;
    let of_page = |origin: &str| agent.request(Method::GET, "/v1/events").header("origin", origin).send();
    for origin in [WIDGET, SHOP] {
        let answer = of_page(origin).await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["access-control-allow-origin"], origin);
    }
    let foreign = of_page("https://elsewhere.example").await.unwrap();
    assert_eq!(code_of(foreign).await, Code::OriginRefused);
}

#[tokio::test]
async fn several_streams_of_a_device_hear_the_same_and_one_too_many_ends_the_oldest() {
    let scene = Scene::new().await;
    let (visitor, chat) = scene.chat(7).await;
    let agent = scene.agent().await;
    let (oldest, mut second) = (listen(&agent).await, listen(&agent).await);
    let mut more = Vec::new();
    for _ in 0..6 {
        let mut socket = agent.follow(None).await;
        socket.missed().await;
        more.push(socket);
    }
    let mut newest = listen(&agent).await;
    assert_eq!(oldest.sent_away().await, Code::TooMany);
    visitor.store(chat, event_id(1), &envelope("halo", &[scene.agent.id])).await;
    assert_eq!(second.next_event().await, newest.next_event().await);
    assert_eq!(more[0].next_event().await.position, 1);
}

#[tokio::test]
async fn a_relay_that_stops_says_goodbye_to_who_listens_and_to_who_waits() {
    let scene = Scene::new().await;
    let agent = scene.agent().await;
    let (oldest, listener) = (listen(&agent).await, listen(&agent).await);
    let _others = join_all((0..6).map(|_| listen(&agent))).await;
    let polling = tokio::spawn({
        let agent = agent.clone();
        async move { agent.ask_events(None, Some(20)).await }
    });
    // That the poll waits shows in that it was one stream too many.
    assert_eq!(oldest.sent_away().await, Code::TooMany);
    let begun = Instant::now();
    let stopping = scene.running.stop();
    let ((), said) = tokio::join!(stopping, listener.sent_away());
    assert_eq!(said, Code::Draining);
    assert_eq!(code_of(polling.await.unwrap()).await, Code::Draining);
    assert!(begun.elapsed() < Duration::from_secs(8), "nobody had to be waited for");
}

#[tokio::test]
async fn discovery_names_every_way_best_first() {
    let scene = Scene::new().await;
    let discovery: Discovery = scene.nobody().get("/.well-known/segel").await.json().await.unwrap();
    assert_eq!(discovery.transports, ["websocket", "sse", "poll", "pull"]);
}
