//! Acts in a log that the relay tells anew, after it was set back, and acts that somebody does not know.

use segel_core::Input;
use segel_core::show::{Body, Deed, Refusal, Standing};
use segel_crypto::act::{ActHash, ActKind, Assignment};
use segel_crypto::content;
use segel_wire::ids::{AgentId, EventId};
use segel_wire::{ClientFrame, Code, Delivered, ServerFrame};

use crate::bench::BenchSite;
use crate::hostile_member::{act, follow};
use crate::member::Letter;
use crate::table::{COLLEAGUE, HOSTILE, NAMES, Table, VISITOR};

/// A visitor at a desk whose second agent supervises it.
fn supervised(site: &BenchSite) -> Table<'_> {
    let mut table = Table::of_visitor(site);
    table.publish(|roster| roster.desks[0].supervisors = Some(vec![AgentId([2; 16])]));
    table
}

/// A claim by the first agent, and the takeover by the second that follows it.
fn claim_and_takeover(table: &Table<'_>) -> [content::Body; 2] {
    let claim = act(table, HOSTILE, &Assignment::default(), ActKind::Claim, &table.roster);
    let held = follow(table, HOSTILE, &claim);
    let takeover = act(table, COLLEAGUE, &held, ActKind::Takeover, &table.roster);
    [claim, takeover].map(content::Body::Act)
}

fn claim_by(table: &Table<'_>, member: usize) -> content::Body {
    content::Body::Act(act(table, member, &Assignment::default(), ActKind::Claim, &table.roster))
}

/// The relay is set back to before everything, and hears again what the engine has sent.
pub(crate) fn set_back(table: &mut Table<'_>) {
    table.bench.log.clear();
    let problem = Code::CursorRefused.into();
    table.input(Input::Frame(ServerFrame::Bye { problem }));
    table.wait(1);
}

/// An event that the relay had before is stored again, where the log ends now.
pub(crate) fn store_again(table: &mut Table<'_>, event: &Delivered) {
    let position = table.head() + 1;
    table.deliver(&Delivered { position, ..event.clone() });
}

fn holder<'a>(table: &'a Table<'_>) -> Option<&'a str> {
    table.summary().hold.holder.as_deref()
}

#[test]
fn an_act_that_stands_before_the_one_it_follows_counts_once_that_is_there() {
    let site = BenchSite::new();
    let mut table = supervised(&site);
    let [claim, takeover] = claim_and_takeover(&table);
    let taken = table.post(COLLEAGUE, table.letter(takeover));
    assert_eq!(holder(&table), None);
    let asked = |message: &content::Message| matches!(&message.body, content::Body::Request(events) if *events == [taken.event]);
    assert_eq!(table.sent_to(COLLEAGUE).iter().filter(|message| asked(message)).count(), 1);

    table.post(HOSTILE, table.letter(claim));
    assert_eq!(holder(&table), Some(NAMES[COLLEAGUE]));
    assert_eq!(table.item(taken.event).unwrap().body, Body::Act(Deed::Takeover));
}

#[test]
fn what_counted_goes_on_counting_while_the_relay_that_lost_it_has_nothing_else() {
    let site = BenchSite::new();
    let mut table = supervised(&site);
    for body in claim_and_takeover(&table) {
        let member = if holder(&table).is_none() { HOSTILE } else { COLLEAGUE };
        table.post(member, table.letter(body));
    }
    set_back(&mut table);
    table.restart();
    assert_eq!(holder(&table), Some(NAMES[COLLEAGUE]));
    table.say("masih di sini");
    let sent = table.bench.log.last().unwrap();
    assert_eq!(sent.recipients, [table.members[COLLEAGUE].id()]);
}

#[test]
fn of_two_acts_that_follow_the_first_in_the_new_log_counts_whatever_the_lost_one_had() {
    for is_stored_first in [true, false] {
        let site = BenchSite::new();
        let mut table = Table::of_visitor(&site);
        let (former, _) = table.seal(HOSTILE, table.letter(claim_by(&table, HOSTILE)));
        table.deliver(&former);
        assert_eq!(holder(&table), Some(NAMES[HOSTILE]));

        set_back(&mut table);
        if is_stored_first {
            store_again(&mut table, &former);
        }
        let other = table.post(COLLEAGUE, table.letter(claim_by(&table, COLLEAGUE)));
        let expected = NAMES[if is_stored_first { HOSTILE } else { COLLEAGUE }];
        assert_eq!(holder(&table), Some(expected));
        if !is_stored_first {
            store_again(&mut table, &former);
        }
        table.restart();
        assert_eq!(holder(&table), Some(expected), "stored first: {is_stored_first}");
        let withheld = if is_stored_first { other.event } else { former.event };
        assert_eq!(table.item(withheld).unwrap().body, Body::Withheld);
    }
}

#[test]
fn acts_that_followed_one_that_another_came_before_count_no_more() {
    let site = BenchSite::new();
    let mut table = supervised(&site);
    let [claim, takeover] = claim_and_takeover(&table);
    let (claimed, _) = table.seal(HOSTILE, table.letter(claim));
    table.deliver(&claimed);
    let (taken, _) = table.seal(COLLEAGUE, table.letter(takeover));
    table.deliver(&taken);

    set_back(&mut table);
    let by_another = claim_by(&table, COLLEAGUE);
    table.post(COLLEAGUE, table.letter(by_another));
    assert_eq!(holder(&table), Some(NAMES[COLLEAGUE]));
    for event in [&claimed, &taken] {
        store_again(&mut table, event);
        assert_eq!(table.item(event.event).unwrap().body, Body::Withheld);
    }
    assert_eq!(holder(&table), Some(NAMES[COLLEAGUE]));
    assert_eq!(table.summary().hold.standing, Standing::Others);
}

#[test]
fn who_saw_the_log_beyond_an_act_and_does_not_know_it_is_told() {
    for (knows, saw) in [(false, true), (false, false), (true, true)] {
        let site = BenchSite::new();
        let mut table = Table::of_visitor(&site);
        let before = table.seen();
        let content::Body::Act(claim) = claim_by(&table, HOSTILE) else { unreachable!() };
        let name = ActHash::derive(&claim.act.0);
        let claim = table.post(HOSTILE, table.letter(content::Body::Act(claim)));
        let seen = Some(if saw { table.seen() } else { before });
        let act = knows.then_some(name);
        for text in ["halo", "halo lagi"] {
            let body = content::Body::Text(text.to_owned());
            table.post(COLLEAGUE, Letter { act, seen, ..table.letter(body) });
        }
        let tells = |message: content::Message| match message.body {
            content::Body::Grants(grants) => grants.iter().any(|grant| grant.event == claim.event),
            _ => false,
        };
        let told = table.sent_to(COLLEAGUE).into_iter().filter(|message| tells(message.clone())).count();
        assert_eq!(told, usize::from(!knows && saw), "knows it: {knows}, saw so far: {saw}");
    }
}

#[test]
fn who_names_an_act_is_asked_for_it_within_the_hour_if_the_one_before_came_to_count() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let claim = act(&table, HOSTILE, &Assignment::default(), ActKind::Claim, &table.roster);
    let held = follow(&table, HOSTILE, &claim);
    let release = act(&table, HOSTILE, &held, ActKind::Release, &table.roster);
    let others = vec![table.engine()];
    for (number, (signed, holder_then)) in
        [(claim, Some(NAMES[HOSTILE])), (release, None)].into_iter().enumerate()
    {
        let name = ActHash::derive(&signed.act.0);
        let letter = table.letter(content::Body::Act(signed));
        let grant = table.post(HOSTILE, Letter { others: others.clone(), to_engine: false, ..letter });
        for text in ["halo", "halo lagi"] {
            let letter = table.letter(content::Body::Text(text.to_owned()));
            table.post(COLLEAGUE, Letter { act: Some(name), ..letter });
        }
        let asks = |message: &content::Message| matches!(message.body, content::Body::Request(_));
        assert_eq!(table.sent_to(COLLEAGUE).iter().filter(|message| asks(message)).count(), number + 1);
        table.post(COLLEAGUE, table.letter(content::Body::Grants(vec![grant])));
        table.wait(1);
        assert_eq!(holder(&table), holder_then);
    }
}

#[test]
fn whoever_got_an_own_act_that_came_second_is_told_what_came_first() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let others = vec![table.members[COLLEAGUE].id()];
    table.post(VISITOR, Letter { others, ..table.letter(content::Body::Text("halo".to_owned())) });
    let others = vec![table.members[VISITOR].id()];
    let body = claim_by(&table, COLLEAGUE);
    let first = table.post(COLLEAGUE, Letter { others, to_engine: false, ..table.letter(body) });
    table.input(Input::Act { conversation: table.conversation, deed: Deed::Claim });
    assert_eq!(table.summary().hold.standing, Standing::Mine, "the other was not sealed to it");
    let tells = |message: &content::Message| match &message.body {
        content::Body::Grants(grants) => grants.iter().any(|grant| grant.event == first.event),
        _ => false,
    };
    let told = |table: &mut Table<'_>| {
        [COLLEAGUE, VISITOR]
            .map(|member| table.sent_to(member).iter().filter(|message| tells(message)).count())
    };
    assert_eq!(told(&mut table), [0, 0]);

    table.post(VISITOR, table.letter(content::Body::Grants(vec![first.clone()])));
    table.wait(1);
    assert_eq!(table.summary().hold.standing, Standing::Others);
    assert_eq!(told(&mut table), [1, 1]);
}

#[test]
fn who_came_to_the_desk_after_an_own_act_that_came_second_is_told_what_came_first() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |roster, own| {
        roster.desks[0].inbox = vec![own];
        roster.desks[0].supervisors = Some(vec![AgentId([2; 16])]);
    });
    table.post(VISITOR, table.letter(content::Body::Text("halo".to_owned())));
    let others = vec![table.members[VISITOR].id()];
    let body = claim_by(&table, COLLEAGUE);
    let first = table.post(COLLEAGUE, Letter { others, to_engine: false, ..table.letter(body) });
    table.input(Input::Act { conversation: table.conversation, deed: Deed::Claim });
    let colleague = table.members[COLLEAGUE].id();
    assert!(!table.bench.log.last().unwrap().recipients.contains(&colleague));
    table.publish(|roster| roster.desks[0].inbox.push(colleague));

    table.post(VISITOR, table.letter(content::Body::Grants(vec![first.clone()])));
    table.wait(1);
    let tells = |message: &content::Message| match &message.body {
        content::Body::Grants(grants) => grants.iter().any(|grant| grant.event == first.event),
        _ => false,
    };
    assert_eq!(table.sent_to(COLLEAGUE).iter().filter(|message| tells(message)).count(), 1);
}

#[test]
fn whoever_was_told_of_the_first_act_alone_is_told_of_the_next_even_after_a_restart() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let others = vec![table.members[COLLEAGUE].id()];
    table.post(VISITOR, Letter { others, ..table.letter(content::Body::Text("halo".to_owned())) });
    let claim = act(&table, COLLEAGUE, &Assignment::default(), ActKind::Claim, &table.roster);
    let held = follow(&table, COLLEAGUE, &claim);
    let release = act(&table, COLLEAGUE, &held, ActKind::Release, &table.roster);
    let acts = [claim, release].map(|signed| {
        let others = vec![table.members[VISITOR].id()];
        let letter = table.letter(content::Body::Act(signed));
        table.post(COLLEAGUE, Letter { others, to_engine: false, ..letter })
    });
    table.input(Input::Act { conversation: table.conversation, deed: Deed::Claim });
    assert_eq!(table.summary().hold.standing, Standing::Mine, "neither was sealed to it");

    for (grant, holder_then) in acts.iter().zip([Some(NAMES[COLLEAGUE]), None]) {
        table.post(VISITOR, table.letter(content::Body::Grants(vec![grant.clone()])));
        table.wait(1);
        assert_eq!(holder(&table), holder_then);
        let told = table.sent_to(COLLEAGUE).into_iter().filter(|message| match &message.body {
            content::Body::Grants(grants) => grants.iter().any(|told| told.event == grant.event),
            _ => false,
        });
        assert_eq!(told.count(), 1, "{holder_then:?}");
        table.restart();
    }
}

#[test]
fn who_said_something_beyond_an_act_is_told_of_it_when_it_comes_to_be_known_here() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let claim = claim_by(&table, HOSTILE);
    let (mut closed, claim) = table.seal(HOSTILE, table.letter(claim));
    *closed.wrap.as_mut().unwrap().0.last_mut().unwrap() ^= 1;
    table.deliver(&closed);
    for text in ["halo", "halo lagi"] {
        let body = content::Body::Text(text.to_owned());
        let seen = Some(table.seen());
        table.post(COLLEAGUE, Letter { act: None, seen, ..table.letter(body) });
    }
    let tells = |message: &content::Message| match &message.body {
        content::Body::Grants(grants) => grants.iter().any(|grant| grant.event == claim.event),
        _ => false,
    };
    assert!(!table.sent_to(COLLEAGUE).iter().any(tells), "it is not known here");

    table.post(HOSTILE, table.letter(content::Body::Grants(vec![claim.clone()])));
    table.wait(1);
    assert_eq!(holder(&table), Some(NAMES[HOSTILE]));
    assert_eq!(table.sent_to(COLLEAGUE).iter().filter(|message| tells(message)).count(), 1);
}

#[test]
fn a_log_that_is_told_from_its_beginning_and_stands_elsewhere_is_taken_anew() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    for text in ["satu", "dua", "tiga"] {
        let others = vec![table.members[COLLEAGUE].id()];
        let body = content::Body::Text(text.to_owned());
        table.post(VISITOR, Letter { others, to_engine: false, ..table.letter(body) });
    }
    let mut log = table.bench.log.clone();
    log.rotate_left(1);
    let log: Vec<_> = (1..).zip(log).map(|(position, event)| Delivered { position, ..event }).collect();
    let mut kept = table.bench.records();
    kept.records.retain(|(name, _)| name != "cursor");

    table.bench.head = None;
    table.restart_from(&kept);
    for _ in 0..2 {
        for event in &log {
            table.hand(event.clone());
        }
        table.wait(1);
    }
    let places: Vec<_> = log.iter().map(|event| table.item(event.event).unwrap().position).collect();
    assert_eq!(places, [Some(1), Some(2), Some(3)]);
}

#[test]
fn an_own_act_is_sent_again_however_much_was_said_since() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    table.post(VISITOR, table.letter(content::Body::Text("halo".to_owned())));
    table.input(Input::Act { conversation: table.conversation, deed: Deed::Claim });
    let claim = *table.stored.first_key_value().unwrap().0;
    for number in 0..12 {
        table.say(&format!("jawab {number}"));
    }
    let looked_at = table.bench.sent.len();
    set_back(&mut table);
    let again: Vec<EventId> = table.bench.sent[looked_at..]
        .iter()
        .filter_map(|frame| match frame {
            ClientFrame::Send { event, .. } => Some(*event),
            _ => None,
        })
        .collect();
    assert_eq!((again.first(), again.len()), (Some(&claim), 9), "it, and the last eight messages");
}

#[test]
fn an_own_act_that_the_relay_lost_before_it_was_judged_and_refuses_holds_up_nothing_else() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    table.post(VISITOR, table.letter(content::Body::Text("halo".to_owned())));
    table.holds_echoes = true;
    table.input(Input::Act { conversation: table.conversation, deed: Deed::Claim });
    let claim = *table.stored.first_key_value().unwrap().0;
    let problem = Code::CursorRefused.into();
    table.bench.input(Input::Frame(ServerFrame::Bye { problem }));
    table.bench.pass(60);
    let sent = table.bench.sent.last();
    assert!(matches!(sent, Some(ClientFrame::Send { event, .. }) if *event == claim), "it is sent again");
    let problem = Code::NotAMember.into();
    table.bench.input(Input::Frame(ServerFrame::Error { event: Some(claim), problem }));
    assert_eq!(table.refusals().last(), Some(&Refusal::NotAMember));
    assert_eq!(table.summary().hold.standing, Standing::Free);
    assert!(!table.summary().hold.acting, "another one can be wanted");
}

#[test]
fn an_act_that_an_answer_has_made_needless_meanwhile_is_not_refused() {
    for deed in [Deed::Claim, Deed::Join] {
        let site = BenchSite::new();
        let mut table = Table::of_agent(&site, |roster, _| {
            roster.desks[0].supervisors = Some(vec![AgentId([1; 16])]);
        });
        table.post(VISITOR, table.letter(content::Body::Text("halo".to_owned())));
        table.input(Input::SocketClosed);
        table.say("saya bantu");
        table.input(Input::Act { conversation: table.conversation, deed });
        table.wait(1);
        assert_eq!(table.summary().hold.standing, Standing::Mine);
        table.input(Input::Act { conversation: table.conversation, deed });
        assert_eq!((table.refusals(), table.stored.len()), (vec![], 2), "one claim, and the answer");
    }
}

#[test]
fn a_claim_that_another_device_of_the_same_agent_came_before_is_not_refused_in_words() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |roster, _| {
        let mut other = roster.agents.remove(COLLEAGUE);
        roster.agents[HOSTILE].devices.append(&mut other.devices);
        roster.agents[HOSTILE].devices.sort_by_key(|device| device.keys.derive_id(&roster.site));
    });
    let visitor = table.members[VISITOR].id();
    table.post(VISITOR, table.letter(content::Body::Text("halo".to_owned())));
    let letter = Letter { others: vec![visitor], ..table.letter(claim_by(&table, COLLEAGUE)) };
    let (first, _) = table.seal(COLLEAGUE, letter);
    table.bench.log.push(first.clone());
    table.holds_echoes = true;
    table.input(Input::Act { conversation: table.conversation, deed: Deed::Claim });
    table.hand(first);
    table.echo();
    assert_eq!(table.summary().hold.standing, Standing::Mine);
    assert_eq!(table.refusals(), [], "what was wanted is so");
}
