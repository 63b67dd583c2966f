//! What was said while a device was there and that was not sealed to it: who reads along later asks the visitor.

use segel_core::show::{Body, Standing};
use segel_crypto::act::{ActKind, Assignment, SignedAct};
use segel_crypto::content;
use segel_crypto::grant::Grant;
use segel_wire::ids::{AgentId, EventId};

use crate::bench::BenchSite;
use crate::hostile_member::{act, follow, transfer};
use crate::member::Letter;
use crate::table::{COLLEAGUE, HOSTILE, Table, VISITOR};

const HOURS: usize = 60;

fn text(text: &str) -> content::Body {
    content::Body::Text(text.to_owned())
}

/// The visitor's letter to the colleague alone.
fn to_colleague(table: &Table<'_>, body: content::Body) -> Letter {
    Letter { others: vec![table.members[COLLEAGUE].id()], to_engine: false, ..table.letter(body) }
}

/// The colleague's act, sealed to the visitor and the console.
fn post_act(table: &mut Table<'_>, signed: SignedAct) {
    let others = vec![table.members[VISITOR].id()];
    table.post(COLLEAGUE, Letter { others, ..table.letter(content::Body::Act(signed)) });
}

/// What the engine handed on to a member.
fn given(table: &mut Table<'_>, member: usize) -> Vec<EventId> {
    let grants = table.sent_to(member).into_iter().filter_map(|message| match message.body {
        content::Body::Grants(grants) => Some(grants),
        _ => None,
    });
    grants.flatten().map(|grant: Grant| grant.event).collect()
}

fn remove_colleague(table: &mut Table<'_>) {
    let colleague = table.members[COLLEAGUE].id();
    table.publish(|roster| {
        roster.agents.retain(|agent| agent.id != AgentId([2; 16]));
        roster.desks[0].inbox.retain(|device| *device != colleague);
    });
}

/// A conversation that the colleague holds, and one thing that was said to them alone after the console was reached.
fn held_by_colleague(site: &BenchSite) -> (Table<'_>, Grant) {
    let mut table = Table::of_agent(site, |_, _| {});
    let others = vec![table.members[COLLEAGUE].id()];
    table.post(VISITOR, Letter { others, ..table.letter(text("halo")) });
    let claim = act(&table, COLLEAGUE, &Assignment::default(), ActKind::Claim, &table.roster);
    post_act(&mut table, claim);
    let missed = to_colleague(&table, text("untuk rekan"));
    let missed = table.post(VISITOR, missed);
    assert_eq!(table.item(missed.event).unwrap().body, Body::Withheld);
    (table, missed)
}

/// A conversation that the colleague held, and lets go of by this act without a word of what was said: one thing
/// before the console was reached for the first time, and one after.
fn let_go(site: &BenchSite, by: impl Fn(&Table<'_>, &Assignment) -> SignedAct) -> (Table<'_>, [Grant; 2]) {
    let mut table = Table::of_agent(site, |_, _| {});
    let before = to_colleague(&table, text("sebelum"));
    let before = table.post(VISITOR, before);
    let others = vec![table.members[COLLEAGUE].id()];
    table.post(VISITOR, Letter { others, ..table.letter(text("halo")) });
    let claim = act(&table, COLLEAGUE, &Assignment::default(), ActKind::Claim, &table.roster);
    let held = follow(&table, COLLEAGUE, &claim);
    post_act(&mut table, claim);
    let missed = to_colleague(&table, text("untuk rekan"));
    let missed = table.post(VISITOR, missed);
    assert_eq!(table.item(missed.event).unwrap().body, Body::Withheld);
    let let_go = by(&table, &held);
    post_act(&mut table, let_go);
    (table, [before, missed])
}

fn handed_over(site: &BenchSite) -> (Table<'_>, [Grant; 2]) {
    let handed_over = let_go(site, |table, held| transfer(table, COLLEAGUE, held, AgentId([1; 16])));
    assert_eq!(handed_over.0.summary().hold.standing, Standing::Mine);
    handed_over
}

fn released(site: &BenchSite) -> (Table<'_>, [Grant; 2]) {
    let_go(site, |table, held| act(table, COLLEAGUE, held, ActKind::Release, &table.roster))
}

/// A conversation that nobody holds: one thing said before the console was reached for the first time, and one after, which was
/// not sealed to it.
fn unheld(site: &BenchSite) -> (Table<'_>, [Grant; 2]) {
    let mut table = Table::of_agent(site, |_, _| {});
    let before = to_colleague(&table, text("sebelum"));
    let before = table.post(VISITOR, before);
    let others = vec![table.members[COLLEAGUE].id()];
    table.post(VISITOR, Letter { others, ..table.letter(text("halo")) });
    let missed = to_colleague(&table, text("untuk rekan"));
    let missed = table.post(VISITOR, missed);
    (table, [before, missed])
}

#[test]
fn who_is_handed_a_conversation_and_nothing_of_what_was_said_asks_the_visitor() {
    let site = BenchSite::new();
    asks_for_both(handed_over(&site));
}

#[test]
fn who_reads_along_once_a_conversation_is_let_go_and_was_given_nothing_asks_the_visitor() {
    let site = BenchSite::new();
    asks_for_both(released(&site));
}

fn asks_for_both((mut table, [before, missed]): (Table<'_>, [Grant; 2])) {
    assert_eq!(table.requests_to(VISITOR), [] as [Vec<_>; 0], "it may still be handed on");
    table.wait(2);
    let mut wanted = [before.event, missed.event];
    wanted.sort();
    assert_eq!(table.requests_to(VISITOR), [wanted]);
    assert_eq!(table.requests_to(COLLEAGUE), [] as [Vec<_>; 0]);

    table.post(VISITOR, table.letter(content::Body::Grants(vec![before.clone(), missed.clone()])));
    table.wait(1);
    for (event, said) in [(before.event, "sebelum"), (missed.event, "untuk rekan")] {
        let item = table.item(event).unwrap();
        assert_eq!((&item.body, &item.vouched), (&Body::Text(said.to_owned()), &None));
    }
}

#[test]
fn a_visitor_who_says_nothing_is_asked_twice_and_what_was_said_before_one_was_there_never() {
    let site = BenchSite::new();
    let (mut table, [before, missed]) = unheld(&site);
    table.wait(2);
    assert_eq!(table.requests_to(VISITOR), [vec![missed.event]]);
    table.restart();
    table.wait(HOURS + 5);
    assert_eq!(table.requests_to(VISITOR), [vec![missed.event], vec![missed.event]]);
    table.restart();
    table.wait(2 * HOURS);
    assert_eq!(table.requests_to(VISITOR).len(), 2, "it rests");
    assert_eq!(table.item(before.event).unwrap().body, Body::BeforeEnrolment);
}

#[test]
fn what_was_said_to_a_holder_who_is_removed_is_asked_of_the_visitor_also_after_a_start() {
    let site = BenchSite::new();
    for starts_anew in [false, true] {
        let (mut table, missed) = held_by_colleague(&site);
        if starts_anew {
            table.restart_in_outline();
        }
        table.wait(120);
        assert!(table.requests_to(VISITOR).is_empty(), "while somebody holds it");
        remove_colleague(&mut table);
        assert_eq!(table.summary().hold.standing, Standing::Free);
        table.wait(60);
        assert!(table.requests_to(VISITOR).contains(&vec![missed.event]), "starts anew: {starts_anew}");
        table.post(VISITOR, table.letter(content::Body::Grants(vec![missed.clone()])));
        assert_eq!(table.item(missed.event).unwrap().body, Body::Text("untuk rekan".to_owned()));
    }
}

#[test]
fn a_console_that_starts_after_a_holder_was_removed_asks_the_visitor_for_what_was_said_to_them() {
    let site = BenchSite::new();
    let (mut table, missed) = held_by_colleague(&site);
    remove_colleague(&mut table);
    table.restart_in_outline();
    table.wait(2);
    assert!(table.requests_to(VISITOR).contains(&vec![missed.event]));
}

#[test]
fn what_is_handed_on_in_time_is_not_asked_for() {
    let site = BenchSite::new();
    let (mut table, [before, missed]) = handed_over(&site);
    table.post(COLLEAGUE, table.letter(content::Body::Grants(vec![before, missed.clone()])));
    table.wait(3 * HOURS);
    assert_eq!(table.requests_to(VISITOR), [] as [Vec<_>; 0]);
    assert_eq!(table.item(missed.event).unwrap().body, Body::Text("untuk rekan".to_owned()));
}

#[test]
fn who_learns_of_the_visitor_from_an_act_that_its_signer_hands_on_asks_the_visitor() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let said = to_colleague(&table, text("sebelum"));
    let said = table.post(VISITOR, said);
    let visitor = vec![table.members[VISITOR].id()];
    let claim = act(&table, COLLEAGUE, &Assignment::default(), ActKind::Claim, &table.roster);
    let held = follow(&table, COLLEAGUE, &claim);
    let claim = content::Body::Act(claim);
    let to_visitor = Letter { others: visitor.clone(), to_engine: false, ..table.letter(claim) };
    let claim = table.post(COLLEAGUE, to_visitor);
    let handed_over = content::Body::Act(transfer(&table, COLLEAGUE, &held, AgentId([1; 16])));
    let letter = Letter { others: visitor, ..table.letter(handed_over) };
    let (mut delivered, handed_over) = table.seal(COLLEAGUE, letter);
    delivered.wrap.as_mut().unwrap().0.fill(0);
    table.deliver(&delivered);
    table.post(COLLEAGUE, table.letter(content::Body::Grants(vec![claim, handed_over])));
    assert_eq!(table.summary().hold.standing, Standing::Mine);
    table.wait(2);
    assert_eq!(table.requests_to(VISITOR), [vec![said.event]]);
}

#[test]
fn a_visitor_hands_on_what_an_agent_said_to_who_reads_along_and_to_nobody_else() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let claim = act(&table, HOSTILE, &Assignment::default(), ActKind::Claim, &table.roster);
    let held = follow(&table, HOSTILE, &claim);
    table.post(HOSTILE, table.letter(content::Body::Act(claim)));
    let said = table.post(HOSTILE, table.letter(text("sebentar ya")));
    let request = |table: &Table<'_>| table.letter(content::Body::Request(vec![said.event]));
    table.post(COLLEAGUE, request(&table));
    assert!(!given(&mut table, COLLEAGUE).contains(&said.event), "another holds it");

    let handed_over = transfer(&table, HOSTILE, &held, AgentId([2; 16]));
    table.post(HOSTILE, table.letter(content::Body::Act(handed_over)));
    table.post(COLLEAGUE, request(&table));
    assert!(given(&mut table, COLLEAGUE).contains(&said.event));
}

#[test]
fn what_was_said_under_a_claim_that_another_came_before_goes_to_who_holds_the_conversation() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let first = act(&table, COLLEAGUE, &Assignment::default(), ActKind::Claim, &table.roster);
    let (kept_back, grant) = table.seal(COLLEAGUE, table.letter(content::Body::Act(first)));
    table.bench.log.push(kept_back);
    let second = act(&table, HOSTILE, &Assignment::default(), ActKind::Claim, &table.roster);
    table.post(HOSTILE, table.letter(content::Body::Act(second)));
    table.say("untuk pemegang");
    let said = table.own("untuk pemegang").unwrap().event;
    assert_eq!(table.bench.log.last().unwrap().recipients, [table.members[HOSTILE].id()]);

    table.post(COLLEAGUE, table.letter(content::Body::Grants(vec![grant])));
    table.wait(1);
    assert!(given(&mut table, COLLEAGUE).contains(&said));
}
