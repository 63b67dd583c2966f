//! A visitor has everything erased: what is left of it at the visitor, at the members and at the relay.

use segel_core::show::{Author, Body, Delivery, Gate, Life, Refusal, Show};
use segel_core::{Answer, Input, Outgoing, Request};
use segel_crypto::content;
use segel_wire::Code;
use segel_wire::api::Erasure;
use segel_wire::ids::EventId;

use crate::acts::Desk;
use crate::bench::BenchSite;
use crate::member::Letter;
use crate::table::{COLLEAGUE, HOSTILE, Table, VISITOR};

/// What of a store tells of a conversation.
fn told_of(table: &Table<'_>) -> Vec<String> {
    let names = table.bench.records().records.into_iter().map(|(name, _)| name);
    names.filter(|name| name.contains(&table.conversation.to_string())).collect()
}

fn asked(table: &Table<'_>) -> Vec<(u64, Erasure)> {
    let asked = table.bench.unanswered.iter().filter_map(|(id, request)| match request {
        Request::Erase(erasure) => Some((*id, erasure.clone())),
        _ => None,
    });
    asked.collect()
}

fn is_erased(table: &Table<'_>) -> bool {
    table.bench.shown.contains(&Show::Erased)
}

#[tokio::test]
async fn nobody_sees_anything_of_it_any_more_and_the_visitor_begins_as_somebody_new() {
    let desk = Desk::held().await;
    let id = desk.visitor.conversation();
    desk.agent.input(Input::Network(false));
    desk.visitor.input(Input::Erase);
    desk.visitor.until("everything to be erased", |screen| screen.is_erased).await;
    desk.agent.input(Input::Network(true));
    for device in [&desk.agent, &desk.colleague] {
        let screen = device
            .until("the erasure", |screen| screen.timeline(id).iter().all(|item| item.body == Body::Erased))
            .await;
        let left = screen.timeline(id);
        assert_eq!((left.len(), &left[0].author), (1, &Author::Visitor));
        assert_eq!(screen.conversations[&id].life, Life::Settled);
        assert_eq!(screen.refusals, []);
    }
    desk.agent.say_in(id, "masih di sana?");
    let refused = Some(Delivery::Failed(Refusal::ConversationErased));
    desk.agent.until("the refusal", |screen| screen.delivery("masih di sana?") == refused).await;
}

#[tokio::test]
async fn who_cannot_open_what_the_visitor_says_hears_of_it_all_the_same() {
    let mut desk = Desk::held().await;
    let id = desk.visitor.conversation();
    let copy = desk.visitor.store().copy();
    for text in ["satu", "dua"] {
        desk.visitor.say(text);
        desk.agent.reads(text).await;
        desk.agent.say_in(id, text);
        desk.visitor
            .until("the answer", |screen| screen.texts(id).iter().filter(|said| **said == text).count() == 2)
            .await;
    }
    desk.visitor.set_back(&copy).await;
    desk.visitor.input(Input::Erase);
    desk.visitor.until("everything to be erased", |screen| screen.is_erased).await;
    desk.agent
        .until("the erasure", |screen| screen.timeline(id).iter().all(|item| item.body == Body::Erased))
        .await;
}

#[test]
fn it_goes_here_at_once_and_the_relay_is_asked_once_the_members_were_told() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    table.bench.shown.clear();
    table.holds_echoes = true;
    table.input(Input::Erase);
    assert!(table.bench.shown.contains(&Show::Gate(Gate::Erasing)));
    assert_eq!(table.bench.shown.iter().filter(|show| matches!(show, Show::Gone(..))).count(), 1);
    let everything = table.bench.everything();
    assert!(!everything.iter().any(|show| matches!(show, Show::Item(_) | Show::Conversation(_))));
    for member in [HOSTILE, COLLEAGUE] {
        let sent = table.sent_to(member);
        assert!(matches!(sent.last().unwrap().body, content::Body::Erasure));
    }
    let told = table.bench.log.last().unwrap().event;
    assert_eq!(asked(&table).iter().map(|(_, asked)| asked.keeps.clone()).collect::<Vec<_>>(), [[told]]);
    assert!(!told_of(&table).iter().any(|name| name.starts_with("sent/")), "{:?}", told_of(&table));
    let messages = told_of(&table).into_iter().filter(|name| name.starts_with("message/"));
    assert_eq!(messages.count(), 1, "what tells the members, and no text");

    table.say("apakah masih bisa?");
    assert_eq!(table.own("apakah masih bisa?"), None);
    let (id, _) = asked(&table)[0];
    assert!(!is_erased(&table));
    table.bench.unanswered.clear();
    table.input(Input::Answered { id, answer: Answer::Done });
    assert!(is_erased(&table));
    table.wait(1);
    assert_eq!(asked(&table), [], "it is over");
}

#[test]
fn what_could_not_be_asked_is_asked_again_also_after_a_restart() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    table.input(Input::Erase);
    let (id, first) = asked(&table)[0].clone();
    table.bench.unanswered.clear();
    table.input(Input::Answered { id, answer: Answer::Unreachable });
    table.wait(1);
    let (_, second) = asked(&table)[0].clone();
    assert_eq!(second, first);
    table.bench.unanswered.clear();
    table.restart();
    assert!(table.bench.shown.contains(&Show::Gate(Gate::Erasing)));
    let (id, third) = asked(&table)[0].clone();
    assert_eq!(third, first);
    table.input(Input::Answered { id, answer: Answer::Problem(Code::Internal.into()) });
    assert!(!is_erased(&table));
    table.bench.unanswered.clear();
    table.wait(1);
    let (id, _) = asked(&table)[0];
    table.input(Input::Answered { id, answer: Answer::Done });
    assert!(is_erased(&table));
}

#[test]
fn the_relay_is_asked_even_where_nobody_can_be_told() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let sent = table.bench.sent.len();
    table.bench.input(Input::Erase);
    assert_eq!(table.bench.sent.len(), sent + 1);
    assert_eq!(asked(&table), []);
    table.bench.pass(19);
    assert_eq!(asked(&table), []);
    table.bench.pass(1);
    assert_eq!(asked(&table)[0].1.keeps, []);
}

#[test]
fn who_has_said_nothing_has_nothing_to_ask_for() {
    let site = BenchSite::new();
    let mut table = Table::of_silent_visitor(&site, |_| {});
    table.input(Input::Erase);
    assert!(is_erased(&table));
    assert_eq!(asked(&table), []);
}

#[test]
fn what_comes_of_an_erased_conversation_later_is_dropped_also_if_all_of_it_is_told_again() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    table.post(VISITOR, table.letter(content::Body::Text("halo".to_owned())));
    let told = table.bench.log.clone();
    table.post(VISITOR, table.letter(content::Body::Erasure));
    let erased = table.bench.log.last().unwrap().event;
    assert_eq!(table.item(erased).unwrap().body, Body::Erased);
    assert_eq!((table.summary().life, table.summary().unread), (Life::Settled, 0));
    let names = told_of(&table);
    assert!(!names.iter().any(|name| name.starts_with("sessions/")), "{names:?}");

    for restarts in [false, true] {
        if restarts {
            table.restart();
        }
        table.bench.shown.clear();
        for event in told.clone() {
            table.hand(event);
        }
        let (late, _) = table.seal(VISITOR, table.letter(content::Body::Text("lagi".to_owned())));
        table.hand(late);
        assert!(!table.bench.shown.iter().any(|show| matches!(show, Show::Item(_) | Show::Refused(_))));
        assert_eq!(told_of(&table).len(), names.len());
    }
}

#[test]
fn nobody_but_the_visitor_erases() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    table.post(VISITOR, table.letter(content::Body::Text("halo".to_owned())));
    let said = table.bench.log.last().unwrap().event;
    let grant = table.post(COLLEAGUE, Letter { others: vec![], ..table.letter(content::Body::Erasure) });
    assert_eq!(table.item(grant.event).unwrap().body, Body::Closed(Refusal::EndRefused));
    assert!(matches!(table.item(said).unwrap().body, Body::Text(_)));
    assert_eq!(table.summary().life, Life::Open);

    let mut table = Table::of_visitor(&site);
    let grant = table.post(HOSTILE, table.letter(content::Body::Erasure));
    assert_eq!(table.item(grant.event).unwrap().body, Body::Closed(Refusal::EndRefused));
    assert!(table.own("halo").is_some());
}

#[test]
fn what_an_agent_said_there_is_not_taken_in_again_when_a_tab_that_slept_hands_it_in() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let (conversation, event) = (table.conversation, EventId([9; 16]));
    let submit = || {
        let text = Outgoing::new(segel_mask::mask("nomor pesanan Anda 4711").unwrap().text);
        Input::Submit { conversation: Some(conversation), event: Some(event), text, quotes: None }
    };
    table.post(VISITOR, table.letter(content::Body::Text("halo".to_owned())));
    table.input(submit());
    assert_eq!(table.item(event).unwrap().delivery, Delivery::Sent);
    table.post(VISITOR, table.letter(content::Body::Erasure));
    assert_eq!(table.summary().life, Life::Settled);
    let kept = told_of(&table);
    table.restart();
    table.bench.shown.clear();
    table.input(submit());
    assert!(table.bench.shown.contains(&Show::Gone(conversation, event)), "the tab is told");
    assert_eq!((table.item(event), told_of(&table)), (None, kept));
}
