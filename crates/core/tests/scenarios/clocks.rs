//! Clocks that are ten years off. What counts is the later of the own clock and the newest verified roster's time;
//! the relay's clock decides nothing. PROTOCOL.md, section 3.3.

use std::time::Duration;

use segel_core::show::{Body, Delivery, Gate, Link, Refusal, Show};
use segel_core::{Input, Kept};
use segel_crypto::content;
use segel_testkit::client::Client;
use segel_testkit::site::TestSite;
use segel_wire::cbor;
use segel_wire::signed::Prekeys;

use crate::bench::{Bench, BenchSite, NOW};
use crate::member::Letter;
use crate::table::{COLLEAGUE, HOSTILE, Table, VISITOR};

const TEN_YEARS: Duration = Duration::from_hours(10 * 365 * 24);
/// The roster has not ended by a clock that is so far ahead.
const WEEKS: Duration = Duration::from_hours(25 * 24);
const DAY: u64 = 24 * 60 * 60;

#[tokio::test]
async fn a_visitor_ten_years_behind_trusts_what_the_rosters_say_of_the_time() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let visitor = site.visitor();
    visitor.turn_back(TEN_YEARS);
    visitor.meets(Gate::Open).await;
    assert_they_talk(&visitor, &agent).await;
}

#[tokio::test]
async fn a_visitor_ten_years_ahead_seals_nothing_until_the_clock_is_right() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let tag = site.tag();
    let visitor = site.visitor_with(tag, TEN_YEARS);
    visitor.meets(Gate::RosterExpired).await;
    assert_eq!(visitor.screen().refusals, [Refusal::RosterExpired]);
    visitor.say("dari masa depan");
    visitor.until("the message to wait", |screen| screen.item("dari masa depan").is_some()).await;
    assert_eq!(visitor.screen().delivery("dari masa depan"), Some(Delivery::Sending));

    visitor.turn_back(TEN_YEARS);
    visitor.meets(Gate::Open).await;
    agent.reads("dari masa depan").await;
    assert_they_talk(&visitor, &agent).await;
}

#[test]
fn a_tab_that_is_opened_after_the_clock_was_set_back_shows_the_relay_as_reached_like_the_others() {
    let site = BenchSite::new();
    let mut bench = Bench::new(&site, site.visitor(&Kept::default()), u64::MAX);
    bench.input(Input::Network(false));
    bench.input(Input::Network(true));
    assert_eq!(bench.shown.last(), Some(&Show::Link(Link::Online)));
    assert!(bench.everything_before(3_600).contains(&Show::Link(Link::Online)));
}

#[tokio::test]
async fn a_console_ten_years_behind_makes_prekeys_that_visitors_take() {
    let mut site = TestSite::start().await;
    let code = site.invite().await;
    let agent = site.answering(code);
    agent.turn_back(TEN_YEARS);
    agent.is_online().await;
    assert_eq!(site.attend().await.accepted.len(), 1);
    agent.meets(Gate::Open).await;
    let visitor = site.visitor();
    visitor.meets(Gate::Open).await;
    assert_they_talk(&visitor, &agent).await;
}

#[tokio::test]
async fn a_console_whose_clock_jumps_ten_years_ahead_and_back_loses_nothing() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let visitor = site.visitor();
    assert_they_talk(&visitor, &agent).await;

    agent.advance(TEN_YEARS);
    agent.meets(Gate::RosterExpired).await;
    visitor.say("sementara itu");
    agent.reads("sementara itu").await;
    agent.say("jawaban yang tertahan");
    agent.until("the answer to wait", |screen| screen.item("jawaban yang tertahan").is_some()).await;
    assert_eq!(agent.screen().delivery("jawaban yang tertahan"), Some(Delivery::Sending));

    agent.turn_back(TEN_YEARS);
    agent.meets(Gate::Open).await;
    visitor.reads("jawaban yang tertahan").await;
    // Prekeys that the wrong clock deleted would leave this one closed.
    let newcomer = site.visitor();
    newcomer.say("pengunjung lain");
    agent.reads("pengunjung lain").await;
}

#[tokio::test]
async fn a_console_whose_clock_jumps_twenty_five_days_ahead_and_back_loses_nothing() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let visitor = site.visitor();
    assert_they_talk(&visitor, &agent).await;
    agent.advance(WEEKS);
    visitor.say("sementara itu");
    agent.reads("sementara itu").await;
    agent.turn_back(WEEKS);
    agent.meets(Gate::Open).await;
    // The relay still hands out one-time prekeys from before.
    let newcomer = site.visitor();
    newcomer.say("pengunjung lain");
    agent.reads("pengunjung lain").await;
}

#[test]
fn prekeys_that_were_made_ahead_are_replaced_at_once_when_the_clock_is_right() {
    let site = BenchSite::new();
    let mut table = Table::of_silent_visitor(&site, |_| {});
    table.bench.pass(WEEKS.as_secs());
    table.say("dari masa depan");
    let ahead = uploaded(&table).signed;
    assert!(ahead.not_after > NOW + 39 * DAY - 1);
    table.bench.turn_back(WEEKS.as_secs());
    table.wait(1);
    let next = uploaded(&table).signed;
    assert!(next.id > ahead.id);
    assert!((NOW + 14 * DAY..NOW + 15 * DAY).contains(&next.not_after));
}

#[test]
fn no_prekeys_are_made_or_given_up_while_the_newest_roster_has_ended_by_the_own_clock() {
    let site = BenchSite::new();
    let mut table = Table::of_silent_visitor(&site, |_| {});
    table.bench.pass(TEN_YEARS.as_secs());
    table.say("dari masa depan");
    table.wait(1);
    assert_eq!(table.bench.prekeys, None);
    table.bench.silences = 1;
    table.bench.turn_back(TEN_YEARS.as_secs());
    table.wait(1);
    let first = uploaded(&table);
    assert!((NOW + 14 * DAY..NOW + 15 * DAY).contains(&first.signed.not_after));
    // An answer that says that this state is an old copy comes when the clock is wrong again.
    table.bench.pass(TEN_YEARS.as_secs());
    table.bench.prekeys = None;
    table.bench.answer_prekeys(0, 500);
    table.wait(1);
    assert_eq!(table.bench.prekeys, None);
    table.bench.turn_back(TEN_YEARS.as_secs());
    table.wait(1);
    assert_eq!(uploaded(&table), first);
}

#[test]
fn a_copy_from_before_the_first_prekeys_makes_none_of_the_ids_that_the_relay_hands_out() {
    let site = BenchSite::new();
    let mut table = Table::of_silent_visitor(&site, |_| {});
    table.bench.silences = 1;
    table.say("dari salinan lama");
    let first = uploaded(&table);
    assert_eq!((first.signed.id, first.one_time, first.held), (1, None, vec![]));
    table.bench.answer_prekeys(1, 5);
    let next = uploaded(&table);
    assert_eq!(next.signed.id, 6);
    let ids: Vec<_> = next.one_time.unwrap().iter().map(|prekey| prekey.id).collect();
    assert_eq!((&ids[..], &next.held), (&[7, 8, 9][..], &ids));
}

#[test]
fn what_was_handed_on_an_hour_ago_is_handed_on_again_though_the_clock_was_set_back_since() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    table.say("halo");
    let said = table.own("halo").unwrap().event;
    let times_given = |table: &mut Table<'_>| {
        table.post(COLLEAGUE, table.letter(content::Body::Request(vec![said])));
        let sent = table.sent_to(COLLEAGUE).into_iter();
        sent.filter(|message| matches!(message.body, content::Body::Grants(_))).count()
    };
    assert_eq!(times_given(&mut table), 1);
    table.bench.turn_back(1_200);
    assert_eq!(times_given(&mut table), 1, "not twice in an hour");
    table.wait(60);
    assert_eq!(times_given(&mut table), 2);
}

#[test]
fn a_relay_ten_years_off_changes_nothing_about_what_is_sealed_and_opened() {
    let off = i64::try_from(TEN_YEARS.as_secs()).unwrap();
    for ahead in [off, -off] {
        let site = BenchSite::new();
        let mut table = Table::of_visitor(&site);
        table.ahead = ahead;
        table.say("jam relay salah");
        assert_eq!(table.sent_to(HOSTILE).len(), 2, "it was sealed to the agent like the one before");
        let answer = table.post(HOSTILE, table.letter(content::Body::Text("terbaca".to_owned())));
        assert!(matches!(&table.item(answer.event).unwrap().body, Body::Text(text) if text == "terbaca"));
        assert_eq!(table.refusals(), []);
    }
}

fn uploaded(table: &Table<'_>) -> Prekeys {
    cbor::decode(table.bench.prekeys.as_ref().unwrap()).unwrap()
}

/// Each writes once and reads the other.
async fn assert_they_talk(visitor: &Client, agent: &Client) {
    visitor.say("jam berapa di sana?");
    let read = agent.reads("jam berapa di sana?").await;
    assert_eq!(read.refusals, []);
    agent.say("jam yang sama dengan daftar");
    let read = visitor.reads("jam yang sama dengan daftar").await;
    let texts: Vec<_> = read.items.values().filter(|item| matches!(item.body, Body::Text(_))).collect();
    assert!(texts.len() >= 2);
    assert_eq!(read.closed().count(), 0);
}

#[test]
fn what_names_a_newer_roster_opens_once_a_clock_that_ran_ahead_is_right() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    table.bench.pass(730 * DAY);
    table.wait(1);
    table.publish(|_| {});
    let said = table.post(HOSTILE, table.letter(content::Body::Text("jawaban".to_owned())));
    assert!(table.item(said.event).is_none(), "it waits");
    table.bench.turn_back(730 * DAY);
    table.wait(60);
    assert_eq!(table.item(said.event).unwrap().body, Body::Text("jawaban".to_owned()));
}

#[test]
fn what_a_device_said_that_had_lapsed_by_a_clock_that_ran_ahead_is_asked_for_once_it_is_right() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    table.bench.pass(730 * DAY);
    table.wait(1);
    let said = table.post(HOSTILE, table.letter(content::Body::Text("jawaban".to_owned())));
    assert_eq!(table.item(said.event).unwrap().body, Body::Closed(Refusal::UnknownSender));
    table.bench.turn_back(730 * DAY);
    table.wait(60);
    let sent = table.sent_to(HOSTILE);
    assert!(sent.iter().any(|message| message.body == content::Body::Request(vec![said.event])));
}

#[test]
fn typing_is_told_at_once_to_who_wrote_by_a_clock_that_runs_ahead() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let ahead = NOW + 20 * 60;
    table.post(VISITOR, Letter { time: ahead, ..table.letter(content::Body::Text("halo".to_owned())) });
    table.input(Input::Typing { conversation: table.conversation, typing: true });
    let gives_key = |message: &content::Message| matches!(message.body, content::Body::SignalKey(_));
    assert_eq!(table.sent_to(VISITOR).iter().filter(|message| gives_key(message)).count(), 1);
}
