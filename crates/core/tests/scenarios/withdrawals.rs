//! A message is taken back: what stays of it here, at the others and at the relay, and whose word counts.

use segel_core::Input;
use segel_core::show::{Author, Body, Deed, Delivery, Refusal, Show, Standing};
use segel_crypto::act::{ActContext, ActKind, Assignment, SignedAct};
use segel_crypto::content::{self, ContentHash};
use segel_crypto::grant::Grant;
use segel_wire::ids::{ContentDigest, EventId};
use segel_wire::{ClientFrame, Code, Delivered, Octets, ServerFrame};

use crate::bench::{Bench, BenchSite, NOW};
use crate::member::Letter;
use crate::table::{COLLEAGUE, HOSTILE, Table, VISITOR};

const SECRET: &str = "tarik aku kembali";

fn text(text: &str) -> content::Body {
    content::Body::Text(text.to_owned())
}

fn taking_back(event: EventId) -> content::Body {
    content::Body::Withdrawal(event)
}

/// As the relay gives it to who comes later.
fn tombstone(delivered: &Delivered) -> Delivered {
    let hash = Some(ContentDigest(ContentHash::derive(&delivered.content.0).0));
    let (content, recipients, wrap) = (Octets(Vec::new()), Vec::new(), None);
    Delivered { content, recipients, wrap, hash, ..delivered.clone() }
}

fn body(table: &Table<'_>, event: EventId) -> Body {
    table.item(event).map_or(Body::Withheld, |item| item.body.clone())
}

/// Whether the secret stands in anything that is kept, opened with the store's key.
fn keeps_secret(bench: &Bench<'_>) -> bool {
    let kept = bench.records();
    kept.records.iter().any(|(name, sealed)| {
        let record = Bench::key().open(name, sealed, kept.generation).unwrap();
        record.bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes())
    })
}

/// The first claim of a conversation that nobody holds.
fn claim(table: &Table<'_>, member: usize) -> SignedAct {
    let (roster, conversation) = (&table.roster, &table.conversation);
    let (sender, desk) = (table.members[member].id(), &roster.roster().desks[0]);
    let context = ActContext { roster, desk, conversation, sender: &sender, now: NOW };
    Assignment::default().draft(ActKind::Claim, None, &context).sign(&table.members[member].secrets)
}

fn withdraw(table: &mut Table<'_>, event: EventId) {
    table.input(Input::Withdraw { conversation: table.conversation, event });
}

/// What the last frame with an event asked the relay to drop.
fn dropped(bench: &Bench<'_>) -> Option<EventId> {
    let mut sent = bench.sent.iter().rev();
    sent.find_map(|frame| match frame {
        ClientFrame::Send { withdraws, .. } => Some(withdraws.map(|withdraws| withdraws.event)),
        _ => None,
    })?
}

#[test]
fn an_own_message_is_forgotten_here_and_whoever_got_it_is_told() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    table.say(SECRET);
    let event = table.own(SECRET).unwrap().event;
    assert!(keeps_secret(&table.bench));

    withdraw(&mut table, event);
    assert_eq!((body(&table, event), dropped(&table.bench)), (Body::Withdrawn, Some(event)));
    assert_eq!(table.item(event).unwrap().delivery, Delivery::Sent);
    assert!(!keeps_secret(&table.bench));
    for member in [HOSTILE, COLLEAGUE] {
        assert_eq!(table.sent_to(member).last().unwrap().body, taking_back(event));
    }
    table.restart();
    assert_eq!(body(&table, event), Body::Withdrawn);
    // Nobody is handed its key any more.
    let before = table.sent_to(HOSTILE).len();
    table.post(HOSTILE, table.letter(content::Body::Request(vec![event])));
    assert_eq!(table.sent_to(HOSTILE).len(), before);
    withdraw(&mut table, event);
    assert_eq!(table.sent_to(HOSTILE).len(), before, "once is enough");
}

#[test]
fn a_message_that_has_not_left_goes_without_a_trace_and_one_that_may_have_is_taken_back_after_it() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let roster = table.bench.roster.take().unwrap();
    table.restart();
    table.say(SECRET);
    let event = table.own(SECRET).unwrap().event;
    withdraw(&mut table, event);
    assert!(table.bench.shown.contains(&Show::Gone(table.conversation, event)));
    assert!(!keeps_secret(&table.bench));
    let stored = table.stored.len();
    table.bench.roster = Some(roster.clone());
    table.bench.answer_rosters(&roster);
    table.say("lain");
    assert_eq!(table.stored.len(), stored + 1);

    let conversation = table.conversation;
    let mut bench = table.bench;
    let submit = segel_core::Outgoing::new(segel_mask::mask(SECRET).unwrap().text);
    bench.input(Input::Submit {
        conversation: None,
        event: Some(EventId([7; 16])),
        text: submit,
        quotes: None,
    });
    let sends = |bench: &Bench<'_>| -> Vec<EventId> {
        let sends = bench.sent.iter().filter_map(|frame| match frame {
            ClientFrame::Send { event, .. } => Some(*event),
            _ => None,
        });
        sends.collect()
    };
    assert_eq!(sends(&bench).last(), Some(&EventId([7; 16])), "it is under way");
    bench.input(Input::Withdraw { conversation, event: EventId([7; 16]) });
    assert!(!keeps_secret(&bench));
    assert_eq!((sends(&bench).len(), dropped(&bench)), (stored + 2, None), "what comes of it decides");
    let answer = |event, position| {
        Input::Frame(ServerFrame::Stored { conversation, event, position, time: NOW * 1_000 })
    };
    bench.input(answer(EventId([7; 16]), 9));
    assert_eq!((sends(&bench).len(), dropped(&bench)), (stored + 3, Some(EventId([7; 16]))));
}

/// Withdraws a message that a relay which was set back has not: it answers `not-found`.
fn withdraw_in_vain(table: &mut Table<'_>, event: EventId) {
    table.bench.input(Input::Withdraw { conversation: table.conversation, event });
    let sent = table.bench.sent.last();
    let Some(ClientFrame::Send { event, withdraws: Some(_), .. }) = sent else { panic!("nothing left") };
    let refused = ServerFrame::Error { event: Some(*event), problem: Code::NotFound.into() };
    table.bench.input(Input::Frame(refused));
}

#[test]
fn a_relay_that_has_nothing_to_take_back_holds_up_nothing_else() {
    let site = BenchSite::new();
    let mut of_agent = Table::of_agent(&site, |_, _| {});
    of_agent.post(VISITOR, of_agent.letter(text("halo")));
    for mut table in [Table::of_visitor(&site), of_agent] {
        table.say(SECRET);
        let event = table.own(SECRET).unwrap().event;
        withdraw_in_vain(&mut table, event);
        assert_eq!(table.item(event).unwrap().delivery, Delivery::Failed(Refusal::RelayRefused));
        table.say("lain");
        assert_eq!(table.own("lain").unwrap().delivery, Delivery::Sent);
    }
}

#[test]
fn what_its_sender_takes_back_is_forgotten_and_does_not_come_again() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let (message, grant) = table.seal(HOSTILE, table.letter(text(SECRET)));
    table.deliver(&message);
    assert_eq!(body(&table, message.event), Body::Text(SECRET.to_owned()));
    let (withdrawal, _) = table.seal(HOSTILE, table.letter(taking_back(message.event)));
    table.deliver(&withdrawal);
    assert_eq!(body(&table, message.event), Body::Withdrawn);
    assert!(!keeps_secret(&table.bench));

    table.bench.shown.clear();
    for again in [message.clone(), withdrawal.clone(), tombstone(&message)] {
        table.hand(again);
    }
    table.post(HOSTILE, table.letter(content::Body::Grants(vec![grant])));
    table.wait(10);
    let says_it =
        |show: &Show| matches!(show, Show::Item(item) if item.body == Body::Text(SECRET.to_owned()));
    assert!(!table.bench.shown.iter().any(says_it) && table.refusals().is_empty());
    table.restart();
    assert_eq!(body(&table, message.event), Body::Withdrawn);
    assert!(!keeps_secret(&table.bench));
}

#[test]
fn nobody_takes_back_what_another_said_an_act_or_a_withdrawal() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let own = table.own("halo").unwrap().event;
    let others = table.post(HOSTILE, table.letter(text("kata agen"))).event;
    let claim = claim(&table, HOSTILE);
    let act = table.post(HOSTILE, table.letter(content::Body::Act(claim))).event;
    let gone = table.post(HOSTILE, table.letter(text("ditarik"))).event;
    let withdrawal = table.post(HOSTILE, table.letter(taking_back(gone))).event;
    assert_eq!(table.summary().hold.standing, Standing::Others);

    for (member, named) in
        [(HOSTILE, own), (COLLEAGUE, others), (HOSTILE, act), (COLLEAGUE, act), (HOSTILE, withdrawal)]
    {
        let before = body(&table, named);
        let refused = table.post(member, table.letter(taking_back(named))).event;
        assert_eq!(body(&table, refused), Body::Closed(Refusal::WithdrawalRefused), "{member} {before:?}");
        assert_eq!(body(&table, named), before);
    }
    table.restart();
    assert_eq!(body(&table, own), Body::Text("halo".to_owned()));
    assert_eq!(body(&table, act), Body::Act(Deed::Claim));
    assert_eq!(table.summary().hold.standing, Standing::Others);
    // Of what nobody sees there is nothing to be taken back.
    let grants = table.post(HOSTILE, table.letter(content::Body::Read(1))).event;
    table.post(HOSTILE, table.letter(taking_back(grants)));
    assert_eq!(body(&table, grants), Body::Withheld);
}

#[test]
fn a_withdrawal_that_comes_before_its_message_keeps_it_from_being_seen() {
    let site = BenchSite::new();
    for author in [HOSTILE, COLLEAGUE] {
        let mut table = Table::of_visitor(&site);
        let event = EventId([9; 16]);
        let withdrawal = table.post(HOSTILE, table.letter(taking_back(event))).event;
        let letter = Letter { event: Some(event), ..table.letter(text(SECRET)) };
        table.post(author, letter);
        let shown = table.bench.shown.iter().filter_map(|show| match show {
            Show::Item(item) if item.event == event => Some(&item.body),
            _ => None,
        });
        let is_theirs = author == HOSTILE;
        assert!(shown.into_iter().all(|body| (*body == Body::Withdrawn) == is_theirs));
        assert_eq!(keeps_secret(&table.bench), !is_theirs);
        let refused = if is_theirs { Body::Withheld } else { Body::Closed(Refusal::WithdrawalRefused) };
        assert_eq!(body(&table, withdrawal), refused);
    }
}

#[test]
fn a_tombstone_is_missing_until_its_author_says_that_it_was_taken_back_and_the_chains_hold() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let (message, _) = table.seal(HOSTILE, table.letter(text(SECRET)));
    table.deliver(&tombstone(&message));
    assert_eq!(body(&table, message.event), Body::Closed(Refusal::MessageMissing));
    table.restart();
    assert_eq!(body(&table, message.event), Body::Closed(Refusal::MessageMissing));
    table.post(COLLEAGUE, table.letter(taking_back(message.event)));
    assert_eq!(body(&table, message.event), Body::Closed(Refusal::MessageMissing), "it is not their word");
    table.post(HOSTILE, table.letter(taking_back(message.event)));
    assert_eq!(body(&table, message.event), Body::Withdrawn);
    let item = table.item(message.event).unwrap();
    assert_eq!(
        (item.position, &item.author),
        (Some(message.position), &Author::Agent("Agen Demo".to_owned()))
    );

    // Who saw all of it has the same log, and its sender's contents still follow each other.
    let seen = Some(table.seen_through(&message));
    table.post(COLLEAGUE, Letter { seen, ..table.letter(text("lanjut")) });
    table.post(HOSTILE, table.letter(text("lanjut juga")));
    assert_eq!(table.refusals(), []);
    table.restart();
    assert_eq!(body(&table, message.event), Body::Withdrawn);
}

#[test]
fn a_tombstone_that_lies_of_what_was_there_shows() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let (message, _) = table.seal(HOSTILE, table.letter(text(SECRET)));
    table.deliver(&Delivered { hash: Some(ContentDigest([1; 32])), ..tombstone(&message) });
    let seen = Some(table.seen_through(&message));
    table.post(COLLEAGUE, Letter { seen, ..table.letter(text("lanjut")) });
    assert_eq!(table.refusals(), [Refusal::LogForked]);
    table.post(HOSTILE, table.letter(text("lanjut juga")));
    assert_eq!(table.refusals(), [Refusal::LogForked, Refusal::EventsMissing]);
}

#[test]
fn a_tombstone_alone_takes_nothing_away_that_is_here() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let (message, _) = table.seal(HOSTILE, table.letter(text("masih di sini")));
    table.deliver(&message);
    let read = table.post(HOSTILE, table.letter(content::Body::Read(1)));
    for again in [message.clone(), table.bench.log.last().unwrap().clone()] {
        table.hand(tombstone(&again));
    }
    assert_eq!(body(&table, message.event), Body::Text("masih di sini".to_owned()));
    assert_eq!((body(&table, read.event), table.refusals()), (Body::Withheld, vec![]));
}

#[test]
fn a_withdrawal_that_a_colleague_hands_on_counts_once_the_visitor_confirms_it() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let message = table.post(VISITOR, table.letter(text(SECRET)));
    let colleague = table.members[COLLEAGUE].id();
    let only_colleague =
        |table: &Table<'_>, body| Letter { others: vec![colleague], to_engine: false, ..table.letter(body) };
    let letter = only_colleague(&table, taking_back(message.event));
    let withdrawal = table.post(VISITOR, letter);
    table.post(COLLEAGUE, table.letter(content::Body::Grants(vec![withdrawal])));
    table.wait(1);
    assert_eq!(body(&table, message.event), Body::Text(SECRET.to_owned()));
    let seen = Some(table.seen());
    table.post(VISITOR, Letter { seen, ..table.letter(text("ya")) });
    assert_eq!(body(&table, message.event), Body::Withdrawn);
    assert!(!keeps_secret(&table.bench));
}

#[test]
fn an_agent_takes_back_what_they_said_also_when_another_holds_the_conversation() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    table.post(VISITOR, table.letter(text("halo")));
    table.say(SECRET);
    let event = table.own(SECRET).unwrap().event;
    let to = table.summary().hold.colleagues[0].0;
    let conversation = table.conversation;
    table.input(Input::Act { conversation, deed: Deed::Transfer(to) });
    assert_eq!(table.summary().hold.standing, Standing::Others);
    withdraw(&mut table, event);
    assert_eq!((body(&table, event), dropped(&table.bench)), (Body::Withdrawn, Some(event)));
    assert_eq!(table.item(event).unwrap().delivery, Delivery::Sent);
    for member in [VISITOR, COLLEAGUE] {
        assert_eq!(table.sent_to(member).last().unwrap().body, taking_back(event));
    }
}

#[test]
fn what_was_said_while_another_held_the_conversation_is_not_shown_as_withdrawn_either() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    table.post(VISITOR, table.letter(text("halo")));
    let claim = claim(&table, COLLEAGUE);
    let others = vec![table.members[VISITOR].id()];
    table.post(COLLEAGUE, Letter { others, ..table.letter(content::Body::Act(claim)) });
    assert_eq!(table.summary().hold.standing, Standing::Others);
    let others = vec![table.members[COLLEAGUE].id()];
    let letter = Letter { others, to_engine: false, ..table.letter(text(SECRET)) };
    let message = table.post(VISITOR, letter).event;
    table.post(VISITOR, table.letter(taking_back(message)));
    assert_eq!((body(&table, message), table.refusals()), (Body::Withheld, vec![]));
}

#[test]
fn a_key_that_was_invented_before_a_message_came_does_not_keep_it_from_being_taken_back() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let event = EventId([9; 16]);
    let genuine = table.post(COLLEAGUE, table.letter(text("apa saja")));
    let (sender, position) = (table.members[HOSTILE].id(), table.head());
    let invented = Grant { event, sender, position, ..genuine };
    table.post(HOSTILE, table.letter(content::Body::Grants(vec![invented])));
    let withdrawal = table.post(COLLEAGUE, table.letter(taking_back(event))).event;
    assert_eq!(body(&table, withdrawal), Body::Withheld, "it may be theirs, and is not refused");
    let letter = Letter { event: Some(event), ..table.letter(text(SECRET)) };
    table.post(COLLEAGUE, letter);
    assert_eq!(body(&table, event), Body::Withdrawn);
}

#[test]
fn what_came_before_a_claim_is_taken_back_from_the_whole_desk() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    table.say(SECRET);
    let event = table.own(SECRET).unwrap().event;
    let claim = claim(&table, COLLEAGUE);
    table.post(COLLEAGUE, table.letter(content::Body::Act(claim)));
    table.say("untuk pemegang saja");
    assert_ne!(table.sent_to(HOSTILE).last().unwrap().body, text("untuk pemegang saja"));
    withdraw(&mut table, event);
    for member in [HOSTILE, COLLEAGUE] {
        assert_eq!(table.sent_to(member).last().unwrap().body, taking_back(event));
    }
}

#[test]
fn who_reads_along_no_more_is_answered_when_they_ask_for_a_withdrawal() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    table.say(SECRET);
    let event = table.own(SECRET).unwrap().event;
    table.say("halo");
    let other = table.own("halo").unwrap().event;
    let claim = claim(&table, COLLEAGUE);
    table.post(COLLEAGUE, table.letter(content::Body::Act(claim)));
    withdraw(&mut table, event);
    let withdrawal = table.bench.log.last().unwrap().event;
    table.post(HOSTILE, table.letter(content::Body::Request(vec![other, withdrawal])));
    let content::Body::Grants(grants) = table.sent_to(HOSTILE).pop().unwrap().body else {
        panic!("it is answered")
    };
    let granted: Vec<_> = grants.iter().map(|grant| grant.event).collect();
    assert!(granted.contains(&withdrawal), "whose state was set back may still show what was taken back");
    assert!(!granted.contains(&other), "what was said is the holder's");
}

#[test]
fn who_got_it_and_has_left_the_desk_is_told_too_while_a_roster_lists_them() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    table.say(SECRET);
    let event = table.own(SECRET).unwrap().event;
    let left = table.members[HOSTILE].id();
    table.publish(|roster| roster.desks[0].inbox.retain(|device| *device != left));
    table.say("untuk yang masih di meja");
    assert_ne!(table.sent_to(HOSTILE).last().unwrap().body, text("untuk yang masih di meja"));
    withdraw(&mut table, event);
    assert_eq!(table.sent_to(HOSTILE).last().unwrap().body, taking_back(event));
}

#[test]
fn what_was_taken_out_and_had_left_by_a_state_that_is_lost_is_taken_back_when_it_comes() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    table.input(Input::SocketClosed);
    table.say(SECRET);
    let copy = table.bench.records();
    table.wait(1);
    let event = table.own(SECRET).unwrap().event;
    let sent = table.bench.log.last().unwrap().clone();
    // The browser is put back to when it waited, and its person takes it out before the relay has told anything.
    table.bench.head = None;
    table.restart_from(&copy);
    withdraw(&mut table, event);
    assert!(table.bench.shown.contains(&Show::Gone(table.conversation, event)));
    table.hand(sent);
    table.input(Input::Frame(ServerFrame::Head { cursor: "e.8".into() }));
    assert_eq!(body(&table, event), Body::Withdrawn);
    assert_eq!(dropped(&table.bench), Some(event), "at the relay, and at whoever got it");
}
