//! What became of a message at the other end: that it came, and that it was read.

use std::time::Duration;

use segel_core::Input;
use segel_core::show::{Delivery, Refusal};
use segel_crypto::content::Body;
use segel_testkit::client::{Client, Screen};
use segel_testkit::proxy::Towards;
use segel_testkit::site::TestSite;
use segel_wire::{ClientFrame, Code, ServerFrame};

use crate::acts_anew::{set_back, store_again};
use crate::bench::BenchSite;
use crate::table::{COLLEAGUE, HOSTILE, Table, VISITOR};

const SAID: Duration = Duration::from_secs(5);

async fn shows(client: &Client, text: &str, delivery: Delivery) -> Screen {
    client.until(&format!("{text} as {delivery:?}"), |screen| screen.delivery(text) == Some(delivery)).await
}

fn looks(client: &Client) {
    client.input(Input::Seen(client.conversation()));
}

/// How many events were handed to the relay.
fn events(site: &TestSite) -> usize {
    let frames = site.proxy().records().into_iter().filter(|record| record.towards == Towards::Relay);
    frames
        .filter(|record| matches!(serde_json::from_slice(&record.body), Ok(ClientFrame::Send { .. })))
        .count()
}

#[tokio::test]
async fn a_message_is_read_once_its_reader_looked_and_several_are_said_at_once() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let mut visitor = site.visitor();
    for text in ["satu", "dua", "tiga"] {
        visitor.say(text);
        agent.reads(text).await;
        looks(&agent);
    }
    visitor.has_sent("tiga").await;
    let before = events(&site);
    assert_eq!(visitor.screen().delivery("satu"), Some(Delivery::Sent));
    agent.advance(SAID);
    for text in ["satu", "dua", "tiga"] {
        shows(&visitor, text, Delivery::Read).await;
    }
    assert_eq!(events(&site), before + 1, "one for all of them");
    visitor.restart().await;
    shows(&visitor, "tiga", Delivery::Read).await;
    assert_eq!((agent.screen().refusals, visitor.screen().refusals), (vec![], vec![]));
}

#[tokio::test]
async fn an_answer_says_that_the_question_was_read_and_costs_no_event_more() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let visitor = site.visitor();
    visitor.say("tanya");
    agent.reads("tanya").await;
    looks(&agent);
    agent.say("jawab");
    visitor.reads("jawab").await;
    shows(&visitor, "tanya", Delivery::Read).await;
    agent.has_sent("jawab").await;
    agent.advance(SAID);
    let before = events(&site);
    visitor.say("terima kasih");
    agent.reads("terima kasih").await;
    assert_eq!(events(&site), before + 1);
    shows(&agent, "jawab", Delivery::Read).await;
}

#[tokio::test]
async fn what_came_and_was_not_looked_at_is_delivered_and_not_read() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let visitor = site.visitor();
    visitor.say("tanya");
    agent.reads("tanya").await;
    agent.say("jawab");
    visitor.reads("jawab").await;
    agent.say("satu lagi");
    visitor.reads("satu lagi").await;
    agent.has_sent("satu lagi").await;
    assert_eq!(agent.screen().delivery("jawab"), Some(Delivery::Sent));
    // A key for signals is no word about reading, but its sender has what came before it.
    visitor.types();
    shows(&agent, "jawab", Delivery::Delivered).await;
    shows(&agent, "satu lagi", Delivery::Delivered).await;
}

#[tokio::test]
async fn what_was_read_is_said_after_a_restart() {
    let mut site = TestSite::start().await;
    let mut agent = site.agent().await;
    let visitor = site.visitor();
    visitor.say("tanya");
    agent.reads("tanya").await;
    looks(&agent);
    let conversation = visitor.conversation();
    agent.until("nothing unread", |screen| screen.conversations[&conversation].unread == 0).await;
    agent.restart().await;
    shows(&visitor, "tanya", Delivery::Read).await;
}

#[tokio::test]
async fn a_colleague_who_reads_along_is_not_the_visitor() {
    let mut site = TestSite::start().await;
    let (desk, laptop) = (site.agent().await, site.agent().await);
    let visitor = site.visitor();
    visitor.say("tanya");
    for device in [&desk, &laptop] {
        device.reads("tanya").await;
    }
    desk.say("jawab");
    laptop.reads("jawab").await;
    looks(&laptop);
    laptop.advance(SAID);
    shows(&visitor, "tanya", Delivery::Read).await;
    desk.has_sent("jawab").await;
    visitor.reads("jawab").await;
    assert_eq!(desk.screen().delivery("jawab"), Some(Delivery::Sent));
    looks(&visitor);
    visitor.advance(SAID);
    shows(&desk, "jawab", Delivery::Read).await;
}

#[test]
fn who_takes_an_answer_back_says_once_more_how_far_they_have_read() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let conversation = table.conversation;
    table.post(VISITOR, table.letter(text("tanya")));
    let asked = table.head();
    table.input(Input::Seen(conversation));
    table.say("jawab");
    table.wait(1);
    let event = table.own("jawab").unwrap().event;
    assert_eq!(table.sent_to(VISITOR).last().unwrap().body, text("jawab"), "which says it too");
    table.input(Input::Withdraw { conversation, event });
    table.restart();
    table.wait(1);
    let said: Vec<_> = table.sent_to(VISITOR).into_iter().rev().take(2).map(|message| message.body).collect();
    assert_eq!(said, [Body::Read(asked), Body::Withdrawal(event)]);
}

#[test]
fn what_a_refused_answer_would_have_said_was_read_is_said_without_it_and_once_while_that_is_refused() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let conversation = table.conversation;
    table.post(VISITOR, table.letter(text("halo")));
    table.say("awal");
    table.post(VISITOR, table.letter(text("tanya")));
    let asked = table.head();
    table.input(Input::Seen(conversation));
    table.refuses = vec![Code::Conflict; 2];
    table.say("jawab");
    let refused = Delivery::Failed(Refusal::RelayRefused);
    assert_eq!(table.own("jawab").unwrap().delivery, refused);
    table.wait(5);
    assert_eq!(table.refuses, [], "the word about it, too");
    assert!(said_as_read(&mut table, VISITOR).is_empty());
    table.input(Input::Seen(conversation));
    table.wait(1);
    assert_eq!(said_as_read(&mut table, VISITOR), [asked]);
    table.input(Input::Seen(conversation));
    table.restart();
    table.wait(1);
    assert_eq!(said_as_read(&mut table, VISITOR), [asked]);
}

#[test]
fn what_was_read_holds_where_the_relay_tells_the_same_log_anew_and_is_said_to_nobody_again() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let own = table.own("halo").unwrap().event;
    table.post(HOSTILE, table.letter(Body::Read(1)));
    let answer = table.post(HOSTILE, table.letter(text("jawab")));
    table.input(Input::Seen(table.conversation));
    table.wait(1);
    for _ in 0..2 {
        is_told_anew(&mut table);
        table.wait(1);
        assert_eq!(table.item(own).unwrap().delivery, Delivery::Read);
        assert_eq!(said_as_read(&mut table, HOSTILE), [answer.position]);
        table.restart();
    }
}

#[test]
fn what_was_read_and_not_said_yet_is_said_although_the_log_is_told_anew() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let answer = table.post(HOSTILE, table.letter(text("jawab")));
    table.input(Input::Seen(table.conversation));
    is_told_anew(&mut table);
    table.wait(1);
    assert_eq!(said_as_read(&mut table, HOSTILE), [answer.position]);
}

#[test]
fn what_was_read_is_said_once_more_where_the_relay_has_it_elsewhere() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    table.post(VISITOR, table.letter(text("halo")));
    table.say("jawab");
    table.post(VISITOR, table.letter(text("tanya")));
    table.input(Input::Seen(table.conversation));
    table.wait(1);
    let asked = table.bench.log.iter().filter(|event| event.sender == table.members[VISITOR].id());
    let asked: Vec<_> = asked.cloned().collect();
    let before = said_as_read(&mut table, VISITOR).len();
    set_back(&mut table);
    for event in &asked {
        store_again(&mut table, event);
    }
    let now = table.head();
    table.wait(1);
    assert_eq!(said_as_read(&mut table, VISITOR)[before..], [now]);
}

#[test]
fn nothing_quiet_goes_before_what_is_sent_again_to_a_relay_that_lost_the_conversation() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    table.post(HOSTILE, table.letter(text("jawab")));
    table.input(Input::Seen(table.conversation));
    table.say("halo lagi");
    table.bench.log.clear();
    table.refuses = vec![Code::NotFound];
    let problem = Code::CursorRefused.into();
    table.bench.input(Input::Frame(ServerFrame::Bye { problem }));
    for _ in 0..20 {
        table.bench.pass(1);
        table.input(Input::Typing { conversation: table.conversation, typing: true });
    }
    assert_eq!(table.refuses, []);
    let said = table.sent_to(COLLEAGUE).into_iter().map(|message| message.sequence);
    assert_eq!(said.collect::<Vec<_>>(), [1, 2, 3]);
}

/// The relay tells its log anew, as to a device whose cursor it does not know.
fn is_told_anew(table: &mut Table<'_>) {
    let log = table.bench.log.clone();
    let head = table.bench.head.take();
    let problem = Code::CursorRefused.into();
    table.input(Input::Frame(ServerFrame::Bye { problem }));
    table.bench.pass(1);
    for delivered in log {
        table.hand(delivered);
    }
    table.input(Input::Frame(ServerFrame::Head { cursor: "e.9".to_owned() }));
    table.bench.head = head;
}

/// How far the engine has said to a member that its person has read.
fn said_as_read(table: &mut Table<'_>, member: usize) -> Vec<u64> {
    let said = table.sent_to(member).into_iter().filter_map(|message| match message.body {
        Body::Read(position) => Some(position),
        _ => None,
    });
    said.collect()
}

fn text(text: &str) -> Body {
    Body::Text(text.to_owned())
}
