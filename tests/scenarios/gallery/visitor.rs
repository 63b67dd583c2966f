//! The visitor's chat, state by state.

use segel_core::show::Deed;
use segel_testkit::client::Client;
use segel_wire::api::BundlesAnswer;
use segel_wire::ids::RootKey;
use serde_json::json;
use tempfile::TempDir;
use thirtyfour::Key;

use super::walk;
use super::words::Words;
use crate::harness::{Person, make_picture, put};
use crate::intake::{ASKED, ask, fill_in};
use crate::own_looks::adds_to_the_tag;
use crate::relay_killed::expect_relay_to_be_away;

const LONG_NAME: &str =
    "daftar-pesanan-teko-keramik-putih-dan-hijau-tua-untuk-bulan-ini-yang-belum-dibayar-lunas.csv";
/// Formatting, links, and what is neither.
const FORMATTED: [&str; 3] = [
    "*Teko keramik* masih ada, _dua warna_. Kode `TEKO10`, sampai besok:\nhttps://toko.example/teko?warna=putih",
    "الإبريق *متوفر*، انظر https://toko.example/teko، والرمز `TEKO10`",
    "2*3*4, nama_berkas_panjang, https://tоko.example/teko",
];
/// Long words, a right-to-left sentence, several lines, an address, and marks that pile up.
const ODD: [&str; 4] = [
    "https://toko.example/produk/teko-keramik-putih-dan-hijau-tua?warna=putih&ukuran=besar&jumlah=1&kemasan=kado",
    "مرحبا، هل ما زال الإبريق متوفرا؟ رقم الطلب TC-2041 من فضلك.",
    "Satu\nDua\n\nEmpat baris, dan kata yang tidak putus: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "Z̷̤͝ạ̸̌l̴̝̏g̷̮̀ȍ̴̲ 👩🏽‍🔧 👜🫖",
];

#[tokio::test(flavor = "multi_thread")]
async fn the_chat_before_and_during_a_conversation() {
    walk(async |stage, gallery, words| {
        let visitor = stage.visitor().await;
        visitor.sees(".hindrance:not(:empty)").await;
        gallery.hang(&visitor, "visitor-nobody-enrolled").await;
        let agent = stage.native_agent().await;
        visitor.sees(".hindrance:empty, .composer:not(:has(.hindrance:not(:empty)))").await;
        gallery.hang(&visitor, "visitor-greeting").await;
        talk(&visitor, &agent, words).await;
        gallery.hang(&visitor, "visitor-conversation").await;
        visitor.types(words.draft).await;
        visitor.sees(".masking .masked").await;
        gallery.hang(&visitor, "visitor-masking").await;
        agent.types();
        visitor.sees(".typing .who").await;
        gallery.hang(&visitor, "visitor-typing").await;
        agent.say(words.asks_for_code);
        visitor.sees(".caution").await;
        gallery.hang(&visitor, "visitor-warned-of-a-code").await;
        visitor.clicks(".header .check").await;
        visitor.sees(".verify .number").await;
        gallery.hang(&visitor, "visitor-safety-number").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_taken_back() {
    walk(async |stage, gallery, words| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        talk(&visitor, &agent, words).await;
        visitor.browser().run("document.querySelector('.undo').focus()").await;
        visitor.presses(Key::Enter + "").await;
        visitor.sees(".question").await;
        gallery.hang(&visitor, "visitor-withdraw").await;
        visitor.presses(Key::Escape + "").await;
        visitor.says("4111 1111").await;
        agent.reads("4111 1111").await;
        visitor.types("1111 1111").await;
        visitor.sees(".masking button").await;
        gallery.hang(&visitor, "visitor-number-in-two-messages").await;
        visitor.clicks(".masking button").await;
        visitor.sees(".shut .bubble").await;
        gallery.hang(&visitor, "visitor-withdrawn").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_and_odd_texts() {
    walk(async |stage, gallery, _| {
        let folder = TempDir::new().unwrap();
        let table = put(&folder, LONG_NAME, b"nama,kartu\nPemesan,4111 1111 1111 1111\n");
        let (picture, liar) =
            (put(&folder, "struk.png", &make_picture(96)), put(&folder, "program.png", b"MZ\x90\0"));
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.chooses_files(&[&picture, &table]).await;
        visitor.sees(".tray li:nth-child(2) .says").await;
        gallery.hang(&visitor, "visitor-files-chosen").await;
        visitor.sends().await;
        visitor.sees(".row:nth-child(2) .take").await;
        visitor.clicks(".row:has(.name) .take").await;
        visitor.chooses_files(&[&liar]).await;
        visitor.sees(".tray .refused .says").await;
        gallery.hang(&visitor, "visitor-files-sent-and-refused").await;
        visitor.clicks(".tray .refused button").await;
        for odd in ODD {
            visitor.pastes(odd).await;
            visitor.sends().await;
            agent.reads(odd).await;
            agent.say(odd);
            visitor.reads(odd).await;
        }
        gallery.hang(&visitor, "visitor-odd-texts").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_to_one_message() {
    walk(async |stage, gallery, words| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        talk(&visitor, &agent, words).await;
        visitor.browser().run("document.querySelector('.reply').focus()").await;
        visitor.presses(Key::Enter + "").await;
        visitor.sees(".quoting").await;
        gallery.hang(&visitor, "visitor-answering").await;
        visitor.says(words.second).await;
        agent.reads(words.second).await;
        visitor.sees(".quoted").await;
        gallery.hang(&visitor, "visitor-answered").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_are_offered() {
    walk(async |stage, gallery, words| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.says(words.question).await;
        agent.reads(words.question).await;
        agent.say(&words.offer());
        visitor.sees(".answers button").await;
        gallery.hang(&visitor, "visitor-offered").await;
        visitor.clicks(".answers button:nth-child(2)").await;
        agent.reads(words.answers[1]).await;
        visitor.sees(".offered").await;
        gallery.hang(&visitor, "visitor-offered-and-answered").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_page_and_a_visitor_choose() {
    walk(async |stage, gallery, words| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.clicks(".emoji-button").await;
        visitor.sees(".emoji button").await;
        gallery.hang(&visitor, "visitor-emoji").await;
        visitor.presses(Key::Escape + "").await;
        visitor.clicks(".cog").await;
        visitor.sees(".settings").await;
        gallery.hang(&visitor, "visitor-settings").await;

        let more = json!({ "brand": "#ffd400", "corner": "left" });
        let branded = stage.visitor_outside().await;
        adds_to_the_tag(&branded, &more).await;
        let shop = stage.demo().shop().to_owned();
        branded.goes_to(&shop).await;
        branded.opens_chat().await;
        talk(&branded, &agent, words).await;
        gallery.hang(&branded, "visitor-own-colour").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn formatted_texts() {
    walk(async |stage, gallery, _| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        for text in FORMATTED {
            visitor.pastes(text).await;
            visitor.sends().await;
            agent.reads(text).await;
            agent.say(text);
        }
        visitor.sees(".row.agent:last-child").await;
        gallery.hang(&visitor, "visitor-formatted").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_connections_and_refusals() {
    walk(async |stage, gallery, words| {
        stage.demo().set_hours(&[], None).await.unwrap();
        // Whoever is enrolled is listed in a roster that says so.
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.sees(".greeting .away").await;
        gallery.hang(&visitor, "visitor-away").await;
        talk(&visitor, &agent, words).await;
        expect_relay_to_be_away(stage);
        stage.demo().kill_relay().await.unwrap();
        visitor.says(words.second).await;
        visitor.sees(".banner").await;
        visitor.sees(".row:last-child .status:not(:empty)").await;
        gallery.hang(&visitor, "visitor-offline").await;
        stage.demo().start_relay().await.unwrap();
        agent.reads(words.second).await;
        stage.demo().kill_relay().await.unwrap();
        visitor.clicks(".header [aria-controls=segel-menu]").await;
        visitor.clicks(".menu .offers button:last-child").await;
        visitor.clicks(".menu .question button:first-child").await;
        visitor.sees(".hindrance").await;
        gallery.hang(&visitor, "visitor-erasing").await;
        stage.demo().start_relay().await.unwrap();
        visitor.sees(".erased:not(:empty)").await;
        gallery.hang(&visitor, "visitor-erased").await;

        let mut tag = stage.demo().tag().clone();
        tag.root = RootKey([9; 32]);
        let shop = stage.another_shop(&tag).await;
        let refused = stage.visitor_at(&shop).await;
        refused.sees(".sentence.refused").await;
        gallery.hang(&refused, "visitor-refused").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_whom_a_message_could_reach() {
    walk(async |stage, gallery, words| {
        let _agent = stage.native_agent().await;
        let nobody = serde_json::to_vec(&BundlesAnswer { bundles: Vec::new() }).unwrap();
        stage.proxy().alter_answers("/bundles", move |_| nobody.clone());
        let visitor = stage.visitor().await;
        visitor.says(words.second).await;
        visitor.sees(".banner:not(.empty):not(.brief)").await;
        // What can be done about a message that waits has styles of its own.
        let styles = "return document.querySelector('link[href=\"rest.css\"]')?.sheet ? document.body : null";
        visitor.until("them to come", async || visitor.browser().element(styles).await).await;
        gallery.hang(&visitor, "visitor-nobody-there").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_that_has_ended_and_the_next_one() {
    walk(async |stage, gallery, words| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        talk(&visitor, &agent, words).await;
        visitor.clicks(".header [aria-controls=segel-menu]").await;
        visitor.sees(".menu").await;
        gallery.hang(&visitor, "visitor-menu").await;
        visitor.clicks(".menu .offers button:last-child").await;
        visitor.sees(".menu .question").await;
        gallery.hang(&visitor, "visitor-erase").await;
        visitor.presses(Key::Escape + "").await;
        agent.does(agent.conversation(), Deed::End);
        visitor.sees(".rating").await;
        gallery.hang(&visitor, "visitor-ended").await;
        visitor.clicks(".stars label:nth-of-type(4)").await;
        visitor.clicks(".rating textarea").await;
        visitor.presses(words.draft).await;
        visitor.sees(".rating .masked").await;
        gallery.hang(&visitor, "visitor-rating").await;
        visitor.clicks(".rating .primary").await;
        visitor.sees(".rated").await;
        gallery.hang(&visitor, "visitor-rated").await;
        visitor.clicks(".ended .primary").await;
        visitor.sees(".greeting").await;
        visitor.says(words.second).await;
        agent.reads(words.second).await;
        visitor.clicks(".header .list").await;
        visitor.sees(".talks li:nth-child(2)").await;
        gallery.hang(&visitor, "visitor-conversations").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_visitor_reports() {
    walk(async |stage, gallery, words| {
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.says(words.question).await;
        agent.reads(words.question).await;
        visitor.clicks(".header [aria-controls=segel-menu]").await;
        visitor.clicks(".menu .offers button:nth-child(2)").await;
        visitor.sees(".report h2").await;
        gallery.hang(&visitor, "visitor-report-nothing").await;
        for text in [words.answer, words.advice, words.asks_for_code] {
            agent.say(text);
            visitor.sees(".report label").await;
        }
        visitor.sees(".report li:nth-child(3)").await;
        gallery.hang(&visitor, "visitor-report").await;
        visitor.clicks(".report .primary").await;
        visitor.sees(".told.wrong:not(:empty)").await;
        gallery.hang(&visitor, "visitor-report-unchosen").await;
        chooses(&visitor).await;
        for (answer, state) in [
            ("new Promise(() => {})", "visitor-report-waiting"),
            ("Promise.reject(new TypeError())", "visitor-report-unreached"),
            (r#"Promise.resolve(new Response('{"events":[],"more":false}'))"#, "visitor-report-missing"),
        ] {
            visitor.browser().run(&format!("window.real ??= fetch; window.fetch = () => {answer}")).await;
            visitor.clicks(".report .primary").await;
            let told = if state.ends_with("waiting") { ".told:not(.wrong, :empty)" } else { ".told.wrong" };
            visitor.sees(told).await;
            gallery.hang(&visitor, state).await;
            chooses(&visitor).await;
            chooses(&visitor).await;
        }
        visitor.browser().run("window.fetch = window.real").await;
        visitor.clicks(".report .primary").await;
        let saved = async || visitor.seen(".told:not(.wrong, :empty)").await.filter(|told| told.len() > 50);
        visitor.until("it to be saved", saved).await;
        gallery.hang(&visitor, "visitor-report-saved").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_site_asks_first() {
    walk(async |stage, gallery, words| {
        ask(stage, ASKED).await;
        let agent = stage.agent().await;
        let visitor = stage.visitor().await;
        visitor.sees(".intake").await;
        gallery.hang(&visitor, "visitor-asked").await;
        visitor.clicks(".intake .primary").await;
        visitor.sees(".fault:not(:empty)").await;
        gallery.hang(&visitor, "visitor-asked-again").await;
        fill_in(&visitor, words.card).await;
        visitor.clicks(".intake .primary").await;
        visitor.says(words.question).await;
        agent.chooses(words.question).await;
        agent.sees(".facts").await;
        agent.browser().run("document.querySelector('.facts').open = true").await;
        gallery.hang(&agent, "console-facts").await;
    })
    .await;
}

/// Chooses a message to report, or that one no more, wherever it is scrolled to.
async fn chooses(visitor: &Person) {
    visitor.browser().run("document.querySelector('.report input').click()").await;
}

/// A short conversation with a card in it.
async fn talk(visitor: &Person, agent: &Client, words: &Words) {
    visitor.says(words.question).await;
    agent.reads(words.question).await;
    agent.say(words.answer);
    visitor.reads(words.answer).await;
    visitor.says(words.card).await;
    agent.reads(&words.masked()).await;
    agent.say(words.advice);
    visitor.reads(words.advice).await;
}
