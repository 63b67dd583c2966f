//! What the browser keeps: through its end, and where it cannot be read or opened.

use segel_core::show::Refusal;
use segel_ui::Language;

use crate::erasing::kept;
use crate::harness::Stage;
use crate::relay_killed::begin;

const QUEUED: usize = 10;

/// Makes what the widget keeps unreadable, as another key or a form of long ago would.
const SPOIL: &str = "
    const [done] = arguments;
    indexedDB.databases().then(([{ name }]) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => {
            const transaction = opening.result.transaction('records', 'readwrite');
            transaction.objectStore('records').put(new Uint8Array(99), 'account');
            transaction.oncomplete = () => { opening.result.close(); done(true); };
        };
    });";

/// Has the database deleted while something that is deaf to it has it open: nobody can open it meanwhile.
const HOLD: &str = "
    const [done] = arguments;
    indexedDB.databases().then(([{ name }]) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => {
            window.held = opening.result;
            indexedDB.deleteDatabase(name).onblocked = () => done(true);
        };
    });";

#[tokio::test(flavor = "multi_thread")]
async fn what_was_queued_offline_is_sent_once_and_in_order_after_the_browser_was_killed() {
    Stage::play(async |stage| {
        let (visitor, agent) = begin(stage).await;

        stage.demo().kill_relay().await.unwrap();
        visitor.is_told(".banner", Language::indonesian().text().offline()).await;
        let messages =
            async || kept(&visitor).await.iter().filter(|name| name.starts_with("message/")).count();
        let before = messages().await;
        let queued: Vec<_> = (1..=QUEUED).map(|number| format!("antre {number}")).collect();
        for text in &queued {
            visitor.says(text).await;
        }
        let last = queued.last().unwrap();
        // It is shown a moment before it is kept.
        let are_kept = async || (messages().await == before + QUEUED).then_some(());
        visitor.until("all to be kept", are_kept).await;
        let visitor = stage.crash_browser_of(visitor).await;
        visitor.goes_to(stage.demo().shop()).await;
        visitor.opens_chat().await;
        let timeline: Vec<_> = ["mulai".to_owned()].into_iter().chain(queued.clone()).collect();
        visitor.until("what was queued", async || (visitor.texts().await == timeline).then_some(())).await;
        stage.demo().start_relay().await.unwrap();
        visitor.has_sent(last).await;
        agent.reads(last).await;
        assert_eq!(visitor.texts().await, timeline);
        assert_eq!(agent.texts().await, timeline);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_said_to_be_so_and_can_be_deleted_to_begin_anew() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.says("dulu").await;
        visitor.has_sent("dulu").await;
        assert!(visitor.browser().answer::<bool>(SPOIL, vec![]).await);
        visitor.reloads().await;
        visitor.is_refused(Refusal::StoreBroken).await;

        visitor.clicks_button(Language::indonesian().text().begin_anew()).await;
        visitor.says("dari awal").await;
        visitor.has_sent("dari awal").await;
        agent.reads("dari awal").await;
        assert_eq!(visitor.texts().await, ["dari awal"]);
        visitor.reloads().await;
        visitor.has_sent("dari awal").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_somebody_keeps_to_themselves_is_said_to_be_busy_and_opens_when_it_is_let_go() {
    Stage::play(async |stage| {
        let _agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.says("sebelum").await;
        visitor.has_sent("sebelum").await;
        assert!(visitor.browser().answer::<bool>(HOLD, vec![]).await);
        visitor.says("tertahan").await;
        visitor.is_told(".sentence", Language::indonesian().text().store_busy()).await;
        visitor.browser().run("window.held.close()").await;
        visitor.reloads().await;
        visitor.says("sesudah").await;
        visitor.has_sent("sesudah").await;
    })
    .await;
}
