//! Storing and pulling events.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use reqwest::Method;
use segel_relay::EventRate;
use segel_wire::api::{ConversationsAnswer, OpenConversation, StoredAnswer};
use segel_wire::{ClientFrame, Code, ConversationId, DeskId, DeviceId, Octets, ServerFrame, limits};

use crate::support::{Client, Following, Scene, code_of, envelope, event_id};

#[tokio::test]
async fn the_same_event_gets_the_first_answer_for_ever_and_other_bytes_conflict() {
    let scene = Scene::new().await;
    let (visitor, chat) = scene.chat(7).await;
    let sent = envelope("halo", &[scene.agent.id]);
    let first = visitor.store(chat, event_id(1), &sent).await;
    assert_eq!(visitor.store(chat, event_id(2), &sent).await.position, 2);
    assert_eq!(visitor.store(chat, event_id(1), &sent).await, first);

    let mut other_wrap = sent.clone();
    other_wrap.wraps[0].wrap = Octets(b"another".to_vec());
    for other in [envelope("helo", &[scene.agent.id]), other_wrap] {
        assert_eq!(code_of(visitor.put_event(chat, event_id(1), &other).await).await, Code::Conflict);
    }
    let agent = scene.agent().await;
    assert_eq!(code_of(agent.put_event(chat, event_id(1), &sent).await).await, Code::Conflict);
    assert_eq!(visitor.page(chat, "").await.events.len(), 2);
}

#[tokio::test]
async fn concurrent_senders_get_positions_without_gaps() {
    let scene = Scene::new().await;
    let (visitor, chat) = scene.chat(7).await;
    let agent = scene.agent().await;
    let sends = (0..120).map(|number| {
        let sender = if number % 2 == 0 { &visitor } else { &agent };
        let sent = envelope(&format!("event {number}"), &[scene.agent.id]);
        async move { sender.store(chat, event_id(number), &sent).await.position }
    });
    let positions: BTreeSet<u64> = join_all(sends).await.into_iter().collect();
    assert_eq!(positions, (1..=120).collect());

    let first = agent.page(chat, "?limit=1000").await;
    assert_eq!((first.events.len(), first.more), (limits::PAGE_EVENTS, true));
    let rest = agent.page(chat, "?after=100").await;
    assert_eq!((rest.events.len(), rest.more), (20, false));
    let pulled: Vec<u64> = first.events.iter().chain(&rest.events).map(|event| event.position).collect();
    assert_eq!(pulled, (1..=120).collect::<Vec<_>>());
}

#[tokio::test]
async fn each_device_is_given_its_own_wrap_only_and_everybodys_ids() {
    let scene = Scene::new().await;
    let (visitor, chat) = scene.chat(7).await;
    let away = scene.visitor_device(8).id;
    visitor.store(chat, event_id(1), &envelope("halo", &[away, scene.agent.id])).await;
    let mut recipients = vec![away, scene.agent.id];
    recipients.sort_unstable();

    let answer = scene.agent().await.get(&format!("/v1/conversations/{chat}/events")).await;
    let text = answer.text().await.unwrap();
    let wrap_for_away = segel_wire::Octets(format!("wrap for {away}").into_bytes());
    assert!(!text.contains(&serde_json::to_string(&wrap_for_away).unwrap()));
    let seen = &scene.agent().await.page(chat, "").await.events[0];
    assert_eq!(seen.recipients, recipients);
    assert_eq!(seen.wrap, Some(Octets(format!("wrap for {}", scene.agent.id).into_bytes())));
    let own = &visitor.page(chat, "").await.events[0];
    assert_eq!((&own.recipients, &own.wrap), (&recipients, &None));
    assert_eq!(own.sender, visitor.device.unwrap());
}

#[tokio::test]
async fn a_stolen_token_opens_no_other_conversation() {
    let scene = Scene::new().await;
    let (visitor, chat) = scene.chat(7).await;
    visitor.store(chat, event_id(1), &envelope("halo", &[scene.agent.id])).await;
    let (thief, _) = scene.chat(8).await;

    let read = thief.get(&format!("/v1/conversations/{chat}/events")).await;
    assert_eq!(code_of(read).await, Code::NotAMember);
    let written = thief.put_event(chat, event_id(2), &envelope("halo", &[scene.agent.id])).await;
    assert_eq!(code_of(written).await, Code::NotAMember);
    assert_eq!(code_of(thief.open(chat).await).await, Code::NotAMember);
    let unknown =
        thief.put_event(ConversationId([99; 16]), event_id(2), &envelope("halo", &[scene.agent.id])).await;
    assert_eq!(code_of(unknown).await, Code::NotFound);
    let (missed, _) = thief.follow(None).await.missed().await;
    assert_eq!(missed, []);
    assert_eq!(visitor.page(chat, "").await.events.len(), 1);
}

#[tokio::test]
async fn opening_again_is_the_same_and_lists_follow_reach() {
    let scene = Scene::new().await;
    let (first, first_chat) = scene.chat(7).await;
    let (_, second_chat) = scene.chat(8).await;
    assert_eq!(first.open(first_chat).await.status(), 200);
    let other_desk = OpenConversation { desk: DeskId([1; 16]) };
    let path = format!("/v1/conversations/{first_chat}");
    let moved = first.request(Method::PUT, &path).json(&other_desk).send().await.unwrap();
    assert_eq!(code_of(moved).await, Code::Conflict);

    first.store(first_chat, event_id(1), &envelope("halo", &[scene.agent.id])).await;
    let listed = async |client: &Client| {
        let answer: ConversationsAnswer = client.get("/v1/conversations").await.json().await.unwrap();
        answer.conversations.iter().map(|summary| (summary.conversation, summary.head)).collect::<Vec<_>>()
    };
    assert_eq!(listed(&first).await, [(first_chat, 1)]);
    assert_eq!(listed(&scene.agent().await).await, [(first_chat, 1), (second_chat, 0)]);
}

#[tokio::test]
async fn what_is_over_a_limit_or_out_of_shape_is_refused_and_nothing_of_it_kept() {
    let scene = Scene::new().await;
    let (visitor, chat) = scene.chat(7).await;
    let fitting = envelope("halo", &[scene.agent.id]);

    let mut large = fitting.clone();
    large.content = Octets(vec![0; limits::CONTENT_BYTES + 1]);
    assert_eq!(code_of(visitor.put_event(chat, event_id(1), &large).await).await, Code::TooLarge);
    large.content = Octets(vec![0; limits::REQUEST_BYTES]);
    assert_eq!(code_of(visitor.put_event(chat, event_id(1), &large).await).await, Code::TooLarge);
    let mut long_wrap = fitting.clone();
    long_wrap.wraps[0].wrap = Octets(vec![0; limits::WRAP_BYTES + 1]);
    assert_eq!(code_of(visitor.put_event(chat, event_id(1), &long_wrap).await).await, Code::TooLarge);
    let mut twice = fitting.clone();
    twice.wraps.push(twice.wraps[0].clone());
    assert_eq!(code_of(visitor.put_event(chat, event_id(1), &twice).await).await, Code::Malformed);
    let path = format!("/v1/conversations/{chat}/events/not-an-id");
    let misnamed = visitor.request(Method::PUT, &path).json(&fitting).send().await.unwrap();
    assert_eq!(code_of(misnamed).await, Code::Malformed);
    assert_eq!(visitor.page(chat, "").await.events, []);
}

#[tokio::test]
async fn the_largest_envelope_passes_over_http_and_streams() {
    let scene = Scene::new().await;
    let (visitor, chat) = scene.chat(7).await;
    let recipients: Vec<_> =
        (1..=limits::WRAPS).map(|seed| DeviceId([u8::try_from(seed).unwrap(); 16])).collect();
    let mut largest = envelope("", &recipients);
    largest.content = Octets(vec![0xff; limits::CONTENT_BYTES]);
    for wrapped in &mut largest.wraps {
        wrapped.wrap = Octets(vec![0xff; limits::WRAP_BYTES]);
    }
    assert_eq!(visitor.store(chat, event_id(1), &largest).await.position, 1);
    let mut socket = visitor.follow(None).await;
    assert_eq!(socket.missed().await.0[0].content, largest.content);
    let (conversation, event, withdraws) = (chat, event_id(2), None);
    socket.say(&ClientFrame::Send { conversation, event, envelope: largest, withdraws }).await;
    let stored = socket.next().await;
    assert!(matches!(stored, ServerFrame::Stored { position: 2, .. }), "{stored:?}");
}

#[tokio::test]
async fn a_device_that_sends_too_fast_is_told_to_wait_and_nobody_else() {
    let scene = Scene::with(EventRate { per_second: 1, burst: 3 }).await;
    let (visitor, chat) = scene.chat(7).await;
    let sent = envelope("halo", &[scene.agent.id]);
    let answers = join_all((0..10).map(|number| visitor.put_event(chat, event_id(number), &sent))).await;
    let (stored, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status() == 200);
    assert!(!stored.is_empty() && !refused.is_empty());
    for answer in refused {
        assert!(answer.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap() >= 1);
        assert_eq!(code_of(answer).await, Code::TooMany);
    }
    let agent = scene.agent().await.put_event(chat, event_id(100), &sent).await;
    assert_eq!(agent.json::<StoredAnswer>().await.unwrap().position, stored.len() as u64 + 1);
}
