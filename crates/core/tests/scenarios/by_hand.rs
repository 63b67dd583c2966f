//! What no relay or network can be made to do on demand: engines on the bench.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use segel_core::show::{Body, Delivery, Refusal, Show};
use segel_core::{AgentConfig, Engine, Input, Kept, Outgoing};
use segel_crypto::enrol::EnrolmentCode;
use segel_wire::ids::{ConversationId, DeviceId, EventId, RosterHash};
use segel_wire::signed::VerifiedRoster;
use segel_wire::{ClientFrame, Code, Delivered, ServerFrame};

use crate::bench::{Bench, BenchSite};

#[test]
fn nothing_leaves_before_every_generation_that_it_depends_on_is_kept() {
    let site = BenchSite::new();
    let whole = say_halo(&site, u64::MAX);
    assert_eq!(messages(&whole).len(), 1);
    assert!(whole.generation > 3, "the keys, the sessions and the sealed message are kept in turn");

    for keeps in 0..whole.generation {
        let bench = say_halo(&site, keeps);
        assert!(!bench.waiting.is_empty());
        assert_eq!(messages(&bench), [], "with {keeps} of {} generations kept", whole.generation);
        let logged_in = bench.keys.is_some();
        assert!(keeps > 0 || !logged_in, "not even the public keys leave before the private ones are kept");
    }
}

#[test]
fn a_message_that_has_left_is_not_called_unsent_when_the_store_fails_after_it() {
    let site = BenchSite::new();
    let mut bench = say_halo(&site, u64::MAX);
    let [(conversation, event)] = messages(&bench)[..] else { panic!("one message is sent") };
    bench.input(Input::StoreFailed(bench.generation + 1));
    assert_eq!(delivery(&bench), Delivery::Sending);
    bench.input(Input::Frame(ServerFrame::Stored { conversation, event, position: 1, time: 0 }));
    assert_eq!(delivery(&bench), Delivery::Sent);
    bench.input(Input::Retry { conversation, event });
    assert_eq!(messages(&bench).len(), 1, "it is not sent twice");
}

#[test]
fn a_message_that_has_left_is_sent_again_once_there_is_room_if_a_step_before_it_was_not_kept() {
    let site = BenchSite::new();
    let mut bench = say_halo(&site, u64::MAX);
    let [(conversation, event)] = messages(&bench)[..] else { panic!("one message is sent") };
    // It was not answered for, and the place on the next line cannot be kept.
    bench.keeps = bench.generation;
    bench.input(Input::SocketClosed);
    bench.wait();
    let step = bench.waiting.pop().unwrap();
    bench.input(Input::StoreFailed(step));
    assert_eq!((delivery(&bench), messages(&bench).len()), (Delivery::Sending, 1));
    bench.keeps = u64::MAX;
    bench.pass(5);
    assert_eq!(messages(&bench), [(conversation, event); 2]);
    bench.input(Input::Frame(ServerFrame::Stored { conversation, event, position: 1, time: 0 }));
    assert_eq!(delivery(&bench), Delivery::Sent);
}

#[test]
fn a_hint_that_overtakes_an_older_answer_leads_to_another_question() {
    let site = BenchSite::new();
    let mut bench = say_halo(&site, u64::MAX);
    let roster = bench.roster.take().unwrap();
    let hint = || Input::Frame(ServerFrame::Roster { generation: 1, version: 2 });
    bench.input(hint());
    assert_eq!(bench.unanswered.len(), 1);
    bench.input(hint());
    assert_eq!(bench.unanswered.len(), 1, "one question at a time");
    bench.answer_rosters(&roster);
    assert_eq!(bench.unanswered.len(), 1, "the answer may be older than the second hint");
    bench.answer_rosters(&roster);
    assert_eq!(bench.unanswered.len(), 0);
}

#[test]
fn more_events_than_can_wait_for_a_roster_come_again_after_a_new_greeting() {
    const EVENTS: u16 = 300;
    let site = BenchSite::new();
    let mut bench = say_halo(&site, u64::MAX);
    let conversation = messages(&bench)[0].0;
    let deliver = |bench: &mut Bench<'_>| {
        for position in 1..=EVENTS {
            let event = naming_a_newer_roster(conversation, position.into());
            bench.input(Input::Frame(ServerFrame::Event(event)));
        }
    };
    let roster = bench.roster.take().unwrap();
    deliver(&mut bench);
    assert_eq!((bench.disconnects, closed(&bench)), (1, 0));

    bench.roster = Some(roster.clone());
    bench.answer_rosters(&roster);
    bench.wait();
    assert_eq!(cursors(&bench), [None, Some("e.7")], "the cursor still stands before all of them");
    deliver(&mut bench);
    assert_eq!((bench.disconnects, closed(&bench)), (1, EVENTS.into()));
}

#[test]
fn what_is_refused_moves_the_cursor_past_nothing_that_waits_for_a_roster() {
    let site = BenchSite::new();
    let mut bench = say_halo(&site, u64::MAX);
    let conversation = messages(&bench)[0].0;
    let roster = bench.roster.take().unwrap();
    for event in [
        naming_a_newer_roster(conversation, 1),
        // In a conversation that the visitor never began.
        naming_a_newer_roster(ConversationId([255; 16]), 2),
    ] {
        bench.input(Input::Frame(ServerFrame::Event(event)));
    }
    bench.input(Input::SocketClosed);
    bench.roster = Some(roster.clone());
    bench.answer_rosters(&roster);
    bench.wait();
    assert_eq!(cursors(&bench), [None, Some("e.7")], "what waits comes again");

    for (conversation, position) in [(conversation, 1), (ConversationId([255; 16]), 2)] {
        bench.input(Input::Frame(ServerFrame::Event(naming_a_newer_roster(conversation, position))));
    }
    assert_eq!(closed(&bench), 1);
    bench.input(Input::SocketClosed);
    bench.wait();
    assert_eq!(cursors(&bench).last(), Some(&Some("e.9")));
}

#[test]
fn the_relay_is_told_of_what_was_taken_once_that_is_kept_and_of_each_connection_by_itself() {
    let site = BenchSite::new();
    let mut bench = say_halo(&site, u64::MAX);
    let conversation = messages(&bench)[0].0;
    let deliver = |bench: &mut Bench<'_>, positions: std::ops::Range<u64>| {
        for position in positions {
            let event = naming_a_newer_roster(conversation, position);
            bench.input(Input::Frame(ServerFrame::Event(event)));
        }
    };
    let told = |bench: &Bench<'_>| {
        let told = bench.sent.iter().filter_map(|frame| match frame {
            ClientFrame::Flow { events } => Some(*events),
            _ => None,
        });
        told.collect::<Vec<_>>()
    };
    deliver(&mut bench, 1..16);
    assert_eq!(told(&bench), [0_u32; 0]);
    deliver(&mut bench, 16..48);
    assert_eq!(told(&bench), [16, 16]);

    bench.input(Input::SocketClosed);
    bench.wait();
    deliver(&mut bench, 48..63);
    assert_eq!(told(&bench), [16, 16], "those before it were of another connection");
    bench.keeps = bench.generation;
    deliver(&mut bench, 63..64);
    assert_eq!(told(&bench), [16, 16], "the last one is not kept");
    bench.keeps = u64::MAX;
    bench.input(Input::Stored(bench.generation + 1));
    assert_eq!(told(&bench), [16, 16, 16]);
}

#[test]
fn a_relay_that_is_not_understood_again_before_it_has_said_everything_is_told_of_and_asked_again() {
    let site = BenchSite::new();
    let mut bench = say_halo(&site, u64::MAX);
    let mishear = |bench: &mut Bench<'_>| {
        bench.input(Input::Frame(ServerFrame::Error { event: None, problem: Code::Malformed.into() }));
        bench.wait();
        bench.shown.iter().filter(|show| matches!(show, Show::Refused(Refusal::RelayRefused))).count()
    };
    assert_eq!([mishear(&mut bench), mishear(&mut bench)], [0, 0], "everything came in between");
    bench.head = None;
    assert_eq!([mishear(&mut bench), mishear(&mut bench)], [0, 1]);
    assert_eq!(cursors(&bench), [None, Some("e.7"), Some("e.7"), Some("e.7"), Some("e.7")]);
}

#[test]
fn a_device_that_is_listed_reads_from_the_beginning_even_if_it_ends_right_then() {
    let site = BenchSite::new();
    let mut random = ChaCha20Rng::seed_from_u64(4);
    let root = site.root.derive_public();
    let code = EnrolmentCode::make(site.id, root, "https://relay.example", &mut random);
    let config = AgentConfig { code: Some(code) };
    let mut start = |kept: &Kept| Engine::agent(&config, Bench::key(), kept, &mut random).unwrap();
    let mut bench = Bench::new(&site, start(&Kept::default()), u64::MAX);
    let roster = site.second_roster(&[bench.keys.unwrap()]);
    assert_eq!(cursors(&bench), [None]);
    assert_eq!(cursors(&Bench::new(&site, start(&bench.records()), 0)), [Some("e.7")]);

    bench.keeps = bench.generation + 1;
    bench.roster = Some(roster);
    bench.input(Input::Frame(ServerFrame::Roster { generation: 1, version: 2 }));
    assert_eq!(cursors(&Bench::new(&site, start(&bench.records()), 0)), [None]);
}

#[test]
fn what_a_device_is_told_before_it_is_listed_counts_when_it_is_told_again() {
    let site = BenchSite::new();
    let mut random = ChaCha20Rng::seed_from_u64(4);
    let root = site.root.derive_public();
    let code = EnrolmentCode::make(site.id, root, "https://relay.example", &mut random);
    let config = AgentConfig { code: Some(code) };
    let engine = Engine::agent(&config, Bench::key(), &Kept::default(), &mut random).unwrap();
    let mut bench = Bench::new(&site, engine, u64::MAX);
    let conversation = ConversationId([5; 16]);
    let oldest = site.first_roster();
    let first = VerifiedRoster::open(&oldest, &site.id, &root).unwrap().hash();
    bench.versions = Some([(1, oldest)].into());
    let told = [1, 2].map(|position| naming_roster((1, first), conversation, position));
    for event in told.clone() {
        bench.input(Input::Frame(ServerFrame::Event(event)));
    }
    bench.roster = Some(site.second_roster(&[bench.keys.unwrap()]));
    // A third leads to the roster that lists the device. The relay was set back to where it had nothing, which is all that it
    // tells, and then it is sent one of them again.
    bench.input(Input::Frame(ServerFrame::Event(naming_roster((2, RosterHash([0; 32])), conversation, 3))));
    assert_eq!(cursors(&bench), [None, None]);
    let [_, again] = told;
    bench.input(Input::Frame(ServerFrame::Event(Delivered { position: 1, ..again.clone() })));
    bench.wait();
    let shown = bench.shown.iter().filter_map(|show| match show {
        Show::Item(item) => Some((item.event, item.position)),
        _ => None,
    });
    assert_eq!(shown.collect::<Vec<_>>(), [(again.event, Some(1))]);
}

/// A visitor's engine that was asked to send one text.
fn say_halo(site: &BenchSite, keeps: u64) -> Bench<'_> {
    let engine = site.visitor(&Kept::default());
    let mut bench = Bench::new(site, engine, keeps);
    let text = Outgoing::new(segel_mask::mask("halo").unwrap().text);
    bench.input(Input::Submit { conversation: None, event: None, text, quotes: None });
    bench
}

/// The messages that were sent.
fn messages(bench: &Bench<'_>) -> Vec<(ConversationId, EventId)> {
    let ids = bench.sent.iter().filter_map(|frame| match frame {
        ClientFrame::Send { conversation, event, .. } => Some((*conversation, *event)),
        _ => None,
    });
    ids.collect()
}

/// Where each greeting asked to resume.
fn cursors<'a>(bench: &'a Bench<'_>) -> Vec<Option<&'a str>> {
    let cursors = bench.sent.iter().filter_map(|frame| match frame {
        ClientFrame::Hello { cursor, .. } => Some(cursor.as_deref()),
        _ => None,
    });
    cursors.collect()
}

/// What the one message was last shown as.
fn delivery(bench: &Bench<'_>) -> Delivery {
    let last = bench.shown.iter().rev().find_map(|show| match show {
        Show::Item(item) => Some(item.delivery),
        _ => None,
    });
    last.unwrap()
}

fn closed(bench: &Bench<'_>) -> usize {
    let is_closed =
        |show: &&Show| matches!(show, Show::Item(item) if item.body == Body::Closed(Refusal::RosterForked));
    bench.shown.iter().filter(is_closed).count()
}

/// An event whose header names a roster that nobody has.
fn naming_a_newer_roster(conversation: ConversationId, position: u64) -> Delivered {
    naming_roster((9, RosterHash([0; 32])), conversation, position)
}

/// An event whose header names this roster.
fn naming_roster(
    (version, hash): (u64, RosterHash),
    conversation: ConversationId,
    position: u64,
) -> Delivered {
    let mut content = vec![1, 2, 0];
    content.extend(
        [&[9; 16][..], &1_u64.to_be_bytes(), &version.to_be_bytes(), &hash.0, &[0; 32 + 16]].concat(),
    );
    Delivered {
        conversation,
        position,
        event: EventId(u128::from(position).to_be_bytes()),
        sender: DeviceId([9; 16]),
        time: 0,
        content: content.into(),
        recipients: Vec::new(),
        wrap: None,
        hash: None,
        cursor: format!("e.{}", 7 + position),
    }
}
