//! The page's server says who the visitor is, and the agent sees it with the business's seal.

use data_encoding::BASE64URL_NOPAD;
use segel_testkit::forge::Backend;
use segel_testkit::site;
use segel_ui::Language;
use segel_ui::text::fill;
use segel_wire::ids::ConversationId;
use segel_wire::signed::Token;
use serde::Deserialize;
use serde_json::json;

use crate::harness::{Device, Person, Stage};
use crate::looks::assert_fits;
use crate::tabs::opens_chat_in_new_tab;

const SUBJECT: &str = "Pelanggan Demo · C-1042";
const LONG_SUBJECT: &str = "Pelanggan Demo dengan Nama yang Sangat Panjang Sekali · nomor pelanggan C-1042";

/// What the page is asked with.
#[derive(Deserialize)]
struct Asked {
    conversation: ConversationId,
    visitor: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_signed_in_on_the_page_is_shown_to_the_agent_with_a_seal_and_nobody_else_is() {
    Stage::play(async |stage| {
        let backend = Backend::new(5);
        stage.demo().vouch(backend.voucher()).await.unwrap();
        stage.expect_in_console("token-refused");
        let agent = stage.agent().await;
        let visitor = stage.visitor().await;
        visitor.says("saya Direktur Utama").await;
        agent.chooses("saya Direktur Utama").await;
        assert!(agent.sees(".person").await.starts_with("Pengunjung "), "a word of one's own proves nothing");
        assert_eq!((agent.seen(".word").await, agent.seen(".vouched").await), (None, None));

        let asked = signs_in(&visitor, "first").await;
        answers(&visitor, "first", &backend.sign(&token(stage, &asked, SUBJECT))).await;
        agent.is_told(".person", SUBJECT).await;
        agent.is_told(".inbox .name", SUBJECT).await;
        agent.is_told(".word", "dipastikan situs").await;
        agent.sees(".person .vouched").await;
        let said = fill(Language::indonesian().text().introduced(), SUBJECT);
        agent.is_noticed(&said).await;
        visitor.turns_to_chat().await;
        visitor.is_noticed(&said).await;

        // Nothing else moves it: neither what another signed, nor what is no token.
        let asked = signs_in(&visitor, "second").await;
        let forged = Backend::new(6).sign(&token(stage, &asked, "Direktur Utama"));
        answers(&visitor, "second", &forged).await;
        signs_in(&visitor, "third").await;
        answers(&visitor, "third", b"halo").await;
        visitor.turns_to_chat().await;
        visitor.says("sesudahnya").await;
        agent.reads("sesudahnya").await;
        assert_eq!(agent.sees(".person").await, SUBJECT);

        // Who signs out is a mark again.
        let asked = signs_in(&visitor, "fourth").await;
        answers(&visitor, "fourth", &backend.sign(&token(stage, &asked, ""))).await;
        agent.is_told(".person", "Pengunjung ").await;
        agent.is_noticed(Language::indonesian().text().signed_out()).await;
        assert_eq!(agent.seen(".vouched").await, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmed_name_fits_small_and_dark_screens() {
    Stage::play(async |stage| {
        let backend = Backend::new(5);
        stage.demo().vouch(backend.voucher()).await.unwrap();
        let light = stage.agent().await;
        let dark = stage.agent_on(Device::Dark).await;
        let phone = stage.agent_on(Device::Phone(320, 568)).await;
        let agents = [(&light, "light"), (&dark, "dark"), (&phone, "small-phone")];
        for (subject, name) in [(SUBJECT, "identity"), (LONG_SUBJECT, "identity-long")] {
            let visitor = stage.visitor_on(Device::Phone(320, 568)).await;
            let text = format!("Apakah {name} sudah dikirim?");
            visitor.says(&text).await;
            let asked = signs_in(&visitor, "only").await;
            answers(&visitor, "only", &backend.sign(&token(stage, &asked, subject))).await;
            visitor.turns_to_chat().await;
            visitor.sees(".act").await;
            assert_fits(&visitor).await;
            visitor.browser().shoot(&format!("shop-{name}")).await;
            for (agent, look) in agents {
                agent.chooses(&text).await;
                agent.is_told(".person", subject).await;
                assert_fits(agent).await;
                agent.browser().shoot(&format!("console-{name}-{look}")).await;
            }
            phone.clicks(".back").await;
            phone.is_told(".inbox li:last-child .name", subject).await;
            assert_fits(&phone).await;
            phone.browser().shoot(&format!("console-{name}-list")).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_asked_by_whichever_tab_leads_also_where_the_page_of_that_one_can_say_nothing() {
    Stage::play(async |stage| {
        let backend = Backend::new(5);
        stage.demo().vouch(backend.voucher()).await.unwrap();
        let agent = stage.agent().await;
        let visitor = stage.visitor().await;
        visitor.says("halo").await;
        agent.chooses("halo").await;
        let first = visitor.tab().await;
        // Next in line for the lead.
        opens_chat_in_new_tab(&visitor, stage).await;
        visitor.has_sent("halo").await;
        let third = opens_chat_in_new_tab(&visitor, stage).await;
        visitor.has_sent("halo").await;

        signs_in(&visitor, "page").await;
        visitor.browser().run("delete window.page").await;
        visitor.turns_to_tab(first).await;
        visitor.closes_tab().await;
        visitor.turns_to_tab(third).await;
        let asked = is_asked(&visitor, "page").await;
        answers(&visitor, "page", &backend.sign(&token(stage, &asked, SUBJECT))).await;
        agent.is_told(".person", SUBJECT).await;
    })
    .await;
}

/// The page says that its server can vouch; answers what it is asked with.
async fn signs_in(visitor: &Person, name: &str) -> Asked {
    visitor.turns_to_page().await;
    let identify = format!(
        "window.Segel.identify((asked) => new Promise((resolve) => {{ window.{name} = {{ asked, resolve }}; }}))"
    );
    visitor.browser().run(&identify).await;
    is_asked(visitor, name).await
}

/// The page is asked, and has not answered.
async fn is_asked(visitor: &Person, name: &str) -> Asked {
    let asked = format!("return window.{name}?.asked ?? null");
    visitor.until("the page to be asked", async || visitor.browser().script(&asked, vec![]).await).await
}

/// The page's server answers.
async fn answers(visitor: &Person, name: &str, token: &[u8]) {
    let answer = format!("window.{name}.resolve(arguments[0]); return null");
    visitor.browser().script::<Option<()>>(&answer, vec![json!(BASE64URL_NOPAD.encode(token))]).await;
}

fn token(stage: &mut Stage, asked: &Asked, subject: &str) -> Token {
    Token {
        site: stage.demo().tag().site,
        subject: subject.to_owned(),
        conversation: asked.conversation,
        visitor: BASE64URL_NOPAD.decode(asked.visitor.as_bytes()).unwrap().try_into().unwrap(),
        not_after: site::now() + 300,
    }
}
