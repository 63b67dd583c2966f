//! A visitor has everything erased: nothing of it stays in the browser, at the agents or in the relay's files, and what
//! is written next is somebody new's.

use std::fs;

use segel_ui::Language;
use segel_wire::ClientFrame;
use thirtyfour::{Key, TypingData, WindowHandle};

use crate::harness::{Person, Stage};
use crate::intake;
use crate::relay_killed::expect_relay_to_be_away;
use crate::tabs::{turns_lifecycle, turns_to_chat_in};

const QUESTION: &str = "Pesanan saya belum sampai.";
const ANSWER: &str = "Sedang kami periksa.";
const NEXT: &str = "Halo, saya baru di sini.";

/// Names of the databases of the frame's origin, of the records of all, and of what Web Storage holds.
const KEPT: &str = "
    const [done] = arguments;
    const settled = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
    const look = async () => {
        const names = [];
        for (const { name } of await indexedDB.databases()) {
            names.push(name);
            const database = await settled(indexedDB.open(name));
            for (const store of database.objectStoreNames) {
                names.push(...(await settled(database.transaction(store).objectStore(store).getAllKeys())).map(String));
            }
            database.close();
        }
        return names;
    };
    look().then(done);";

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_gone_in_both_tabs_at_the_agents_and_in_the_relays_files() {
    Stage::play(async |stage| {
        let (text, desk) = (Language::indonesian().text(), Language::indonesian().desk());
        let agent = stage.agent().await;
        let away = stage.agent().await;
        let visitor = stage.visitor().await;
        visitor.says(QUESTION).await;
        agent.chooses(QUESTION).await;
        agent.says(ANSWER).await;
        visitor.reads(ANSWER).await;
        let first = visitor.tab().await;
        let second = opens_chat_in_new_tab(&visitor, stage).await;
        visitor.sees_row("what was said", |row| row.text == ANSWER).await;
        away.chooses(ANSWER).await;
        away.goes_to("about:blank").await;
        let sealed = sealed(stage);
        assert!(sealed.len() > 4 && sealed.iter().all(|part| is_in_the_relays_files(stage, part)));
        assert!(kept(&visitor).await.iter().any(|name| name.starts_with("message/")));

        // Asked, thought better of, asked again.
        visitor.clicks(".header [aria-controls=segel-menu]").await;
        visitor.clicks_button(text.erase()).await;
        visitor.is_told(".menu .question", Language::later_in_indonesian().erase_why()).await;
        visitor.sees(".menu .question button:last-child:focus").await;
        visitor.presses(Key::Enter + "").await;
        visitor.sees(".menu .offers button:last-child:focus").await;
        visitor.presses(Key::Enter + "").await;
        visitor.clicks(".menu .question button:first-child").await;

        for tab in [&second, &first] {
            turns_to_chat_in(&visitor, tab).await;
            begins_as_somebody_new(&visitor).await;
            visitor.is_told(".erased", text.erased()).await;
        }
        agent.is_told(".act", desk.erased()).await;
        assert_eq!(agent.texts().await, Vec::<String>::new());
        for gone in ["textarea", ".audience", ".labels"] {
            agent.until(gone, async || agent.seen(gone).await.is_none().then_some(())).await;
        }
        visitor.until("nothing to be kept", async || kept(&visitor).await.is_empty().then_some(())).await;
        let gone = async || (!sealed.iter().any(|part| is_in_the_relays_files(stage, part))).then_some(());
        visitor.until("the relay's files to hold nothing of it", gone).await;

        away.goes_to(stage.demo().console()).await;
        away.clicks(".inbox li button").await;
        away.is_told(".act", desk.erased()).await;
        assert_eq!(away.texts().await, Vec::<String>::new());
        away.reloads().await;
        away.clicks(".inbox li button").await;
        away.is_told(".act", desk.erased()).await;

        visitor.says(NEXT).await;
        visitor
            .until("no word of it", async || {
                visitor.seen(".erased:not(:empty)").await.is_none().then_some(())
            })
            .await;
        agent.chooses(NEXT).await;
        assert_eq!(agent.texts().await, [NEXT], "it is another conversation");
        agent.says(ANSWER).await;
        visitor.reads(ANSWER).await;
        turns_to_chat_in(&visitor, &second).await;
        visitor.sees_row("what was said anew", |row| row.text == NEXT).await;
        assert_eq!(visitor.texts().await, [NEXT, ANSWER]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_relay_is_away_everything_is_gone_here_and_the_relay_is_asked_when_it_is_back() {
    Stage::play(async |stage| {
        expect_relay_to_be_away(stage);
        let (text, desk) = (Language::indonesian().text(), Language::indonesian().desk());
        let agent = stage.agent().await;
        let visitor = stage.visitor().await;
        visitor.says(QUESTION).await;
        agent.chooses(QUESTION).await;
        visitor.has_sent(QUESTION).await;
        let sealed = sealed(stage);
        stage.demo().kill_relay().await.unwrap();
        visitor.is_told(".banner", text.offline()).await;
        visitor.clicks(".header [aria-controls=segel-menu]").await;
        visitor.clicks_button(text.erase()).await;
        visitor.clicks(".menu .question button:first-child").await;
        for _ in 0..2 {
            visitor.is_told(".hindrance", text.erasing()).await;
            assert_eq!(visitor.texts().await, Vec::<String>::new());
            let told = kept(&visitor).await.into_iter().filter(|name| name.starts_with("message/")).count();
            assert_eq!(told, 1, "what tells the members");
            visitor.reloads().await;
        }
        stage.demo().start_relay().await.unwrap();
        begins_as_somebody_new(&visitor).await;
        visitor.is_told(".erased", text.erased()).await;
        agent.is_told(".act", desk.erased()).await;
        visitor.until("nothing to be kept", async || kept(&visitor).await.is_empty().then_some(())).await;
        let gone = async || (!sealed.iter().any(|part| is_in_the_relays_files(stage, part))).then_some(());
        visitor.until("the relay's files to hold nothing of it", gone).await;
    })
    .await;
}

/// A page that sleeps hears nothing of the erasure, and holds what it sent and never saw settled.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_sleeping_tab_had_sent_is_not_said_again_once_everything_was_erased_in_another() {
    Stage::play(async |stage| {
        expect_relay_to_be_away(stage);
        let text = Language::indonesian().text();
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.says("mulai").await;
        visitor.has_sent("mulai").await;
        let sleeper = visitor.tab().await;
        let second = opens_chat_in_new_tab(&visitor, stage).await;
        visitor.has_sent("mulai").await;

        turns_to_chat_in(&visitor, &sleeper).await;
        stage.demo().kill_relay().await.unwrap();
        visitor.is_told(".banner", text.offline()).await;
        visitor.says(QUESTION).await;
        visitor.sees_row("it kept", |row| row.text == QUESTION).await;
        visitor.types("belum terkirim").await;
        visitor.turns_to_page().await;
        turns_lifecycle(&visitor, "frozen").await;
        turns_to_chat_in(&visitor, &second).await;
        stage.demo().start_relay().await.unwrap();
        visitor.has_sent(QUESTION).await;
        agent.reads(QUESTION).await;
        erases_everything(&visitor).await;
        begins_as_somebody_new(&visitor).await;
        agent.until("the erasure", |screen| screen.item(QUESTION).is_none()).await;

        visitor.turns_to_tab(sleeper.clone()).await;
        turns_lifecycle(&visitor, "active").await;
        turns_to_chat_in(&visitor, &sleeper).await;
        begins_as_somebody_new(&visitor).await;
        assert_eq!(visitor.draft().await, "");
        visitor.says(NEXT).await;
        let screen = agent.reads(NEXT).await;
        assert!(screen.item(QUESTION).is_none(), "it was said anew");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_site_asks_is_asked_again_in_a_tab_that_slept_while_everything_was_erased() {
    Stage::play(async |stage| {
        let text = Language::indonesian().text();
        intake::ask(stage, intake::ASKED).await;
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.sees(".intake").await;
        visitor.clicks(".intake .primary").await;
        intake::fill_in(&visitor, "Pengunjung Demo").await;
        visitor.tabs_to(text.start()).await;
        visitor.presses(TypingData::from(Key::Enter)).await;
        visitor.sees(".composer").await;
        visitor.says(QUESTION).await;
        visitor.has_sent(QUESTION).await;
        agent.reads(QUESTION).await;
        let sleeper = visitor.tab().await;
        let second = opens_chat_in_new_tab(&visitor, stage).await;
        visitor.has_sent(QUESTION).await;

        visitor.turns_to_tab(sleeper.clone()).await;
        turns_lifecycle(&visitor, "frozen").await;
        turns_to_chat_in(&visitor, &second).await;
        erases_everything(&visitor).await;
        visitor.is_told(".erased", text.erased()).await;
        visitor.turns_to_tab(sleeper.clone()).await;
        turns_lifecycle(&visitor, "active").await;
        turns_to_chat_in(&visitor, &sleeper).await;
        visitor.sees(".intake").await;
    })
    .await;
}

async fn erases_everything(visitor: &Person) {
    visitor.clicks(".header [aria-controls=segel-menu]").await;
    visitor.clicks_button(Language::indonesian().text().erase()).await;
    visitor.clicks(".menu .question button:first-child").await;
}

async fn begins_as_somebody_new(visitor: &Person) {
    visitor.sees(".greeting").await;
    let writable = async || {
        let is_free = visitor.seen(".hindrance").await.unwrap_or_default().is_empty();
        (is_free && visitor.seen("textarea").await.is_some()).then_some(())
    };
    visitor.until("to be able to write", writable).await;
    assert_eq!(visitor.texts().await, Vec::<String>::new());
}

/// The end of each content and wrap that passed to the relay: a wrap may begin as one before it, until it was heard.
fn sealed(stage: &Stage) -> Vec<Vec<u8>> {
    let mut sealed = Vec::new();
    for record in stage.proxy().records() {
        if let Ok(ClientFrame::Send { envelope, .. }) = serde_json::from_slice(&record.body) {
            let wraps = envelope.wraps.into_iter().map(|wrapped| wrapped.wrap.0);
            sealed.extend(wraps.chain([envelope.content.0]).map(|bytes| bytes[bytes.len() - 32..].to_vec()));
        }
    }
    sealed
}

/// In the database, on a page that is free, or in its log.
fn is_in_the_relays_files(stage: &mut Stage, part: &[u8]) -> bool {
    let folder = stage.demo().database().parent().unwrap().to_owned();
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut files = files.filter(|file| file.to_string_lossy().contains("relay.sqlite"));
    files.any(|file| fs::read(file).unwrap().windows(part.len()).any(|window| window == part))
}

/// What the browser keeps of the widget, by its names.
pub(crate) async fn kept(person: &Person) -> Vec<String> {
    person.browser().answer(KEPT, vec![]).await
}

async fn opens_chat_in_new_tab(visitor: &Person, stage: &mut Stage) -> WindowHandle {
    visitor.opens_tab().await;
    visitor.goes_to(stage.demo().shop()).await;
    visitor.opens_chat().await;
    visitor.tab().await
}
