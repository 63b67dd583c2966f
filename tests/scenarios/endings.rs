//! A conversation ends: who ended it is said on both sides, the visitor says how it was, begins another one, and keeps what
//! was said as a file.

use std::fs;
use std::path::Path;

use segel_core::show::Stars;
use segel_demo::seed::{AGENT, SHOP};
use segel_ui::Language;
use segel_ui::text::fill;
use tempfile::TempDir;
use thirtyfour::Key;

use crate::harness::{Device, Stage, look_until};
use crate::looks::assert_fits;

const QUESTION: &str = "Halo, kartu saya 4111 1111 1111 1111.";
const MASKED: &str = "Halo, kartu saya •••• •••• •••• 1111.";
const ANSWER: &str = "Sudah beres, Kak.";
const COMMENT: &str = "Cepat. Kartu 5500 0055 5555 5559";
const COMMENT_MASKED: &str = "Cepat. Kartu •••• •••• •••• 5559";
const NEXT: &str = "Satu pertanyaan lagi.";

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_ends_it_the_visitor_rates_it_keeps_it_and_begins_another() {
    Stage::play(async |stage| {
        let (text, desk) = (Language::indonesian().text(), Language::indonesian().desk());
        let folder = TempDir::new().unwrap();
        let agent = stage.agent().await;
        let visitor = stage.visitor().await;
        visitor.browser().save_into(folder.path()).await;
        visitor.says(QUESTION).await;
        agent.chooses(MASKED).await;
        agent.says(ANSWER).await;
        visitor.reads(ANSWER).await;
        agent.clicks_button(text.end()).await;
        visitor.is_noticed(&fill(text.ended(), AGENT)).await;
        visitor.is_told(".ended > p", text.over()).await;
        assert_eq!(visitor.seen(".composer").await, None, "nothing can be written");
        agent.is_told(".hindrance", text.over()).await;
        agent.is_told(".holder", text.over_short()).await;
        agent.clicks(".filters button:nth-child(1)").await;
        agent.is_told(".inbox .nothing .heading", desk.filter_empty()).await;
        agent.clicks(".filters button:nth-child(3)").await;
        assert_fits(&visitor).await;
        assert_fits(&agent).await;

        visitor.clicks(".stars label:nth-of-type(4)").await;
        visitor.clicks(".rating textarea").await;
        visitor.presses(COMMENT).await;
        visitor.is_told(".rating .masked", COMMENT_MASKED).await;
        visitor.clicks_button(text.rate_send()).await;
        let said = [&drawn(4), COMMENT_MASKED].concat();
        agent.sees_row("stars and what was said of them", |row| row.text == said).await;
        visitor
            .until("the question to be gone", async || visitor.seen(".rating").await.is_none().then_some(()))
            .await;
        visitor.clicks_button(text.transcript()).await;
        let transcript = saved(folder.path()).await;
        for line in [
            &fill(text.transcript_of(), SHOP),
            &format!("{}: {MASKED}", text.own()),
            &format!("{AGENT}: {ANSWER}"),
            &format!("— {}", fill(text.ended(), AGENT)),
            &fill(text.stars(), "4"),
            COMMENT_MASKED,
        ] {
            assert!(transcript.contains(line), "{line} in {transcript}");
        }
        assert!(!transcript.contains("4111 1111") && !transcript.contains("5500 0055"));

        visitor.clicks_button(text.begin()).await;
        visitor.says(NEXT).await;
        agent.chooses(NEXT).await;
        agent.reads(NEXT).await;
        assert_eq!(agent.texts().await, [NEXT], "it is another conversation");
        visitor.clicks(".header .list").await;
        visitor.sees(".talks li:nth-child(2)").await;
        visitor.clicks(".talks li:nth-child(2) button").await;
        visitor.reads(ANSWER).await;
        visitor.is_told(".ended > p", text.over()).await;
        visitor.reloads().await;
        visitor.has_sent(NEXT).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_ends_it_by_keyboard_on_a_small_phone_and_is_asked_once() {
    Stage::play(async |stage| {
        let text = Language::indonesian().text();
        let agent = stage.agent().await;
        let visitor = stage.visitor_on(Device::Phone(320, 568)).await;
        visitor.says(NEXT).await;
        agent.chooses(NEXT).await;
        agent.says(ANSWER).await;
        visitor.reads(ANSWER).await;
        visitor.clicks(".header [aria-controls=segel-menu]").await;
        visitor.sees(".menu").await;
        visitor.presses(Key::Escape + "").await;
        visitor
            .until("the menu to be closed", async || visitor.seen(".menu").await.is_none().then_some(()))
            .await;
        visitor.presses(Key::Enter + "").await;
        visitor.sees(".menu").await;
        assert_fits(&visitor).await;
        visitor.tabs_to(text.end()).await;
        visitor.presses(Key::Enter + "").await;
        visitor.is_noticed(&fill(text.ended(), text.own())).await;
        agent.is_noticed(&fill(text.ended(), text.visitor())).await;
        assert_fits(&visitor).await;
        visitor.clicks_button(text.rate_skip()).await;
        visitor
            .until("the question to be gone", async || visitor.seen(".rating").await.is_none().then_some(()))
            .await;
        visitor.reloads().await;
        visitor.is_told(".ended > p", text.over()).await;
        assert_eq!(visitor.seen(".rating").await, None, "it is asked once");
    })
    .await;
}

/// As stars are drawn.
fn drawn(stars: usize) -> String {
    Stars::ALL.iter().enumerate().map(|(at, _)| if at < stars { '★' } else { '☆' }).collect()
}

/// The text of the one file that the browser has saved.
async fn saved(folder: &Path) -> String {
    let file = look_until(async || {
        let mut files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        files.find(|path| path.extension().is_some_and(|kind| kind == "txt"))
    });
    let path = file.await.expect("a file is saved");
    fs::read_to_string(path).unwrap()
}
