//! Several tabs of one browser, and pages on which a browser offers no cryptography.

use segel_ui::Language;

use crate::harness::{Device, Person, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn one_tab_leads_and_the_other_says_so_until_it_takes_over() {
    Stage::play(async |stage| {
        let _agent = stage.agent().await;
        let visitor = stage.visitor().await;
        visitor.says("dari tab pertama").await;
        visitor.has_sent("dari tab pertama").await;
        let first = visitor.tab().await;

        visitor.opens_tab().await;
        let second = visitor.tab().await;
        visitor.goes_to(stage.demo().shop()).await;
        visitor.opens_chat().await;
        visitor.is_told(".sentence", Language::Id.text().other_tab).await;

        visitor.turns_to_tab(first).await;
        visitor.closes_tab().await;
        visitor.turns_to_tab(second).await;
        visitor.turns_to_chat().await;
        visitor.says("dari tab kedua").await;
        visitor.has_sent("dari tab kedua").await;
        assert_eq!(visitor.texts().await, ["dari tab pertama", "dari tab kedua"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_without_https_says_in_one_sentence_why_there_is_no_chat() {
    Stage::play(async |stage| {
        let address = stage.demo().shop().replace("localhost", "toko.test");
        let names = ["--host-resolver-rules=MAP toko.test 127.0.0.1"];
        let visitor = Person::visitor(stage.browser(Device::Desktop, &names).await);
        visitor.goes_to(&address).await;
        visitor.clicks_launcher().await;
        let sentence = "Chat hanya berjalan di halaman yang aman. Buka halaman ini dengan alamat https.";
        visitor.hears_from_loader(sentence).await;

        let address = stage.demo().console().replace("127.0.0.1", "toko.test");
        let agent = Person::agent(stage.browser(Device::Desktop, &names).await);
        agent.goes_to(&address).await;
        agent.is_told(".sentence", Language::Id.text().insecure).await;
    })
    .await;
}
