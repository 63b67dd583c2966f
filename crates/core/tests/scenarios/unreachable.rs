//! Nobody whom a message is for has a session or a bundle that counts: it waits, and its writer is told.

use std::collections::BTreeMap;
use std::time::Duration;

use segel_core::show::{Delivery, Refusal, Show};
use segel_core::{Input, Outgoing, Request};
use segel_crypto::act::{ActKind, Assignment};
use segel_crypto::content::Body;
use segel_mask::{Masker, Writer};
use segel_testkit::client::Screen;
use segel_testkit::proxy::{Record, Towards};
use segel_testkit::site::TestSite;
use segel_wire::ids::{DeskId, DeviceId};
use segel_wire::{ClientFrame, Code, ServerFrame};

use crate::bench::BenchSite;
use crate::hostile_member::act;
use crate::table::{COLLEAGUE, HOSTILE, Table, VISITOR};

const DAY: u64 = 24 * 60 * 60;

/// The relay has bundles of none of the members; answers what it had.
fn take_bundles(table: &mut Table<'_>) -> BTreeMap<DeviceId, Vec<u8>> {
    let of_a_stranger = [(DeviceId([9; 16]), Vec::new())].into();
    std::mem::replace(&mut table.bench.bundles, of_a_stranger)
}

/// Why nothing leaves, as the screen was told last.
fn away(table: &Table<'_>) -> Option<Refusal> {
    let mut shown = table.bench.shown.iter().rev();
    shown.find_map(|show| match show {
        Show::Conversation(summary) => Some(summary.away),
        _ => None,
    })?
}

#[tokio::test]
async fn who_writes_after_every_console_was_closed_for_weeks_is_told_so_and_heard_when_one_is_open() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let tag = site.tag();
    let visitor = site.visitor_with(tag, Duration::from_secs(15 * DAY));
    visitor.say("halo");
    let answers = |records: &[Record], end: &str| {
        let is_it = |record: &&Record| record.towards == Towards::Client && record.subject.ends_with(end);
        records.iter().filter(is_it).count()
    };
    site.proxy().until("an answer about bundles", |records| answers(records, "/bundles") > 0).await;
    visitor.advance(Duration::from_secs(6));
    let away = |screen: &Screen| {
        screen.conversations.values().any(|summary| summary.away == Some(Refusal::NobodyReachable))
    };
    visitor.until("a word that nobody is there", away).await;
    assert_eq!(visitor.screen().delivery("halo"), Some(Delivery::Sending));

    let before = answers(&site.proxy().records(), "/prekeys");
    agent.advance(Duration::from_secs(15 * DAY));
    site.proxy().until("fresh prekeys", |records| answers(records, "/prekeys") > before).await;
    visitor.advance(Duration::from_mins(5));
    agent.reads("halo").await;
}

#[test]
fn bundles_of_who_is_away_are_asked_for_ever_less_often_and_at_once_where_something_changes() {
    let site = BenchSite::new();
    let mut table = Table::of_silent_visitor(&site, |_| {});
    let bundles = take_bundles(&mut table);
    table.say("satu");
    assert_eq!((table.bench.seeks, away(&table)), (1, None), "prekeys may be on their way");
    table.wait(60);
    assert!((10..40).contains(&table.bench.seeks), "{}", table.bench.seeks);
    assert_eq!(table.own("satu").unwrap().delivery, Delivery::Sending);

    let mut before = table.bench.seeks;
    let mut asks_at_once = |table: &mut Table<'_>, change: fn(&mut Table<'_>)| {
        change(table);
        before += 1;
        assert_eq!(table.bench.seeks, before);
    };
    asks_at_once(&mut table, |table| table.say("dua"));
    asks_at_once(&mut table, |table| table.publish(|_| {}));
    asks_at_once(&mut table, |table| {
        table.input(Input::SocketClosed);
        table.bench.pass(1);
    });
    assert_eq!(away(&table), Some(Refusal::NobodyReachable));

    table.bench.bundles = bundles;
    table.wait(6);
    assert_eq!(table.sent_to(HOSTILE).len(), 2);
    assert_eq!(away(&table), None);
}

#[test]
fn a_device_that_was_removed_while_it_was_asked_for_is_no_try_in_vain() {
    let site = BenchSite::new();
    let mut table = Table::of_silent_visitor(&site, |_| {});
    let [first, second] = [0, 1].map(|member: usize| table.members[member].id());
    table.publish(|roster| roster.desks[0].inbox = vec![first]);
    take_bundles(&mut table);
    table.bench.withholds = |request| matches!(request, Request::Bundles(..));
    table.say("halo");
    table.publish(|roster| {
        roster.agents.remove(0);
        roster.desks[0].inbox = vec![second];
    });
    let before = table.bench.seeks;
    table.bench.answer_withheld();
    assert_eq!(table.bench.seeks, before + 1, "the other one is asked for");
    assert_eq!(away(&table), None, "whose prekeys may be on their way");
    table.wait(6);
    assert_eq!(away(&table), Some(Refusal::NobodyReachable));
}

#[test]
fn an_agent_is_told_that_a_visitor_is_away_and_the_answer_goes_when_the_visitor_returns() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    table.post(VISITOR, table.letter(Body::Text("halo".to_owned())));
    table.say("selamat siang");
    assert_eq!(table.own("selamat siang").unwrap().delivery, Delivery::Sent);

    take_bundles(&mut table);
    table.bench.pass(15 * DAY);
    table.wait(1);
    table.say("masih di sana?");
    table.wait(1);
    assert_eq!(table.own("masih di sana?").unwrap().delivery, Delivery::Sending);
    assert_eq!(table.summary().away, Some(Refusal::VisitorAway));

    let (uploaded, id, name) = (table.bench.prekeys.clone().unwrap(), table.conversation, table.name());
    table.members[VISITOR].begin(&uploaded, Some(id), name);
    table.post(VISITOR, table.letter(Body::Text("ya".to_owned())));
    assert_eq!(table.own("masih di sana?").unwrap().delivery, Delivery::Sent);
    assert_eq!(table.summary().away, None);
}

#[test]
fn a_note_that_no_colleague_can_receive_says_nothing_of_the_visitor() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    table.post(VISITOR, table.letter(Body::Text("halo".to_owned())));
    take_bundles(&mut table);
    table.bench.pass(15 * DAY);
    table.wait(1);
    let text = Outgoing::note(Masker::default().mask("untuk rekan", Writer::Agent).unwrap().text);
    let conversation = Some(table.conversation);
    table.input(Input::Submit { conversation, event: None, text, quotes: None });
    table.wait(1);
    assert_eq!(table.summary().away, Some(Refusal::NobodyReachable));
}

#[test]
fn an_agent_is_told_that_a_visitor_is_away_whose_conversation_the_relay_has_lost() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    table.post(VISITOR, table.letter(Body::Text("halo".to_owned())));
    table.say("selamat siang");

    let text = Outgoing::new(Masker::default().mask("masih di sana?", Writer::Agent).unwrap().text);
    let conversation = Some(table.conversation);
    table.bench.input(Input::Submit { conversation, event: None, text, quotes: None });
    let sends = |table: &Table<'_>| {
        let sends = table.bench.sent.iter().filter_map(|frame| match frame {
            ClientFrame::Send { event, .. } => Some(*event),
            _ => None,
        });
        sends.collect::<Vec<_>>()
    };
    let sent = sends(&table);
    let problem = Code::NotFound.into();
    table.bench.input(Input::Frame(ServerFrame::Error { event: sent.last().copied(), problem }));
    assert_eq!(table.summary().away, Some(Refusal::VisitorAway));
    assert_eq!(table.own("masih di sana?").unwrap().delivery, Delivery::Sending);
    assert_eq!(sends(&table), sent, "it would be in vain");

    let (returned, _) = table.seal(VISITOR, table.letter(Body::Text("ya".to_owned())));
    table.bench.input(Input::Frame(ServerFrame::Event(returned)));
    assert_eq!(table.summary().away, None);
    assert_eq!(sends(&table)[sent.len()..], sent[sent.len() - 1..]);
}

#[test]
fn who_is_answered_by_a_supervisor_alone_is_not_told_that_nobody_is_there() {
    let site = BenchSite::new();
    let mut table = Table::of_silent_visitor(&site, |roster| {
        let mut other = roster.desks[0].clone();
        (other.id, other.name) = (DeskId([2; 16]), "Gudang".to_owned());
        let colleague = roster.agents[COLLEAGUE].devices[0].keys.derive_id(&roster.site);
        roster.desks[0].supervisors = Some(vec![roster.agents[COLLEAGUE].id]);
        roster.desks[0].inbox.retain(|device| *device != colleague);
        other.inbox = vec![colleague];
        roster.desks.push(other);
    });
    table.say("halo");
    let claim = act(&table, COLLEAGUE, &Assignment::default(), ActKind::Claim, &table.roster);
    let uploaded = table.bench.prekeys.clone().unwrap();
    let (id, name) = (table.conversation, table.name());
    table.members[COLLEAGUE].begin(&uploaded, Some(id), name);
    table.post(COLLEAGUE, table.letter(Body::Act(claim)));
    table.say("satu");
    table.publish(|roster| {
        roster.agents.remove(HOSTILE);
        roster.desks[0].inbox.clear();
    });
    table.say("dua");
    assert_eq!(table.own("dua").unwrap().delivery, Delivery::Sent);
    let texts = table.sent_to(COLLEAGUE).into_iter().filter(|said| matches!(said.body, Body::Text(_)));
    assert_eq!(texts.count(), 2);
    table.input(Input::End(id));
    assert_eq!(table.sent_to(COLLEAGUE).pop().unwrap().body, Body::End);
}
