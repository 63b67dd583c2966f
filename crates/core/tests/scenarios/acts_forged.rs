//! Acts that a member made up, put elsewhere or far ahead, and acts that wait: what they keep from happening is nothing.

use std::collections::BTreeMap;

use segel_core::show::{Refusal, Show, Standing};
use segel_crypto::act::{Act, ActKind, Assignment, SignedAct};
use segel_crypto::content;
use segel_wire::ids::{AgentId, DeskId};
use segel_wire::signed::Desk;
use segel_wire::{Delivered, cbor};

use crate::acts_anew::{set_back, store_again};
use crate::bench::BenchSite;
use crate::hostile_member::{act, follow};
use crate::member::Letter;
use crate::table::{COLLEAGUE, HOSTILE, NAMES, Table, VISITOR};

fn text(text: &str) -> content::Body {
    content::Body::Text(text.to_owned())
}

fn claim_by(table: &Table<'_>, member: usize) -> SignedAct {
    act(table, member, &Assignment::default(), ActKind::Claim, &table.roster)
}

/// A claim that says to be of this epoch; its signature is of another.
fn forged(table: &Table<'_>, member: usize, epoch: u64) -> content::Body {
    let mut signed = claim_by(table, member);
    let mut inner: Act = cbor::decode(&signed.act.0).unwrap();
    inner.epoch = epoch;
    signed.signature.0[0] ^= 1;
    signed.act.0 = cbor::encode(&inner);
    content::Body::Act(signed)
}

fn holder<'a>(table: &'a Table<'_>) -> Option<&'a str> {
    table.summary().hold.holder.as_deref()
}

fn requests(table: &mut Table<'_>, member: usize) -> usize {
    let sent = table.sent_to(member).into_iter();
    sent.filter(|message| matches!(message.body, content::Body::Request(_))).count()
}

#[test]
fn where_the_desk_is_not_known_one_answer_makes_one_claim_and_waits_for_its_judgement() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |roster, engine| {
        let (id, name) = (DeskId([9; 16]), "VIP".to_owned());
        roster.desks.push(Desk { id, name, inbox: vec![engine], supervisors: None });
    });
    // A colleague says who the visitor is; which desk it is only the visitor can say.
    let visitor = table.members[VISITOR].id();
    table.post(COLLEAGUE, Letter { others: vec![visitor], ..table.letter(text("halo")) });
    table.holds_echoes = true;
    table.say("jawab");
    table.echo();
    table.wait(5);
    assert_eq!(table.stored.len(), 1, "the claim alone");

    table.post(VISITOR, table.letter(text("saya di sini")));
    table.wait(1);
    assert_eq!(table.summary().hold.standing, Standing::Mine);
    assert_eq!(table.stored.len(), 2, "and then the answer");
}

#[test]
fn an_act_in_the_place_of_another_event_does_not_count() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let (earlier, genuine) = (claim_by(&table, HOSTILE), claim_by(&table, COLLEAGUE));
    table.post(COLLEAGUE, table.letter(content::Body::Act(genuine)));
    let (mut sealed, mut grant) = table.seal(HOSTILE, table.letter(content::Body::Act(earlier)));
    // The visitor's own text stands there.
    (sealed.position, grant.position) = (1, 1);
    table.bench.page = Some(vec![sealed]);
    table.post(HOSTILE, table.letter(content::Body::Grants(vec![grant])));
    table.wait(2);
    assert_eq!(holder(&table), Some(NAMES[COLLEAGUE]));
}

#[test]
fn acts_that_nobody_signed_have_nothing_judged_anew() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let engine = table.engine();
    let mut grants = Vec::new();
    for _ in 0..16 {
        let others = vec![engine];
        let body = forged(&table, HOSTILE, 1);
        let letter = Letter { to_engine: false, others, ..table.letter(body) };
        grants.push(table.post(HOSTILE, letter));
    }
    let claim = claim_by(&table, COLLEAGUE);
    let claim = table.post(COLLEAGUE, table.letter(content::Body::Act(claim)));
    let before = table.bench.shown.len();
    table.post(HOSTILE, table.letter(content::Body::Grants(grants)));
    table.wait(2);
    assert_eq!(holder(&table), Some(NAMES[COLLEAGUE]));
    let is_claim = |show: &Show| matches!(show, Show::Item(item) if item.event == claim.event);
    assert!(!table.bench.shown[before..].iter().any(is_claim), "nothing was said of the claim again");
}

#[test]
fn an_act_far_ahead_keeps_nobody_from_being_asked_and_nothing_from_resting() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    table.publish(|roster| roster.desks[0].supervisors = Some(vec![AgentId([2; 16])]));
    let claim = claim_by(&table, HOSTILE);
    let held = follow(&table, HOSTILE, &claim);
    let takeover = act(&table, COLLEAGUE, &held, ActKind::Takeover, &table.roster);
    let far = forged(&table, HOSTILE, 1_000);
    table.post(HOSTILE, table.letter(far));
    table.post(COLLEAGUE, table.letter(content::Body::Act(takeover)));
    assert_eq!((requests(&mut table, HOSTILE), requests(&mut table, COLLEAGUE)), (1, 1));
    assert!(!table.refusals().contains(&Refusal::ActRefused));

    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let visitor = table.members[VISITOR].id();
    table.post(VISITOR, table.letter(text("halo")));
    let far = forged(&table, COLLEAGUE, 1_000);
    table.post(COLLEAGUE, Letter { others: vec![visitor], ..table.letter(far) });
    table.wait(61);
    table.restart_in_outline();
    assert_eq!(table.bench.loads, [], "no conversation is read for its sake");
}

#[test]
fn a_start_while_acts_wait_to_be_judged_anew_comes_to_what_none_would() {
    for restarts in [false, true] {
        let site = BenchSite::new();
        let mut table = Table::of_visitor(&site);
        table.publish(|roster| roster.desks[0].supervisors = Some(vec![AgentId([2; 16])]));
        let (version, first) = (table.roster.roster().order.version, table.roster.bytes().to_vec());
        let claim = claim_by(&table, HOSTILE);
        let held = follow(&table, HOSTILE, &claim);
        let claim = deliver(&mut table, HOSTILE, claim);
        table.publish(|roster| roster.issued_at += 10);
        // Both follow the claim; the takeover is the first that the relay has, and then the release.
        let takeover = act(&table, COLLEAGUE, &held, ActKind::Takeover, &table.roster);
        let release = act(&table, HOSTILE, &held, ActKind::Release, &table.roster);
        let takeover = deliver(&mut table, COLLEAGUE, takeover);
        let release = deliver(&mut table, HOSTILE, release);
        assert_eq!(holder(&table), Some(NAMES[COLLEAGUE]));

        // The roster that the claim names is not at hand any more when all has to be judged anew.
        table.restart();
        table.bench.versions = Some(BTreeMap::new());
        set_back(&mut table);
        store_again(&mut table, &claim);
        store_again(&mut table, &release);
        if restarts {
            table.restart();
        }
        table.bench.versions = Some(BTreeMap::from([(version, first)]));
        table.wait(3);
        store_again(&mut table, &takeover);
        table.wait(3);
        assert_eq!(holder(&table), None, "it was released; starts again: {restarts}");
        table.restart();
        assert_eq!(holder(&table), None, "starts again: {restarts}");
    }
}

/// A member's act is stored and delivered.
fn deliver(table: &mut Table<'_>, member: usize, signed: SignedAct) -> Delivered {
    let (sealed, _) = table.seal(member, table.letter(content::Body::Act(signed)));
    table.deliver(&sealed);
    sealed
}
