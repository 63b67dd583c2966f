//! Visitor and agent write to each other, and find again what they wrote.

use segel_testkit::proxy::{Proxy, Towards};
use segel_wire::ClientFrame;
use segel_wire::limits::MESSAGE_CHARS;

use crate::harness::{Row, Stage};

const QUESTION: &str = "Halo, apakah teko keramik masih ada? 🐤";
const THANKS: &str = "Terima kasih banyak, Kak! 🙏🏽 Saya pesan dua – “yang biru” ya.";

#[tokio::test(flavor = "multi_thread")]
async fn messages_go_both_ways_on_both_pages_and_are_there_after_a_reload() {
    Stage::play(async |stage| {
        let agent = stage.agent().await;
        agent.go("about:blank").await;
        let visitor = stage.visitor().await;
        visitor.says(QUESTION).await;
        visitor.has_sent(QUESTION).await;

        agent.go(stage.demo().console()).await;
        agent.choose(0).await;
        agent.reads(QUESTION).await;
        let answer = long_answer();
        agent.pastes(&answer).await;
        agent.sends().await;
        visitor.reads(&answer).await;

        visitor.go_in_shop(&format!("{}/produk.html", stage.demo().shop())).await;
        visitor.says(THANKS).await;
        agent.reads(THANKS).await;
        visitor.has_sent(THANKS).await;

        let written = [("own", QUESTION), ("agent", &answer), ("own", THANKS)];
        let read = [("visitor", QUESTION), ("own", &answer), ("visitor", THANKS)];
        assert_eq!(who_and_what(&visitor.rows().await), written);
        assert_eq!(who_and_what(&agent.rows().await), read);
        visitor.reload().await;
        visitor.has_sent(THANKS).await;
        assert_eq!(who_and_what(&visitor.rows().await), written);
        agent.reload().await;
        agent.choose(0).await;
        agent.reads(THANKS).await;
        assert_eq!(who_and_what(&agent.rows().await), read);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_visitors_at_once_stay_apart() {
    Stage::play(async |stage| {
        let agent = stage.agent().await;
        let first = stage.visitor().await;
        let second = stage.visitor().await;
        first.says("saya yang pertama").await;
        first.has_sent("saya yang pertama").await;
        second.says("saya yang kedua").await;
        second.has_sent("saya yang kedua").await;

        // The newest conversation is at the top, and an answer makes it the newest.
        agent.choose_with("saya yang pertama").await;
        agent.says("halo pertama").await;
        agent.choose_with("saya yang kedua").await;
        agent.says("halo kedua").await;
        first.reads("halo pertama").await;
        second.reads("halo kedua").await;
        assert_eq!(first.texts().await, ["saya yang pertama", "halo pertama"]);
        assert_eq!(second.texts().await, ["saya yang kedua", "halo kedua"]);
        agent.choose_with("halo pertama").await;
        assert_eq!(agent.texts().await, ["saya yang pertama", "halo pertama"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_devices_of_the_agent_get_every_message_and_show_every_answer() {
    Stage::play(async |stage| {
        let desktop = stage.agent().await;
        let laptop = stage.agent().await;
        let visitor = stage.visitor().await;
        visitor.says("untuk kedua perangkat").await;
        for device in [&desktop, &laptop] {
            device.choose(0).await;
            device.reads("untuk kedua perangkat").await;
        }
        assert_eq!(wraps(stage.proxy()), [2], "a wrap for each device");

        desktop.says("dari meja").await;
        laptop.reads("dari meja").await;
        visitor.reads("dari meja").await;
        laptop.says("dari pangkuan").await;
        desktop.reads("dari pangkuan").await;
        visitor.reads("dari pangkuan").await;
        let all = ["untuk kedua perangkat", "dari meja", "dari pangkuan"];
        for person in [&visitor, &desktop, &laptop] {
            assert_eq!(person.texts().await, all);
        }
        assert_eq!(
            wraps(stage.proxy()),
            [2, 2, 2],
            "an answer is wrapped for the visitor and the other device"
        );
    })
    .await;
}

/// A text of exactly as many characters as a message may have.
fn long_answer() -> String {
    let sentence = "Tehnya sebaiknya diseduh tiga menit; jangan lupa tutup tekonya ☕️. ";
    let text: String = sentence.chars().cycle().take(MESSAGE_CHARS - 1).collect();
    text.trim_end().chars().chain("!".repeat(MESSAGE_CHARS).chars()).take(MESSAGE_CHARS).collect()
}

fn who_and_what(rows: &[Row]) -> Vec<(&str, &str)> {
    rows.iter().map(|row| (row.by.as_str(), row.text.as_str())).collect()
}

/// How many devices each event was wrapped for, as the events were first sent.
fn wraps(proxy: &Proxy) -> Vec<usize> {
    let mut sent = Vec::new();
    for record in proxy.records().into_iter().filter(|record| record.towards == Towards::Relay) {
        if let Ok(ClientFrame::Send { event, envelope, .. }) = serde_json::from_slice(&record.body)
            && sent.iter().all(|(known, _)| *known != event)
        {
            sent.push((event, envelope.wraps.len()));
        }
    }
    sent.into_iter().map(|(_, wraps)| wraps).collect()
}
