//! The own place in a conversation: the own chain, the own acts and the desk.

use segel_core::Input;
use segel_core::show::{Deed, Delivery, Refusal, Standing};
use segel_crypto::act::{ActKind, Assignment};
use segel_crypto::content::{self, ContentHash};
use segel_wire::ids::{AgentId, DeskId};
use segel_wire::{ClientFrame, Code, Delivered};

use crate::bench::{BenchSite, NOW};
use crate::hostile_member::{act, follow, transfer};
use crate::member::Letter;
use crate::table::{COLLEAGUE, HOSTILE, Table, VISITOR};

fn text(text: &str) -> content::Body {
    content::Body::Text(text.to_owned())
}

#[test]
fn what_nobody_sees_has_one_place_in_the_own_chain_however_late_it_comes_back() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    table.post(HOSTILE, table.letter(text("halo juga")));
    table.holds_echoes = true;
    table.input(Input::Seen(table.conversation));
    table.wait(1);
    table.say("dua");
    table.say("tiga");
    table.echo();
    table.say("empat");

    let messages = table.sent_to(COLLEAGUE);
    assert!(matches!(messages[1].body, content::Body::Read(_)));
    let engine = table.engine();
    let own = table.bench.log.iter().filter(|event| event.sender == engine);
    let hashes: Vec<_> = own.map(|event| ContentHash::derive(&event.content.0)).collect();
    assert_eq!(messages.len(), 5);
    for (place, message) in messages.iter().enumerate() {
        assert_eq!(message.sequence, place as u64 + 1);
        let before = place.checked_sub(1).map_or(ContentHash::NONE, |before| hashes[before]);
        assert_eq!(message.previous, before, "content {place}");
    }
}

#[test]
fn nothing_is_sealed_while_an_own_act_waits_to_be_judged_seen_by_anybody_or_not() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let (id, colleague) = (table.conversation, table.members[COLLEAGUE].id());
    table.post(VISITOR, Letter { others: vec![colleague], ..table.letter(text("halo")) });
    table.holds_echoes = true;
    table.input(Input::Act { conversation: id, deed: Deed::Claim });
    assert_eq!(table.stored.len(), 1, "the claim");
    table.input(Input::Seen(id));
    // A grant would be due too.
    let asked = table.head();
    let claim = *table.stored.first_key_value().unwrap().0;
    table.post(COLLEAGUE, table.letter(content::Body::Request(vec![claim])));
    assert_eq!(table.head(), asked + 1);
    table.wait(5);
    assert_eq!(table.stored.len(), 1);

    table.echo();
    table.wait(1);
    assert_eq!(table.summary().hold.standing, Standing::Mine);
    let read = |message: content::Message| matches!(message.body, content::Body::Read(_));
    assert!(table.sent_to(VISITOR).into_iter().any(read));
}

#[test]
fn what_was_read_while_another_held_the_conversation_is_said_once_it_is_held_here_and_looked_at() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let (id, colleague, visitor) =
        (table.conversation, table.members[COLLEAGUE].id(), table.members[VISITOR].id());
    table.post(VISITOR, Letter { others: vec![colleague], ..table.letter(text("halo")) });
    let claim = act(&table, COLLEAGUE, &Assignment::default(), ActKind::Claim, &table.roster);
    let held = follow(&table, COLLEAGUE, &claim);
    let given = transfer(&table, COLLEAGUE, &held, AgentId([1; 16]));
    let read = |message: content::Message| matches!(message.body, content::Body::Read(_));
    for (deed, standing) in [(claim, Standing::Others), (given, Standing::Mine)] {
        table.post(COLLEAGUE, Letter { others: vec![visitor], ..table.letter(content::Body::Act(deed)) });
        assert_eq!(table.summary().hold.standing, standing);
        table.input(Input::Seen(id));
        table.wait(1);
        assert_eq!(table.sent_to(VISITOR).into_iter().any(read), standing == Standing::Mine);
    }
}

#[test]
fn a_conversation_stays_with_the_desk_that_it_was_begun_with_through_rosters_that_lack_it() {
    let site = BenchSite::new();
    let mut table = Table::of_silent_visitor(&site, |roster| {
        let mut other = roster.desks[0].clone();
        (other.id, other.name) = (DeskId([2; 16]), "Gudang".to_owned());
        roster.desks.push(other);
    });
    let first = table.roster.roster().desks[0].clone();
    table.say("satu");
    table.publish(|roster| drop(roster.desks.remove(0)));
    table.say("dua");
    table.restart();
    table.publish(|roster| roster.desks.push(first.clone()));
    table.say("tiga");
    let desks: Vec<_> = table.sent_to(COLLEAGUE).iter().map(|message| message.desk).collect();
    assert_eq!(desks, [first.id; 3]);
}

#[test]
fn a_message_that_was_stored_before_it_was_refused_keeps_its_place_in_the_own_chain() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let colleague = table.members[COLLEAGUE].id();
    table.post(VISITOR, Letter { others: vec![colleague], ..table.letter(text("halo")) });
    table.say("satu");
    // The relay stored it, and a roster left the device out before the answer came: what is sent again is refused.
    table.refuses = vec![Code::NotAMember];
    table.say("dua");
    assert_eq!(table.own("dua").unwrap().delivery, Delivery::Failed(Refusal::NotAMember));
    // A roster lists it again, and it is told what was stored meanwhile.
    let sent = table.bench.sent.iter().rev().find_map(|frame| match frame {
        ClientFrame::Send { conversation, event, envelope, .. } => Some((*conversation, *event, envelope)),
        _ => None,
    });
    let (conversation, event, envelope) = sent.map(|(id, event, kept)| (id, event, kept.clone())).unwrap();
    let delivered = Delivered {
        conversation,
        position: table.head() + 1,
        event,
        sender: table.engine(),
        time: NOW * 1_000,
        content: envelope.content.clone(),
        recipients: envelope.wraps.iter().map(|wrapped| wrapped.device).collect(),
        wrap: None,
        hash: None,
        cursor: "e.200".to_owned(),
    };
    table.stored.insert(event, envelope);
    table.deliver(&delivered);
    assert_eq!(table.own("dua").unwrap().delivery, Delivery::Sent);
    table.say("tiga");

    let sequences: Vec<_> = table.sent_to(VISITOR).iter().map(|message| message.sequence).collect();
    assert_eq!(sequences, [1, 2, 3, 4], "the claim and three texts");
}
