//! A hostile relay serves rosters that do not count.

use std::time::Duration;

use segel_core::show::{Body, Delivery, Gate, Link, Refusal, Show};
use segel_core::{Input, VisitorConfig};
use segel_crypto::act::{ActKind, Assignment};
use segel_crypto::content;
use segel_testkit::client::{Client, Part};
use segel_testkit::site::{self, TestSite};
use segel_wire::ServerFrame;
use segel_wire::ids::{RootKey, RosterHash};
use segel_wire::signed::Order;

use crate::bench::{BenchSite, NOW};
use crate::hostile_member::act;
use crate::member::Letter;
use crate::table::{COLLEAGUE, HOSTILE, Table, VISITOR};

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn a_page_with_another_root_key_trusts_nobody() {
    let mut site = TestSite::start().await;
    let _agent = site.agent().await;
    let mut tag = site.tag();
    tag.root = RootKey([9; 32]);
    let visitor = site.visitor_with(tag, Duration::ZERO);
    visitor.meets(Gate::Refused(Refusal::WrongRoot)).await;
    assert_eq!(visitor.screen().refusals, [Refusal::WrongRoot]);
    assert_eq!(visitor.screen().site, None, "no word of an untrusted roster is shown");
    assert_nothing_is_sealed(&visitor).await;
}

#[tokio::test]
async fn an_altered_roster_is_refused_and_the_genuine_one_opens_the_gate() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    site.proxy().alter_answers("/roster", |mut roster| {
        let in_the_body = roster.len() - 100;
        roster[in_the_body] ^= 1;
        roster
    });
    let visitor = site.visitor();
    visitor.meets(Gate::Refused(Refusal::RosterAltered)).await;
    assert_nothing_is_sealed(&visitor).await;

    site.proxy().be_honest();
    visitor.meets(Gate::Open).await;
    agent.reads("tidak jadi").await;
}

#[tokio::test]
async fn an_expired_roster_is_refused_on_a_first_visit() {
    let mut site = TestSite::start().await;
    let _agent = site.agent().await;
    let tag = site.tag();
    let visitor = site.visitor_with(tag, 31 * DAY);
    visitor.meets(Gate::RosterExpired).await;
    assert_eq!(visitor.screen().refusals, [Refusal::RosterExpired]);
    assert_nothing_is_sealed(&visitor).await;
}

#[tokio::test]
async fn nothing_is_sealed_under_a_kept_roster_that_expired_until_a_newer_one_comes() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let visitor = site.visitor();
    visitor.say("sebelum");
    agent.reads("sebelum").await;

    visitor.advance(29 * DAY);
    visitor.advance(2 * DAY);
    visitor.meets(Gate::RosterExpired).await;
    visitor.say("sesudah");
    visitor.until("the message to wait", |screen| screen.item("sesudah").is_some()).await;
    assert_eq!(visitor.screen().delivery("sesudah"), Some(Delivery::Sending));

    let later = site::now() + (31 * DAY).as_secs();
    site.owner().next_roster(later).unwrap();
    site.attend().await;
    visitor.meets(Gate::Open).await;
    visitor.has_sent("sesudah").await;
    agent.reads("sesudah").await;
}

#[tokio::test]
async fn an_older_roster_is_refused_and_the_newest_stays_in_force() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let older = site.owner().signed_roster(1).unwrap().unwrap();
    let (visitor, kept) = chatting(&mut site, &agent).await;
    site.proxy().alter_answers("/roster", move |_| older.clone());
    assert_refused_and_unimpressed(&site, &visitor, &agent, &kept, Refusal::RosterOlder).await;
}

#[tokio::test]
async fn a_roster_below_the_pages_floor_is_refused_on_a_first_visit() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let removed = site.agent_named("Agen Lama").await;
    let older = site.roster_bytes();
    site.owner().remove_agent("Agen Lama").unwrap();
    site.attend().await;
    let floor = site.roster().order;
    site.proxy().alter_answers("/roster", move |_| older.clone());

    let visitor = site.visitor_with(VisitorConfig { floor, ..site.tag() }, Duration::ZERO);
    visitor.meets(Gate::Refused(Refusal::RosterOlder)).await;
    assert_eq!(visitor.screen().site, None);
    assert_nothing_is_sealed(&visitor).await;

    site.proxy().be_honest();
    visitor.meets(Gate::Open).await;
    agent.reads("tidak jadi").await;
    assert_eq!(removed.screen().item("tidak jadi"), None);
}

#[tokio::test]
async fn a_floor_that_rises_stops_a_kept_roster_until_a_newer_one_comes() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let older = site.roster_bytes();
    let (mut visitor, kept) = chatting(&mut site, &agent).await;
    site.publish_next().await;
    site.proxy().alter_answers("/roster", move |_| older.clone());
    visitor.restart_as(Part::Visitor(VisitorConfig { floor: site.roster().order, ..site.tag() })).await;
    visitor.meets(Gate::Refused(Refusal::RosterOlder)).await;
    visitor.say("tertahan");
    visitor.until("the text to wait", |screen| screen.item("tertahan").is_some()).await;
    assert_eq!(visitor.screen().delivery("tertahan"), Some(Delivery::Sending));
    assert_eq!(visitor.store().sealed()["membership"], kept);

    site.proxy().be_honest();
    agent.reads("tertahan").await;
}

#[test]
fn what_comes_under_a_kept_roster_before_the_floor_waits_for_one_that_counts() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let floor = Order { version: 2, ..table.roster.roster().order };
    table.bench.restart(site.visitor_above(floor, &table.bench.records()));
    let sent = table.post(HOSTILE, table.letter(content::Body::Text("dari dulu".to_owned())));
    table.wait(1);
    assert_eq!(table.refusals(), [Refusal::RosterOlder]);
    assert!(table.item(sent.event).is_none());
    assert!(!table.bench.everything().iter().any(|show| matches!(show, Show::Site(_))));

    table.publish(|roster| roster.issued_at += 10);
    table.wait(1);
    assert_eq!(table.item(sent.event).unwrap().body, Body::Text("dari dulu".to_owned()));
    assert!(table.bench.everything().iter().any(|show| matches!(show, Show::Site(_))));
}

#[test]
fn who_was_kept_from_a_newer_roster_for_more_than_seven_days_shows_with_the_message() {
    let week = 7 * DAY.as_secs();
    for (late, warnings) in [(0, vec![]), (1, vec![Refusal::RosterOutdated])] {
        let site = BenchSite::new();
        let mut table = Table::of_visitor(&site);
        let frozen = table.name();
        table.publish(|roster| roster.issued_at += 10);
        let said = content::Body::Text("dari daftar lama".to_owned());
        let letter = Letter { roster: frozen, time: NOW + 10 + week + late, ..table.letter(said) };
        let sent = table.post(HOSTILE, letter);
        assert_eq!(table.item(sent.event).unwrap().body, Body::Text("dari daftar lama".to_owned()));
        assert_eq!(table.refusals(), warnings);
        let under_the_newest = content::Body::Text("dari daftar baru".to_owned());
        let letter = Letter { time: NOW + 11 + week, ..table.letter(under_the_newest) };
        table.post(HOSTILE, letter);
        assert_eq!(table.refusals(), warnings, "of the newest roster nothing is said");
    }
}

#[test]
fn what_names_a_roster_that_the_owner_renewed_late_opens_once_it_is_renewed() {
    let site = BenchSite::new();
    for is_agents in [false, true] {
        let mut table = if is_agents { Table::of_agent(&site, |_, _| {}) } else { Table::of_visitor(&site) };
        let member = if is_agents { VISITOR } else { HOSTILE };
        table.post(member, table.letter(text("halo")));
        table.bench.pass(2 * DAY.as_secs());
        table.wait(1);
        table.publish(|roster| roster.not_after = NOW + DAY.as_secs());
        let ended = (table.name().0.version, table.roster.bytes().to_vec());
        let said = table.post(member, table.letter(text("penting")));
        assert!(table.item(said.event).is_none(), "it waits");
        table.bench.versions = Some([ended].into());
        table.publish(|roster| roster.not_after = NOW + 300 * DAY.as_secs());
        table.wait(60);
        assert_eq!(table.item(said.event).unwrap().body, Body::Text("penting".to_owned()));
    }
}

#[test]
fn what_names_a_roster_that_the_relay_lost_is_asked_for_once_it_is_published_again() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let older = table.bench.roster.clone();
    table.roster = site.roster_after(&table.roster, |_| {});
    let said = table.post(HOSTILE, table.letter(text("penting")));
    let later = table.post(HOSTILE, table.letter(text("juga")));
    assert_eq!(table.bench.roster, older);
    table.wait(180);
    for closed in [&said, &later] {
        assert_eq!(table.item(closed.event).unwrap().body, Body::Closed(Refusal::RosterForked));
    }
    assert!(table.requests_to(HOSTILE).is_empty(), "nobody can open it");

    table.bench.roster = Some(table.roster.bytes().to_vec());
    let Order { generation, version } = table.name().0;
    table.input(Input::Frame(ServerFrame::Roster { generation, version }));
    table.wait(60);
    assert_eq!(table.requests_to(HOSTILE), [vec![said.event, later.event]]);
    table.post(HOSTILE, table.letter(content::Body::Grants(vec![said.clone(), later])));
    assert_eq!(table.item(said.event).unwrap().body, Body::Text("penting".to_owned()));
}

#[tokio::test]
async fn a_floor_compares_generations_first() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let Order { generation, version } = site.roster().order;
    let floor = |generation, version| VisitorConfig { floor: Order { generation, version }, ..site.tag() };
    let (same, other) = (floor(generation, version), floor(generation + 1, 1));
    let refused = site.visitor_with(other, Duration::ZERO);
    refused.meets(Gate::Refused(Refusal::RosterOlder)).await;
    let visitor = site.visitor_with(same, Duration::ZERO);
    visitor.say("tepat di lantai");
    agent.reads("tepat di lantai").await;
}

#[tokio::test]
async fn another_roster_of_the_same_order_is_refused_as_a_fork() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let (visitor, kept) = chatting(&mut site, &agent).await;
    let mut forked = site.roster();
    forked.profile.name = "Toko Lain".to_owned();
    let forked = site.forge().sign_roster(&forked);
    site.proxy().alter_answers("/roster", move |_| forked.clone());
    assert_refused_and_unimpressed(&site, &visitor, &agent, &kept, Refusal::RosterForked).await;
    assert_eq!(visitor.screen().site.as_deref(), Some("Toko Contoh"));
}

#[tokio::test]
async fn a_newer_roster_that_does_not_reach_back_is_refused_as_a_fork() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let (visitor, kept) = chatting(&mut site, &agent).await;
    let mut unlinked = site.roster();
    unlinked.order.version += 1;
    unlinked.previous = RosterHash([3; 32]);
    unlinked.profile.name = "Toko Lain".to_owned();
    let unlinked = site.forge().sign_roster(&unlinked);
    site.proxy().alter_answers("/roster", move |_| unlinked.clone());
    assert_refused_and_unimpressed(&site, &visitor, &agent, &kept, Refusal::RosterForked).await;
}

#[tokio::test]
async fn a_device_that_was_away_for_some_rosters_follows_their_links() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let (mut visitor, kept) = chatting(&mut site, &agent).await;
    visitor.input(segel_core::Input::Network(false));
    for _ in 0..5 {
        site.publish_next().await;
    }
    visitor.restart().await;
    visitor.say("sesudah lima daftar");
    visitor.has_sent("sesudah lima daftar").await;
    agent.reads("sesudah lima daftar").await;
    assert_ne!(visitor.store().sealed()["membership"], kept);
    assert_eq!(visitor.screen().refusals, []);
}

/// A visitor who has read the newest roster and talked, and what the visitor keeps of the roster.
fn text(text: &str) -> content::Body {
    content::Body::Text(text.to_owned())
}

async fn chatting(site: &mut TestSite, agent: &Client) -> (Client, Vec<u8>) {
    let visitor = site.visitor();
    visitor.say("sebelum");
    agent.reads("sebelum").await;
    visitor.has_sent("sebelum").await;
    let kept = visitor.store().sealed()["membership"].clone();
    (visitor, kept)
}

/// The next look at the roster is refused so; the kept one goes on to count.
async fn assert_refused_and_unimpressed(
    site: &TestSite,
    visitor: &Client,
    agent: &Client,
    kept: &[u8],
    refusal: Refusal,
) {
    site.proxy().cut();
    let screen = visitor.refuses(refusal).await;
    assert_eq!(screen.refusals, [refusal]);
    assert_eq!(visitor.store().sealed()["membership"], kept);
    visitor.say("sesudah");
    agent.reads("sesudah").await;
    agent.say("jawaban");
    visitor.reads("jawaban").await;
}

/// A text is kept, and nothing of it leaves the device.
async fn assert_nothing_is_sealed(visitor: &Client) {
    visitor.say("tidak jadi");
    let waits = |screen: &segel_testkit::client::Screen| {
        screen.delivery("tidak jadi") == Some(Delivery::Sending) && screen.link == Some(Link::Online)
    };
    visitor.until("the text to wait, online", waits).await;
    assert_eq!(visitor.store().sessions().len(), 0);
}

#[test]
fn a_past_roster_that_the_relay_does_not_have_is_said_once() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let (visitor, before) = (table.members[VISITOR].id(), table.roster.clone());
    table.post(VISITOR, table.letter(content::Body::Text("halo".to_owned())));
    let roster = table.name();
    table.publish(|_| {});
    table.restart();
    table.bench.versions = Some(std::collections::BTreeMap::new());
    let claim = act(&table, COLLEAGUE, &Assignment::default(), ActKind::Claim, &before);
    table
        .post(COLLEAGUE, Letter { roster, others: vec![visitor], ..table.letter(content::Body::Act(claim)) });
    table.wait(10);
    assert_eq!(table.refusals(), [Refusal::RosterMissing]);
}
