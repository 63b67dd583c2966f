//! Several tabs of one browser, and pages on which a browser offers no cryptography.

use std::fs;

use segel_testkit::client::Screen;
use segel_ui::Language;
use segel_ui::text::fill;
use serde_json::json;
use tempfile::TempDir;
use thirtyfour::{Key, WindowHandle};

use crate::harness::{Device, Person, Stage, make_picture};
use crate::storage::FILL;

/// What other tabs say is heard until the page is made deaf.
const MAY_BE_DEAF: &str = "
    const { addEventListener } = BroadcastChannel.prototype;
    BroadcastChannel.prototype.addEventListener = function (type, hear, options) {
        addEventListener.call(this, type, (event) => window.isDeaf?.(event) || hear(event), options);
    };";

/// A tab hears nothing of what is wished in others while they say so.
const DEAF_TO_WISHES: &str = "
    const WISH = 8;
    window.isDeaf = ({ data }) => data[0] === WISH && localStorage.isDeaf === 'yes'";

#[tokio::test(flavor = "multi_thread")]
async fn three_tabs_of_a_visitor_write_at_once_and_show_the_same() {
    Stage::play(async |stage| {
        let agent = stage.agent().await;
        let visitor = stage.visitor().await;
        visitor.says("mulai").await;
        agent.chooses_newest().await;
        let mut tabs = vec![visitor.tab().await];
        for _ in 1..3 {
            tabs.push(opens_chat_in_new_tab(&visitor, stage).await);
            visitor.sees_row("what the first tab sent", |row| row.text == "mulai").await;
        }

        for (name, tab) in ["satu", "dua", "tiga"].iter().zip(&tabs) {
            turns_to_chat_in(&visitor, tab).await;
            visitor.browser().script::<()>(WRITE_BY_ITSELF, vec![json!(name), json!(EACH)]).await;
        }
        visitor.browser().run("new BroadcastChannel('tulis').postMessage('mulai')").await;
        agent.says("jawab").await;

        let count = 2 + 3 * EACH;
        let timeline = agent.until("all texts", async || whole(&agent, count).await).await;
        for name in ["satu", "dua", "tiga"] {
            let written: Vec<_> = (1..=EACH).map(|number| format!("{name} {number}")).collect();
            let shown: Vec<_> = timeline.iter().filter(|text| text.starts_with(name)).cloned().collect();
            assert_eq!(shown, written);
        }
        let place = |text: String| timeline.iter().position(|shown| *shown == text);
        let begun = ["satu", "dua", "tiga"].map(|name| place(format!("{name} 1")));
        let done = ["satu", "dua", "tiga"].map(|name| place(format!("{name} {EACH}")));
        assert!(begun.iter().max() < done.iter().min(), "all wrote before any was done: {timeline:?}");
        for tab in &tabs {
            turns_to_chat_in(&visitor, tab).await;
            visitor
                .until("the agent's order", async || (visitor.texts().await == timeline).then_some(()))
                .await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_that_follows_takes_back_what_was_sent_in_the_one_that_leads() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.says("dari tab pertama").await;
        agent.reads("dari tab pertama").await;
        let first = visitor.tab().await;
        opens_chat_in_new_tab(&visitor, stage).await;
        visitor.has_sent("dari tab pertama").await;
        takes_back(&visitor).await;
        let withdrawn = Language::indonesian().text().withdrawn();
        visitor.sees_row("it withdrawn", |row| row.text == withdrawn).await;
        turns_to_chat_in(&visitor, &first).await;
        visitor.sees_row("it withdrawn", |row| row.text == withdrawn).await;
        let is_gone = |screen: &Screen| screen.item("dari tab pertama").is_none();
        agent.until("it to be withdrawn", is_gone).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_tab_wished_of_one_that_hears_nothing_more_is_done_by_itself() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.says("keliru").await;
        agent.reads("keliru").await;
        visitor.browser().run_before_pages(MAY_BE_DEAF).await;
        visitor.reloads().await;
        visitor.has_sent("keliru").await;
        let first = visitor.tab().await;
        let second = opens_chat_in_new_tab(&visitor, stage).await;
        visitor.has_sent("keliru").await;
        turns_to_chat_in(&visitor, &first).await;
        visitor.browser().run("window.isDeaf = () => true").await;
        turns_to_chat_in(&visitor, &second).await;
        takes_back(&visitor).await;
        agent.until("it to be withdrawn", |screen: &Screen| screen.item("keliru").is_none()).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_tab_said_to_one_that_did_not_hear_it_stands_before_what_it_says_next() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.says("mulai").await;
        agent.reads("mulai").await;
        visitor.browser().run_before_pages(MAY_BE_DEAF).await;
        visitor.reloads().await;
        visitor.has_sent("mulai").await;
        visitor.browser().run(DEAF_TO_WISHES).await;
        opens_chat_in_new_tab(&visitor, stage).await;
        visitor.has_sent("mulai").await;
        visitor.browser().run("localStorage.isDeaf = 'yes'").await;
        visitor.says("satu").await;
        visitor.browser().run("localStorage.removeItem('isDeaf')").await;
        visitor.says("dua").await;
        agent.reads("dua").await;
        visitor.shows(&["mulai", "satu", "dua"]).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_in_one_tab_survives_the_end_of_the_tab_that_led() {
    Stage::play(async |stage| {
        expect_relay_to_be_away(stage);
        let agent = stage.agent().await;
        let visitor = stage.visitor().await;
        visitor.says("dari tab pertama").await;
        visitor.has_sent("dari tab pertama").await;
        agent.chooses_newest().await;
        let first = visitor.tab().await;
        let second = opens_chat_in_new_tab(&visitor, stage).await;
        visitor.has_sent("dari tab pertama").await;

        stage.demo().kill_relay().await.unwrap();
        visitor.is_told(".banner", Language::indonesian().text().offline()).await;
        visitor.says("di tengah jalan").await;
        visitor.turns_to_tab(first).await;
        visitor.closes_tab().await;
        turns_to_chat_in(&visitor, &second).await;
        visitor.says("sesudahnya").await;
        stage.demo().start_relay().await.unwrap();
        visitor.has_sent("sesudahnya").await;

        let timeline = ["dari tab pertama", "di tengah jalan", "sesudahnya"];
        agent.reads("sesudahnya").await;
        assert_eq!(agent.texts().await, timeline);
        assert_eq!(visitor.texts().await, timeline);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_on_from_the_tab_that_holds_it_when_another_one_takes_the_lead() {
    Stage::play(async |stage| {
        expect_relay_to_be_away(stage);
        let folder = TempDir::new().unwrap();
        let (path, picture) = (folder.path().join("struk.png"), make_picture(300));
        fs::write(&path, &picture).unwrap();
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.says("ini struknya").await;
        visitor.has_sent("ini struknya").await;
        let first = visitor.tab().await;
        // Next in line for the lead.
        opens_chat_in_new_tab(&visitor, stage).await;
        visitor.has_sent("ini struknya").await;
        let third = opens_chat_in_new_tab(&visitor, stage).await;
        visitor.has_sent("ini struknya").await;

        stage.demo().kill_relay().await.unwrap();
        visitor.is_told(".banner", Language::indonesian().text().offline()).await;
        visitor.chooses_files(&[&path]).await;
        visitor.clicks(".send[aria-disabled=false]").await;
        visitor.is_told(".file .name", "struk.png").await;
        visitor.turns_to_tab(first).await;
        visitor.closes_tab().await;
        stage.demo().start_relay().await.unwrap();
        turns_to_chat_in(&visitor, &third).await;
        assert_eq!(agent.gets("struk.png").await, picture);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_that_leads_and_gives_no_sign_of_life_loses_the_lead() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.browser().run("BroadcastChannel.prototype.postMessage = () => {}").await;
        visitor.says("dari tab yang bisu").await;
        agent.reads("dari tab yang bisu").await;

        opens_chat_in_new_tab(&visitor, stage).await;
        visitor.has_sent("dari tab yang bisu").await;
        visitor.says("dari tab yang hidup").await;
        visitor.has_sent("dari tab yang hidup").await;
        agent.reads("dari tab yang hidup").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_looks_at_the_list_alone_sees_a_chat_though_the_tab_that_leads_sleeps() {
    Stage::play(async |stage| {
        let agent = stage.agent().await;
        let first = agent.tab().await;
        agent.opens_tab().await;
        agent.goes_to(stage.demo().console()).await;
        agent.is_at_the_desk().await;
        let second = agent.tab().await;
        agent.turns_to_tab(first).await;
        agent.browser().run(FALL_ASLEEP_ONCE_ASKED).await;
        agent.turns_to_tab(second).await;
        let is_asleep =
            async || agent.browser().element("return localStorage.asleep ? document.body : null").await;
        agent.until("the tab that leads to have said that it lives", is_asleep).await;
        let visitor = stage.native_visitor();
        visitor.say("ada orang?");
        agent.is_told(".inbox .preview", "ada orang?").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_tab_gives_up_the_lead_and_shows_what_came_when_it_wakes() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.says("sebelum beku").await;
        visitor.has_sent("sebelum beku").await;
        let first = visitor.tab().await;
        let second = opens_chat_in_new_tab(&visitor, stage).await;
        visitor.has_sent("sebelum beku").await;

        visitor.turns_to_tab(first.clone()).await;
        visitor.turns_to_page().await;
        turns_lifecycle(&visitor, "frozen").await;
        turns_to_chat_in(&visitor, &second).await;
        visitor.says("selagi beku").await;
        agent.reads("selagi beku").await;
        visitor.has_sent("selagi beku").await;

        visitor.turns_to_tab(first.clone()).await;
        turns_lifecycle(&visitor, "active").await;
        turns_to_chat_in(&visitor, &first).await;
        visitor.has_sent("selagi beku").await;
        visitor.says("sesudah beku").await;
        agent.reads("sesudah beku").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leading_tab_that_was_shut_out_of_the_store_reads_it_anew_and_sends() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.says("sebelumnya").await;
        visitor.has_sent("sebelumnya").await;
        for text in ["terhalang", "terhalang lagi"] {
            is_shut_out(&visitor).await;
            visitor.says(text).await;
            visitor.has_sent(text).await;
            agent.reads(text).await;
        }
        assert_eq!(visitor.texts().await, ["sebelumnya", "terhalang", "terhalang lagi"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_ended_and_rated_in_a_leading_tab_that_was_shut_out_of_the_store_is_so() {
    Stage::play(async |stage| {
        let text = Language::indonesian().text();
        let agent = stage.agent().await;
        let visitor = stage.visitor().await;
        visitor.says("keliru").await;
        visitor.has_sent("keliru").await;
        agent.chooses_newest().await;
        agent.says("terbaca").await;
        visitor.reads("terbaca").await;

        is_shut_out(&visitor).await;
        takes_back(&visitor).await;
        agent.sees_row("it withdrawn", |row| row.text == text.withdrawn()).await;
        is_shut_out(&visitor).await;
        visitor.clicks(".header [aria-controls=segel-menu]").await;
        visitor.clicks_button(text.end()).await;
        agent.is_noticed(&fill(text.ended(), text.visitor())).await;
        visitor.sees(".rating").await;
        is_shut_out(&visitor).await;
        visitor.clicks(".stars label:nth-of-type(4)").await;
        visitor.clicks(".rating textarea").await;
        visitor.presses("Cepat sekali").await;
        visitor.clicks_button(text.rate_send()).await;
        agent.sees_row("what was said of it", |row| row.text.contains("Cepat sekali")).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_tab_wished_of_one_that_could_not_keep_it_is_done_by_itself() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.says("keliru").await;
        visitor.has_sent("keliru").await;
        agent.reads("keliru").await;
        let first = visitor.tab().await;
        visitor.browser().run(FILL).await;
        let second = opens_chat_in_new_tab(&visitor, stage).await;
        visitor.has_sent("keliru").await;
        takes_back(&visitor).await;
        let withdrawn = Language::indonesian().text().withdrawn();
        visitor.sees_row("it withdrawn", |row| row.text == withdrawn).await;
        visitor.turns_to_tab(first).await;
        visitor.closes_tab().await;
        turns_to_chat_in(&visitor, &second).await;
        agent.until("it to be withdrawn", |screen: &Screen| screen.item("keliru").is_none()).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_without_https_says_in_one_sentence_why_there_is_no_chat() {
    Stage::play(async |stage| {
        let address = stage.demo().shop().replace("localhost", "toko.test");
        let names = ["--host-resolver-rules=MAP toko.test 127.0.0.1"];
        let visitor = Person::visitor(stage.browser(Device::Desktop, &names).await);
        visitor.goes_to(&address).await;
        visitor.clicks_launcher().await;
        let sentence = "Chat hanya berjalan di halaman yang aman. Buka halaman ini dengan alamat https.";
        visitor.hears_from_loader(sentence).await;

        let address = stage.demo().console().replace("localhost", "toko.test");
        let agent = Person::agent(stage.browser(Device::Desktop, &names).await);
        agent.goes_to(&address).await;
        agent.is_told(".sentence", Language::indonesian().text().insecure()).await;
    })
    .await;
}

/// Once it is told to, types and sends texts without anybody's hands, as fast as a tab may that nobody looks at.
const WRITE_BY_ITSELF: &str = "
    const [name, count] = arguments;
    const area = document.querySelector('textarea');
    const write = (number) => {
        area.value = `${name} ${number}`;
        area.dispatchEvent(new InputEvent('input', { bubbles: true }));
        document.querySelector('.send').click();
        if (number < count) setTimeout(() => write(number + 1), 1000);
    };
    new BroadcastChannel('tulis').onmessage = () => write(1);";

/// Begins a term in the store, as a tab does that was frozen while it began to lead and wakes when another one leads.
const BEGIN_A_TERM: &str = "
    const [done] = arguments;
    indexedDB.databases().then(([{ name }]) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => {
            const transaction = opening.result.transaction('meta', 'readwrite');
            const meta = transaction.objectStore('meta');
            const term = meta.get('term');
            term.onsuccess = () => meta.put((term.result ?? 0n) + 1n, 'term');
            transaction.oncomplete = () => { opening.result.close(); done(true); };
        };
    });";

/// Once the person has turned away and the next tab was told that this one lives, nothing is heard of it any more.
const FALL_ASLEEP_ONCE_ASKED: &str = "
    const PATIENCE = 2;
    const { postMessage } = BroadcastChannel.prototype;
    BroadcastChannel.prototype.postMessage = function (message) {
        if (localStorage.asleep) return;
        postMessage.call(this, message);
        if (document.hidden && message[0] === PATIENCE) localStorage.asleep = 'yes';
    };";

/// How many texts each tab writes.
const EACH: usize = 5;

/// Browsers write down each attempt to reach a relay that is away.
pub(crate) fn expect_relay_to_be_away(stage: &mut Stage) {
    stage.expect_in_console("status of 502 (Bad Gateway)");
    stage.expect_in_console("Unexpected response code: 502");
    stage.expect_in_console("No 'Access-Control-Allow-Origin' header is present");
    stage.expect_in_console("net::ERR_FAILED");
}

/// Opens the shop and its chat in another tab, which stays in front.
pub(crate) async fn opens_chat_in_new_tab(visitor: &Person, stage: &mut Stage) -> WindowHandle {
    visitor.opens_tab().await;
    visitor.goes_to(stage.demo().shop()).await;
    visitor.opens_chat().await;
    visitor.tab().await
}

/// Turns to the chat in this tab.
pub(crate) async fn turns_to_chat_in(visitor: &Person, tab: &WindowHandle) {
    visitor.turns_to_tab(tab.clone()).await;
    visitor.turns_to_chat().await;
}

/// The texts on the screen once there are so many.
async fn whole(person: &Person, count: usize) -> Option<Vec<String>> {
    Some(person.texts().await).filter(|texts| texts.len() == count)
}

/// Another tab has begun a term in the store, and is gone.
async fn is_shut_out(person: &Person) {
    let is_done: bool = person.browser().answer(BEGIN_A_TERM, vec![]).await;
    assert!(is_done);
}

/// Takes back the message that was sent last.
async fn takes_back(person: &Person) {
    person.browser().run("document.querySelector('.undo').focus()").await;
    person.presses(Key::Enter).await;
    person.sees(".question button:first-child:focus").await;
    person.presses(Key::Enter).await;
}

/// Has the browser freeze or wake the tab in front.
pub(crate) async fn turns_lifecycle(person: &Person, state: &str) {
    let state = json!({ "state": state });
    person.browser().driver().cdp().send_raw("Page.setWebLifecycleState", state).await.unwrap();
}
