//! While an existing store is full nothing of one's own leaves, and whatever only needs to be heard goes on.

use segel_core::Input;
use segel_core::show::{Delivery, Refusal, Show};
use segel_testkit::client::{Client, Screen};
use segel_testkit::site::TestSite;
use segel_wire::{ClientFrame, Code, ServerFrame};

use crate::bench::BenchSite;
use crate::table::Table;

/// A visitor who has talked to an agent, and whose store is full by now.
async fn full(site: &mut TestSite) -> (Client, Client) {
    let (agent, visitor) = (site.agent().await, site.visitor());
    visitor.say("satu");
    agent.reads("satu").await;
    visitor.has_sent("satu").await;
    visitor.store().fail();
    agent.say("dua");
    visitor.reads("dua").await;
    visitor.refuses(Refusal::StoreFailed).await;
    (agent, visitor)
}

#[tokio::test]
async fn what_is_sealed_under_a_newer_roster_is_shown() {
    let mut site = TestSite::start().await;
    let (agent, visitor) = full(&mut site).await;
    site.leave_unmasked("phone");
    site.publish_next().await;
    agent.until("the next roster", |screen: &Screen| screen.masking.is_some()).await;
    agent.say("tiga");
    visitor.reads("tiga").await;
}

#[tokio::test]
async fn a_file_is_fetched() {
    let mut site = TestSite::start().await;
    let (agent, visitor) = full(&mut site).await;
    let sent: Vec<u8> = [&b"\x89PNG\r\n\x1a\n"[..], &vec![7; 200_000]].concat();
    agent.attach("struk.png", "image/png", &sent);
    agent.has_sent_file("struk.png").await;
    assert_eq!(visitor.gets("struk.png").await, sent);
}

#[test]
fn a_session_that_lapsed_is_begun_anew() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let hellos = |table: &Table<'_>| {
        table.bench.sent.iter().filter(|frame| matches!(frame, ClientFrame::Hello { .. })).count()
    };
    table.bench.keeps = table.bench.generation;
    table.say("tidak muat");
    table.input(Input::StoreFailed(table.bench.generation + 1));
    assert_eq!(table.refusals(), [Refusal::StoreFailed]);
    let before = hellos(&table);
    table.bench.keys = None;
    table.input(Input::Frame(ServerFrame::Bye { problem: Code::Unauthenticated.into() }));
    table.wait(1);
    assert_eq!(table.bench.keys.map(|_| hellos(&table)), Some(before + 1), "another login, another greeting");
}

#[test]
fn what_was_sealed_in_a_step_that_was_not_kept_and_taken_back_meanwhile_goes_without_a_trace() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    table.input(Input::SocketClosed);
    table.say("keliru");
    let event = table.own("keliru").unwrap().event;
    // It waits in the store, and is sealed in a step that the store does not answer for.
    table.bench.keeps = table.bench.generation;
    table.wait(1);
    table.input(Input::Withdraw { conversation: table.conversation, event });
    let stored = table.stored.len();
    table.input(Input::StoreFailed(table.bench.generation + 1));
    table.bench.keeps = u64::MAX;
    table.wait(10);
    assert_eq!((table.refusals(), table.stored.len()), (vec![Refusal::StoreFailed], stored));
    assert!(table.bench.shown.contains(&Show::Gone(table.conversation, event)));
    table.say("yang benar");
    assert_eq!(table.own("yang benar").unwrap().delivery, Delivery::Sent);
}
