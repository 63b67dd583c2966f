//! Visitor and agent write to each other, and find again what they wrote.

use segel_testkit::proxy::{Proxy, Towards};
use segel_wire::ClientFrame;
use segel_wire::limits::MESSAGE_CHARS;

use crate::harness::{Row, Stage};

const QUESTION: &str = "Halo, apakah teko keramik masih ada? 🐤";
const THANKS: &str = "Terima kasih banyak, Kak! 🙏🏽 Saya pesan dua – “yang biru” ya.";
const WELCOME: &str = "Siap, ditunggu!";

#[tokio::test(flavor = "multi_thread")]
async fn messages_go_both_ways_on_every_page_and_are_there_after_a_reload() {
    Stage::play(async |stage| {
        let agent = stage.agent().await;
        agent.goes_to("about:blank").await;
        let visitor = stage.visitor().await;
        visitor.says(QUESTION).await;
        visitor.has_sent(QUESTION).await;

        agent.goes_to(stage.demo().console()).await;
        agent.chooses_newest().await;
        agent.reads(QUESTION).await;
        let answer = long_answer();
        agent.pastes(&answer).await;
        agent.sends().await;
        visitor.reads(&answer).await;

        visitor.goes_on_to(&format!("{}/produk.html", stage.demo().shop())).await;
        visitor.says(THANKS).await;
        agent.reads(THANKS).await;
        agent.says(WELCOME).await;
        visitor.goes_on_to(&format!("{}/csp.html", stage.demo().shop())).await;
        visitor.reads(WELCOME).await;

        let written = [("own", QUESTION), ("agent", &answer), ("own", THANKS), ("agent", WELCOME)];
        let read = [("visitor", QUESTION), ("own", &answer), ("visitor", THANKS), ("own", WELCOME)];
        assert_eq!(who_and_what(&visitor.rows().await), written);
        assert_eq!(who_and_what(&agent.rows().await), read);
        visitor.reloads().await;
        visitor.reads(WELCOME).await;
        assert_eq!(who_and_what(&visitor.rows().await), written);
        agent.reloads().await;
        agent.chooses_newest().await;
        agent.has_sent(WELCOME).await;
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
        agent.chooses("saya yang pertama").await;
        agent.says("halo pertama").await;
        agent.chooses("saya yang kedua").await;
        agent.says("halo kedua").await;
        first.reads("halo pertama").await;
        second.reads("halo kedua").await;
        assert_eq!(first.texts().await, ["saya yang pertama", "halo pertama"]);
        assert_eq!(second.texts().await, ["saya yang kedua", "halo kedua"]);
        agent.chooses("halo pertama").await;
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
            device.chooses_newest().await;
            device.reads("untuk kedua perangkat").await;
            device.sees(".facts").await;
        }
        assert_eq!(
            wraps(stage.proxy()),
            [2, 2],
            "a wrap for each device, of the text and of what follows it"
        );

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
            [2, 2, 2, 2, 2],
            "the claim and the answers are wrapped for the visitor and the other device"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_a_closed_chat_is_counted_on_the_launcher_until_it_is_seen() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.says("saya tutup dulu").await;
        agent.reads("saya tutup dulu").await;
        visitor.clicks(".header .close").await;
        visitor.turns_to_page().await;
        visitor.sees_launcher("Buka chat").await;

        agent.say("sudah kami cek");
        visitor.sees_launcher("Buka chat, 1 pesan belum dibaca").await;
        visitor.opens_chat().await;
        visitor.reads("sudah kami cek").await;
        visitor.clicks(".header .close").await;
        visitor.turns_to_page().await;
        visitor.sees_launcher("Buka chat").await;
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

/// How many devices each message was wrapped for, as the events were first sent. What is not for the timeline says so
/// in its header.
fn wraps(proxy: &Proxy) -> Vec<usize> {
    let mut sent = Vec::new();
    for record in proxy.records().into_iter().filter(|record| record.towards == Towards::Relay) {
        if let Ok(ClientFrame::Send { event, envelope, .. }) = serde_json::from_slice(&record.body)
            && envelope.content.0[2] == 0
            && sent.iter().all(|(known, _)| *known != event)
        {
            sent.push((event, envelope.wraps.len()));
        }
    }
    sent.into_iter().map(|(_, wraps)| wraps).collect()
}
