//! Following events over WebSocket.

use futures_util::future::join_all;
use segel_wire::{ClientFrame, Code, ConversationId, Envelope, ServerFrame, limits};

use crate::support::{Following, Scene, Socket, code_of, envelope, event_id};

fn send(conversation: ConversationId, number: u64, envelope: &Envelope) -> ClientFrame {
    let (event, envelope) = (event_id(number), envelope.clone());
    ClientFrame::Send { conversation, event, envelope, withdraws: None }
}

#[tokio::test]
async fn what_was_missed_comes_first_then_head_then_what_happens() {
    let scene = Scene::new().await;
    let (visitor, chat) = scene.chat(7).await;
    for number in 1..=40 {
        visitor.store(chat, event_id(number), &envelope("before", &[scene.agent.id])).await;
    }
    let mut agent = scene.agent().await.follow(None).await;
    let (missed, head) = agent.missed().await;
    assert_eq!(missed.iter().map(|event| event.position).collect::<Vec<_>>(), (1..=40).collect::<Vec<_>>());
    assert_eq!(missed.last().unwrap().cursor, head);
    assert!(missed[0].wrap.is_some());

    visitor.store(chat, event_id(41), &envelope("after", &[scene.agent.id])).await;
    assert_eq!(agent.next_event().await.position, 41);
}

#[tokio::test]
async fn nothing_is_lost_or_doubled_between_what_was_missed_and_what_happens() {
    let scene = Scene::new().await;
    let (visitor, chat) = scene.chat(7).await;
    let agent = scene.agent().await;
    let sent = envelope("halo", &[scene.agent.id]);
    let sends = join_all((0..60).map(|number| visitor.store(chat, event_id(number), &sent)));
    let follow = async {
        let mut socket = agent.follow(None).await;
        let (mut events, _) = socket.missed().await;
        while events.len() < 60 {
            events.push(socket.next_event().await);
        }
        events
    };
    let (_, events) = tokio::join!(sends, follow);
    assert_eq!(events.iter().map(|event| event.position).collect::<Vec<_>>(), (1..=60).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_cursor_resumes_after_its_event_and_one_of_another_epoch_is_refused() {
    let scene = Scene::new().await;
    let (visitor, chat) = scene.chat(7).await;
    for number in 1..=5 {
        visitor.store(chat, event_id(number), &envelope("halo", &[scene.agent.id])).await;
    }
    let agent = scene.agent().await;
    let (missed, head) = agent.follow(None).await.missed().await;
    let (rest, _) = agent.follow(Some(&missed[2].cursor)).await.missed().await;
    assert_eq!(rest, missed[3..]);
    assert_eq!(agent.follow(Some(&head)).await.missed().await, (vec![], head));

    for cursor in ["another.3.AAAAAAAAAAAA", "another.3", "", "3"] {
        let mut socket = Socket::connect(&scene.origin(), None).await.unwrap();
        socket.hello(agent.token.as_deref().unwrap(), Some(cursor)).await;
        assert_eq!(socket.sent_away().await, Code::CursorRefused);
    }
}

#[tokio::test]
async fn a_sender_hears_stored_then_its_own_event_and_a_refusal_ends_nothing() {
    let scene = Scene::new().await;
    let (visitor, chat) = scene.chat(7).await;
    let mut socket = visitor.follow(None).await;
    socket.missed().await;
    let sent = envelope("halo", &[scene.agent.id]);
    socket.say(&send(chat, 1, &sent)).await;
    let stored = socket.next().await;
    assert!(matches!(stored, ServerFrame::Stored { position: 1, .. }), "{stored:?}");
    let own = socket.next_event().await;
    assert_eq!((own.position, own.wrap), (1, None));

    for (frame, code) in [
        (send(chat, 1, &envelope("other", &[scene.agent.id])), Code::Conflict),
        (send(ConversationId([9; 16]), 2, &sent), Code::NotFound),
        (send(chat, 2, &envelope("halo", &[scene.agent.id; 2])), Code::Malformed),
    ] {
        socket.say(&frame).await;
        let refused = socket.next().await;
        assert!(
            matches!(&refused, ServerFrame::Error { event: Some(_), problem } if problem.code == code),
            "{refused:?}"
        );
    }
    socket.say(&ClientFrame::Ping).await;
    assert_eq!(socket.next().await, ServerFrame::Pong);
}

#[tokio::test]
async fn a_stream_carries_the_conversations_of_its_device_alone() {
    let scene = Scene::new().await;
    let (first, first_chat) = scene.chat(7).await;
    let (second, second_chat) = scene.chat(8).await;
    let mut socket = first.follow(None).await;
    socket.missed().await;
    let sent = envelope("halo", &[scene.agent.id]);
    second.store(second_chat, event_id(1), &sent).await;
    first.store(first_chat, event_id(2), &sent).await;
    assert_eq!(socket.next_event().await.conversation, first_chat);
    socket.say(&send(second_chat, 3, &sent)).await;
    let refused = socket.next().await;
    assert!(
        matches!(&refused, ServerFrame::Error { problem, .. } if problem.code == Code::NotAMember),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_device_that_the_next_roster_leaves_out_hears_of_it_and_of_nothing_more() {
    let scene = Scene::new().await;
    let (visitor, chat) = scene.chat(7).await;
    let agent = scene.agent().await;
    let mut socket = agent.follow(None).await;
    socket.missed().await;
    let second = scene.owner.next_roster(2, &scene.owner.first_roster(&[&scene.agent]), &[]);
    assert_eq!(scene.nobody().put_octets(&scene.roster_path(), &second).await.status(), 200);
    assert_eq!(socket.next().await, ServerFrame::Roster { generation: 1, version: 2 });

    visitor.store(chat, event_id(1), &envelope("halo", &[scene.agent.id])).await;
    socket.say(&ClientFrame::Ping).await;
    assert_eq!(socket.next().await, ServerFrame::Pong);
    let pulled = agent.get(&format!("/v1/conversations/{chat}/events")).await;
    assert_eq!(code_of(pulled).await, Code::NotAMember);
}

#[tokio::test]
async fn a_device_that_the_next_roster_adds_gets_what_was_before() {
    let scene = Scene::new().await;
    let (visitor, chat) = scene.chat(7).await;
    visitor.store(chat, event_id(1), &envelope("halo", &[scene.agent.id])).await;
    let newcomer = scene.visitor_device(9);
    let mut socket = scene.nobody().log_in(&newcomer).await.follow(None).await;
    assert_eq!(socket.missed().await.0, []);
    let second =
        scene.owner.next_roster(2, &scene.owner.first_roster(&[&scene.agent]), &[&scene.agent, &newcomer]);
    assert_eq!(scene.nobody().put_octets(&scene.roster_path(), &second).await.status(), 200);
    assert_eq!(socket.next().await, ServerFrame::Roster { generation: 1, version: 2 });
    assert_eq!(socket.next_event().await.position, 1);
}

#[tokio::test]
async fn what_is_no_hello_or_no_frame_is_sent_away() {
    let scene = Scene::new().await;
    let agent = scene.agent().await;
    let mut socket = Socket::connect(&scene.origin(), None).await.unwrap();
    socket.hello("guess", None).await;
    assert_eq!(socket.sent_away().await, Code::Unauthenticated);
    let mut socket = Socket::connect(&scene.origin(), None).await.unwrap();
    socket.say(&ClientFrame::Ping).await;
    assert_eq!(socket.sent_away().await, Code::Unauthenticated);
    for text in ["", "{}", "{\"type\":\"signal\"}", "not json"] {
        let mut socket = agent.follow(None).await;
        socket.say_text(text.into()).await;
        assert_eq!(socket.sent_away().await, Code::Malformed, "{text}");
    }
}

#[tokio::test]
async fn a_stream_ends_when_its_session_lapses() {
    let scene = Scene::new().await;
    let agent = scene.agent().await;
    let lapse = "UPDATE sessions SET expires = unixepoch() + 2";
    assert_eq!(rusqlite::Connection::open(scene.database()).unwrap().execute(lapse, []).unwrap(), 1);
    let mut socket = agent.follow(None).await;
    socket.missed().await;
    assert_eq!(socket.sent_away().await, Code::Unauthenticated);
    assert_eq!(code_of(agent.get("/v1/conversations").await).await, Code::Unauthenticated);
}

#[tokio::test]
async fn a_message_over_the_limit_is_too_large_and_ends_the_stream() {
    let scene = Scene::new().await;
    for bytes in [limits::REQUEST_BYTES + 1, 8 * limits::REQUEST_BYTES] {
        let mut socket = scene.agent().await.follow(None).await;
        socket.say_text(" ".repeat(bytes)).await;
        assert_eq!(socket.sent_away().await, Code::TooLarge);
    }
}

#[tokio::test]
async fn a_relay_that_stops_says_goodbye() {
    let scene = Scene::new().await;
    let mut socket = scene.agent().await.follow(None).await;
    socket.missed().await;
    let Scene { running, folder, .. } = scene;
    let (code, ()) = tokio::join!(socket.sent_away(), running.stop());
    assert_eq!(code, Code::Draining);
    drop(folder);
}
