//! Whether the relay stored an event, for whoever knows all of it.

use reqwest::{Method, Response};
use segel_wire::api::{Erasure, RecordOf, RecordsAnswer, RecordsRequest};
use segel_wire::{Code, ContentDigest, ConversationId, DeviceId, Envelope, EventId, SiteId, limits};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::support::{Client, Owner, Scene, code_of, database, envelope, event_id, start};

const SENDER: u8 = 7;

/// A visitor's event that is stored, and how it is asked for.
struct Said {
    scene: Scene,
    visitor: Client,
    asked: RecordsRequest,
    time: u64,
}

impl Said {
    async fn new() -> Self {
        let scene = Scene::new().await;
        let (visitor, conversation) = scene.chat(SENDER).await;
        let sent = envelope("halo", &[scene.agent.id]);
        let time = visitor.store(conversation, event_id(1), &sent).await.time;
        let of = record_of(&scene, 1, &sent);
        Self { scene, visitor, asked: RecordsRequest { conversation, events: vec![of] }, time }
    }

    /// Nobody's session is asked for: the hash is what entitles.
    async fn ask(&self, asked: &RecordsRequest) -> Response {
        ask(&self.scene.nobody(), self.scene.owner.site, asked).await
    }

    async fn times(&self, asked: &RecordsRequest) -> Vec<Option<u64>> {
        times(self.ask(asked).await).await
    }
}

fn record_of(scene: &Scene, number: u64, sent: &Envelope) -> RecordOf {
    RecordOf {
        event: event_id(number),
        position: number,
        sender: scene.visitor_device(SENDER).id,
        content: ContentDigest(Sha256::digest(&sent.content.0).into()),
    }
}

async fn ask(client: &Client, site: SiteId, asked: &RecordsRequest) -> Response {
    let path = format!("/v1/sites/{site}/records");
    client.request(Method::POST, &path).json(asked).send().await.unwrap()
}

async fn times(answer: Response) -> Vec<Option<u64>> {
    assert_eq!(answer.status(), 200);
    answer.json::<RecordsAnswer>().await.unwrap().times
}

#[tokio::test]
async fn who_knows_all_of_an_event_is_told_when_it_was_stored_member_or_not() {
    let said = Said::new().await;
    let outsider = said.scene.visitor(9).await;
    for client in [&said.scene.nobody(), &said.visitor, &said.scene.agent().await, &outsider] {
        let answer = ask(client, said.scene.owner.site, &said.asked).await;
        let body = answer.text().await.unwrap();
        assert_eq!(body, format!(r#"{{"times":[{}]}}"#, said.time), "and nothing else");
    }
}

#[tokio::test]
async fn who_does_not_know_all_of_it_is_told_nothing_not_even_a_member() {
    let said = Said::new().await;
    let of = &said.asked.events[0];
    let others = [
        RecordOf { event: EventId([9; 16]), ..of.clone() },
        RecordOf { position: 0, ..of.clone() },
        RecordOf { position: 2, ..of.clone() },
        RecordOf { position: u64::MAX, ..of.clone() },
        RecordOf { sender: DeviceId([9; 16]), ..of.clone() },
        RecordOf { sender: said.scene.agent.id, ..of.clone() },
        RecordOf { content: ContentDigest([9; 32]), ..of.clone() },
    ];
    let nothing = vec![None; others.len()];
    let asked = RecordsRequest { events: others.to_vec(), ..said.asked.clone() };
    assert_eq!(said.times(&asked).await, nothing);
    assert_eq!(times(ask(&said.visitor, said.scene.owner.site, &asked).await).await, nothing);
    // Each answer stands where its question does, and a conversation that is not there is answered like any other.
    let mixed = RecordsRequest { events: vec![others[0].clone(), of.clone()], ..said.asked.clone() };
    assert_eq!(said.times(&mixed).await, [None, Some(said.time)]);
    let elsewhere = RecordsRequest { conversation: ConversationId([9; 16]), ..said.asked.clone() };
    assert_eq!(said.times(&elsewhere).await, [None]);
}

#[tokio::test]
async fn what_was_withdrawn_is_still_confirmed_and_what_was_erased_is_not() {
    let said = Said::new().await;
    let (chat, taken_back) = (said.asked.conversation, envelope("taken back", &[said.scene.agent.id]));
    let path = format!("/v1/conversations/{chat}/events/{}?withdraws={}", event_id(2), event_id(1));
    let withdrawn = said.visitor.request(Method::PUT, &path).json(&taken_back).send().await.unwrap();
    assert_eq!(withdrawn.status(), 200);
    assert_eq!(said.visitor.page(chat, "?limit=1").await.events[0].content.0, b"", "it is a tombstone");
    assert_eq!(said.times(&said.asked).await, [Some(said.time)]);

    let of = record_of(&said.scene, 2, &taken_back);
    let both = RecordsRequest { events: vec![said.asked.events[0].clone(), of], ..said.asked.clone() };
    let erasure = Erasure { keeps: vec![event_id(2)] };
    let erased = said.visitor.request(Method::POST, "/v1/erasure").json(&erasure).send().await.unwrap();
    assert_eq!(erased.status(), 200);
    assert_eq!(said.times(&both).await, [None, None], "not even what tells of the erasure");
}

#[tokio::test]
async fn a_request_has_its_limit_and_its_shape() {
    let said = Said::new().await;
    let many =
        |count| RecordsRequest { events: vec![said.asked.events[0].clone(); count], ..said.asked.clone() };
    assert_eq!(said.times(&many(limits::RECORDS)).await, vec![Some(said.time); limits::RECORDS]);
    assert_eq!(code_of(said.ask(&many(limits::RECORDS + 1)).await).await, Code::TooLarge);
    let path = format!("/v1/sites/{}/records", said.scene.owner.site);
    let malformed = said.scene.nobody().request(Method::POST, &path).body("{}").send().await.unwrap();
    assert_eq!(code_of(malformed).await, Code::Malformed);
}

#[tokio::test]
async fn who_asks_too_fast_is_told_when_to_ask_again_and_another_site_is_asked_as_ever() {
    let (owners, folder) = ([Owner::new(1), Owner::new(2)], TempDir::new().unwrap());
    let rate = segel_relay::EventRate { per_second: 1, burst: 3 };
    let running = start(&[&owners[0], &owners[1]], &database(folder.path()), rate).await;
    let origin = format!("http://{}", running.address());
    let of = |event| RecordOf {
        event: event_id(event),
        position: event,
        sender: DeviceId([9; 16]),
        content: ContentDigest([9; 32]),
    };
    let asked = RecordsRequest { conversation: ConversationId([9; 16]), events: vec![of(1), of(2)] };
    // Each with connections of its own: who asks makes no difference.
    let mut refused = None;
    for _ in 0..10 {
        let answer = ask(&Client::new(&origin), owners[0].site, &asked).await;
        if answer.status() != 200 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("a relay that admits one request a second answered ten at once");
    let wait = refused.headers()["retry-after"].to_str().unwrap().parse::<u64>().unwrap();
    assert!(wait >= 1);
    assert_eq!(code_of(refused).await, Code::TooMany);
    assert_eq!(times(ask(&Client::new(&origin), owners[1].site, &asked).await).await, [None, None]);
}

#[tokio::test]
async fn another_site_of_the_same_relay_is_told_nothing() {
    let (owners, folder) = ([Owner::new(1), Owner::new(2)], TempDir::new().unwrap());
    let rate = segel_relay::EventRate { per_second: 100_000, burst: 100_000 };
    let running = start(&[&owners[0], &owners[1]], &database(folder.path()), rate).await;
    let nobody = Client::new(&format!("http://{}", running.address()));
    let device = crate::support::TestDevice::new(&owners[0], SENDER);
    let (visitor, chat) = (nobody.log_in(&device).await, ConversationId([SENDER; 16]));
    assert_eq!(visitor.open(chat).await.status(), 200);
    let sent = envelope("halo", &[]);
    let time = visitor.store(chat, event_id(1), &sent).await.time;
    let content = ContentDigest(Sha256::digest(&sent.content.0).into());
    let of = RecordOf { event: event_id(1), position: 1, sender: device.id, content };
    let asked = RecordsRequest { conversation: chat, events: vec![of] };
    assert_eq!(times(ask(&nobody, owners[0].site, &asked).await).await, [Some(time)]);
    assert_eq!(times(ask(&nobody, owners[1].site, &asked).await).await, [None]);
    assert_eq!(code_of(ask(&nobody, SiteId([9; 16]), &asked).await).await, Code::NotFound);
}
