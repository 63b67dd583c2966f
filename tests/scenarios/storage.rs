//! Storage that is full or taken away, and private windows: the chat goes on, and says what will be lost.

use std::fs;
use std::path::{Path, PathBuf};

use segel_core::show::Refusal;
use segel_testkit::canary::Canary;
use segel_ui::{Language, Trouble};
use serde_json::json;

use crate::harness::{Device, Person, Stage};
use crate::tabs::{opens_chat_in_new_tab, turns_to_chat_in};

/// Bytes for a conversation, and for a few long texts more.
const LITTLE: u64 = 120_000;
const PLENTY: u64 = 100_000_000;

/// Nothing can be put. Where a quota is set while a browser runs, that goes on for a while with the room that it knew of.
pub(crate) const FILL: &str = "
    window.isFull = true;
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...record) {
        if (window.isFull) throw new DOMException('there is no room', 'QuotaExceededError');
        return put.apply(this, record);
    };";

/// Nothing that this tab says is heard in others until it may speak.
const BE_MUTE: &str = "
    const { postMessage } = BroadcastChannel.prototype;
    BroadcastChannel.prototype.postMessage = () => {};
    window.speak = () => { BroadcastChannel.prototype.postMessage = postMessage; };";

/// Counts how often this tab asks another one for a sign of life.
const COUNT_PINGS: &str = "
    const PING = 1;
    const { postMessage } = BroadcastChannel.prototype;
    window.pings = 0;
    BroadcastChannel.prototype.postMessage = function (message) {
        if (message[0] === PING) window.pings += 1;
        postMessage.call(this, message);
    };";

/// Messages of a conversation are the only records that are read from one name to another.
const REFUSE: &str = "
    const getAll = IDBObjectStore.prototype.getAll;
    IDBObjectStore.prototype.getAll = function (keys, ...more) {
        if (keys?.lower && keys?.upper && window.refusals-- > 0) throw new DOMException('not now', 'UnknownError');
        return getAll.call(this, keys, ...more);
    };";

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_room_from_the_start_the_chat_works_and_says_that_it_will_be_gone() {
    Stage::play(async |stage| {
        let agent = stage.agent().await;
        let visitor = visitor_with_room_for(stage, 1).await;
        visitor.says("tanpa tempat").await;
        visitor.has_sent("tanpa tempat").await;
        visitor.is_told(".banner", Language::indonesian().trouble(Trouble::NotKept)).await;
        agent.chooses_newest().await;
        agent.reads("tanpa tempat").await;
        agent.says("terbaca").await;
        visitor.reads("terbaca").await;
        visitor.says("terima kasih").await;
        agent.reads("terima kasih").await;
        assert_eq!(visitor.texts().await, ["tanpa tempat", "terbaca", "terima kasih"]);
        assert_eq!(agent.texts().await, ["tanpa tempat", "terbaca", "terima kasih"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_there_is_no_room_for_is_said_not_to_be_sent_and_goes_once_when_it_is_tried_with_room() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let visitor = visitor_with_room_for(stage, LITTLE).await;
        let mut texts = Vec::new();
        let refused = loop {
            let text = format!("{} {}", texts.len(), "panjang ".repeat(400)).trim_end().to_owned();
            visitor.pastes(&text).await;
            visitor.sends().await;
            let row =
                visitor.sees_row("what became of it", |row| row.text == text && is_settled(&row.status));
            texts.push(text.clone());
            if row.await.status.contains(Language::indonesian().refusal(Refusal::StoreFailed)) {
                break text;
            }
            agent.reads(&text).await;
        };
        assert!(texts.len() > 1, "there was room for the first");
        visitor.is_warned(Refusal::StoreFailed).await;

        limit_storage(stage, &visitor, PLENTY).await;
        visitor.clicks(".retry").await;
        visitor.has_sent(&refused).await;
        visitor.says("terakhir").await;
        agent.reads("terakhir").await;
        texts.push("terakhir".to_owned());
        assert_eq!(agent.screen().texts(agent.conversation()), texts);
        visitor.reloads().await;
        visitor.has_sent("terakhir").await;
        assert_eq!(visitor.reads_back_to(&texts[0]).await, texts);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_that_there_is_no_room_to_open_are_there_when_it_is_tried_again_with_room() {
    Stage::play(async |stage| {
        let (agent, visitor) = (stage.agent().await, stage.native_visitor());
        visitor.say("sebelum");
        agent.chooses_newest().await;
        agent.reads("sebelum").await;

        agent.browser().run_before_pages(FILL).await;
        agent.reloads().await;
        agent.is_told(".sentence", Language::indonesian().trouble(Trouble::StoreFull)).await;
        let anew = Language::indonesian().text().begin_anew();
        assert!(!agent.seen(".sentence").await.unwrap().contains(anew), "nothing is to be deleted");
        assert_eq!(agent.seen("textarea").await, None, "nobody new writes here");

        agent.browser().run("window.isFull = false").await;
        agent.clicks_button(Language::indonesian().text().retry()).await;
        agent.chooses_newest().await;
        agent.reads("sebelum").await;
        agent.says("sesudah").await;
        visitor.reads("sesudah").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_whose_storage_the_browser_takes_away_goes_on_in_every_tab_and_says_that_it_will_be_gone() {
    Stage::play(async |stage| {
        let agent = stage.agent().await;
        let visitor = visitor_with_room_for(stage, PLENTY).await;
        visitor.says("sebelum").await;
        visitor.has_sent("sebelum").await;
        agent.chooses_newest().await;
        let first = visitor.tab().await;
        let second = opens_chat_in_new_tab(&visitor, stage).await;
        visitor.has_sent("sebelum").await;

        evict(stage, &visitor).await;
        for (tab, text) in [(first, "dari tab pertama"), (second, "dari tab kedua")] {
            turns_to_chat_in(&visitor, &tab).await;
            visitor.says(text).await;
            visitor.has_sent(text).await;
            visitor.is_told(".banner", Language::indonesian().trouble(Trouble::NotKept)).await;
        }
        agent.reads("dari tab kedua").await;
        agent.says("terbaca").await;
        visitor.reads("terbaca").await;
        let timeline = ["sebelum", "dari tab pertama", "dari tab kedua", "terbaca"];
        assert_eq!(visitor.texts().await, timeline);
        assert_eq!(agent.texts().await, timeline);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_takes_the_lead_from_a_tab_with_which_the_conversation_would_be_gone() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let visitor = visitor_with_room_for(stage, 1).await;
        visitor.says("tanpa tempat").await;
        visitor.has_sent("tanpa tempat").await;
        let first = visitor.tab().await;
        let second = opens_chat_in_new_tab(&visitor, stage).await;
        visitor.has_sent("tanpa tempat").await;
        visitor.is_told(".banner", Language::indonesian().trouble(Trouble::NotKept)).await;
        visitor.browser().run(COUNT_PINGS).await;
        turns_to_chat_in(&visitor, &first).await;
        visitor.browser().run(BE_MUTE).await;
        turns_to_chat_in(&visitor, &second).await;
        visitor.says("masih di sini").await;
        let asks = async || visitor.browser().element("return pings > 2 ? document.body : null").await;
        visitor.until("it to be asked again and again", asks).await;
        visitor.shows(&["tanpa tempat"]).await;

        turns_to_chat_in(&visitor, &first).await;
        visitor.browser().run("window.speak()").await;
        agent.reads("masih di sini").await;
        agent.say("terbaca");
        turns_to_chat_in(&visitor, &second).await;
        visitor.reads("terbaca").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_back_after_the_storage_was_taken_away_is_somebody_new_and_can_write() {
    Stage::play(async |stage| {
        let agent = stage.agent().await;
        let visitor = visitor_with_room_for(stage, PLENTY).await;
        visitor.says("kunjungan pertama").await;
        visitor.has_sent("kunjungan pertama").await;
        visitor.turns_to_page().await;
        visitor.goes_to("about:blank").await;
        evict(stage, &visitor).await;
        visitor.goes_on_to(stage.demo().shop()).await;
        visitor.says("kunjungan kedua").await;
        visitor.has_sent("kunjungan kedua").await;
        assert_eq!(visitor.texts().await, ["kunjungan kedua"]);
        for text in ["kunjungan pertama", "kunjungan kedua"] {
            agent.chooses(text).await;
            assert_eq!(agent.texts().await, [text]);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_window_has_a_chat_of_its_own_that_outlives_its_tabs_and_leaves_nothing_on_the_disk() {
    Stage::play(async |stage| {
        let agent = stage.agent().await;
        let visitor = Person::visitor(stage.browser(Device::Desktop, &["--incognito"]).await);
        visitor.goes_to(stage.demo().shop()).await;
        visitor.opens_chat().await;
        visitor.says("rahasia kenari").await;
        visitor.has_sent("rahasia kenari").await;
        agent.chooses_newest().await;
        agent.says("dibalas").await;
        visitor.reads("dibalas").await;
        visitor.reloads().await;
        visitor.reads("dibalas").await;
        assert_eq!(visitor.texts().await, ["rahasia kenari", "dibalas"]);

        let profile = visitor.browser().profile().to_owned();
        let visitor = stage.crash_browser_of(visitor).await;
        let site = stage.demo().tag().site.to_string();
        for trace in [&site, "rahasia kenari"] {
            assert_eq!(find(&Canary::text(trace), &profile), None, "{trace}");
        }
        visitor.goes_to(stage.demo().shop()).await;
        visitor.opens_chat().await;
        visitor.says("di jendela biasa").await;
        visitor.has_sent("di jendela biasa").await;
        assert_eq!(visitor.texts().await, ["di jendela biasa"]);
        let profile = visitor.browser().profile();
        assert_ne!(find(&Canary::text(&site), profile), None, "a window that is not private leaves traces");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_the_browser_does_not_read_at_once_are_read_a_little_later() {
    Stage::play(async |stage| {
        let agent = agent_who_was_told(stage, "dari toko", 2).await;
        agent.chooses_newest().await;
        agent.reads("dari toko").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_the_browser_does_not_read_are_not_to_be_deleted_and_are_there_when_it_does() {
    Stage::play(async |stage| {
        let agent = agent_who_was_told(stage, "dari toko", u32::MAX).await;
        agent.chooses_newest().await;
        agent.is_told(".sentence", Language::indonesian().trouble(Trouble::StoreBusy)).await;
        let anew = Language::indonesian().text().begin_anew();
        assert!(!agent.seen(".sentence").await.unwrap().contains(anew));

        agent.browser().run("window.refusals = 0").await;
        agent.clicks_button(Language::indonesian().text().retry()).await;
        agent.chooses_newest().await;
        agent.reads("dari toko").await;
    })
    .await;
}

/// An agent whom a visitor has told something, begun anew in a browser that so many times does not read what was said.
async fn agent_who_was_told(stage: &mut Stage, text: &str, refusals: u32) -> Person {
    let (agent, visitor) = (stage.agent().await, stage.native_visitor());
    visitor.say(text);
    agent.chooses_newest().await;
    agent.reads(text).await;
    let browser = agent.browser();
    browser.run_before_pages(&format!("window.refusals = {refusals}; {REFUSE}")).await;
    agent.reloads().await;
    agent
}

/// A new visitor who has opened the chat in a browser that gives it so many bytes.
async fn visitor_with_room_for(stage: &mut Stage, bytes: u64) -> Person {
    let visitor = Person::visitor(stage.browser_unpartitioned().await);
    visitor.goes_to(stage.demo().shop()).await;
    limit_storage(stage, &visitor, bytes).await;
    visitor.opens_chat().await;
    visitor
}

async fn limit_storage(stage: &mut Stage, person: &Person, bytes: u64) {
    let wish = json!({ "origin": stage.demo().tag().widget, "quotaSize": bytes });
    person.browser().asks("Storage.overrideQuotaForOrigin", wish).await;
}

/// Has the browser take away what the widget keeps, as it does where the device runs out of room.
async fn evict(stage: &mut Stage, person: &Person) {
    let wish = json!({ "origin": stage.demo().tag().widget, "storageTypes": "indexeddb" });
    person.browser().asks("Storage.clearDataForOrigin", wish).await;
}

/// Whether this status says more than that a message is on its way.
fn is_settled(status: &str) -> bool {
    let words = Language::indonesian().text();
    !status.is_empty() && status != words.sending()
}

/// A file below the folder that has it.
fn find(trace: &Canary, folder: &Path) -> Option<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.into_iter().find_map(|path| {
        if path.is_dir() {
            return find(trace, &path);
        }
        // Sockets and files that are gone by now have nothing to be read.
        fs::read(&path).is_ok_and(|bytes| !trace.find(&bytes).is_empty()).then_some(path)
    })
}
