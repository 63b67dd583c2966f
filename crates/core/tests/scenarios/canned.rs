//! Texts that an agent keeps to send again.

use segel_core::{Canned, Input};
use segel_testkit::client::Screen;
use segel_testkit::site::TestSite;

fn canned(name: &str, text: &str) -> Canned {
    Canned { name: name.to_owned(), text: text.to_owned() }
}

#[tokio::test]
async fn texts_are_kept_sealed_on_the_agents_device_and_outlive_a_restart() {
    let mut site = TestSite::start().await;
    let mut agent = site.agent().await;
    assert_eq!(agent.screen().canned, []);
    let texts =
        vec![canned("salam", "Halo {visitor}, kartu 4111 1111 1111 1111"), canned("tutup", "Sampai jumpa")];
    let sent = site.proxy().records().len();
    agent.input(Input::Keep(texts.clone()));
    let has = |texts: &[Canned]| {
        let texts = texts.to_vec();
        move |screen: &Screen| screen.canned == texts
    };
    agent.until("the texts", has(&texts)).await;
    agent.input(Input::Keep(vec![canned("", "tanpa nama")]));
    agent.restart().await;
    agent.until("the texts after a restart", has(&texts)).await;
    for (name, sealed) in agent.store().sealed() {
        assert!(!sealed.windows(5).any(|part| part == b"salam" || part == b"tutup"), "{name}");
    }
    let records = site.proxy().records();
    assert!(records[sent..].iter().all(|record| !record.body.windows(5).any(|part| part == b"tutup")));
    agent.input(Input::Keep(Vec::new()));
    agent.until("no text", has(&[])).await;
    agent.restart().await;
    agent.is_online().await;
    assert_eq!(agent.screen().canned, []);
}

#[tokio::test]
async fn a_visitors_engine_keeps_no_texts() {
    let mut site = TestSite::start().await;
    let visitor = site.visitor();
    let before = visitor.store().sealed().len();
    visitor.input(Input::Keep(vec![canned("salam", "Halo")]));
    visitor.is_online().await;
    assert_eq!((visitor.screen().canned, visitor.store().sealed().len()), (vec![], before));
}
