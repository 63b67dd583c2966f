//! Signals: from one stream to the others of a conversation, and nowhere else.

use std::time::Instant;

use segel_wire::{ClientFrame, ConversationId, Octets, ServerFrame, limits};

use crate::support::{Client, Following, Scene, Socket, envelope, event_id};

fn signal(conversation: ConversationId, number: u8) -> ClientFrame {
    ClientFrame::Signal { conversation, signal: bytes(number) }
}

/// As long as a signal of this version, and found nowhere by chance.
fn bytes(number: u8) -> Octets {
    Octets([&b"signal that nobody keeps"[..], &[number; 58]].concat())
}

fn heard(conversation: ConversationId, from: &Client, number: u8) -> ServerFrame {
    ServerFrame::Signal { conversation, sender: from.device.unwrap(), signal: bytes(number) }
}

async fn follow(client: &Client) -> Socket {
    let mut socket = client.follow(None).await;
    socket.missed().await;
    socket
}

/// Nothing came before the answer to a ping.
async fn assert_silent(socket: &mut Socket) {
    socket.say(&ClientFrame::Ping).await;
    assert_eq!(socket.next().await, ServerFrame::Pong);
}

#[tokio::test]
async fn a_signal_goes_to_every_stream_of_those_who_reach_the_conversation_and_not_to_its_sender() {
    let scene = Scene::new().await;
    let ((visitor, chat), (stranger, other_chat)) = (scene.chat(7).await, scene.chat(8).await);
    let agent = scene.agent().await;
    let (mut writing, mut second) = (follow(&visitor).await, follow(&visitor).await);
    let (mut desk, mut laptop) = (follow(&agent).await, follow(&agent).await);
    let mut elsewhere = follow(&stranger).await;

    writing.say(&signal(chat, 1)).await;
    assert_eq!(desk.next().await, heard(chat, &visitor, 1));
    assert_eq!(laptop.next().await, heard(chat, &visitor, 1));
    desk.say(&signal(chat, 2)).await;
    assert_eq!(writing.next().await, heard(chat, &agent, 2));
    assert_eq!(second.next().await, heard(chat, &agent, 2));

    elsewhere.say(&signal(chat, 3)).await;
    elsewhere.say(&signal(ConversationId([9; 16]), 4)).await;
    elsewhere.say(&signal(other_chat, 5)).await;
    assert_eq!(desk.next().await, heard(other_chat, &stranger, 5), "what was out of reach went nowhere");
    for socket in [&mut writing, &mut second, &mut desk, &mut elsewhere] {
        assert_silent(socket).await;
    }
}

#[tokio::test]
async fn a_signal_is_not_kept_and_not_sent_to_who_comes_later() {
    let scene = Scene::new().await;
    let (visitor, chat) = scene.chat(7).await;
    let agent = scene.agent().await;
    let (mut writing, mut desk) = (follow(&visitor).await, follow(&agent).await);
    writing.say(&signal(chat, 1)).await;
    assert_eq!(desk.next().await, heard(chat, &visitor, 1));
    visitor.store(chat, event_id(1), &envelope("halo", &[scene.agent.id])).await;

    let (events, _) = agent.follow(None).await.missed().await;
    assert_eq!(events.len(), 1);
    let wal = scene.database().with_extension("sqlite-wal");
    for file in [scene.database(), wal] {
        let kept = std::fs::read(&file).unwrap();
        let is_there = |text: &[u8]| kept.windows(text.len()).any(|window| window == text);
        assert!(!is_there(b"signal that nobody keeps"), "{}", file.display());
    }
}

#[tokio::test]
async fn signals_over_the_rate_or_the_size_are_dropped_and_events_come_through() {
    let scene = Scene::new().await;
    let (visitor, chat) = scene.chat(7).await;
    let agent = scene.agent().await;
    let (mut writing, mut desk) = (follow(&visitor).await, follow(&agent).await);
    let largest = Octets(vec![7; limits::SIGNAL_BYTES]);
    let over = Octets(vec![8; limits::SIGNAL_BYTES + 1]);
    writing.say(&ClientFrame::Signal { conversation: chat, signal: over }).await;
    writing.say(&ClientFrame::Signal { conversation: chat, signal: largest.clone() }).await;
    let sender = visitor.device.unwrap();
    assert_eq!(desk.next().await, ServerFrame::Signal { conversation: chat, sender, signal: largest });

    let begun = Instant::now();
    for number in 0..100 {
        writing.say(&signal(chat, number)).await;
    }
    visitor.store(chat, event_id(1), &envelope("halo", &[scene.agent.id])).await;
    let (mut passed, mut events) = (0, 0);
    desk.say(&ClientFrame::Ping).await;
    loop {
        match desk.next().await {
            ServerFrame::Signal { .. } => passed += 1,
            ServerFrame::Event(_) => events += 1,
            // The ping may have overtaken what waited for the desk's stream; the event is waited for.
            ServerFrame::Pong if events == 1 => break,
            ServerFrame::Pong => desk.say(&ClientFrame::Ping).await,
            other => panic!("unexpected {other:?}"),
        }
    }
    assert!((1..=5 + begun.elapsed().as_secs()).contains(&passed), "{passed} of 100 signals");
}

#[tokio::test]
async fn a_device_that_the_next_roster_leaves_out_neither_hears_nor_sends_signals() {
    let scene = Scene::new().await;
    let (visitor, chat) = scene.chat(7).await;
    let (mut writing, mut desk) = (follow(&visitor).await, follow(&scene.agent().await).await);
    let second = scene.owner.next_roster(2, &scene.owner.first_roster(&[&scene.agent]), &[]);
    assert_eq!(scene.nobody().put_octets(&scene.roster_path(), &second).await.status(), 200);
    for socket in [&mut writing, &mut desk] {
        assert_eq!(socket.next().await, ServerFrame::Roster { generation: 1, version: 2 });
    }
    writing.say(&signal(chat, 1)).await;
    desk.say(&signal(chat, 2)).await;
    assert_silent(&mut desk).await;
    assert_silent(&mut writing).await;
}
