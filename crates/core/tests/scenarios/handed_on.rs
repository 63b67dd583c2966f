//! Keys that members hand on: whose word counts, what becomes of them while the relay's pages are wrong, and who hands on
//! what crossed an act.

use std::collections::BTreeMap;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use segel_core::show::{Body, Deed, Standing};
use segel_core::{Answer, Input, Request};
use segel_crypto::act::{ActContext, ActKind, Assignment};
use segel_crypto::content::{self, ContentContext, ContentHash};
use segel_crypto::grant::Grant;
use segel_crypto::log::Seen;
use segel_wire::ids::{AgentId, DeskId, EventId};
use segel_wire::{Code, Delivered, limits};

use crate::bench::{BenchSite, NOW};
use crate::member::Letter;
use crate::table::{COLLEAGUE, HOSTILE, NAMES, Table, VISITOR};

fn text(text: &str) -> content::Body {
    content::Body::Text(text.to_owned())
}

fn grants(grant: &Grant) -> content::Body {
    content::Body::Grants(vec![grant.clone()])
}

#[test]
fn the_visitors_word_confirms_what_the_log_has_and_nothing_else_at_the_same_position() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let colleague = table.members[COLLEAGUE].id();
    table.post(VISITOR, Letter { others: vec![colleague], ..table.letter(text("halo")) });
    let to_colleague = Letter { others: vec![colleague], to_engine: false, ..table.letter(text("asli")) };
    let genuine = table.post(VISITOR, to_colleague);
    table.post(COLLEAGUE, table.letter(grants(&genuine)));
    let (invented, grant) = invent(&table, genuine.position);
    // The relay is in league with whoever invented it.
    table.bench.page = Some(vec![invented]);
    table.post(COLLEAGUE, table.letter(grants(&grant)));
    table.bench.page = None;

    let vouched = |table: &Table<'_>, grant: &Grant| table.item(grant.event).unwrap().vouched.clone();
    let by_colleague = Some(NAMES[COLLEAGUE].to_owned());
    assert_eq!(table.item(genuine.event).unwrap().body, Body::Text("asli".to_owned()));
    assert_eq!(table.item(grant.event).unwrap().body, Body::Text("karangan".to_owned()));
    assert_eq!(
        (vouched(&table, &genuine), vouched(&table, &grant)),
        (by_colleague.clone(), by_colleague.clone())
    );

    let seen = Some(table.seen());
    table.post(VISITOR, Letter { seen, ..table.letter(text("sudah")) });
    assert_eq!((vouched(&table, &genuine), vouched(&table, &grant)), (None, by_colleague.clone()));
    table.restart();
    assert_eq!((vouched(&table, &genuine), vouched(&table, &grant)), (None, by_colleague));
}

#[test]
fn a_wrong_page_voids_no_key_and_the_right_one_opens_what_it_is_for() {
    for wrong in WRONG {
        let site = BenchSite::new();
        let mut table = Table::of_visitor(&site);
        let hidden = hide(&mut table);
        table.bench.page = Some(wrong(table.bench.log.last().unwrap()));
        table.post(COLLEAGUE, table.letter(grants(&hidden)));
        assert_eq!(table.bench.pulls, 1);
        table.bench.pass(10);
        assert_eq!(table.item(hidden.event).unwrap().body, Body::BeforeEnrolment);

        table.bench.page = None;
        table.wait(2);
        let item = table.item(hidden.event).unwrap();
        assert_eq!((&item.body, &item.vouched), (&Body::Text("tersembunyi".to_owned()), &None));
    }
}

#[test]
fn a_key_outlives_a_relay_that_is_wrong_until_nobody_asks_any_more() {
    for wrong in WRONG {
        let site = BenchSite::new();
        let mut table = Table::of_visitor(&site);
        let hidden = hide(&mut table);
        let genuine = table.bench.log.last().unwrap().clone();
        table.bench.page = Some(wrong(&genuine));
        table.post(COLLEAGUE, table.letter(grants(&hidden)));
        table.wait(60);
        let pulls = table.bench.pulls;
        table.bench.page = None;
        table.wait(60);
        assert_eq!(table.bench.pulls, pulls, "it rests");
        assert_eq!(table.item(hidden.event).unwrap().body, Body::BeforeEnrolment);

        let opens = |table: &Table<'_>| {
            table.item(hidden.event).unwrap().body == Body::Text("tersembunyi".to_owned())
        };
        let again = table.bench.records();
        table.hand(genuine);
        assert!(opens(&table), "when it is delivered again");
        table.restart_from(&again);
        assert!(opens(&table), "after the next start");
    }
}

#[test]
fn contents_of_a_conversation_that_the_relay_has_lost_are_asked_for_a_few_times_and_disturb_nothing_else() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let hidden = [hide(&mut table), hide(&mut table)];
    table.bench.withholds = |request| matches!(request, Request::Events(..));
    table.post(COLLEAGUE, table.letter(content::Body::Grants(hidden.to_vec())));
    let mut pulls = 0;
    for _ in 0..3_600 {
        for (id, _) in std::mem::take(&mut table.bench.unanswered) {
            pulls += 1;
            table.bench.input(Input::Answered { id, answer: Answer::Problem(Code::NotFound.into()) });
        }
        table.bench.pass(1);
    }
    assert_eq!((pulls, table.bench.disconnects, table.refusals()), (limits::PULLS, 0, vec![]));

    table.bench.withholds = |_| false;
    table.restart();
    for grant in hidden {
        assert_eq!(table.item(grant.event).unwrap().body, Body::Text("tersembunyi".to_owned()));
    }
}

#[test]
fn a_content_whose_roster_the_relay_does_not_serve_is_asked_for_a_few_times_and_opens_with_it() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let hidden = hide(&mut table);
    let first = table.roster.bytes().to_vec();
    table.publish(|roster| roster.issued_at += 10);
    table.restart();
    table.bench.versions = Some(BTreeMap::new());
    table.post(COLLEAGUE, table.letter(grants(&hidden)));
    table.wait(60);
    let pulls = table.bench.pulls;
    assert!((2..=usize::try_from(limits::PULLS).unwrap()).contains(&pulls), "{pulls} pages");
    table.wait(60);
    assert_eq!(table.bench.pulls, pulls, "it rests");
    assert_eq!(table.item(hidden.event).unwrap().body, Body::BeforeEnrolment);

    table.bench.versions = Some(BTreeMap::from([(1, first)]));
    table.post(COLLEAGUE, table.letter(grants(&hidden)));
    table.wait(1);
    assert_eq!(table.item(hidden.event).unwrap().body, Body::Text("tersembunyi".to_owned()));
}

#[test]
fn a_key_for_what_was_never_delivered_gives_way_to_a_better_one() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let (hidden, genuine) =
        table.seal(COLLEAGUE, Letter { to_engine: false, ..table.letter(text("tersembunyi")) });
    table.bench.log.push(hidden);
    let wrong = Grant { content: ContentHash([1; 32]), ..genuine.clone() };
    table.post(HOSTILE, table.letter(grants(&wrong)));
    table.post(COLLEAGUE, table.letter(grants(&genuine)));
    assert_eq!(table.item(genuine.event).unwrap().body, Body::Text("tersembunyi".to_owned()));
}

#[test]
fn what_is_handed_on_waits_for_the_bundle_of_who_has_none_and_holds_up_nothing_else() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let colleague = table.members[COLLEAGUE].id();
    let bundle = table.bench.bundles.remove(&colleague).unwrap();
    let said = table.post(VISITOR, table.letter(text("halo")));
    let id = table.conversation;
    for deed in [Deed::Claim, Deed::Transfer(AgentId([2; 16]))] {
        table.input(Input::Act { conversation: id, deed });
        table.wait(1);
    }
    assert_eq!(table.summary().hold.standing, Standing::Others);
    table.wait(5);
    table.restart();
    table.wait(60);
    assert!(table.bench.seeks < 10, "{}", table.bench.seeks);
    let is_grants = |message: &content::Message| matches!(message.body, content::Body::Grants(_));
    table.post(VISITOR, table.letter(content::Body::Request(vec![said.event])));
    assert!(table.sent_to(VISITOR).iter().any(is_grants), "others are answered meanwhile");

    table.bench.bundles.insert(colleague, bundle);
    table.wait(3_700);
    assert!(given_to(&mut table, COLLEAGUE).contains(&said.event));
}

#[test]
fn what_was_taken_back_meanwhile_is_not_handed_on_whoever_said_it() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let colleague = table.members[COLLEAGUE].id();
    let bundle = table.bench.bundles.remove(&colleague).unwrap();
    let asked = table.post(VISITOR, table.letter(text("tanya"))).event;
    let stays = table.post(VISITOR, table.letter(text("halo"))).event;
    table.say("jawab");
    let answered = table.own("jawab").unwrap().event;
    let conversation = table.conversation;
    table.input(Input::Act { conversation, deed: Deed::Transfer(AgentId([2; 16])) });
    table.wait(1);
    assert_eq!(table.sent_to(COLLEAGUE).len(), 0, "it waits");

    table.post(VISITOR, table.letter(content::Body::Withdrawal(asked)));
    table.input(Input::Withdraw { conversation, event: answered });
    table.restart();
    table.bench.bundles.insert(colleague, bundle);
    table.wait(3_700);
    let given = given_to(&mut table, COLLEAGUE);
    assert!(given.contains(&stays));
    assert!(!given.contains(&asked) && !given.contains(&answered));
}

#[test]
fn who_let_go_and_is_not_of_the_desk_passes_on_what_crossed_that() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |roster, engine| {
        roster.desks[0].inbox.retain(|device| *device != engine);
        roster.desks[0].supervisors = Some(vec![AgentId([1; 16])]);
    });
    let (id, visitor) = (table.conversation, table.members[VISITOR].id());
    let colleague = table.members[COLLEAGUE].id();
    table.post(VISITOR, Letter { others: vec![colleague], to_engine: false, ..table.letter(text("halo")) });
    let desk = &table.roster.roster().desks[0];
    let context = ActContext { roster: &table.roster, desk, conversation: &id, sender: &colleague, now: NOW };
    let claim = Assignment::default().draft(ActKind::Claim, None, &context);
    let claim = claim.sign(&table.members[COLLEAGUE].secrets);
    table.post(COLLEAGUE, Letter { others: vec![visitor], ..table.letter(content::Body::Act(claim)) });
    table.input(Input::Act { conversation: id, deed: Deed::Takeover });
    assert_eq!(table.summary().hold.standing, Standing::Mine);
    table.input(Input::Act { conversation: id, deed: Deed::Release });
    assert_eq!(table.summary().hold.standing, Standing::Free);

    // The visitor did not know of the release, and is gone.
    let crossed = table.post(VISITOR, table.letter(text("di tengah jalan")));
    let passed_on = table.sent_to(COLLEAGUE).into_iter().any(|message| match message.body {
        content::Body::Grants(grants) => grants.contains(&crossed),
        _ => false,
    });
    assert!(passed_on);
}

/// What a wrong relay has in the place of an event.
const WRONG: [fn(&Delivered) -> Vec<Delivered>; 4] = [
    |_| vec![],
    |genuine| {
        let mut altered = genuine.clone();
        *altered.content.0.last_mut().unwrap() ^= 1;
        vec![altered]
    },
    |genuine| vec![Delivered { event: EventId([9; 16]), ..genuine.clone() }],
    |genuine| vec![Delivered { position: genuine.position + 1, ..genuine.clone() }],
];

/// A colleague's message that was not sealed to the visitor.
fn hide(table: &mut Table<'_>) -> Grant {
    let letter = Letter { to_engine: false, ..table.letter(text("tersembunyi")) };
    let hidden = table.post(COLLEAGUE, letter);
    assert_eq!(table.item(hidden.event).unwrap().body, Body::BeforeEnrolment);
    hidden
}

/// A content that the visitor never sealed, as a member can make it who hands on its key.
fn invent(table: &Table<'_>, position: u64) -> (Delivered, Grant) {
    let (conversation, event) = (table.conversation, EventId([0x77; 16]));
    let (sender, recipients) = (table.members[VISITOR].id(), vec![table.members[COLLEAGUE].id()]);
    let message = content::Message {
        sequence: 2,
        time: NOW * 1_000,
        desk: DeskId([1; 16]),
        previous: ContentHash::NONE,
        seen: Seen::start(&conversation),
        act: None,
        body: text("karangan"),
        quotes: None,
    };
    let bound_to = ContentContext {
        conversation: &conversation,
        event: &event,
        sender: &sender,
        recipients: &recipients,
    };
    let random = &mut ChaCha20Rng::seed_from_u64(31);
    let (sealed, key) = content::seal(&message, table.name(), &bound_to, random);
    let content = ContentHash::derive(&sealed);
    let (time, cursor) = (NOW * 1_000, "e.1".to_owned());
    let content_bytes = sealed.into();
    let delivered = Delivered {
        conversation,
        position,
        event,
        sender,
        time,
        content: content_bytes,
        recipients,
        wrap: None,
        hash: None,
        cursor,
    };
    (delivered, Grant { event, position, sender, content, key })
}

/// The messages whose keys were handed on to a member.
fn given_to(table: &mut Table<'_>, member: usize) -> Vec<EventId> {
    let given = table.sent_to(member).into_iter().filter_map(|message| match message.body {
        content::Body::Grants(grants) => Some(grants),
        _ => None,
    });
    given.flatten().map(|grant| grant.event).collect()
}
