//! What a site asks of a visitor comes before the first message; nothing is kept or told before that; agents see it beside the
//! chat.

use segel_core::show::{Body, Details};
use segel_owner::IntakeEntry;
use segel_ui::Language;
use segel_ui::text::Text;
use thirtyfour::{Key, TypingData};

use crate::harness::{Person, Stage};
use crate::looks::assert_fits;
use crate::size::ENTERED;

/// With labels and options that would like to be more than text.
pub(crate) const ASKED: &str = r#"{
    "questions": [
        { "label": "Nama <b>Anda</b>", "asks": "line", "required": true },
        { "label": "Email \u202eliame", "asks": "email", "required": true },
        { "label": "Nomor-telepon-yang-panjang-sekali-dan-tidak-bisa-dipenggal-di-mana-pun-juga", "asks": "phone" },
        { "label": "Perihal", "asks": "choice", "options": ["Pesanan", "<img src=x>", "Retur"], "required": true }
    ],
    "consent": {
        "text": "Saya setuju bahwa jawaban saya dipakai untuk menjawab pertanyaan ini.",
        "notice": "https://toko.example/privasi"
    }
}"#;
const NAME: &str = "Pengunjung Demo <i>";
const FIRST: &str = "Halo, apakah teko masih ada?";
const ANSWER: &str = "Masih ada.";
const NEXT: &str = "Satu pertanyaan lagi.";

/// How many databases, entries and cookies this origin has.
const KEPT: &str = "
    const [done] = arguments;
    indexedDB.databases().then(({ length }) => done([length, localStorage.length, sessionStorage.length, document.cookie.length]));";
/// The id of what has the focus, whether it is said to be wrong, and what describes it.
const FOCUSED: &str = "
    const { activeElement: at } = document;
    return [at.id, at.ariaInvalid, document.getElementById(at.getAttribute('aria-describedby')).textContent];";

/// The roster asks this before anybody who comes from now on can write.
pub(crate) async fn ask(stage: &mut Stage, file: &str) {
    stage.demo().set_intake(Some(IntakeEntry::read(file).unwrap())).await.unwrap();
}

/// Fills in what is asked, by keys alone, from the first field.
pub(crate) async fn fill_in(visitor: &Person, name: &str) {
    visitor.presses(name).await;
    visitor.presses(Key::Tab + "demo@toko.example").await;
    visitor.presses(Key::Tab + "0811-000-1234").await;
    visitor.presses(Key::Tab + "Ret").await;
    visitor.presses(Key::Tab + " ").await;
}

async fn has_focus_on(visitor: &Person, id: &str, wrong: &str) {
    let focused: (String, String, String) = visitor.browser().script(FOCUSED, vec![]).await;
    assert_eq!(focused, (id.to_owned(), "true".to_owned(), wrong.to_owned()));
}

async fn leaves_nothing(visitor: &Person) {
    assert_eq!(visitor.browser().answer::<[u32; 4]>(KEPT, vec![]).await, [0; 4]);
}

/// Whether the relay was asked for a session, which names a device.
fn knows_somebody(stage: &Stage) -> bool {
    std::fs::read_to_string(stage.trace()).unwrap().contains("/v1/sessions")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_comes_first_by_keys_alone_and_nothing_is_kept_before_the_first_message() {
    Stage::play(async |stage| {
        let text: Text = Language::indonesian().text();
        ask(stage, ASKED).await;
        let visitor = stage.visitor().await;
        visitor.sees(".intake").await;
        assert_eq!(visitor.seen("textarea").await, None, "there is nowhere to write yet");
        assert_eq!(visitor.seen(".intake b, .intake img").await, None, "labels are text");
        let labels: Vec<String> = visitor
            .browser()
            .script(
                "return [...document.querySelectorAll('.intake bdi')].map((label) => label.textContent)",
                vec![],
            )
            .await;
        assert_eq!((labels[0].as_str(), labels[1].as_str()), ("Nama <b>Anda</b>", "Email \u{202e}liame"));
        assert_fits(&visitor).await;
        let early: Vec<String> = visitor.browser().script(ENTERED, vec![]).await;
        assert_eq!(early, Vec::<String>::new(), "the program waited for its rest and did not stand still");

        visitor.clicks(".intake .primary").await;
        visitor.is_told("#segel-ask-0-fault", text.unanswered()).await;
        visitor.is_told("#segel-agree-fault", text.disagreed()).await;
        has_focus_on(&visitor, "segel-ask-0", text.unanswered()).await;
        assert_fits(&visitor).await;
        visitor.presses(NAME).await;
        assert_eq!(visitor.seen("#segel-ask-0-fault").await, None, "it is filled in");
        visitor.presses(Key::Tab + "bukan surel").await;
        visitor.presses(TypingData::from(Key::Enter)).await;
        has_focus_on(&visitor, "segel-ask-1", text.no_email()).await;
        visitor.browser().run("document.activeElement.value = ''").await;
        visitor.browser().run("document.getElementById('segel-ask-0').value = ''").await;
        visitor.browser().run("document.getElementById('segel-ask-0').focus()").await;
        fill_in(&visitor, NAME).await;
        leaves_nothing(&visitor).await;
        visitor.tabs_to(text.start()).await;
        visitor.presses(TypingData::from(Key::Enter)).await;
        visitor.sees(".composer").await;
        let place: String = visitor.browser().script("return document.activeElement.tagName", vec![]).await;
        assert_eq!(place, "TEXTAREA", "and there is the focus");
        leaves_nothing(&visitor).await;
        assert!(!knows_somebody(stage), "the relay knows of nobody");

        let agent = stage.agent().await;
        leaves_nothing(&visitor).await;
        visitor.says(FIRST).await;
        visitor.has_sent(FIRST).await;
        let kept: [u32; 4] = visitor.browser().answer(KEPT, vec![]).await;
        assert_eq!(kept[0], 1, "from now on there is something to keep");
        assert!(knows_somebody(stage));

        agent.chooses(FIRST).await;
        agent.reads(FIRST).await;
        assert_eq!(agent.texts().await, [FIRST], "it stands beside the messages");
        agent.sees(".facts").await;
        agent.browser().run("document.querySelector('.facts').open = true").await;
        let facts = agent.sees(".facts dl").await;
        for said in [NAME, "Retur", "••••@", "•234", "id", "http"] {
            assert!(facts.contains(said), "{said} in {facts}");
        }
        assert!(!facts.contains("demo@toko") && !facts.contains("0811"), "{facts}");
        assert_eq!(agent.seen(".facts i, .facts img").await, None, "answers are text");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_is_asked_page_and_language_follow_the_first_message() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.says(FIRST).await;
        agent.reads(FIRST).await;
        let told = |screen: &segel_testkit::client::Screen| {
            let told = screen.items.values().filter_map(|item| match &item.body {
                Body::Details(Details { page, language, answers: None, agreed: None }) => {
                    Some((item.position, page.clone(), language.clone()))
                }
                _ => None,
            });
            told.collect::<Vec<_>>()
        };
        agent.until("what follows", |screen| !told(screen).is_empty()).await;
        visitor.says(NEXT).await;
        agent.reads(NEXT).await;
        let page: String = visitor.browser().script("return document.referrer", vec![]).await;
        let [(position, address, language)] = &told(&agent.screen())[..] else { panic!("more than once") };
        assert!(address.starts_with(&page), "{address} is not on {page}");
        assert_eq!((*position, language.as_str()), (Some(2), "id"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_conversation_asks_only_what_is_not_known() {
    Stage::play(async |stage| {
        let text: Text = Language::indonesian().text();
        ask(stage, r#"{ "questions": [{ "label": "Nama", "asks": "line", "required": true }] }"#).await;
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.clicks("#segel-ask-0").await;
        visitor.presses(NAME).await;
        visitor.clicks(".intake .primary").await;
        visitor.says(FIRST).await;
        agent.reads(FIRST).await;
        agent.say(ANSWER);
        visitor.reads(ANSWER).await;
        agent.does(agent.conversation(), segel_core::show::Deed::End);
        visitor.clicks_button(text.begin()).await;
        visitor.sees(".composer").await;
        assert_eq!(visitor.seen(".intake").await, None, "all of it is known");
        visitor.reloads().await;
        visitor.clicks_button(text.begin()).await;
        visitor.sees(".composer").await;
        assert_eq!(visitor.seen(".intake").await, None, "also after the page was closed");

        let more = r#"{ "questions": [
            { "label": "Nama", "asks": "line", "required": true }, { "label": "Kota", "asks": "line" } ] }"#;
        ask(stage, more).await;
        visitor.sees(".intake").await;
        let asked = visitor.sees(".intake .field bdi").await;
        assert_eq!(asked, "Kota");
        visitor.clicks(".intake .primary").await;
        visitor.says(NEXT).await;
        agent.reads(NEXT).await;
        let screen = agent.screen();
        let told = screen.items.values().filter_map(|item| match &item.body {
            Body::Details(details) => Some(details.answers.as_ref().map_or(0, Vec::len)),
            _ => None,
        });
        let mut told: Vec<_> = told.collect();
        told.sort_unstable();
        assert_eq!(told, [1, 2], "once in each conversation, with what was known");
    })
    .await;
}
