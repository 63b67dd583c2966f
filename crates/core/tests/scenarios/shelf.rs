//! An agent's engine that starts without the messages of its conversations, and asks for them when they are wanted.

use segel_core::show::{Body, Delivery, Gate, Item, Refusal, Show};
use segel_core::{AgentConfig, Engine, Input};
use segel_crypto::content::Body as Said;
use segel_wire::ids::ConversationId;
use segel_wire::{Code, Delivered, ServerFrame};

use crate::bench::{Bench, BenchSite};
use crate::member::Letter;
use crate::table::{Table, VISITOR};

fn texts(table: &Table) -> Vec<String> {
    let items = table.bench.shown.iter().filter_map(|show| match show {
        Show::Item(Item { body: Body::Text(text), .. }) => Some(text.clone()),
        _ => None,
    });
    items.collect()
}

fn says(table: &mut Table, text: &str) {
    let letter = table.letter(Said::Text(text.to_owned()));
    table.post(VISITOR, letter);
}

/// An agent's console with a conversation of three messages that everybody has, begun anew without them.
fn shelved(site: &BenchSite) -> Table<'_> {
    let mut table = Table::of_agent(site, |_, _| {});
    says(&mut table, "satu");
    table.say("dua");
    says(&mut table, "tiga");
    table.restart_in_outline();
    table
}

#[test]
fn a_list_is_shown_without_reading_a_message() {
    let site = BenchSite::new();
    let table = shelved(&site);
    let summary = table.summary();
    assert_eq!((summary.preview.as_str(), summary.unread), ("tiga", 2));
    assert!(summary.waits_since > 0, "the visitor waits for an answer to the last message");
    assert_eq!((table.bench.loads.len(), texts(&table)), (0, Vec::new()));
}

#[test]
fn a_list_says_after_a_start_what_it_said_before() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    for (text, later) in [("satu", 0), ("dua", 10), ("tiga", 20), ("empat", 30)] {
        let letter = table.letter(Said::Text(text.to_owned()));
        let time = letter.time + later;
        table.post(VISITOR, Letter { time, ..letter });
        if text == "satu" {
            table.say("jawaban");
        }
    }
    let before = table.summary().clone();
    table.restart_in_outline();
    assert_eq!(*table.summary(), before);
    assert!(before.waits_since < before.time, "since the first that has no answer");
}

#[test]
fn a_message_that_is_in_the_store_can_be_taken_back() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    says(&mut table, "satu");
    table.say("dua");
    let (conversation, event) = (table.conversation, table.own("dua").unwrap().event);
    table.say("tiga");
    says(&mut table, "empat");
    table.restart_in_outline();
    assert_eq!(table.item(event), None, "no outline has it");
    table.input(Input::Withdraw { conversation, event });
    assert_eq!(table.item(event).unwrap().body, Body::Withdrawn);
}

#[test]
fn a_conversation_is_read_when_it_is_opened_and_once() {
    let site = BenchSite::new();
    let mut table = shelved(&site);
    let id = table.conversation;
    for _ in 0..2 {
        table.input(Input::Open(id));
        assert_eq!(table.bench.loads, [id]);
    }
    let mut shown = texts(&table);
    shown.sort();
    assert_eq!(shown, ["dua", "satu", "tiga"]);
}

#[test]
fn what_comes_meanwhile_is_taken_in_its_order_and_counts_as_before() {
    let site = BenchSite::new();
    let mut table = shelved(&site);
    let again = table.bench.log[0].clone();
    table.hand(again);
    says(&mut table, "empat");
    assert_eq!(table.bench.loads, [table.conversation]);
    assert_eq!(table.refusals(), []);
    assert_eq!((table.summary().preview.as_str(), table.summary().unread), ("empat", 3));
    table.say("lima");
    assert!(matches!(table.own("lima"), Some(Item { delivery: Delivery::Sent, .. })));
    assert_eq!(table.summary().waits_since, 0, "it is answered");
}

#[test]
fn what_was_in_the_store_while_the_log_was_told_anew_stands_where_it_stands_now_after_another_start() {
    let site = BenchSite::new();
    let mut table = shelved(&site);
    let lost = std::mem::take(&mut table.bench.log);
    let problem = Code::CursorRefused.into();
    table.bench.input(Input::Frame(ServerFrame::Bye { problem }));
    table.wait(1);
    says(&mut table, "empat");
    says(&mut table, "lima");
    table.restart_in_outline();
    let visitor = table.members[VISITOR].id();
    for event in lost.iter().filter(|event| event.sender == visitor) {
        let position = table.head() + 1;
        table.deliver(&Delivered { position, ..event.clone() });
        assert_eq!(table.item(event.event).unwrap().position, Some(position));
    }
    assert!(!table.refusals().contains(&Refusal::MessageReplayed));
}

#[test]
fn what_was_not_sent_is_read_and_sent_at_the_start() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    says(&mut table, "satu");
    table.bench.input(Input::SocketClosed);
    table.bench.input(Input::Network(false));
    table.say("dua");
    table.restart_in_outline();
    assert_eq!(table.bench.loads, [table.conversation]);
    assert!(matches!(table.own("dua"), Some(Item { delivery: Delivery::Sent, .. })));
}

#[test]
fn a_conversation_without_an_outline_is_read_at_the_start() {
    let site = BenchSite::new();
    let mut table = shelved(&site);
    let mut kept = table.bench.outlines();
    kept.records.retain(|(name, _)| !name.starts_with("outline/"));
    table.restart_from(&kept);
    assert_eq!(table.bench.loads, [table.conversation]);
    assert_eq!((table.summary().preview.as_str(), texts(&table).len()), ("tiga", 3));
}

#[test]
fn messages_that_cannot_be_read_stop_the_engine_and_are_not_taken_for_none() {
    let site = BenchSite::new();
    let mut table = shelved(&site);
    table.bench.is_damaged = true;
    let cursor = table.bench.generation;
    says(&mut table, "empat");
    let broken = Show::Gate(Gate::Refused(Refusal::StoreBroken));
    assert!(table.bench.shown.contains(&broken));
    assert_eq!(table.bench.generation, cursor, "nothing is kept on top of it");
    assert_eq!(texts(&table), Vec::<String>::new());
}

#[test]
fn a_message_under_another_conversation_s_name_is_refused() {
    let site = BenchSite::new();
    let table = shelved(&site);
    let mut random = rand_chacha::rand_core::SeedableRng::seed_from_u64(9);
    let random: &mut rand_chacha::ChaCha20Rng = &mut random;
    let mut engine =
        Engine::agent(&AgentConfig { code: None }, Bench::key(), &table.bench.outlines(), random).unwrap();
    let id = table.conversation;
    engine.handle(Input::Open(id), 1, random);
    let records = table.bench.records().records;
    let record = records.into_iter().find(|(name, _)| name.starts_with("message/")).unwrap();
    let other = record.0.replace(&id.to_string(), &ConversationId([9; 16]).to_string());
    engine.handle(Input::Loaded { conversation: id, records: Some(vec![(other, record.1)]) }, 1, random);
    let shows = std::iter::from_fn(|| engine.poll()).filter_map(|output| match output {
        segel_core::Output::Show(show) => Some(show),
        _ => None,
    });
    assert!(shows.into_iter().any(|show| show == Show::Gate(Gate::Refused(Refusal::StoreBroken))));
}
