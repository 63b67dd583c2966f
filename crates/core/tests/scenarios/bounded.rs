//! What others can make an engine do, keep and stop doing has bounds of their own.

use std::collections::BTreeMap;

use segel_core::show::{Body, Delivery, Refusal};
use segel_core::{Input, Outgoing, OutgoingFile};
use segel_crypto::act::ActHash;
use segel_crypto::content;
use segel_mask::mask;
use segel_wire::ids::DeviceId;
use segel_wire::limits::REQUESTED_EVENTS;
use segel_wire::{ClientFrame, Delivered};

use crate::bench::BenchSite;
use crate::member::Letter;
use crate::table::{COLLEAGUE, HOSTILE, NAMES, Table, VISITOR};

fn text(text: &str) -> content::Body {
    content::Body::Text(text.to_owned())
}

/// A wrap that names a session which nobody has.
fn strange(delivered: Delivered) -> Delivered {
    let mut wrap = delivered.wrap.unwrap();
    wrap.0[3] ^= 1;
    Delivered { wrap: Some(wrap), ..delivered }
}

/// How often the engine greeted the relay.
fn hellos(table: &Table<'_>) -> usize {
    table.bench.sent.iter().filter(|frame| matches!(frame, ClientFrame::Hello { .. })).count()
}

#[test]
fn members_who_take_turns_to_name_unknown_acts_are_asked_once_an_hour_each() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    for (number, member) in (1..).zip([HOSTILE, COLLEAGUE].repeat(10)) {
        let act = Some(ActHash([number; 32]));
        table.post(member, Letter { act, ..table.letter(text("ada yang baru")) });
    }
    assert_eq!((table.requests_to(HOSTILE).len(), table.requests_to(COLLEAGUE).len()), (1, 1));
    table.wait(61);
    table.post(COLLEAGUE, Letter { act: Some(ActHash([99; 32])), ..table.letter(text("lagi")) });
    assert_eq!((table.requests_to(HOSTILE).len(), table.requests_to(COLLEAGUE).len()), (1, 2));
}

#[test]
fn what_was_handed_on_is_forgotten_after_the_hour_once_the_relay_is_greeted_again() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let before = table.bench.backlog();
    let own = table.own("halo").unwrap().event;
    table.post(COLLEAGUE, table.letter(content::Body::Request(vec![own])));
    table.wait(1);
    assert_eq!(table.bench.backlog(), before + 1);
    table.wait(61);
    table.input(Input::SocketClosed);
    table.wait(1);
    assert_eq!(table.bench.backlog(), before);
}

#[test]
fn rubbish_of_one_member_keeps_nobody_else_from_being_asked_anew() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    for _ in 0..REQUESTED_EVENTS + 6 {
        let (rubbish, _) = table.seal(HOSTILE, table.letter(text("sampah")));
        table.deliver(&strange(rubbish));
    }
    let (closed, grant) = table.seal(COLLEAGUE, table.letter(text("penting")));
    table.deliver(&strange(closed));
    assert_eq!(table.item(grant.event).unwrap().body, Body::Closed(Refusal::MessageAltered));
    table.wait(2);
    assert_eq!(table.requests_to(COLLEAGUE), [[grant.event]]);
    assert_eq!(table.requests_to(HOSTILE)[0].len(), REQUESTED_EVENTS);

    table.post(COLLEAGUE, table.letter(content::Body::Grants(vec![grant.clone()])));
    assert_eq!(table.item(grant.event).unwrap().body, Body::Text("penting".to_owned()));
}

#[test]
fn of_too_much_that_is_closed_what_gave_way_is_asked_for_after_the_rest() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let mut closed = Vec::new();
    for number in 0..REQUESTED_EVENTS + 6 {
        let (delivered, grant) = table.seal(HOSTILE, table.letter(text(&format!("pesan {number}"))));
        table.deliver(&strange(delivered));
        closed.push(grant);
    }
    let mut asked = Vec::new();
    for expected in [REQUESTED_EVENTS, 6] {
        table.wait(2);
        asked.extend(table.requests_to(HOSTILE).into_iter().skip(asked.len()));
        let events = asked.last().unwrap();
        assert_eq!(events.len(), expected);
        let given = closed.iter().filter(|grant| events.contains(&grant.event)).cloned().collect();
        table.post(HOSTILE, table.letter(content::Body::Grants(given)));
        // Others that gave way are asked for once they are the only ones, after a start, too.
        table.restart();
        table.wait(61);
    }
    assert_eq!(asked.len(), 2);
    for (number, grant) in closed.iter().enumerate() {
        assert_eq!(table.item(grant.event).unwrap().body, Body::Text(format!("pesan {number}")));
    }
}

#[test]
fn rubbish_of_devices_that_nobody_lists_keeps_nobody_else_from_being_asked_anew() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    table.post(VISITOR, table.letter(text("halo")));
    table.say("halo juga");
    assert_eq!(table.sent_to(VISITOR).len(), 2, "so its wraps need not say how its session began");
    for number in 0..2 * u8::try_from(REQUESTED_EVENTS).unwrap() {
        let (rubbish, _) = table.seal(VISITOR, table.letter(text("sampah")));
        table.deliver(&Delivered { sender: DeviceId([number; 16]), ..strange(rubbish) });
    }
    let (closed, grant) = table.seal(VISITOR, table.letter(text("penting")));
    table.deliver(&strange(closed));
    table.wait(2);
    assert_eq!(table.requests_to(VISITOR), [[grant.event]]);
}

#[test]
fn of_too_much_that_is_closed_rubbish_goes_before_what_is_genuine_and_old() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    // A member that was set back: its wraps are genuine, and their keys were used.
    table.post(HOSTILE, table.letter(text("satu")));
    let before = table.members[HOSTILE].session.clone();
    table.post(HOSTILE, table.letter(text("dua")));
    table.members[HOSTILE].session = before;
    let (stale, grant) = table.seal(HOSTILE, table.letter(text("sekali lagi")));
    table.deliver(&stale);
    assert_eq!(table.item(grant.event).unwrap().body, Body::Closed(Refusal::MessageStale));
    for _ in 0..REQUESTED_EVENTS + 6 {
        let (rubbish, _) = table.seal(HOSTILE, table.letter(text("sampah")));
        table.deliver(&strange(rubbish));
    }
    // Its key opens it at once: its content was kept.
    table.bench.page = Some(Vec::new());
    table.post(HOSTILE, table.letter(content::Body::Grants(vec![grant.clone()])));
    assert_eq!(table.item(grant.event).unwrap().body, Body::Text("sekali lagi".to_owned()));
    assert_eq!(table.bench.pulls, 0);
}

#[test]
fn that_an_upload_was_given_up_is_said_until_the_relay_has_heard_it() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    (table.bench.confuses_uploads, table.bench.deaf) = (true, 3);
    let masked = |text: &str| mask(text).unwrap().text;
    let file = OutgoingFile::text(masked("a.txt"), "text/plain".to_owned(), masked("isi"));
    table.input(Input::Attach { conversation: None, event: None, file });
    let failed = |show: &segel_core::show::Show| match show {
        segel_core::show::Show::Item(item) => item.delivery == Delivery::Failed(Refusal::RelayRefused),
        _ => false,
    };
    assert!(table.bench.shown.iter().any(failed));
    table.wait(10);
    assert_eq!(table.bench.forgets, 4, "three times in vain, and once heard");
}

#[test]
fn what_is_open_by_a_colleagues_word_alone_is_asked_for_of_its_sender_all_the_same() {
    for sender_answers in [true, false] {
        let site = BenchSite::new();
        let mut table = Table::of_agent(&site, |_, _| {});
        table.post(VISITOR, table.letter(text("halo")));
        table.say("halo juga");
        assert!(!table.sent_to(VISITOR).is_empty(), "from here on the visitor's wraps bring no init");
        let (closed, grant) = table.seal(VISITOR, table.letter(text("penting")));
        table.deliver(&strange(closed));
        let by_its_word = |table: &mut Table<'_>, member: usize| {
            table.post(member, table.letter(content::Body::Grants(vec![grant.clone()])));
            let item = table.item(grant.event).unwrap();
            assert_eq!(item.body, Body::Text("penting".to_owned()));
            item.vouched.clone()
        };
        assert_eq!(by_its_word(&mut table, COLLEAGUE).as_deref(), Some(NAMES[COLLEAGUE]));
        table.wait(2);
        assert_eq!(table.requests_to(VISITOR), [[grant.event]]);

        if sender_answers {
            assert_eq!(by_its_word(&mut table, VISITOR), None);
        }
        table.wait(4 * 60);
        let asked = if sender_answers { 1 } else { 2 };
        assert_eq!(table.requests_to(VISITOR).len(), asked);
    }
}

#[test]
fn what_a_removed_device_said_opens_if_its_key_came_before_it() {
    for is_at_hand in [true, false] {
        let site = BenchSite::new();
        let mut table = Table::of_agent(&site, |_, _| {});
        let [visitor, colleague] = [VISITOR, COLLEAGUE].map(|member| table.members[member].id());
        let first = BTreeMap::from([(table.roster.roster().order.version, table.roster.bytes().to_vec())]);
        table.post(VISITOR, table.letter(text("halo")));
        let (said, grant) =
            table.seal(COLLEAGUE, Letter { others: vec![visitor], ..table.letter(text("dari rekan")) });
        table.bench.log.push(said.clone());
        table.publish(|roster| {
            roster.agents.remove(1);
            roster.desks[0].inbox.retain(|device| *device != colleague);
        });
        if !is_at_hand {
            table.restart();
            table.bench.versions = Some(BTreeMap::new());
        }
        table.bench.page = Some(Vec::new());
        table.post(VISITOR, table.letter(content::Body::Grants(vec![grant.clone()])));
        table.hand(said);
        table.bench.versions = Some(first);
        table.bench.page = None;
        table.wait(10);
        let item = table.item(grant.event).unwrap();
        assert_eq!(item.body, Body::Text("dari rekan".to_owned()), "roster at hand: {is_at_hand}");
    }
}

#[test]
fn a_connection_that_breaks_at_each_send_is_made_anew_ever_less_often() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let before = hellos(&table);
    let text = Outgoing::new(mask("besar").unwrap().text);
    table.bench.input(Input::Submit { conversation: None, event: None, text, quotes: None });
    let mut looked_at = table.bench.sent.len() - 1;
    for _ in 0..600 {
        let is_send = |frame: &ClientFrame| matches!(frame, ClientFrame::Send { .. });
        let sends = table.bench.sent[looked_at..].iter().any(is_send);
        looked_at = table.bench.sent.len();
        if sends {
            table.bench.input(Input::SocketClosed);
        }
        table.bench.pass(1);
    }
    let times = hellos(&table) - before;
    assert!((10..60).contains(&times), "{times} within ten minutes");
}

#[test]
fn a_connection_that_stood_for_a_while_or_took_a_message_is_made_anew_at_once() {
    let uses: [fn(&mut Table<'_>); 2] = [|table| table.bench.pass(10), |table| table.say("lagi")];
    for is_of_use in uses {
        let site = BenchSite::new();
        let mut table = Table::of_visitor(&site);
        for _ in 0..10 {
            is_of_use(&mut table);
            let before = hellos(&table);
            table.input(Input::SocketClosed);
            table.bench.pass(1);
            assert_eq!(hellos(&table), before + 1);
        }
    }
}
