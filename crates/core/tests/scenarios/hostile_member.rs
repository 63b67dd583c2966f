//! A member of the site turns on the others: an agent's device, or one of the relay's, with keys and sessions that are
//! genuine, seals what no honest engine would.

use std::collections::BTreeMap;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use segel_core::show::{Body, Deed, Delivery, Refusal, Show, Standing};
use segel_crypto::act::{ActContext, ActKind, Assignment, SignedAct};
use segel_crypto::attachment::{Attachment, Measure, SealedHash, Sealer};
use segel_crypto::content::{self, ContentHash};
use segel_crypto::grant::Grant;
use segel_wire::ids::{AgentId, AttachmentId, DeskId, EventId};
use segel_wire::limits;
use segel_wire::signed::{Desk, Order, VerifiedRoster};

use crate::bench::{BenchSite, NOW};
use crate::member::Letter;
use crate::table::{COLLEAGUE, HOSTILE, NAMES, Table, VISITOR};

const DAY: u64 = 24 * 60 * 60;

fn text(text: &str) -> content::Body {
    content::Body::Text(text.to_owned())
}

/// Asks until nothing more is asked for in an hour; answers how many pages that took.
fn pulls_until_rest(table: &mut Table<'_>) -> usize {
    table.wait(30);
    let pulls = table.bench.pulls;
    table.wait(60);
    assert_eq!(table.bench.pulls, pulls, "the engine rests");
    pulls
}

#[test]
fn keys_for_events_that_never_were_show_nothing_and_are_asked_about_a_few_times() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    table.post(HOSTILE, table.letter(text("halo juga")));
    let genuine = table.post(COLLEAGUE, Letter { to_engine: false, ..table.letter(text("untuk siapa?")) });
    let (hostile, colleague) = (table.members[HOSTILE].id(), table.members[COLLEAGUE].id());
    let own_place = table.head() + 1;
    let mut grants = Vec::new();
    for (number, position) in (1..).zip([0, 1, 2, 3, own_place, own_place + 1, u64::MAX]) {
        for (who, sender) in [(1, hostile), (2, colleague), (3, table.engine())] {
            let mut event = [number; 16];
            event[0] = who;
            let content = ContentHash([number; 32]);
            grants.push(Grant { event: EventId(event), position, sender, content, ..genuine.clone() });
        }
    }
    table.post(HOSTILE, table.letter(content::Body::Grants(grants.clone())));
    let shows_nothing = |table: &Table<'_>| {
        grants.iter().all(|grant| table.item(grant.event).is_none_or(|item| item.body == Body::Withheld))
    };
    let most = usize::try_from(limits::PULLS).unwrap();
    let pulls = pulls_until_rest(&mut table);
    assert!((1..=most).contains(&pulls), "{pulls} pages");
    assert!(shows_nothing(&table));
    table.restart();
    assert!((1..=most).contains(&pulls_until_rest(&mut table)));
    assert!(shows_nothing(&table));

    table.post(COLLEAGUE, table.letter(content::Body::Grants(vec![genuine.clone()])));
    assert_eq!(table.item(genuine.event).unwrap().body, Body::Text("untuk siapa?".to_owned()));
}

#[test]
fn a_file_whose_name_misleads_stays_closed_and_nothing_is_asked_for_even_after_a_restart() {
    for name in ["gnp.\u{202e}exe", "a\u{7}.png", "a\u{2028}.png", "../a.png"] {
        let site = BenchSite::new();
        let mut table = Table::of_visitor(&site);
        let file = |name: &str| content::Body::Attachment(attachment(name));
        let good = table.post(HOSTILE, table.letter(file("a.png")));
        assert!(matches!(table.item(good.event).unwrap().body, Body::File(_)));

        let sealed = table.post(HOSTILE, table.letter(file(name)));
        table.restart();
        assert_eq!(pulls_until_rest(&mut table), 0);
        let granted = table.post(HOSTILE, Letter { to_engine: false, ..table.letter(file(name)) });
        table.post(HOSTILE, table.letter(content::Body::Grants(vec![granted.clone()])));
        let closed = Body::Closed(Refusal::FileNameRefused);
        assert_eq!(table.item(sealed.event).unwrap().body, closed, "{name:?}");
        assert_eq!(table.item(granted.event).unwrap().body, closed, "{name:?}");
        assert_eq!(pulls_until_rest(&mut table), 1, "the one that was handed on");
        table.restart();
        assert_eq!(pulls_until_rest(&mut table), 0);
        assert_eq!(table.item(sealed.event).unwrap().body, closed, "{name:?}");
        assert_eq!(table.item(granted.event).unwrap().body, closed, "{name:?}");
    }
}

#[test]
fn an_act_that_was_not_sealed_to_the_visitor_is_refused_when_its_key_is_handed_on() {
    for to_engine in [false, true] {
        let site = BenchSite::new();
        let mut table = Table::of_visitor(&site);
        let claim = act(&table, HOSTILE, &Assignment::default(), ActKind::Claim, &table.roster);
        let others = vec![table.members[COLLEAGUE].id()];
        let letter = Letter { others, to_engine, ..table.letter(content::Body::Act(claim)) };
        let grant = table.post(HOSTILE, letter);
        table.post(HOSTILE, table.letter(content::Body::Grants(vec![grant.clone()])));
        let item = table.item(grant.event).unwrap();
        if to_engine {
            assert_eq!(item.body, Body::Act(Deed::Claim));
            assert_eq!(table.summary().hold.standing, Standing::Others);
        } else {
            assert_eq!(item.body, Body::Closed(Refusal::ActRefused));
            assert_eq!(table.summary().hold.standing, Standing::Free);
        }
    }
}

#[test]
fn an_act_under_an_older_roster_than_the_last_acts_is_refused() {
    for (older, hides) in [(true, false), (true, true), (false, false)] {
        let site = BenchSite::new();
        let mut table = Table::of_visitor(&site);
        let first = table.roster.clone();
        table.publish(|roster| roster.issued_at += 10);
        let claim = act(&table, HOSTILE, &Assignment::default(), ActKind::Claim, &table.roster);
        let held = follow(&table, HOSTILE, &claim);
        table.post(HOSTILE, table.letter(content::Body::Act(claim)));
        assert_eq!(table.summary().hold.holder.as_deref(), Some(NAMES[HOSTILE]));
        if hides {
            // Something that never was, at the place of the last act.
            let (event, content) = (EventId([0; 16]), ContentHash([1; 32]));
            let grant = table.post(HOSTILE, table.letter(text("apa saja")));
            let grant = Grant { event, position: table.head() - 1, content, ..grant };
            table.post(HOSTILE, table.letter(content::Body::Grants(vec![grant])));
        }
        let roster = if older { &first } else { &table.roster };
        let release = act(&table, HOSTILE, &held, ActKind::Release, roster);
        let named = (roster.roster().order, roster.hash());
        let letter = Letter { roster: named, ..table.letter(content::Body::Act(release)) };
        table.post(HOSTILE, letter);
        let standing = if older { Standing::Others } else { Standing::Free };
        assert_eq!(table.summary().hold.standing, standing, "older: {older}, hides: {hides}");
        assert_eq!(table.refusals().contains(&Refusal::ActRefused), older);
    }
}

#[test]
fn an_act_that_names_an_older_roster_as_one_of_a_later_generation_is_refused() {
    for at_hand in [true, false] {
        let site = BenchSite::new();
        let mut table = Table::of_visitor(&site);
        table.publish(|roster| roster.desks[0].supervisors = Some(vec![AgentId([1; 16])]));
        let second = table.roster.clone();
        table.publish(|roster| roster.desks[0].supervisors = None);
        let claim = act(&table, COLLEAGUE, &Assignment::default(), ActKind::Claim, &table.roster);
        let held = follow(&table, COLLEAGUE, &claim);
        table.post(COLLEAGUE, table.letter(content::Body::Act(claim)));
        table.publish(|roster| roster.order.generation = 2);
        if !at_hand {
            table.restart();
            table.bench.versions = Some(BTreeMap::from([(2, second.bytes().to_vec())]));
        }
        let takeover = act(&table, HOSTILE, &held, ActKind::Takeover, &second);
        let roster = (Order { generation: 2, version: 2 }, second.hash());
        table.post(HOSTILE, Letter { roster, ..table.letter(content::Body::Act(takeover)) });
        table.wait(1);
        assert_eq!(table.summary().hold.holder.as_deref(), Some(NAMES[COLLEAGUE]), "at hand: {at_hand}");
        let refusal = if at_hand { Refusal::RosterForked } else { Refusal::ActRefused };
        let is_closed = |show: &Show| matches!(show, Show::Item(item) if item.body == Body::Closed(Refusal::RosterForked));
        let said = table.bench.shown.iter().any(is_closed) || table.refusals().contains(&refusal);
        assert!(said, "at hand: {at_hand}");
    }
}

#[test]
fn who_takes_over_by_a_roster_of_when_they_supervised_is_let_in_to_nothing() {
    for is_member in [false, true] {
        let site = BenchSite::new();
        let mut table = Table::of_visitor(&site);
        table.publish(|roster| roster.desks[0].supervisors = Some(vec![AgentId([1; 16])]));
        let (older, named) = (table.roster.clone(), table.name());
        let claim = act(&table, COLLEAGUE, &Assignment::default(), ActKind::Claim, &older);
        let held = follow(&table, COLLEAGUE, &claim);
        table.post(COLLEAGUE, table.letter(content::Body::Act(claim)));
        let hostile = table.members[HOSTILE].id();
        table.publish(|roster| {
            roster.desks[0].supervisors = None;
            roster.desks[0].inbox.retain(|device| is_member || *device != hostile);
        });
        let takeover = act(&table, HOSTILE, &held, ActKind::Takeover, &older);
        let letter = Letter { roster: named, ..table.letter(content::Body::Act(takeover.clone())) };
        let posted = table.post(HOSTILE, letter);
        assert_eq!(
            table.item(posted.event).unwrap().body,
            Body::Act(Deed::Takeover),
            "it counts as what it names says"
        );
        assert_eq!(table.summary().hold.holder, None);
        for member in [HOSTILE, COLLEAGUE] {
            let given = table
                .sent_to(member)
                .into_iter()
                .filter(|sent| matches!(sent.body, content::Body::Grants(_)));
            assert_eq!(given.count(), 0, "nobody is let in by it");
        }

        table.say("rahasia");
        let sent = table.bench.log.last().unwrap();
        assert!(sent.sender == table.engine() && sent.recipients.contains(&hostile) == is_member);
        assert!(sent.recipients.contains(&table.members[COLLEAGUE].id()));
        let context = ActContext {
            roster: &older,
            desk: &older.roster().desks[0],
            conversation: &table.conversation,
            sender: &hostile,
            now: NOW,
        };
        let taken = held.follow(&takeover, &context).unwrap();
        let back = act(&table, COLLEAGUE, &taken, ActKind::Claim, &table.roster);
        table.post(COLLEAGUE, table.letter(content::Body::Act(back)));
        assert_eq!(table.summary().hold.holder.as_deref(), Some(NAMES[COLLEAGUE]));
    }
}

#[test]
fn who_takes_over_from_a_holder_who_left_the_desk_is_given_what_only_that_one_had() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let claim = act(&table, COLLEAGUE, &Assignment::default(), ActKind::Claim, &table.roster);
    let held = follow(&table, COLLEAGUE, &claim);
    table.post(COLLEAGUE, table.letter(content::Body::Act(claim)));
    table.say("hanya untuk satu");
    let colleague = table.members[COLLEAGUE].id();
    table.publish(|roster| {
        roster.desks[0].supervisors = Some(vec![AgentId([1; 16])]);
        roster.desks[0].inbox.retain(|device| *device != colleague);
    });
    let takeover = act(&table, HOSTILE, &held, ActKind::Takeover, &table.roster);
    table.post(HOSTILE, table.letter(content::Body::Act(takeover)));
    let said = table.own("hanya untuk satu").unwrap().event;
    let is_given = |sent: &content::Message| matches!(&sent.body, content::Body::Grants(grants) if grants.iter().any(|grant| grant.event == said));
    assert!(table.sent_to(HOSTILE).iter().any(is_given));
}

#[test]
fn an_act_that_is_dated_outside_its_rosters_time_is_refused() {
    let leeway = limits::ACT_LEEWAY_SECONDS;
    for (time, counts) in [
        (NOW, true),
        (NOW - leeway, true),
        (NOW - leeway - 1, false),
        (NOW + 30 * DAY, true),
        (NOW + 365 * DAY + 1, false),
    ] {
        let site = BenchSite::new();
        let mut table = Table::of_visitor(&site);
        let claim = act(&table, HOSTILE, &Assignment::default(), ActKind::Claim, &table.roster);
        let letter = Letter { time, ..table.letter(content::Body::Act(claim)) };
        table.post(HOSTILE, letter);
        let standing = if counts { Standing::Others } else { Standing::Free };
        assert_eq!(table.summary().hold.standing, standing, "{time}");
        assert_eq!(table.refusals().contains(&Refusal::ActRefused), !counts, "{time}");
    }
}

#[test]
fn a_key_for_another_content_under_a_known_event_opens_nothing() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let colleague = table.members[COLLEAGUE].id();
    let genuine = table.post(COLLEAGUE, Letter { to_engine: false, ..table.letter(text("kata rekan")) });
    let under_its_name =
        Letter { to_engine: false, event: Some(genuine.event), ..table.letter(text("kata siapa?")) };
    let (forged, grant) = table.seal(HOSTILE, under_its_name);
    assert_eq!(forged.event, genuine.event);
    let position = genuine.position;
    // What a relay that is in league with the member would show.
    table.bench.page = Some(vec![segel_wire::Delivered { position, ..forged }]);
    let wrong_key = grant.key.clone();
    for grant in [
        Grant { position, ..grant.clone() },
        Grant { position, sender: colleague, ..grant },
        Grant { sender: table.members[HOSTILE].id(), ..genuine.clone() },
    ] {
        table.post(HOSTILE, table.letter(content::Body::Grants(vec![grant])));
        table.wait(10);
        assert_eq!(table.item(genuine.event).unwrap().body, Body::BeforeEnrolment);
    }
    assert_eq!(table.bench.pulls, 0, "none of them is for that content");

    table.bench.page = None;
    let wrong_key = Grant { key: wrong_key, ..genuine.clone() };
    table.post(HOSTILE, table.letter(content::Body::Grants(vec![wrong_key])));
    assert_eq!(table.refusals().last(), Some(&Refusal::MessageAltered));
    assert_eq!(table.item(genuine.event).unwrap().body, Body::BeforeEnrolment);
    table.post(COLLEAGUE, table.letter(content::Body::Grants(vec![genuine.clone()])));
    let item = table.item(genuine.event).unwrap();
    assert_eq!((&item.body, &item.vouched), (&Body::Text("kata rekan".to_owned()), &None));
}

#[test]
fn a_device_that_poses_as_a_visitor_whom_a_colleague_named_before_stays_unknown() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let visitor = table.members[VISITOR].id();
    let false_visitor = table.seat(21);
    table.post(COLLEAGUE, Letter { others: vec![visitor], ..table.letter(text("halo, saya bantu")) });
    let posed = table.post(false_visitor, table.letter(text("saya pengunjungnya")));
    assert_eq!(table.item(posed.event).unwrap().body, Body::Closed(Refusal::UnknownSender));
    let genuine = table.post(VISITOR, table.letter(text("saya yang asli")));
    assert_eq!(table.item(genuine.event).unwrap().body, Body::Text("saya yang asli".to_owned()));

    table.say("baik");
    assert_eq!(table.own("baik").unwrap().delivery, Delivery::Sent);
    assert!(table.stored.values().all(|sent| sent.wraps.iter().any(|wrap| wrap.device == visitor)));
    let posed = table.members[false_visitor].id();
    assert!(table.stored.values().all(|sent| sent.wraps.iter().all(|wrap| wrap.device != posed)));
}

#[test]
fn what_a_device_said_that_was_removed_since_is_not_taken_for_a_visitors() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let (said, _) = table.seal(COLLEAGUE, table.letter(text("sebelum pergi")));
    table.publish(|roster| {
        roster.agents.truncate(1);
        let listed = roster.agents[0].devices[0].keys.derive_id(&roster.site);
        roster.desks[0].inbox = vec![listed];
    });
    table.deliver(&said);
    assert_eq!(table.item(said.event).unwrap().body, Body::Closed(Refusal::UnknownSender));
    let genuine = table.post(VISITOR, table.letter(text("saya pengunjungnya")));
    assert_eq!(table.item(genuine.event).unwrap().body, Body::Text("saya pengunjungnya".to_owned()));
}

#[test]
fn where_a_colleague_names_another_visitor_than_the_one_who_spoke_nothing_is_sealed_any_more() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let visitor = table.members[VISITOR].id();
    let false_visitor = table.seat(21);
    let posed = table.post(false_visitor, table.letter(text("saya pengunjungnya")));
    assert_eq!(table.item(posed.event).unwrap().body, Body::Text("saya pengunjungnya".to_owned()));
    assert!(table.summary().answerable);

    table.post(COLLEAGUE, Letter { others: vec![visitor], ..table.letter(text("halo, saya bantu")) });
    assert_eq!(table.refusals(), [Refusal::UnknownSender]);
    assert!(!table.summary().answerable);
    table.say("rahasia");
    table.restart();
    table.wait(10);
    assert_eq!(table.own("rahasia").unwrap().delivery, Delivery::Sending);
    assert_eq!(table.stored.len(), 0);
}

fn attachment(name: &str) -> Attachment {
    let mut measure = Measure::new(3).unwrap();
    measure.take(&[7; 3]).unwrap();
    let random = &mut ChaCha20Rng::from_seed([1; 32]);
    let sealer = Sealer::new(measure.finish().unwrap(), AttachmentId([1; 16]), random);
    sealer.describe(SealedHash::default().finish(), name.to_owned(), "image/png".to_owned(), None)
}

/// An act of a member on this state, under this roster.
pub(crate) fn act(
    table: &Table<'_>,
    member: usize,
    state: &Assignment,
    kind: ActKind,
    roster: &VerifiedRoster,
) -> SignedAct {
    sign(table, member, state, (kind, None), roster)
}

/// A member hands over to an agent.
pub(crate) fn transfer(table: &Table<'_>, member: usize, state: &Assignment, heir: AgentId) -> SignedAct {
    sign(table, member, state, (ActKind::Transfer, Some(heir)), &table.roster)
}

fn sign(
    table: &Table<'_>,
    member: usize,
    state: &Assignment,
    (kind, agent): (ActKind, Option<AgentId>),
    roster: &VerifiedRoster,
) -> SignedAct {
    let sender = table.members[member].id();
    let desk = &roster.roster().desks[0];
    let context = ActContext { roster, desk, conversation: &table.conversation, sender: &sender, now: NOW };
    state.draft(kind, agent, &context).sign(&table.members[member].secrets)
}

/// The state after the first act, under the newest roster.
pub(crate) fn follow(table: &Table<'_>, member: usize, signed: &SignedAct) -> Assignment {
    let (sender, roster) = (table.members[member].id(), &table.roster);
    let desk = &roster.roster().desks[0];
    let context = ActContext { roster, desk, conversation: &table.conversation, sender: &sender, now: NOW };
    Assignment::default().follow(signed, &context).unwrap()
}

#[test]
fn who_is_not_of_the_desk_claims_nothing_by_naming_a_roster_from_before_the_desk() {
    let site = BenchSite::new();
    let mut table = Table::of_silent_visitor(&site, |_| {});
    let first = table.roster.clone();
    let colleague = table.members[COLLEAGUE].id();
    table.publish(|roster| {
        let (id, name) = (DeskId([9; 16]), "VIP".to_owned());
        roster.desks.insert(0, Desk { id, name, inbox: vec![colleague], supervisors: None });
    });
    table.say("halo vip");
    assert_eq!((table.sent_to(HOSTILE).len(), table.sent_to(COLLEAGUE).len()), (0, 1));
    let uploaded = table.bench.prekeys.clone().unwrap();
    let (name, id) = (table.name(), table.conversation);
    table.members[HOSTILE].begin(&uploaded, Some(id), name);
    let claim = act(&table, HOSTILE, &Assignment::default(), ActKind::Claim, &first);
    let roster = (first.roster().order, first.hash());
    table.post(HOSTILE, Letter { roster, ..table.letter(content::Body::Act(claim)) });
    table.say("rahasia untuk vip");
    let got = table
        .bench
        .log
        .iter()
        .filter(|event| {
            event.sender == table.engine() && event.recipients.contains(&table.members[HOSTILE].id())
        })
        .count();
    assert_eq!((table.summary().hold.holder.as_deref(), got), (None, 0));
}
