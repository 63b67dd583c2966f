//! An agent blocks a conversation: nothing of it is on the screen any more, until it is wanted again.

use segel_ui::Language;
use segel_ui::text::fill;

use crate::harness::Stage;
use crate::looks::assert_fits;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_blocked_conversation_is_shown_or_counted_until_it_is_unblocked() {
    Stage::play(async |stage| {
        let desk = Language::indonesian().desk();
        let agent = stage.agent().await;
        let [rude, kind] = [20, 21].map(|seed| stage.native_visitor_of(seed));
        rude.say("pesan kasar");
        rude.has_sent("pesan kasar").await;
        agent.chooses("pesan kasar").await;
        agent.clicks(&format!("[aria-label='{}']", desk.block())).await;
        let count = fill(desk.blocked_count(), "1");
        agent
            .until("the way to what is blocked", async || {
                (agent.sees(".inbox > .return:focus").await == count).then_some(())
            })
            .await;
        assert_eq!(agent.seen(".conversation .chat").await, None, "it is closed");

        rude.say("lebih kasar");
        rude.has_sent("lebih kasar").await;
        // What comes later comes after it.
        kind.say("halo, apa kabar?");
        agent.chooses("halo, apa kabar?").await;
        let page = async || {
            let page: String =
                agent.browser().script("return document.documentElement.textContent", vec![]).await;
            page
        };
        assert!(!page().await.contains("kasar"));
        let title: String = agent.browser().script("return document.title", vec![]).await;
        assert!(title.starts_with("(1) "), "{title}");
        let entries: u32 =
            agent.browser().script("return document.querySelectorAll('.inbox li').length", vec![]).await;
        assert_eq!(entries, 1);

        agent.reloads().await;
        agent.clicks_button(&count).await;
        agent.sees(".blocked li").await;
        assert!(!page().await.contains("kasar"));
        assert_fits(&agent).await;
        agent.clicks_button(desk.unblock()).await;
        agent.is_told(".blocked", desk.blocked_none()).await;
        agent.clicks(".blocked .return").await;
        agent.chooses("lebih kasar").await;
        agent.reads("pesan kasar").await;
        assert_eq!(agent.seen(".inbox > .return").await, None);
    })
    .await;
}
