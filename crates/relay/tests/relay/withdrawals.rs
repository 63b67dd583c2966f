//! What a device takes back: the relay drops it and keeps its place.

use std::time::Duration;

use reqwest::{Method, Response};
use segel_wire::sizes::SealedSize;
use segel_wire::{
    AttachmentId, ClientFrame, Code, ConversationId, Envelope, EventId, Octets, ServerFrame, Withdraws,
};
use tokio::time::{sleep, timeout};

use crate::attachments::{self, Sealed};
use crate::support::{Client, Following, Scene, code_of, envelope, event_id};

/// Stores an event that takes back another one.
async fn withdraw(
    client: &Client,
    chat: ConversationId,
    (event, of): (EventId, EventId),
    rest: &str,
    envelope: &Envelope,
) -> Response {
    let path = format!("/v1/conversations/{chat}/events/{event}?withdraws={of}{rest}");
    client.request(Method::PUT, &path).json(envelope).send().await.unwrap()
}

#[tokio::test]
async fn who_comes_later_is_sent_a_tombstone_and_who_is_there_the_event_that_took_it_back() {
    let scene = Scene::new().await;
    let ((visitor, chat), agent) = (scene.chat(7).await, scene.agent().await);
    let sent = envelope("halo", &[scene.agent.id]);
    visitor.store(chat, event_id(1), &sent).await;
    visitor.store(chat, event_id(2), &sent).await;
    let mut there = agent.follow(None).await;
    let (missed, cursor) = there.missed().await;

    let mut socket = visitor.follow(None).await;
    socket.missed().await;
    let withdraws = Some(Withdraws { event: event_id(1), attachment: None });
    let taken_back = envelope("taken back", &[scene.agent.id]);
    let (conversation, event) = (chat, event_id(3));
    socket.say(&ClientFrame::Send { conversation, event, envelope: taken_back.clone(), withdraws }).await;
    let stored = socket.next().await;
    assert!(matches!(stored, ServerFrame::Stored { position: 3, .. }), "{stored:?}");
    let again = withdraw(&visitor, chat, (event_id(3), event_id(1)), "", &taken_back).await;
    assert_eq!(again.status(), 200, "the same, whichever way it is said");

    let live = there.next_event().await;
    assert_eq!((live.event, live.content.clone(), live.hash), (event_id(3), taken_back.content, None));
    assert_eq!(agent.follow(Some(&cursor)).await.missed().await.0, std::slice::from_ref(&live));

    let (late, _) = agent.follow(None).await.missed().await;
    assert_eq!(late[1..], [missed[1].clone(), live]);
    let tombstone = &late[0];
    assert_eq!((tombstone.position, tombstone.time), (1, missed[0].time));
    assert_eq!((tombstone.content.0.len(), tombstone.recipients.len(), &tombstone.wrap), (0, 0, &None));
    assert!(tombstone.hash.is_some());
    for client in [&agent, &visitor] {
        assert_eq!(client.page(chat, "?limit=1").await.events, std::slice::from_ref(tombstone));
    }
    assert_eq!(agent.listen(None).await.missed().await.0[0], *tombstone);
    assert!(agent.poll(None, 0).await.contains(&ServerFrame::Event(tombstone.clone())));
}

#[tokio::test]
async fn nobody_takes_back_what_another_device_sent() {
    let scene = Scene::new().await;
    let ((visitor, chat), agent) = (scene.chat(7).await, scene.agent().await);
    let sent = envelope("halo", &[scene.agent.id]);
    visitor.store(chat, event_id(1), &sent).await;
    let (thief, other_chat) = scene.chat(8).await;
    thief.store(other_chat, event_id(5), &sent).await;

    let taken_back = envelope("taken back", &[scene.agent.id]);
    for (client, chat, of, code) in [
        (&agent, chat, event_id(1), Code::NotFound),
        (&thief, chat, event_id(1), Code::NotAMember),
        (&thief, other_chat, event_id(1), Code::NotFound),
        (&visitor, chat, event_id(5), Code::NotFound),
        (&visitor, chat, event_id(9), Code::NotFound),
    ] {
        assert_eq!(code_of(withdraw(client, chat, (event_id(9), of), "", &taken_back).await).await, code);
    }
    let misnamed = format!("/v1/conversations/{chat}/events/{}?withdraws=x", event_id(9));
    let misnamed = visitor.request(Method::PUT, &misnamed).json(&taken_back).send().await.unwrap();
    assert_eq!(code_of(misnamed).await, Code::Malformed);
    let kept = agent.page(chat, "").await.events;
    assert_eq!((kept.len(), kept[0].content.clone()), (1, sent.content), "nothing of it was stored");
}

#[tokio::test]
async fn the_attachment_of_what_was_taken_back_can_be_fetched_no_more() {
    let scene = Scene::new().await;
    let ((visitor, chat), agent, file) = (scene.chat(7).await, scene.agent().await, Sealed::new());
    attachments::send_whole(&visitor, chat, &file).await;
    visitor.store(chat, event_id(1), &envelope("a file", &[scene.agent.id])).await;
    agent.store(chat, event_id(2), &envelope("thanks", &[scene.agent.id])).await;
    let attachment = format!("&attachment={}", attachments::ID);
    let taken_back = envelope("taken back", &[scene.agent.id]);

    withdraw(&agent, chat, (event_id(3), event_id(2)), &attachment, &taken_back).await;
    assert_eq!(agent.get(&attachments::path(chat)).await.status(), 200, "it is another device's");
    withdraw(&visitor, chat, (event_id(4), event_id(1)), &attachment, &taken_back).await;
    assert_eq!(code_of(agent.get(&attachments::path(chat)).await).await, Code::NotFound);
    assert_eq!(code_of(attachments::fetch(&agent, chat, "bytes=0-9").await).await, Code::NotFound);
    let unknown = format!("&attachment={}", AttachmentId([0; 16]));
    let again = withdraw(&visitor, chat, (event_id(5), event_id(1)), &unknown, &taken_back).await;
    assert_eq!(again.status(), 200, "what is not there is gone");
}

#[tokio::test]
async fn nothing_of_it_stays_in_the_database_file_or_its_log() {
    let scene = Scene::new().await;
    let (visitor, chat) = scene.chat(7).await;
    let [content, wrap, chunk] =
        [b"the content ", b"the wrapping", b"the document"].map(|word| word.repeat(1_000));
    let mut sent = envelope("", &[scene.agent.id]);
    (sent.content, sent.wraps[0].wrap) = (Octets(content.clone()), Octets(wrap[..2_500].to_vec()));
    let size = SealedSize::derive(10_000).unwrap().bytes();
    let sealed: Vec<u8> = chunk.iter().copied().take(usize::try_from(size).unwrap()).collect();
    attachments::answer(attachments::begin(&visitor, chat, size).await).await;
    attachments::answer(attachments::add(&visitor, chat, 0, &sealed).await).await;
    visitor.store(chat, event_id(1), &sent).await;
    let traces = || {
        let files = std::fs::read_dir(scene.folder.path()).unwrap();
        let bytes: Vec<u8> = files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
        let holds = |word: &[u8]| bytes.windows(word.len()).any(|window| window == word);
        [&content, &wrap, &chunk].map(|part| holds(&part[..12]))
    };
    assert_eq!(traces(), [true; 3]);

    let attachment = format!("&attachment={}", attachments::ID);
    let taken_back = envelope("taken back", &[scene.agent.id]);
    withdraw(&visitor, chat, (event_id(2), event_id(1)), &attachment, &taken_back).await;
    let gone = async {
        while traces() != [false; 3] {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(10), gone).await.expect("traces stay");
    assert_eq!(visitor.page(chat, "").await.events.len(), 2);
}
