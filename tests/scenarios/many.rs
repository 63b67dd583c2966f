//! An agent with three hundred conversations of two hundred messages each: the console reads what it shows, and what is
//! on the page stays small. One real conversation, sealed and sent through the relay, is copied in the agent's store.

use serde::Deserialize;
use serde_json::json;

use crate::harness::{Stage, copied};

const CONVERSATIONS: u16 = 300;
const MESSAGES: u16 = 200;
/// Of these many the visitor's is every second one, and the last.
const BATCH: u16 = 20;

/// Notes what a page reads from its store, when the list is there, and what keeps the page from answering.
const NOTE: &str = "
    const noted = window.noted = { listed: 0, read: 0, tasks: [] };
    const note = (list) => noted.tasks.push(...list.getEntries().map((entry) => Math.round(entry.duration)));
    new PerformanceObserver(note).observe({ type: 'longtask', buffered: true });
    new MutationObserver((_, observer) => {
        if (!document.querySelector('.inbox li')) return;
        noted.listed = Math.round(performance.now());
        observer.disconnect();
    }).observe(document, { childList: true, subtree: true });
    const getAll = IDBObjectStore.prototype.getAll;
    IDBObjectStore.prototype.getAll = function (...keys) {
        const request = getAll.apply(this, keys);
        request.addEventListener('success', () => { noted.read += request.result.length; });
        return request;
    };";

/// Scrolls a region by so many pixels a frame until it moves no more; answers the most children that it had.
const SCROLL: &str = "
    const [selector, by, done] = arguments;
    const region = document.querySelector(selector);
    let most = 0, still = 0, before = null;
    const step = () => {
        most = Math.max(most, region.childElementCount);
        region.scrollTop += by;
        still = region.scrollTop === before ? still + 1 : 0;
        before = region.scrollTop;
        if (still > 20) done(most); else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);";

#[derive(Debug, Deserialize)]
struct Noted {
    /// Milliseconds from the page's beginning until a conversation was listed.
    listed: u32,
    /// Records read.
    read: u32,
    /// Milliseconds of each task over fifty.
    tasks: Vec<u32>,
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_with_three_hundred_conversations_reads_what_is_shown() {
    Stage::play(async |stage| {
        stage.expect_in_console("favicon.ico");
        let (agent, visitor) = (stage.native_agent().await, stage.native_visitor());
        for number in 0..MESSAGES {
            let text = format!("pesan {number}");
            if number % 2 == 1 {
                visitor.say(&text);
            } else if number > 0 {
                agent.say(&text);
            } else {
                visitor.say(&text);
                agent.reads(&text).await;
            }
            if number % BATCH == BATCH - 1 {
                agent.reads(&text).await;
            }
        }
        agent.has_sent(&format!("pesan {}", MESSAGES - 2)).await;
        let id = visitor.conversation();
        let kept = agent.store().sealed();
        drop(agent);
        let kept = copied(&kept, id, CONVERSATIONS);
        assert!(kept.len() > usize::from(CONVERSATIONS * MESSAGES));

        let agent = stage.console_with(&kept).await;
        let browser = agent.browser();
        browser.run_before_pages(NOTE).await;
        let console = stage.demo().console().to_owned();
        agent.goes_to(&console).await;
        agent.sees(".inbox li").await;
        agent.sees(".link.online").await;
        let noted = async || browser.script::<Noted>("return window.noted", vec![]).await;
        let calm = async || browser.run("window.noted.tasks.length = 0").await;
        let start = noted().await;
        // An outline of each, and the few own events that the relay may yet turn out to have lost.
        assert!(start.read < 13 * u32::from(CONVERSATIONS) + 50, "no message was read: {start:?}");
        let count = "return document.querySelectorAll('.inbox li').length";
        assert!(browser.script::<usize>(count, vec![]).await <= 40);

        calm().await;
        let most: u32 = browser.answer(SCROLL, vec![json!(".inbox ul"), json!(400)]).await;
        assert_eq!(most, u32::from(CONVERSATIONS), "every conversation can be reached");
        let listing = noted().await;

        calm().await;
        agent.presses("j").await;
        agent.reads(&format!("pesan {}", MESSAGES - 1)).await;
        let opening = noted().await;
        assert!(opening.read - start.read <= u32::from(MESSAGES) + 20, "one conversation was read: {opening:?}");

        calm().await;
        let most: u32 = browser.answer(SCROLL, vec![json!(".log"), json!(-300)]).await;
        assert!(most <= 150, "{most} rows");
        agent.reads("pesan 0").await;
        let back: u32 = browser.answer(SCROLL, vec![json!(".log"), json!(300)]).await;
        assert!(back <= 150, "{back} rows");
        agent.reads(&format!("pesan {}", MESSAGES - 1)).await;
        let reading = noted().await;

        calm().await;
        for _ in 0..20 {
            agent.presses("j").await;
        }
        agent.reads(&format!("pesan {}", MESSAGES - 1)).await;
        let stepping = noted().await;
        println!(
            "listed after {} ms, {} records read; tasks over 50 ms: at the start {:?}, in the list {:?}, opening {:?}, \
             in the messages {:?}, stepping through {:?}",
            start.listed, start.read, start.tasks, listing.tasks, opening.tasks, reading.tasks, stepping.tasks
        );
    })
    .await;
}
