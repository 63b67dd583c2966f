//! A visitor's device has everything of it erased.

use std::time::Duration;

use reqwest::{Method, Response};
use segel_wire::api::{ConversationsAnswer, Erasure};
use segel_wire::sizes::SealedSize;
use segel_wire::{ClientFrame, Code, EventId, Octets, ServerFrame};
use tokio::time::{sleep, timeout};

use crate::attachments;
use crate::support::{Client, Following, Scene, code_of, envelope, event_id};

async fn erase(client: &Client, keeps: &[EventId]) -> Response {
    let body = Erasure { keeps: keeps.to_vec() };
    client.request(Method::POST, "/v1/erasure").json(&body).send().await.unwrap()
}

#[tokio::test]
async fn it_is_told_to_who_is_there_and_to_who_comes_later_and_everything_else_is_gone() {
    let scene = Scene::new().await;
    let ((visitor, chat), agent) = (scene.chat(7).await, scene.agent().await);
    let (_, other_chat) = scene.chat(8).await;
    let sent = envelope("halo", &[scene.agent.id]);
    visitor.store(chat, event_id(1), &sent).await;
    let mut there = agent.follow(None).await;
    let (_, cursor) = there.missed().await;
    let erased = envelope("erased", &[scene.agent.id]);
    visitor.store(chat, event_id(2), &erased).await;
    assert_eq!(erase(&visitor, &[event_id(2)]).await.status(), 200);

    let live = there.next_event().await;
    assert_eq!((live.event, live.position, live.content.clone()), (event_id(2), 2, erased.content));
    for from in [None, Some(cursor.as_str())] {
        assert_eq!(agent.follow(from).await.missed().await.0, std::slice::from_ref(&live));
    }
    let listed: ConversationsAnswer = agent.get("/v1/conversations").await.json().await.unwrap();
    let listed: Vec<_> = listed.conversations.iter().map(|listed| listed.conversation).collect();
    assert_eq!(listed, [other_chat]);
    assert_eq!(agent.ask_bundles(&[&scene.visitor_device(7)]).await.unwrap().status(), 200);

    assert_eq!(code_of(erase(&visitor, &[]).await).await, Code::Unauthenticated, "its session is gone, too");
    let again = scene.visitor(7).await;
    assert_eq!(erase(&again, &[event_id(2)]).await.status(), 200, "whoever did not hear the answer");
    assert_eq!(agent.follow(None).await.missed().await.0, [live]);
}

#[tokio::test]
async fn an_erased_conversation_is_refused_to_everybody_of_its_site() {
    let scene = Scene::new().await;
    let ((visitor, chat), agent) = (scene.chat(7).await, scene.agent().await);
    let sent = envelope("halo", &[scene.agent.id]);
    visitor.store(chat, event_id(1), &sent).await;
    let mut stream = agent.follow(None).await;
    stream.missed().await;
    assert_eq!(erase(&visitor, &[]).await.status(), 200);

    let visitor = scene.visitor(7).await;
    for client in [&visitor, &agent] {
        assert_eq!(code_of(client.open(chat).await).await, Code::Erased);
        for event in [event_id(1), event_id(2)] {
            assert_eq!(code_of(client.put_event(chat, event, &sent).await).await, Code::Erased);
        }
        let page = client.get(&format!("/v1/conversations/{chat}/events")).await;
        assert_eq!(code_of(page).await, Code::Erased);
        assert_eq!(code_of(client.get(&attachments::path(chat)).await).await, Code::Erased);
    }
    let late = ClientFrame::Send { conversation: chat, event: event_id(3), envelope: sent, withdraws: None };
    stream.say(&late).await;
    let refused = stream.next().await;
    assert!(
        matches!(&refused, ServerFrame::Error { event: Some(_), problem } if problem.code == Code::Erased),
        "{refused:?}"
    );
}

#[tokio::test]
async fn nobody_erases_what_another_visitor_began_and_no_agent_anything() {
    let scene = Scene::new().await;
    let ((visitor, chat), agent) = (scene.chat(7).await, scene.agent().await);
    visitor.store(chat, event_id(1), &envelope("halo", &[scene.agent.id])).await;
    let (thief, _) = scene.chat(8).await;
    assert_eq!(erase(&thief, &[event_id(1)]).await.status(), 200, "of its own");
    assert_eq!(code_of(erase(&agent, &[]).await).await, Code::NotAMember);
    assert_eq!(code_of(erase(&scene.nobody(), &[]).await).await, Code::Unauthenticated);
    assert_eq!(agent.page(chat, "").await.events.len(), 1);
    let malformed = visitor.request(Method::POST, "/v1/erasure").body("{}").send().await.unwrap();
    assert_eq!(code_of(malformed).await, Code::Malformed);
}

#[tokio::test]
async fn nothing_of_it_stays_in_the_database_file_or_its_log() {
    let scene = Scene::new().await;
    let ((visitor, chat), agent) = (scene.chat(7).await, scene.agent().await);
    let [content, answer, wrap, chunk] =
        [b"the content ", b"an answer...", b"the wrapping", b"the document"].map(|word| word.repeat(1_000));
    let mut sent = envelope("", &[scene.agent.id]);
    (sent.content, sent.wraps[0].wrap) = (Octets(content.clone()), Octets(wrap[..2_500].to_vec()));
    visitor.store(chat, event_id(1), &sent).await;
    agent
        .store(chat, event_id(0x6576_656e_7420_6964), &{
            let mut sent = envelope("", &[visitor.device.unwrap()]);
            sent.content = Octets(answer.clone());
            sent
        })
        .await;
    let size = SealedSize::derive(10_000).unwrap().bytes();
    let sealed: Vec<u8> = chunk.iter().copied().take(usize::try_from(size).unwrap()).collect();
    attachments::answer(attachments::begin(&visitor, chat, size).await).await;
    attachments::answer(attachments::add(&visitor, chat, 0, &sealed).await).await;
    let device = visitor.device.unwrap();
    let searched: [&[u8]; 6] =
        [&content[..12], &answer[..12], &wrap[..12], &chunk[..12], b"event id", &device.0];
    let traces = || {
        let files = std::fs::read_dir(scene.folder.path()).unwrap();
        let bytes: Vec<u8> = files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
        searched.map(|word| bytes.windows(word.len()).any(|window| window == word))
    };
    assert_eq!(traces(), [true; 6]);

    assert_eq!(erase(&visitor, &[]).await.status(), 200);
    let gone = async {
        while traces() != [false; 6] {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(10), gone).await.unwrap_or_else(|_| panic!("traces stay: {:?}", traces()));
    assert_eq!(code_of(agent.get(&format!("/v1/conversations/{chat}/events")).await).await, Code::Erased);
}
