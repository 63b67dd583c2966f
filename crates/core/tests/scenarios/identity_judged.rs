//! What devices make of tokens that relays and members handle.

use segel_core::show::{Body, Identity, Show};
use segel_core::{Input, OutgoingToken, Request};
use segel_crypto::content;
use segel_crypto::grant::Grant;
use segel_mask::Masker;
use segel_testkit::forge::Backend;
use segel_wire::ids::IdentityKey;
use segel_wire::signed::{SignedToken, Token};
use segel_wire::{Delivered, cbor};

use crate::bench::{BenchSite, NOW};
use crate::member::Letter;
use crate::table::{COLLEAGUE, HOSTILE, Table, VISITOR};

const SUBJECT: &str = "Pelanggan Demo · C-1042";

fn text(text: &str) -> content::Body {
    content::Body::Text(text.to_owned())
}

fn grants(grants: &[&Grant]) -> content::Body {
    content::Body::Grants(grants.iter().copied().cloned().collect())
}

/// An agent's console on a site whose server vouches for visitors.
fn console(site: &BenchSite) -> Table<'_> {
    Table::of_agent(site, |roster, _| roster.profile.vouchers = Some(vec![Backend::new(5).voucher()]))
}

/// What the server signs for a visitor.
fn sign(table: &Table<'_>, subject: &str, visitor: &IdentityKey) -> Vec<u8> {
    let token = Token {
        site: table.roster.roster().site,
        subject: subject.to_owned(),
        conversation: table.conversation,
        visitor: Token::derive_visitor(visitor),
        not_after: NOW + 300,
    };
    Backend::new(5).sign(&token)
}

/// What the server says of the visitor who writes to the console.
fn says(table: &Table<'_>, subject: &str) -> content::Body {
    let token = sign(table, subject, &table.members[VISITOR].keys().identity);
    content::Body::Token(cbor::decode::<SignedToken>(&token).unwrap())
}

/// A visitor who has written, on such a site.
fn page(site: &BenchSite) -> Table<'_> {
    let mut table = Table::of_silent_visitor(site, |roster| {
        roster.profile.vouchers = Some(vec![Backend::new(5).voucher()]);
    });
    table.say("halo");
    table
}

/// The visitor's page hands in what its server signed.
fn introduction(table: &Table<'_>) -> Input {
    let token = sign(table, SUBJECT, &table.bench.keys.unwrap().identity);
    let mask = |subject: &str| Some(Masker::default().mask(subject, segel_mask::Writer::Visitor).ok()?.text);
    Input::Introduce(Some(OutgoingToken::read(&token, mask).unwrap()))
}

/// How many tokens an agent's device got.
fn introduced(table: &mut Table<'_>) -> usize {
    let sent = table.sent_to(HOSTILE);
    sent.iter().filter(|message| matches!(message.body, content::Body::Token(_))).count()
}

fn times_asked(table: &Table<'_>) -> usize {
    table.bench.shown.iter().filter(|show| matches!(show, Show::Introduce { .. })).count()
}

/// The visitor's word that was not sealed to the console, as it would stand next in the log.
fn seal_to_colleague(table: &mut Table<'_>, body: content::Body) -> (Delivered, Grant) {
    let others = vec![table.members[COLLEAGUE].id()];
    table.seal(VISITOR, Letter { others, to_engine: false, ..table.letter(body) })
}

fn confirmed(subject: &str) -> Identity {
    Identity::Confirmed { subject: subject.to_owned(), at: NOW * 1_000 }
}

#[test]
fn a_relay_that_turns_tokens_round_brings_no_old_name_back() {
    for turns in [false, true] {
        let site = BenchSite::new();
        let mut table = console(&site);
        table.post(VISITOR, table.letter(text("halo")));
        let body = says(&table, SUBJECT);
        let (named, name) = seal_to_colleague(&mut table, body);
        let log = table.bench.log.clone();
        table.bench.log.push(named.clone());
        let body = says(&table, "");
        let (signed_out, nobody) = seal_to_colleague(&mut table, body);
        table.bench.log = log;
        let (mut first, mut second) = (named, signed_out);
        if turns {
            std::mem::swap(&mut first, &mut second);
            (first.position, second.position) = (second.position, first.position);
        }
        table.deliver(&first);
        table.deliver(&second);
        table.post(VISITOR, table.letter(grants(&[&name])));
        let before = if turns { Identity::Unknown } else { confirmed(SUBJECT) };
        assert_eq!(table.summary().identity, before);
        table.post(VISITOR, table.letter(grants(&[&name, &nobody])));
        table.wait(10);
        assert_eq!(table.summary().identity, Identity::Unknown);
    }
}

#[test]
fn a_claim_with_a_wrong_key_does_not_drive_out_another_whose_content_is_under_way() {
    let site = BenchSite::new();
    let mut table = console(&site);
    let third = table.seat(21);
    let keys = table.members[third].keys();
    table.publish(|roster| {
        let mut agent = roster.agents[1].clone();
        agent.id.0 = [3; 16];
        agent.devices[0].keys = keys;
        roster.agents.push(agent);
    });
    let (uploaded, name) = (table.bench.prekeys.clone().unwrap(), table.name());
    table.members[third].begin(&uploaded, None, name);
    table.post(VISITOR, table.letter(text("halo")));
    let (delivered, genuine) = seal_to_colleague(&mut table, text("asli"));
    table.deliver(&delivered);
    let (_, other) = seal_to_colleague(&mut table, text("lain"));
    let wrong = Grant { key: other.key, ..genuine.clone() };

    table.bench.withholds = |request| matches!(request, Request::Events(..));
    table.post(COLLEAGUE, table.letter(grants(&[&genuine])));
    table.post(third, table.letter(grants(&[&wrong])));
    table.bench.answer_withheld();
    assert_eq!(table.item(genuine.event).unwrap().body, Body::Text("asli".to_owned()));
}

#[test]
fn a_token_whose_key_came_before_it_is_judged_by_when_the_relay_stored_it() {
    let site = BenchSite::new();
    let mut table = console(&site);
    table.post(VISITOR, table.letter(text("halo")));
    let body = says(&table, SUBJECT);
    let (delivered, grant) = seal_to_colleague(&mut table, body);
    table.bench.log.push(delivered.clone());
    table.bench.page = Some(Vec::new());
    table.post(VISITOR, table.letter(grants(&[&grant])));
    assert_eq!(table.summary().identity, Identity::Unknown);
    table.hand(delivered);
    assert_eq!(table.summary().identity, confirmed(SUBJECT));
}

#[test]
fn a_token_that_an_agent_sends_takes_no_confirmation_away() {
    let site = BenchSite::new();
    let mut table = console(&site);
    table.post(VISITOR, table.letter(text("halo")));
    table.post(VISITOR, table.letter(says(&table, SUBJECT)));
    assert_eq!(table.summary().identity, confirmed(SUBJECT));
    for subject in ["", "Orang Lain"] {
        table.post(COLLEAGUE, table.letter(says(&table, subject)));
        assert_eq!(table.summary().identity, confirmed(SUBJECT));
    }
    table.post(VISITOR, table.letter(says(&table, "")));
    assert_eq!(table.summary().identity, Identity::Unknown);
}

#[test]
fn a_token_that_was_handed_on_before_the_visitor_was_heard_counts_once_the_visitors_key_is_known() {
    let site = BenchSite::new();
    let mut table = console(&site);
    let visitor = table.members[VISITOR].id();
    let body = says(&table, SUBJECT);
    let (delivered, grant) = seal_to_colleague(&mut table, body);
    table.deliver(&delivered);
    table.post(COLLEAGUE, Letter { others: vec![visitor], ..table.letter(text("saya bantu")) });
    table.post(COLLEAGUE, table.letter(grants(&[&grant])));
    assert_eq!(table.summary().identity, Identity::Unknown);
    table.post(VISITOR, table.letter(text("halo")));
    assert_eq!(table.summary().identity, confirmed(SUBJECT));
}

#[test]
fn what_the_relay_stored_too_late_is_said_again_when_the_page_says_it_again() {
    for (ahead, tokens) in [(0, 1), (400, 2)] {
        let site = BenchSite::new();
        let mut table = page(&site);
        table.ahead = ahead;
        for _ in 0..2 {
            table.input(introduction(&table));
        }
        assert_eq!(introduced(&mut table), tokens);
        assert_eq!(times_asked(&table), 0, "the next would fare no better by that clock");
    }
}

#[test]
fn the_page_is_asked_anew_when_a_token_that_left_in_time_came_too_late() {
    let site = BenchSite::new();
    let mut table = page(&site);
    table.bench.input(introduction(&table));
    table.bench.pass(400);
    table.ahead = 400;
    table.wait(1);
    assert_eq!(times_asked(&table), 1);
}
