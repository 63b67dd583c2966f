//! A lock before what is kept on a device: it is set, closes by itself, opens again in every tab, and is taken off.

use segel_testkit::client::Client;
use segel_ui::Language;
use segel_ui::text::{LaterText, fill};
use serde_json::json;
use tempfile::TempDir;
use thirtyfour::{By, Key, WindowHandle};

use crate::harness::{Person, Stage, make_picture, put};
use crate::tabs::{expect_relay_to_be_away, opens_chat_in_new_tab, turns_lifecycle, turns_to_chat_in};

const PASSPHRASE: &str = "kuda laut biru";
const QUESTION: &str = "Apakah teko hijau masih ada?";
const ANSWER: &str = "Masih, dua buah.";
const LATER: &str = "Kami sisihkan satu.";
/// What is being written when it locks.
const DRAFT: &str = "Saya ambil besok pagi";
const NOTE: &str = "Pelanggan lama";

/// What the browser keeps of the state key, opened as far as its own key opens it.
const STATE_KEYS: &str = "
    const [done] = arguments;
    const settled = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
    const look = async () => {
        const [{ name }] = await indexedDB.databases();
        const database = await settled(indexedDB.open(name));
        const [key, iv, wrapped, lock] = await settled(database.transaction('meta').objectStore('meta').get('state-key'));
        database.close();
        const opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, wrapped);
        return [[...new Uint8Array(wrapped)], opened.byteLength, !!lock];
    };
    look().then(done, (error) => done(String(error)));";

/// The clock jumps on, and the person is there again.
const LATER_BY_MINUTES: &str = "
    const now = Date.now.bind(Date);
    Date.now = () => now() + arguments[0] * 60000;
    document.dispatchEvent(new Event('visibilitychange'));";

/// The browser starts no worker, or does again.
const NO_WORKERS: &str = "
    window.realWorker = Worker;
    window.Worker = function () { throw new TypeError('no worker'); };";
const WORKERS: &str = "window.Worker = window.realWorker;";

/// Everything that the page's own document says, in words and in names.
const EVERYTHING_SAID: &str = "return document.documentElement.outerHTML + document.title";

pub(crate) fn text() -> LaterText {
    Language::later_in_indonesian()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitors_chat_is_locked_at_each_load_and_opens_by_its_passphrase_alone() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.says(QUESTION).await;
        agent.reads(QUESTION).await;
        agent.say(ANSWER);
        visitor.reads(ANSWER).await;
        let (before, opened, has_lock) = state_key(&visitor).await;
        assert_eq!((opened, has_lock), (32, false));

        opens_sheet(&visitor).await;
        refuses(&visitor, "pendek", "pendek", text().short()).await;
        refuses(&visitor, PASSPHRASE, "kuda laut hijau", text().differ()).await;
        sets_lock(&visitor, PASSPHRASE).await;
        let (after, opened, has_lock) = state_key(&visitor).await;
        assert_eq!((opened, has_lock), (24 + 32 + 16, true), "the browser's own key opens no state key");
        assert!(!after.windows(8).any(|part| before.windows(8).any(|old| old == part)));
        visitor.clicks_button(text().done()).await;
        visitor.reads(ANSWER).await;

        visitor.reloads().await;
        is_locked(&visitor).await;
        says_nothing(&visitor).await;
        agent.say(LATER);
        types_into(&visitor, "#segel-lock-passphrase", "kuda laut hijau").await;
        visitor.presses(Key::Enter + "").await;
        visitor.is_told(".curtain .fault", text().wrong()).await;
        visitor.is_told(".curtain .fault", "lock-wrong").await;
        visitor.sees("#segel-lock-passphrase:focus").await;
        says_nothing(&visitor).await;
        visitor.turns_to_page().await;
        let title: String = visitor.browser().script("return document.title", vec![]).await;
        assert!(!title.starts_with('('), "{title}");
        visitor.turns_to_frame().await;

        unlocks(&visitor, PASSPHRASE).await;
        visitor.reads(LATER).await;
        visitor.shows(&[QUESTION, ANSWER, LATER]).await;
        visitor.says("Terima kasih").await;
        agent.reads("Terima kasih").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_locks_one_tab_locks_all_and_who_unlocks_one_opens_all() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        let [first, second] = asks_and_opens_second_tab(&visitor, &agent, stage).await;
        // The tab that leads is the other one.
        opens_sheet(&visitor).await;
        sets_lock(&visitor, PASSPHRASE).await;
        visitor.clicks_button(text().done()).await;
        visitor.types(DRAFT).await;
        turns_to_chat_in(&visitor, &first).await;
        visitor.has_sent(QUESTION).await;
        visitor.types(NOTE).await;

        visitor.clicks(".header [aria-controls=segel-menu]").await;
        visitor.clicks_button(text().now()).await;
        for tab in [&first, &second] {
            turns_to_chat_in(&visitor, tab).await;
            is_locked(&visitor).await;
            says_nothing(&visitor).await;
        }
        agent.say(ANSWER);
        unlocks(&visitor, PASSPHRASE).await;
        for (tab, draft) in [(&second, DRAFT), (&first, NOTE)] {
            turns_to_chat_in(&visitor, tab).await;
            visitor.shows(&[QUESTION, ANSWER]).await;
            has_draft(&visitor, draft).await;
        }
        let third = opens_chat_in_new_tab(&visitor, stage).await;
        visitor.reads(ANSWER).await;

        // The key is with the tab that was unlocked.
        visitor.turns_to_tab(second).await;
        visitor.closes_tab().await;
        for tab in [&third, &first] {
            turns_to_chat_in(&visitor, tab).await;
            is_locked(&visitor).await;
            says_nothing(&visitor).await;
        }
        turns_to_chat_in(&visitor, &third).await;
        unlocks(&visitor, PASSPHRASE).await;
        visitor.reads(ANSWER).await;
        has_draft(&visitor, "").await;
        turns_to_chat_in(&visitor, &first).await;
        has_draft(&visitor, NOTE).await;
        visitor.presses_enter().await;
        agent.reads(NOTE).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_that_nobody_uses_locks_itself_and_a_lock_that_is_taken_off_stays_off() {
    Stage::play(async |stage| {
        let visitor = stage.native_visitor();
        let agent = stage.agent().await;
        visitor.say(QUESTION);
        agent.chooses(QUESTION).await;
        opens_sheet(&agent).await;
        sets_lock(&agent, PASSPHRASE).await;
        agent.clicks_button(text().done()).await;
        agent.reads(QUESTION).await;
        agent.browser().script::<()>(LATER_BY_MINUTES, vec![json!(4)]).await;
        agent.says(ANSWER).await;
        agent.browser().script::<()>(LATER_BY_MINUTES, vec![json!(4)]).await;
        agent.says(LATER).await;
        agent.types(DRAFT).await;
        agent.clicks_button(Language::indonesian().desk().write_note()).await;
        agent.types(NOTE).await;
        agent.browser().script::<()>(LATER_BY_MINUTES, vec![json!(5)]).await;
        is_locked(&agent).await;
        says_nothing(&agent).await;
        visitor.say("Halo?");
        visitor.has_sent("Halo?").await;
        says_nothing(&agent).await;

        unlocks(&agent, PASSPHRASE).await;
        agent.is_told(".inbox .draft:not(.done)", Language::indonesian().desk().draft()).await;
        agent.chooses_newest().await;
        agent.reads("Halo?").await;
        has_draft(&agent, NOTE).await;
        agent.clicks_button(Language::indonesian().desk().write_reply()).await;
        has_draft(&agent, DRAFT).await;
        // What the agent said stands where the clock was then.
        for said in [QUESTION, ANSWER, LATER] {
            agent.sees_row(said, |row| row.text == said).await;
        }
        assert_eq!(agent.texts().await.len(), 4);
        opens_sheet(&agent).await;
        types_into(&agent, "#segel-lock-passphrase", "kuda laut hijau").await;
        agent.clicks_button(text().off()).await;
        agent.is_told(".sheet .fault", text().wrong()).await;
        types_into(&agent, "#segel-lock-passphrase", PASSPHRASE).await;
        agent.clicks_button(text().off()).await;
        agent.sees("#segel-lock-new").await;
        agent.presses(Key::Escape + "").await;
        agent.is_at_the_desk().await;
        agent.reloads().await;
        agent.chooses_newest().await;
        agent.reads("Halo?").await;
        assert_eq!(state_key(&agent).await.1, 32);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_in_a_tab_that_slept_while_the_lock_was_set_is_there_once_it_opens() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        let [first, second] = asks_and_opens_second_tab(&visitor, &agent, stage).await;
        visitor.types(DRAFT).await;
        has_draft(&visitor, DRAFT).await;
        visitor.turns_to_page().await;
        turns_lifecycle(&visitor, "frozen").await;

        turns_to_chat_in(&visitor, &first).await;
        opens_sheet(&visitor).await;
        sets_lock(&visitor, PASSPHRASE).await;
        visitor.closes_tab().await;
        visitor.turns_to_tab(second.clone()).await;
        turns_lifecycle(&visitor, "active").await;
        turns_to_chat_in(&visitor, &second).await;
        is_locked(&visitor).await;
        says_nothing(&visitor).await;
        unlocks(&visitor, PASSPHRASE).await;
        visitor.shows(&[QUESTION]).await;
        has_draft(&visitor, DRAFT).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_and_a_text_on_their_way_when_it_locks_go_on_when_it_opens() {
    Stage::play(async |stage| {
        expect_relay_to_be_away(stage);
        let folder = TempDir::new().unwrap();
        let picture = make_picture(300);
        let path = put(&folder, "struk.png", &picture);
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        let [first, second] = asks_and_opens_second_tab(&visitor, &agent, stage).await;
        opens_sheet(&visitor).await;
        sets_lock(&visitor, PASSPHRASE).await;
        visitor.clicks_button(text().done()).await;
        stage.demo().kill_relay().await.unwrap();
        for (tab, said) in [(&second, DRAFT), (&first, NOTE)] {
            turns_to_chat_in(&visitor, tab).await;
            visitor.is_told(".banner", Language::indonesian().text().offline()).await;
            visitor.says(said).await;
        }
        visitor.chooses_files(&[&path]).await;
        visitor.clicks(".send[aria-disabled=false]").await;
        visitor.is_told(".file .name", "struk.png").await;
        visitor.clicks(".header [aria-controls=segel-menu]").await;
        visitor.clicks_button(text().now()).await;
        is_locked(&visitor).await;
        says_nothing(&visitor).await;
        stage.demo().start_relay().await.unwrap();
        turns_to_chat_in(&visitor, &second).await;
        unlocks(&visitor, PASSPHRASE).await;
        assert_eq!(agent.gets("struk.png").await, picture);
        for said in [DRAFT, NOTE] {
            agent.reads(said).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_chosen_and_answered_when_it_locks_goes_with_what_was_written() {
    Stage::play(async |stage| {
        let folder = TempDir::new().unwrap();
        let picture = make_picture(300);
        let path = put(&folder, "struk.png", &picture);
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.says(QUESTION).await;
        agent.reads(QUESTION).await;
        agent.say(ANSWER);
        visitor.reads(ANSWER).await;
        opens_sheet(&visitor).await;
        sets_lock(&visitor, PASSPHRASE).await;
        visitor.clicks_button(text().done()).await;
        visitor.browser().run("document.querySelector('.reply').focus()").await;
        visitor.presses(Key::Enter + "").await;
        visitor.sees(".quoting").await;
        visitor.chooses_files(&[&path]).await;
        visitor.is_told(".tray .name", "struk.png").await;
        visitor.types(DRAFT).await;
        visitor.clicks(".header [aria-controls=segel-menu]").await;
        visitor.clicks_button(text().now()).await;
        is_locked(&visitor).await;
        says_nothing(&visitor).await;

        unlocks(&visitor, PASSPHRASE).await;
        has_draft(&visitor, DRAFT).await;
        visitor.is_told(".tray .name", "struk.png").await;
        visitor.is_told(".quoting .what", ANSWER).await;
        visitor.clicks(".send[aria-disabled=false]").await;
        assert_eq!(agent.gets("struk.png").await, picture);
        agent.reads(DRAFT).await;
        let screen = agent.screen();
        assert_eq!(screen.item(DRAFT).unwrap().quotes, Some(screen.item(ANSWER).unwrap().event));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_open_it_erases_what_is_kept_and_begins_as_somebody_new() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        let [first, second] = asks_and_opens_second_tab(&visitor, &agent, stage).await;
        opens_sheet(&visitor).await;
        sets_lock(&visitor, PASSPHRASE).await;
        visitor.clicks_button(text().done()).await;
        visitor.types(DRAFT).await;
        visitor.clicks(".header [aria-controls=segel-menu]").await;
        visitor.clicks_button(text().now()).await;
        is_locked(&visitor).await;
        visitor.clicks_button(text().forgot()).await;
        visitor.is_told(".curtain .question", text().forgot_why()).await;
        visitor.sees(".curtain .question .return:focus").await;
        visitor.presses(Key::Enter + "").await;
        visitor.sees(".curtain .forgot:focus").await;
        is_locked(&visitor).await;
        visitor.clicks_button(text().forgot()).await;
        visitor.clicks_button(text().erase()).await;
        for tab in [&second, &first] {
            turns_to_chat_in(&visitor, tab).await;
            visitor.sees(".greeting").await;
            visitor.shows(&[]).await;
            assert_eq!(visitor.draft().await, "", "it was another person's");
        }
        visitor.says(ANSWER).await;
        visitor.has_sent(ANSWER).await;
        visitor.reloads().await;
        visitor.has_sent(ANSWER).await;
        visitor.shows(&[ANSWER]).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_worker_no_lock_is_set_and_everything_is_as_it_was() {
    Stage::play(async |stage| {
        let visitor = stage.native_visitor();
        let agent = stage.agent().await;
        visitor.say(QUESTION);
        agent.chooses(QUESTION).await;
        let before = state_key(&agent).await;
        agent.browser().run(NO_WORKERS).await;
        opens_sheet(&agent).await;
        types_lock(&agent, PASSPHRASE, PASSPHRASE).await;
        agent.is_told(".sheet .fault", text().no_worker()).await;
        assert_eq!(state_key(&agent).await, before);
        agent.presses(Key::Escape + "").await;
        agent.reads(QUESTION).await;
        agent.says(ANSWER).await;
        visitor.reads(ANSWER).await;

        agent.browser().run(WORKERS).await;
        opens_sheet(&agent).await;
        sets_lock(&agent, PASSPHRASE).await;
        agent.browser().run(NO_WORKERS).await;
        agent.clicks(".sheet > .primary").await;
        is_locked(&agent).await;
        unlocks(&agent, PASSPHRASE).await;
        agent.is_told(".curtain .fault", text().no_worker()).await;
        agent.browser().run(WORKERS).await;
        unlocks(&agent, PASSPHRASE).await;
        agent.chooses(ANSWER).await;
    })
    .await;
}

/// Says something in a first tab, which leads from then on, and shows it in a second one; answers both.
async fn asks_and_opens_second_tab(visitor: &Person, agent: &Client, stage: &mut Stage) -> [WindowHandle; 2] {
    visitor.says(QUESTION).await;
    agent.reads(QUESTION).await;
    let first = visitor.tab().await;
    let second = opens_chat_in_new_tab(visitor, stage).await;
    visitor.has_sent(QUESTION).await;
    [first, second]
}

/// Opens the sheet on which a lock is set, as it is opened on this page.
pub(crate) async fn opens_sheet(person: &Person) {
    let padlock = format!(".inbox .top [aria-label='{}']", text().menu());
    let way = async || {
        let here = [".header [aria-controls=segel-menu]", &padlock];
        for selector in here {
            if person.seen(selector).await.is_some() {
                return Some(selector.to_owned());
            }
        }
        None
    };
    let selector = person.until("the way to the lock", way).await;
    person.clicks(&selector).await;
    if selector != padlock {
        person.clicks_button(text().menu()).await;
    }
    person.sees(".sheet h1:focus").await;
}

/// Fills in the sheet and hands it in.
pub(crate) async fn types_lock(person: &Person, first: &str, again: &str) {
    types_into(person, "#segel-lock-new", first).await;
    types_into(person, "#segel-lock-again", again).await;
    person.clicks(".sheet .primary").await;
}

/// Sets a lock on the sheet that is open.
pub(crate) async fn sets_lock(person: &Person, passphrase: &str) {
    types_lock(person, passphrase, passphrase).await;
    person.is_told(".sheet [role=status]", &fill(text().is_set(), "5")).await;
}

/// Waits until everything is locked.
pub(crate) async fn is_locked(person: &Person) {
    person.sees(".curtain:not(.sheet) form").await;
}

/// Types a passphrase where everything is locked.
pub(crate) async fn unlocks(person: &Person, passphrase: &str) {
    is_locked(person).await;
    types_into(person, "#segel-lock-passphrase", passphrase).await;
    person.presses(Key::Enter + "").await;
}

pub(crate) async fn types_into(person: &Person, selector: &str, text: &str) {
    person.sees(selector).await;
    let field = person.browser().driver().find(By::Css(selector)).await.unwrap();
    field.clear().await.unwrap();
    field.send_keys(text).await.unwrap();
}

async fn has_draft(person: &Person, draft: &str) {
    let is_there = async || (person.draft().await == draft).then_some(());
    person.until(&format!("{draft:?} in the composer"), is_there).await;
}

pub(crate) async fn refuses(person: &Person, first: &str, again: &str, why: &str) {
    types_lock(person, first, again).await;
    person.is_told(".sheet .fault", why).await;
}

/// No word of what was said, and no name, is in the page.
pub(crate) async fn says_nothing(person: &Person) {
    let said: String = person.browser().script(EVERYTHING_SAID, vec![]).await;
    let business = "Toko Contoh";
    for secret in [QUESTION, ANSWER, LATER, DRAFT, NOTE, "Halo?", "struk.png", business] {
        assert!(!said.contains(secret), "{secret} in {said}");
    }
    assert_eq!(person.rows().await.len(), 0);
}

/// What is kept wrapped, how much of it the browser's own key opens, and whether a lock stands beside it.
pub(crate) async fn state_key(person: &Person) -> (Vec<u8>, usize, bool) {
    person.browser().answer(STATE_KEYS, vec![]).await
}
