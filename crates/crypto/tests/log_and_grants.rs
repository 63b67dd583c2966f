//! Sections 5.6 and 5.10: a log that nobody can cut or fork unseen, and content keys that are handed on.
#![expect(clippy::unwrap_used, reason = "the tests' helpers fail as the tests do")]

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use segel_crypto::content::{self, Body, ContentContext, ContentError, ContentHash, Header, Message};
use segel_crypto::grant::{Grant, GrantError};
use segel_crypto::log::{LogHash, Seen};
use segel_wire::cbor;
use segel_wire::ids::{ConversationId, DeskId, DeviceId, EventId, RosterHash};
use segel_wire::limits::{CONTENT_BYTES, GRANTS};
use segel_wire::signed::{Order, statement};
use sha2::{Digest, Sha256};

const CONVERSATION: ConversationId = ConversationId([0xc0; 16]);
const EVENT: EventId = EventId([0xe0; 16]);
const SENDER: DeviceId = DeviceId([0xa0; 16]);
const GIVER: DeviceId = DeviceId([0xa1; 16]);
const RECIPIENTS: [DeviceId; 2] = [DeviceId([0xb0; 16]), DeviceId([0xb1; 16])];
const PLACE: ContentContext<'_> =
    ContentContext { conversation: &CONVERSATION, event: &EVENT, sender: &SENDER, recipients: &RECIPIENTS };

/// One event of a log: its id, its sender and the hash of its content.
type Entry = (EventId, DeviceId, ContentHash);

/// The log hashes after each entry, the one before the first in front.
fn run(entries: &[Entry]) -> Vec<LogHash> {
    let mut hashes = vec![LogHash::start(&CONVERSATION)];
    for (position, (event, sender, content)) in (1..).zip(entries) {
        hashes.push(hashes.last().unwrap().follow(position, event, sender, content));
    }
    hashes
}

fn last(entries: &[Entry]) -> LogHash {
    *run(entries).last().unwrap()
}

fn entry(number: u8) -> Entry {
    (EventId([number; 16]), DeviceId([number % 3; 16]), ContentHash([number; 32]))
}

#[test]
fn the_log_hash_is_the_documented_one() {
    let hash = |bytes: &[u8]| <[u8; 32]>::from(Sha256::digest(bytes));
    let start = hash(&statement("segel/1 log", &[&CONVERSATION.0]));
    assert_eq!(LogHash::start(&CONVERSATION).0, start);
    let (event, sender, content) = entry(7);
    let position = 1u64.to_be_bytes();
    let fields: [&[u8]; 5] = [&start, &position, &event.0, &sender.0, &content.0];
    assert_eq!(last(&[entry(7)]).0, hash(&statement("segel/1 log entry", &fields)));
    assert_eq!(Seen::start(&CONVERSATION), Seen { position: 0, hash: LogHash(start) });
}

#[test]
fn what_was_seen_stands_in_a_message_as_the_document_says() {
    let seen = Seen { position: 300, hash: LogHash([7; 32]) };
    let bytes = [&[0x82, 0x19, 1, 44, 0x58, 32][..], &[7; 32]].concat();
    assert_eq!(cbor::encode(&seen), bytes);
    assert_eq!(cbor::decode(&bytes), Ok(seen));
}

#[test]
fn an_event_dropped_swapped_repeated_or_put_in_shows_from_there_on() {
    let log: Vec<_> = (1..=8).map(entry).collect();
    let genuine = run(&log);
    for at in 0..log.len() {
        let mut dropped = log.clone();
        dropped.remove(at);
        let mut repeated = log.clone();
        repeated.insert(at, log[at]);
        let mut put_in = log.clone();
        put_in.insert(at, entry(99));
        let mut swapped = log.clone();
        swapped.swap(at, (at + 1) % log.len());
        for (case, other) in
            [("dropped", dropped), ("repeated", repeated), ("put in", put_in), ("swapped", swapped)]
        {
            assert_ne!(last(&other), genuine[8], "{case} at {at}");
        }
    }
}

#[test]
fn each_of_an_entrys_values_counts_and_so_does_the_conversation() {
    let start = LogHash::start(&CONVERSATION);
    let (event, sender, content) = entry(1);
    let genuine = start.follow(1, &event, &sender, &content);
    assert_ne!(start.follow(2, &event, &sender, &content), genuine, "position");
    assert_ne!(start.follow(1, &EventId([9; 16]), &sender, &content), genuine, "event");
    assert_ne!(start.follow(1, &event, &DeviceId([9; 16]), &content), genuine, "sender");
    assert_ne!(start.follow(1, &event, &sender, &ContentHash([9; 32])), genuine, "content");
    let elsewhere = LogHash::start(&ConversationId([9; 16]));
    assert_ne!(elsewhere.follow(1, &event, &sender, &content), genuine, "conversation");
    assert_ne!(genuine.follow(1, &event, &sender, &content), genuine, "what came before");
}

proptest! {
    #[test]
    fn two_members_agree_exactly_as_far_as_they_were_shown_the_same(
        common in prop::collection::vec(0u8..4, 0..6),
        first in prop::collection::vec(0u8..4, 0..6),
        second in prop::collection::vec(0u8..4, 0..6),
    ) {
        let log = |fork: &[u8]| [&common, fork].concat().into_iter().map(entry).collect::<Vec<_>>();
        let (one, other) = (log(&first), log(&second));
        let forked = one.iter().zip(&other).position(|(a, b)| a != b);
        let (one_run, other_run) = (run(&one), run(&other));
        for (position, (a, b)) in one_run.iter().zip(&other_run).enumerate() {
            prop_assert_eq!(a == b, forked.is_none_or(|fork| position <= fork));
        }
        prop_assert_eq!(one_run.last() == other_run.last(), one == other);
    }
}

fn message(body: Body) -> Message {
    Message {
        sequence: 1,
        time: 1_800_000_000_000,
        desk: DeskId([0xde; 16]),
        previous: ContentHash::NONE,
        seen: Seen::start(&CONVERSATION),
        act: None,
        body,
        quotes: None,
    }
}

fn seal(body: Body, place: &ContentContext<'_>, seed: u64) -> (Vec<u8>, Grant) {
    let roster = (Order { generation: 1, version: 7 }, RosterHash([0x70; 32]));
    let (sealed, key) = content::seal(&message(body), roster, place, &mut ChaCha20Rng::seed_from_u64(seed));
    let content = ContentHash::derive(&sealed);
    let grant = Grant { event: *place.event, position: 3, sender: *place.sender, content, key };
    (sealed, grant)
}

fn text(seed: u64) -> (Vec<u8>, Grant) {
    seal(Body::Text("pesanan saya".to_owned()), &PLACE, seed)
}

#[test]
fn a_grant_opens_the_content_that_it_is_for() {
    let (sealed, grant) = text(1);
    assert_eq!(grant.open(&sealed, &PLACE), Ok(message(Body::Text("pesanan saya".to_owned()))));
}

#[test]
fn a_grant_stands_in_bytes_as_the_document_says() {
    let (_, grant) = text(1);
    let key = cbor::encode(&grant.key);
    let bytes =
        [&[0x85, 0x50][..], &EVENT.0, &[3, 0x50], &SENDER.0, &[0x58, 32], &grant.content.0, &key].concat();
    assert_eq!(cbor::encode(&grant), bytes);
    assert_eq!(cbor::decode(&bytes), Ok(grant));
    for end in 0..bytes.len() {
        assert!(cbor::decode::<Grant>(&bytes[..end]).is_err());
    }
}

#[test]
fn a_grant_for_another_event_sender_or_content_opens_nothing() {
    let (sealed, grant) = text(1);
    let (other, of_other) = text(2);
    let refused = |grant: Grant| grant.open(&sealed, &PLACE).map(drop);
    assert_eq!(refused(Grant { event: EventId([1; 16]), ..grant.clone() }), Err(GrantError::Elsewhere));
    assert_eq!(refused(Grant { sender: GIVER, ..grant.clone() }), Err(GrantError::Elsewhere));
    assert_eq!(refused(Grant { content: ContentHash([1; 32]), ..grant.clone() }), Err(GrantError::Elsewhere));
    assert_eq!(refused(of_other.clone()), Err(GrantError::Elsewhere));
    assert_eq!(grant.open(&other, &PLACE).map(drop), Err(GrantError::Elsewhere));
    let not_authentic = Err(GrantError::Content(ContentError::NotAuthentic));
    assert_eq!(refused(Grant { key: of_other.key, ..grant }), not_authentic);
}

#[test]
fn a_content_that_is_delivered_elsewhere_or_altered_does_not_open_by_its_grant() {
    let (sealed, grant) = text(1);
    let not_authentic = Err(GrantError::Content(ContentError::NotAuthentic));
    let elsewhere = ConversationId([9; 16]);
    let place = ContentContext { conversation: &elsewhere, ..PLACE };
    assert_eq!(grant.open(&sealed, &place).map(drop), not_authentic);
    let place = ContentContext { recipients: &RECIPIENTS[..1], ..PLACE };
    assert_eq!(grant.open(&sealed, &place).map(drop), not_authentic);
    let place = ContentContext { sender: &GIVER, ..PLACE };
    assert_eq!(grant.open(&sealed, &place).map(drop), Err(GrantError::Elsewhere));
    for bit in (0..sealed.len() * 8).step_by(7) {
        let mut altered = sealed.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(grant.open(&altered, &PLACE).map(drop), Err(GrantError::Elsewhere), "bit {bit}");
        // A giver may name the hash of what was altered; the content does not open then.
        let lying = Grant { content: ContentHash::derive(&altered), ..grant.clone() };
        assert!(matches!(lying.open(&altered, &PLACE), Err(GrantError::Content(_))), "bit {bit}");
    }
}

#[test]
fn a_report_opens_the_record_of_its_event_and_lets_nobody_put_other_words_into_it() {
    // The third party has the report's bytes, and from the relay conversation, sender, recipients and content.
    let (record, grant) = text(1);
    let report: Grant = cbor::decode(&cbor::encode(&grant)).unwrap();
    assert_eq!(report.open(&record, &PLACE), Ok(message(Body::Text("pesanan saya".to_owned()))));

    let forged = seal(Body::Text("kata orang".to_owned()), &PLACE, 2);
    for (report, record) in [
        // The reporter's own words, under the key of what stands in the record, and the other way round.
        (Grant { key: forged.1.key.clone(), ..grant.clone() }, &record),
        (forged.1.clone(), &record),
        (Grant { content: forged.1.content, ..grant.clone() }, &record),
        (grant.clone(), &forged.0),
    ] {
        assert!(report.open(record, &PLACE).is_err());
    }
    let one_less = ContentContext { recipients: &PLACE.recipients[1..], ..PLACE };
    assert!(grant.open(&record, &one_less).is_err(), "the record says to whom it went");
}

#[test]
fn whether_a_grant_is_the_senders_own_changes_nothing_of_what_opens() {
    // The position and the giver are for the layer that keeps the log: a grant says where to look.
    let (sealed, grant) = text(1);
    let elsewhere = Grant { position: 9, ..grant.clone() };
    assert_eq!(elsewhere.open(&sealed, &PLACE), grant.open(&sealed, &PLACE));
    assert_ne!(elsewhere, grant);
}

#[test]
fn grants_are_equal_if_all_of_them_is_their_key_too() {
    let (_, grant) = text(1);
    let (_, other) = text(2);
    assert_eq!(grant, grant.clone());
    assert_ne!(grant, Grant { key: other.key.clone(), ..grant.clone() });
    assert_ne!(grant, Grant { content: other.content, ..grant.clone() });
    assert_ne!(grant, Grant { sender: GIVER, ..grant.clone() });
    assert_ne!(grant, Grant { event: EventId([1; 16]), ..grant.clone() });
}

#[test]
fn as_many_grants_as_a_content_may_hold_travel_quietly_and_open() {
    let (sealed, grant) = text(1);
    let grants = vec![Grant { position: u64::MAX, ..grant }; GRANTS];
    let (event, sender) = (EventId([0xe9; 16]), GIVER);
    let place = ContentContext { event: &event, sender: &sender, ..PLACE };
    let (carrying, of_carrying) = seal(Body::Grants(grants.clone()), &place, 3);
    assert!(carrying.len() <= CONTENT_BYTES, "{}", carrying.len());
    assert!(Header::parse(&carrying).unwrap().quiet);
    let Body::Grants(received) = of_carrying.open(&carrying, &place).unwrap().body else {
        unreachable!("grants were sealed")
    };
    assert_eq!(received, grants);
    assert!(received.iter().all(|grant| grant.open(&sealed, &PLACE).is_ok()));
}

#[test]
fn a_grant_prints_no_key() {
    let (_, grant) = text(1);
    let key = &cbor::encode(&grant.key)[2..];
    let numbers: Vec<_> = key[..4].iter().map(u8::to_string).collect();
    let body = Body::Grants(vec![grant.clone()]);
    for printed in [
        format!("{grant:?}"),
        format!("{grant:#?}").replace(' ', ""),
        format!("{body:?}{:?}", message(body.clone())),
    ] {
        for secret in [
            HEXLOWER.encode(&key[..8]),
            BASE64URL_NOPAD.encode(&key[..6]),
            numbers.join(", "),
            numbers.join(",\n"),
        ] {
            assert!(!printed.contains(&secret), "{printed}");
        }
    }
}
