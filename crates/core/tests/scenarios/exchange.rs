//! A visitor and the agent's devices talk.

use segel_core::show::{Author, Body, Gate};
use segel_testkit::site::{AGENT, TestSite};

#[tokio::test]
async fn a_visitor_and_an_agent_read_each_other() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let visitor = site.visitor();
    let long = "panjang sekali ".repeat(400)[..4_000].to_owned();

    visitor.meets(Gate::Open).await;
    visitor.say("Halo, apakah tasnya masih ada? 👜");
    let read = agent.reads("Halo, apakah tasnya masih ada? 👜").await;
    assert_eq!(read.item("Halo, apakah tasnya masih ada? 👜").unwrap().author, Author::Visitor);
    agent.say("Masih, Kak 🙏🏽 — mau yang cokelat?");
    let read = visitor.reads("Masih, Kak 🙏🏽 — mau yang cokelat?").await;
    let answer = read.item("Masih, Kak 🙏🏽 — mau yang cokelat?").unwrap();
    assert_eq!(answer.author, Author::Agent(AGENT.to_owned()));
    visitor.say(&long);
    agent.reads(&long).await;
    agent.say(&"🚚".repeat(4_000));
    visitor.reads(&"🚚".repeat(4_000)).await;

    let conversation = visitor.conversation();
    assert_eq!(visitor.screen().texts(conversation), agent.screen().texts(conversation));
    assert_eq!(visitor.screen().refusals, []);
    assert_eq!(agent.screen().refusals, []);
}

#[tokio::test]
async fn a_card_number_arrives_masked() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let visitor = site.visitor();
    visitor.say("kartu saya 4111 1111 1111 1111 ya");
    agent.reads("kartu saya •••• •••• •••• 1111 ya").await;
    assert!(matches!(&visitor.screen().items.values().next().unwrap().body,
        Body::Text(own) if own == "kartu saya •••• •••• •••• 1111 ya"));
}
