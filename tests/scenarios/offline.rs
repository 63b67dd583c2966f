//! A browser without a network for a while, and one that ends meanwhile.

use segel_ui::Language;
use serde_json::json;

use crate::harness::{Person, Stage};

const QUEUED: usize = 10;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_offline_goes_once_and_in_order_and_what_was_said_meanwhile_comes() {
    Stage::play(async |stage| {
        let [visitor, agent] = meet(stage).await;
        loses_network(stage, &visitor).await;
        let queued = write(&visitor).await;
        agent.says("selagi luring").await;
        agent.has_sent("selagi luring").await;
        emulate(&visitor, true).await;
        settles(&visitor, &agent, &queued).await;
        let timeline = visitor.texts().await;
        assert_eq!(timeline[..2], ["mulai", "selagi luring"]);
        assert_eq!(timeline[2..], queued);
        visitor.reloads().await;
        visitor.has_sent(queued.last().unwrap()).await;
        assert_eq!(visitor.texts().await, timeline);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_offline_outlives_the_browser_and_goes_once_when_both_are_back() {
    Stage::play(async |stage| {
        let [visitor, agent] = meet(stage).await;
        loses_network(stage, &visitor).await;
        let queued = write(&visitor).await;
        agent.says("selagi luring").await;
        agent.has_sent("selagi luring").await;
        let visitor = stage.crash_browser_of(visitor).await;
        visitor.goes_to(stage.demo().shop()).await;
        visitor.opens_chat().await;
        settles(&visitor, &agent, &queued).await;
        let timeline = visitor.texts().await;
        assert_eq!(timeline[0], "mulai");
        assert_eq!(timeline.iter().filter(|text| *text == "selagi luring").count(), 1);
        assert_eq!(
            timeline.iter().filter(|text| text.starts_with("antre")).collect::<Vec<_>>(),
            queued.iter().collect::<Vec<_>>()
        );
    })
    .await;
}

/// A visitor and an agent who have begun to talk.
async fn meet(stage: &mut Stage) -> [Person; 2] {
    // What a browser writes down about a network that is not there.
    stage.expect_in_console("net::ERR_INTERNET_DISCONNECTED");
    let agent = stage.agent().await;
    stage.every_browser_is_one_process("id");
    let visitor = stage.visitor().await;
    visitor.says("mulai").await;
    visitor.has_sent("mulai").await;
    agent.chooses_newest().await;
    agent.reads("mulai").await;
    [visitor, agent]
}

/// Writes ten texts, of which none can be sent; answers them.
async fn write(visitor: &Person) -> Vec<String> {
    let text = Language::indonesian().text();
    visitor.is_told(".banner", text.offline()).await;
    let queued: Vec<_> = (1..=QUEUED).map(|number| format!("antre {number}")).collect();
    for written in &queued {
        visitor.says(written).await;
        visitor.sees_row("it to wait", |row| row.text == *written && row.status == text.sending()).await;
    }
    queued
}

/// Waits until both have everything; both have it in the same order.
async fn settles(visitor: &Person, agent: &Person, queued: &[String]) {
    let last = queued.last().unwrap();
    visitor.has_sent(last).await;
    visitor.reads("selagi luring").await;
    agent.reads(last).await;
    assert_eq!(visitor.texts().await, agent.texts().await);
    assert_eq!(visitor.texts().await.len(), 2 + QUEUED);
}

/// Takes the network away from the tab in front, and what was connected with it.
async fn loses_network(stage: &mut Stage, person: &Person) {
    emulate(person, false).await;
    // The browser only refuses what is new.
    stage.proxy().cut();
}

/// Has the tab in front have a network, or none.
async fn emulate(person: &Person, up: bool) {
    let wish = json!({ "offline": !up, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    person.browser().asks("Network.enable", json!({})).await;
    person.browser().asks("Network.emulateNetworkConditions", wish).await;
}
