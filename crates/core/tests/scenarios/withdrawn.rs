//! What is taken back at a real relay: it is gone there, at both sides, and for who was away.

use std::time::Duration;

use segel_core::Input;
use segel_core::show::{Body, Item, Progress};
use segel_testkit::client::Client;
use segel_testkit::site::TestSite;
use segel_wire::ClientFrame;
use segel_wire::ids::EventId;

const SECRET: &str = "tarik aku kembali";

fn takes_back(client: &Client, event: EventId) {
    client.input(Input::Withdraw { conversation: client.conversation(), event });
}

async fn sees_withdrawn(client: &Client, event: EventId) {
    let is_so = |item: &Item| item.event == event && item.body == Body::Withdrawn;
    client.until("it to be withdrawn", |screen| screen.items.values().any(is_so)).await;
}

#[tokio::test]
async fn both_sides_take_back_at_a_real_relay_and_who_was_away_sees_nothing_else() {
    let mut site = TestSite::start().await;
    let (agent, mut away) = (site.agent().await, site.agent().await);
    let visitor = site.visitor();
    visitor.say("halo");
    for client in [&agent, &away] {
        client.reads("halo").await;
    }
    away.input(Input::Network(false));
    visitor.say(SECRET);
    agent.reads(SECRET).await;
    visitor.has_sent(SECRET).await;
    let visitors = visitor.event(SECRET);
    takes_back(&visitor, visitors);
    for client in [&visitor, &agent] {
        sees_withdrawn(client, visitors).await;
    }
    agent.say("jawab");
    visitor.reads("jawab").await;
    agent.has_sent("jawab").await;
    let agents = agent.event("jawab");
    takes_back(&agent, agents);
    for client in [&visitor, &agent] {
        sees_withdrawn(client, agents).await;
    }

    away.restart().await;
    for event in [visitors, agents] {
        sees_withdrawn(&away, event).await;
    }
    let said: Vec<_> = away.screen().closed().map(|(_, refusal)| refusal).collect();
    assert_eq!((said, away.screen().item(SECRET)), (vec![], None));
    visitor.say("lanjut");
    away.reads("lanjut").await;
    for client in [&visitor, &agent, &away] {
        assert_eq!(client.screen().refusals, []);
    }
}

#[tokio::test]
async fn a_file_that_was_taken_back_is_gone_at_the_relay_and_here() {
    let mut site = TestSite::start().await;
    let (agent, visitor) = (site.agent().await, site.visitor());
    let picture = [&b"\x89PNG\r\n\x1a\n"[..], &b"struk belanja ".repeat(9_000)].concat();
    visitor.attach("struk.png", "image/png", &picture);
    visitor.has_sent_file("struk.png").await;
    assert_eq!(agent.gets("struk.png").await, picture);
    let file = visitor.screen().file("struk.png").unwrap().event;
    takes_back(&visitor, file);
    for client in [&visitor, &agent] {
        sees_withdrawn(client, file).await;
    }
    agent.input(Input::Fetch { conversation: visitor.conversation(), event: file });
    agent.advance(Duration::from_secs(1));
    assert_eq!(agent.screen().transfers.get(&file).copied().unwrap_or(Progress::Rests), Progress::Rests);
    // The relay can tell what to drop by the word of whoever sent it alone.
    let records = site.proxy().records();
    let dropped = records.iter().find_map(|record| match serde_json::from_slice(&record.body) {
        Ok(ClientFrame::Send { withdraws: Some(withdraws), .. }) => withdraws.attachment,
        _ => None,
    });
    let path = format!("/attachments/{}", dropped.expect("an attachment is named"));
    assert!(records.iter().any(|record| record.subject.starts_with("PUT") && record.subject.contains(&path)));
}
