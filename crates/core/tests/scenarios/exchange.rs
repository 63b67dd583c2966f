//! A visitor and the agent's devices talk.

use std::collections::BTreeSet;
use std::time::Duration;

use segel_core::show::{Author, Body, Gate, Link};
use segel_core::{BrokenStore, Input, StartError};
use segel_testkit::canary::Canary;
use segel_testkit::client::{Client, Part, Screen};
use segel_testkit::proxy::Towards;
use segel_testkit::site::{AGENT, TestSite};
use segel_wire::ids::RootKey;
use segel_wire::{ClientFrame, Envelope};

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

#[tokio::test]
async fn an_agent_who_was_away_reads_what_was_written_meanwhile() {
    let mut site = TestSite::start().await;
    let mut agent = site.agent().await;
    agent.input(Input::Network(false));
    site.proxy().cut();
    agent.until("to be offline", |screen| screen.link == Some(Link::Offline)).await;

    let visitor = site.visitor();
    visitor.say("Ada orang?");
    visitor.has_sent("Ada orang?").await;
    assert_eq!(agent.screen().item("Ada orang?"), None);

    agent.restart().await;
    agent.reads("Ada orang?").await;
    agent.say("Ada, Kak.");
    visitor.reads("Ada, Kak.").await;
}

#[tokio::test]
async fn two_visitors_stay_apart() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let (budi, sari) = (site.visitor(), site.visitor());
    budi.say("Saya yang pertama.");
    sari.say("Saya yang kedua.");
    agent.reads("Saya yang pertama.").await;
    agent.reads("Saya yang kedua.").await;
    agent.say_in(budi.conversation(), "Halo, pertama.");
    agent.say_in(sari.conversation(), "Halo, kedua.");
    budi.reads("Halo, pertama.").await;
    sari.reads("Halo, kedua.").await;
    agent.has_sent("Halo, kedua.").await;

    assert_eq!(budi.screen().texts(budi.conversation()), ["Saya yang pertama.", "Halo, pertama."]);
    assert_eq!(sari.screen().texts(sari.conversation()), ["Saya yang kedua.", "Halo, kedua."]);
    assert_eq!(agent.screen().conversations.len(), 2);
    assert_eq!(agent.screen().texts(budi.conversation()), budi.screen().texts(budi.conversation()));
}

#[tokio::test]
async fn each_device_of_an_agent_gets_a_wrap_and_sees_the_answers_of_the_other() {
    let mut site = TestSite::start().await;
    let desktop = site.agent().await;
    let phone = site.agent().await;
    let visitor = site.visitor();
    visitor.say("Halo dari pengunjung.");
    desktop.reads("Halo dari pengunjung.").await;
    phone.reads("Halo dari pengunjung.").await;
    let sent = sent_frames(&site);
    assert_eq!(sent.iter().map(|envelope| envelope.wraps.len()).collect::<Vec<_>>(), [2]);

    desktop.say("Dari meja.");
    visitor.reads("Dari meja.").await;
    phone.reads("Dari meja.").await;
    phone.say("Dari ponsel.");
    visitor.reads("Dari ponsel.").await;
    let read = desktop.reads("Dari ponsel.").await;
    assert_eq!(read.item("Dari ponsel.").unwrap().author, Author::Agent(AGENT.to_owned()));
    let conversation = visitor.conversation();
    for device in [&desktop, &phone] {
        device.until("to know the order", |screen| screen.texts(conversation).len() == 3).await;
        assert_eq!(device.screen().texts(conversation), visitor.screen().texts(conversation));
    }
}

#[tokio::test]
async fn a_device_enrolled_later_sees_that_there_were_messages_and_reads_the_next() {
    let mut site = TestSite::start().await;
    let first = site.agent().await;
    let visitor = site.visitor();
    visitor.say("Sebelum.");
    first.reads("Sebelum.").await;
    let second = site.agent().await;
    let conversation = visitor.conversation();
    let sealed_before = |screen: &Screen| {
        screen.timeline(conversation).first().is_some_and(|item| item.body == Body::BeforeEnrolment)
    };
    second.until("the earlier message", sealed_before).await;
    assert!(!second.screen().conversations[&conversation].answerable);

    visitor.say("Sesudah.");
    second.reads("Sesudah.").await;
    second.until("to be able to answer", |screen| screen.conversations[&conversation].answerable).await;
    second.say("Saya baru di sini.");
    visitor.reads("Saya baru di sini.").await;
    first.reads("Saya baru di sini.").await;
}

#[tokio::test]
async fn both_sides_start_again_from_their_stores_and_see_the_same_history() {
    let mut site = TestSite::start().await;
    let mut agent = site.agent().await;
    let mut visitor = site.visitor();
    visitor.say("Satu.");
    agent.reads("Satu.").await;
    agent.say("Dua.");
    visitor.reads("Dua.").await;
    let conversation = visitor.conversation();

    for round in 0..3 {
        visitor.restart().await;
        agent.restart().await;
        for device in [&visitor, &agent] {
            let screen = device.is_online().await;
            assert_eq!(screen.texts(conversation)[..2], ["Satu.", "Dua."]);
        }
        visitor.say(&format!("Tanya {round}."));
        agent.reads(&format!("Tanya {round}.")).await;
        agent.say(&format!("Jawab {round}."));
        visitor.reads(&format!("Jawab {round}.")).await;
        agent.has_sent(&format!("Jawab {round}.")).await;
    }
    assert_eq!(visitor.screen().texts(conversation).len(), 8);
    assert_eq!(visitor.screen().texts(conversation), agent.screen().texts(conversation));
}

#[tokio::test]
async fn what_is_kept_gives_no_text_away_and_opens_under_no_other_site() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let visitor = site.visitor();
    visitor.say("rahasia kecil");
    agent.reads("rahasia kecil").await;
    visitor.has_sent("rahasia kecil").await;
    let canary = Canary::text("rahasia kecil");
    for device in [&visitor, &agent] {
        for (name, sealed) in device.store().sealed() {
            assert_eq!(canary.find(&sealed), BTreeSet::new(), "{name}");
        }
    }
    let mut other = site.tag();
    other.root = RootKey([1; 32]);
    let started = Client::start_at(Part::Visitor(other), None, 99, visitor.store().clone(), Duration::ZERO);
    assert_eq!(started.err(), Some(StartError::Broken(BrokenStore)));
}

/// What clients handed to the relay, as it passed the proxy.
fn sent_frames(site: &TestSite) -> Vec<Envelope> {
    let frames = site.proxy().records().into_iter().filter(|record| record.towards == Towards::Relay);
    let sent = frames.filter_map(|record| match serde_json::from_slice(&record.body) {
        Ok(ClientFrame::Send { envelope, .. }) => Some(envelope),
        _ => None,
    });
    sent.collect()
}
