//! Several chats at once: who waits longest, what is listed, what is found, and the keys that lead through them.

use segel_testkit::client::Client;
use segel_ui::Language;
use serde_json::json;
use thirtyfour::Key;

use crate::harness::{Device, Person, Stage};
use crate::looks::assert_fits;

const FIRST: &str = "Halo, teko keramiknya masih ada?";
const SECOND: &str = "Kapan pesanan saya dikirim?";
const THIRD: &str = "Alamat saya pindah";

/// An agent, and three visitors who wrote one after the other.
async fn busy(stage: &mut Stage, device: Device) -> (Person, Vec<Client>) {
    let agent = stage.agent_on(device).await;
    let mut visitors = Vec::new();
    for (seed, text) in (20..).zip([FIRST, SECOND, THIRD]) {
        let visitor = stage.native_visitor_of(seed);
        visitor.say(text);
        visitor.has_sent(text).await;
        sees_listed(&agent, text).await;
        visitors.push(visitor);
    }
    (agent, visitors)
}

/// The last messages in the list, from top to bottom.
async fn listed(agent: &Person) -> Vec<String> {
    let previews =
        "return [...document.querySelectorAll('.inbox .preview')].map((element) => element.textContent)";
    agent.browser().script(previews, vec![]).await
}

async fn sees_listed(agent: &Person, text: &str) {
    agent.until(text, async || listed(agent).await.iter().any(|preview| preview == text).then_some(())).await;
}

async fn lists(agent: &Person, expected: &[&str]) {
    agent.until(&format!("{expected:?}"), async || (listed(agent).await == expected).then_some(())).await;
}

async fn title_is(agent: &Person, expected: &str) {
    let title = async || agent.browser().driver().title().await.ok();
    agent.until(expected, async || title().await.filter(|title| title == expected)).await;
}

/// What the filters say, as "words number".
async fn filters(agent: &Person) -> Vec<String> {
    let filters = "return [...document.querySelectorAll('.filters button')].map((button) => button.innerText.replace(/\\s+/g, ' '))";
    agent.browser().script(filters, vec![]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_longest_is_first_and_filters_say_how_many_they_list() {
    Stage::play(async |stage| {
        let (agent, visitors) = busy(stage, Device::Desktop).await;
        let words = Language::indonesian().desk();
        lists(&agent, &[FIRST, SECOND, THIRD]).await;
        title_is(&agent, "(3) Segel · Konsol agen").await;

        agent.chooses(FIRST).await;
        agent.says("Masih ada, Kak.").await;
        visitors[0].reads("Masih ada, Kak.").await;
        lists(&agent, &[SECOND, THIRD, "Masih ada, Kak."]).await;
        title_is(&agent, "(2) Segel · Konsol agen").await;
        let counted = async || {
            let expected = [
                format!("{} 1", words.filter_mine()),
                format!("{} 2", words.filter_unassigned()),
                format!("{} 3", words.filter_all()),
            ];
            (filters(&agent).await == expected).then_some(())
        };
        agent.until("the counts", counted).await;
        agent.clicks_button(&format!("{}1", words.filter_mine())).await;
        lists(&agent, &["Masih ada, Kak."]).await;
        agent.clicks_button(&format!("{}2", words.filter_unassigned())).await;
        lists(&agent, &[SECOND, THIRD]).await;

        visitors[1].say("Halo?");
        sees_listed(&agent, "Halo?").await;
        lists(&agent, &["Halo?", THIRD]).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_of_several_chats_are_kept_and_marked() {
    Stage::play(async |stage| {
        let (agent, _visitors) = busy(stage, Device::Desktop).await;
        agent.chooses(FIRST).await;
        agent.types("untuk yang pertama").await;
        agent.chooses(SECOND).await;
        assert_eq!(agent.draft().await, "");
        agent.types("untuk yang kedua").await;
        let marked = "return [...document.querySelectorAll('.inbox li')]
            .filter((entry) => entry.querySelector('.draft:not(.done)')?.checkVisibility())
            .map((entry) => entry.querySelector('.preview').textContent)";
        let marks = async || {
            let marks: Vec<String> = agent.browser().script(marked, vec![]).await;
            // The draft before one's eyes needs no mark.
            (marks == [FIRST]).then_some(())
        };
        agent.until("the mark of the first draft alone", marks).await;
        agent.chooses(FIRST).await;
        assert_eq!(agent.draft().await, "untuk yang pertama");
        agent.chooses(SECOND).await;
        assert_eq!(agent.draft().await, "untuk yang kedua");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_finds_what_was_opened_here_and_says_where_it_looked() {
    Stage::play(async |stage| {
        let (agent, visitors) = busy(stage, Device::Desktop).await;
        visitors[0].say("Warnanya hijau tua, dua buah");
        visitors[0].say("Terima kasih");
        sees_listed(&agent, "Terima kasih").await;
        agent.chooses("Terima kasih").await;
        agent.presses(Key::Escape + "/").await;
        agent.sees(".search:focus").await;
        agent.presses("HIJAU").await;
        lists(&agent, &["Warnanya hijau tua, dua buah"]).await;
        agent.presses("x").await;
        agent.is_told(".inbox .nothing", Language::indonesian().desk().search_empty()).await;
        assert_fits(&agent).await;
        agent.browser().shoot("console-search-empty").await;
        agent.presses(Key::Escape).await;
        lists(&agent, &["Terima kasih", SECOND, THIRD]).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_lead_through_the_chats_and_do_nothing_while_one_types() {
    Stage::play(async |stage| {
        let (agent, visitors) = busy(stage, Device::Desktop).await;
        agent.presses("j").await;
        agent.reads(FIRST).await;
        agent.presses("j").await;
        agent.reads(SECOND).await;
        agent.sees(".inbox button[aria-current=true]:focus").await;
        agent.presses("k").await;
        agent.reads(FIRST).await;
        agent.presses("c").await;
        agent.is_told(".holder", Language::indonesian().desk().mine()).await;
        agent.presses("w").await;
        agent.sees("textarea:focus").await;
        agent.presses("jkcw/123?").await;
        assert_eq!(agent.draft().await, "jkcw/123?", "all of it is text");
        assert_eq!(agent.seen(".help").await, None);
        agent.sends().await;
        visitors[0].reads("jkcw/123?").await;

        agent.presses(Key::Escape).await;
        agent.sees(".log:focus").await;
        agent.presses("?").await;
        agent.is_told(".help", Language::indonesian().desk().keys_why()).await;
        agent.browser().shoot("console-help").await;
        agent.presses("j").await;
        agent.presses(Key::Escape).await;
        agent.until("the sheet to close", async || agent.seen(".help").await.is_none().then_some(())).await;
        agent.has_sent("jkcw/123?").await;

        agent.clicks(".inbox .top .plain:last-child").await;
        agent.clicks(".help label").await;
        agent.clicks_button(Language::indonesian().desk().keys_close()).await;
        agent.presses("j").await;
        agent.reloads().await;
        agent.sees(".inbox li").await;
        agent.presses("j").await;
        let opened =
            agent.browser().script::<bool>("return !!document.querySelector('.desk.opened')", vec![]).await;
        assert!(!opened, "keys stay off");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_looks_elsewhere_is_told_that_somebody_wrote_and_not_what() {
    Stage::play(async |stage| {
        let (agent, visitors) = busy(stage, Device::Desktop).await;
        let note = "window.noticed = [];
            window.Notification = class extends Notification {
                constructor(title, options) {
                    super(title, options);
                    window.noticed.push(title, options.body);
                }
            };";
        agent.browser().run(note).await;
        let noticed = async || agent.browser().script::<Vec<String>>("return window.noticed", vec![]).await;
        let grant = json!({ "permissions": ["notifications"], "origin": stage.demo().console() });
        agent.browser().driver().cdp().send_raw("Browser.grantPermissions", grant).await.unwrap();

        // Granted, but not asked for by the agent.
        agent.looks_elsewhere().await;
        visitors[0].say("Masih ada?");
        sees_listed(&agent, "Masih ada?").await;
        assert_eq!(noticed().await, Vec::<String>::new());
        agent.turns_to_tab(agent.tab().await).await;

        agent.clicks(".bell").await;
        agent.sees(".bell[aria-pressed=true]").await;
        visitors[1].say("Sudah dikirim?");
        sees_listed(&agent, "Sudah dikirim?").await;
        assert_eq!(noticed().await, Vec::<String>::new(), "the agent looks at the list");

        agent.looks_elsewhere().await;
        visitors[2].say("Rahasia sekali");
        sees_listed(&agent, "Rahasia sekali").await;
        assert_eq!(noticed().await, ["Toko Contoh", Language::indonesian().desk().notice()]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_fits_the_smallest_phone_and_the_dark() {
    for (name, device) in
        [("small-phone", Device::Phone(320, 568)), ("dark", Device::Dark), ("desktop", Device::Desktop)]
    {
        Stage::play(async |stage| {
            let (agent, _visitors) = busy(stage, device).await;
            agent.chooses(SECOND).await;
            agent.types("Besok pagi").await;
            if matches!(device, Device::Phone(..)) {
                agent.clicks(".back").await;
            } else {
                agent.chooses(FIRST).await;
            }
            agent.sees(".inbox .draft").await;
            assert_fits(&agent).await;
            let small = "return [...document.querySelectorAll('.inbox button, .inbox input')]
                .filter((element) => element.checkVisibility() && element.getBoundingClientRect().height < 44)
                .map((element) => element.outerHTML)";
            let small: Vec<String> = agent.browser().script(small, vec![]).await;
            assert_eq!(small, Vec::<String>::new(), "targets are 44 pixels high");
            agent.browser().shoot(&format!("console-inbox-{name}")).await;
            agent.clicks(".filters button").await;
            agent.is_told(".inbox .nothing", Language::indonesian().desk().filter_empty()).await;
            agent.browser().shoot(&format!("console-inbox-empty-{name}")).await;
            agent.clicks(".inbox .top .plain:last-child").await;
            agent.sees(".help").await;
            assert_fits(&agent).await;
            agent.browser().shoot(&format!("console-help-{name}")).await;
        })
        .await;
    }
}
