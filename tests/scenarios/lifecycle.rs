//! What a browser does with pages besides showing them: it keeps them for the way back, discards them, and they crash.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use segel_wire::ClientFrame;
use serde_json::json;
use tokio::sync::Notify;

use crate::harness::{Person, Stage};
use crate::tabs::{opens_chat_in_new_tab, turns_lifecycle, turns_to_chat_in};

/// So often a page is left and come back to: one that is left in the midst of a step is rightly not kept for the way back, since
/// others would wait for it.
const ROUNDS: usize = 5;

/// Notes whether the page comes back as it was left.
const NOTE_RETURN: &str = "
    addEventListener('pageshow', ({ persisted }) => { window.isRestored = persisted; });";

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_comes_back_as_it_was_left_shows_what_was_said_meanwhile_and_goes_on() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        let (mut timeline, mut is_restored) = (Vec::new(), false);
        for round in 0..ROUNDS {
            let [before, away, answer] =
                ["sebelum", "di halaman lain", "dibaca di sana"].map(|text| format!("{text} {round}"));
            visitor.says(&before).await;
            visitor.has_sent(&before).await;
            visitor.turns_to_page().await;
            visitor.browser().run(NOTE_RETURN).await;
            visitor.goes_on_to(&format!("{}/produk.html", stage.demo().shop())).await;
            visitor.has_sent(&before).await;
            visitor.says(&away).await;
            agent.reads(&away).await;
            agent.say(&answer);
            visitor.reads(&answer).await;
            timeline.extend([before, away, answer]);

            visitor.turns_to_page().await;
            visitor.browser().driver().back().await.unwrap();
            is_restored = visitor.browser().script("return window.isRestored === true", vec![]).await;
            visitor.turns_to_chat().await;
            visitor.reads(timeline.last().unwrap()).await;
            if is_restored {
                break;
            }
        }
        assert!(is_restored, "no page came back as it was left");
        visitor.says("kembali").await;
        visitor.has_sent("kembali").await;
        agent.say("selamat datang");
        visitor.reads("selamat datang").await;
        timeline.extend(["kembali", "selamat datang"].map(str::to_owned));
        assert_eq!(visitor.texts().await, timeline);
        assert_eq!(agent.screen().texts(agent.conversation()), timeline);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_tab_was_sending_when_it_crashed_goes_once_from_the_next_one() {
    Stage::play(async |stage| {
        stage.every_browser_is_one_process("id");
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.says("mulai").await;
        visitor.has_sent("mulai").await;
        let mut texts = vec!["mulai".to_owned()];
        for is_stored in [false, true] {
            let first = visitor.tab().await;
            let second = opens_chat_in_new_tab(&visitor, stage).await;
            visitor.has_sent("mulai").await;
            turns_to_chat_in(&visitor, &first).await;
            let text = format!("di tengah kirim {is_stored}");
            let sent = hold_sends(stage, is_stored);
            visitor.says(&text).await;
            sent.notified().await;
            crash(&visitor).await;
            stage.proxy().be_honest();
            stage.proxy().cut();
            turns_to_chat_in(&visitor, &second).await;
            visitor.has_sent(&text).await;
            texts.push(text);
            let after = format!("sesudah {is_stored}");
            visitor.says(&after).await;
            agent.reads(&after).await;
            texts.push(after);
            assert_eq!(visitor.texts().await, texts);
            assert_eq!(agent.screen().texts(agent.conversation()), texts);
        }
    })
    .await;
}

/// Browsers discard no tab that is being debugged, as one on a stage is; what a discard does to a page is what this does: it
/// freezes, ends without hearing of it, and is loaded anew when it is looked at.
#[tokio::test(flavor = "multi_thread")]
async fn a_tab_that_was_discarded_comes_back_with_all_that_was_said_before_and_meanwhile() {
    Stage::play(async |stage| {
        stage.every_browser_is_one_process("id");
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.says("sebelum").await;
        visitor.has_sent("sebelum").await;
        let first = visitor.tab().await;
        let second = opens_chat_in_new_tab(&visitor, stage).await;
        visitor.has_sent("sebelum").await;

        visitor.turns_to_tab(first).await;
        turns_lifecycle(&visitor, "frozen").await;
        crash(&visitor).await;
        turns_to_chat_in(&visitor, &second).await;
        visitor.says("selagi dibuang").await;
        agent.reads("selagi dibuang").await;
        agent.say("dibalas");
        visitor.reads("dibalas").await;

        opens_chat_in_new_tab(&visitor, stage).await;
        visitor.reads("dibalas").await;
        visitor.says("kembali").await;
        visitor.has_sent("kembali").await;
        agent.reads("kembali").await;
        let timeline = ["sebelum", "selagi dibuang", "dibalas", "kembali"];
        assert_eq!(visitor.texts().await, timeline);
        assert_eq!(agent.screen().texts(agent.conversation()), timeline);
    })
    .await;
}

/// Swallows what clients send the relay, or what the relay says to it; hears of the first message that is sent.
fn hold_sends(stage: &Stage, is_stored: bool) -> Arc<Notify> {
    let sent = Arc::new(Notify::new());
    let notify = Arc::clone(&sent);
    let holds = Arc::new(AtomicBool::new(false));
    let withholds = Arc::clone(&holds);
    stage.proxy().alter_sends(move |frame| {
        if !matches!(frame, ClientFrame::Send { .. }) {
            return frame;
        }
        holds.store(true, Ordering::SeqCst);
        notify.notify_one();
        if is_stored { frame } else { ClientFrame::Ping }
    });
    stage.proxy().withhold(move |_| withholds.load(Ordering::SeqCst));
    sent
}

/// Crashes the tab in front.
async fn crash(person: &Person) {
    // No answer comes from a page that is gone.
    let _ = person.browser().driver().cdp().send_raw("Page.crash", json!({})).await;
}
