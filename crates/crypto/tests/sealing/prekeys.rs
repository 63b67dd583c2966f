//! Section 3.4: which prekeys are offered, which answer, and what is never answered again.

use segel_crypto::handshake::{HandshakeError, Init};
use segel_crypto::prekeys::Prekeys;
use segel_wire::cbor;
use segel_wire::limits::{ONE_TIME_HELD, ONE_TIME_KEPT};
use segel_wire::signed::{Bundle, BundleError, Prekey};

use crate::support::{NOW, Pair, Party, SITE, seeded, upload};

const DAY: u64 = 24 * 60 * 60;

fn ids(prekeys: &[Prekey]) -> Vec<u32> {
    prekeys.iter().map(|prekey| prekey.id).collect()
}

/// Whether the device still answers an initiator that used this prekey.
fn answers(pair: &Pair, init: &Init) -> bool {
    match pair.agent.respond(init, &pair.visitor.id) {
        Ok(_) => true,
        Err(error) => {
            assert_eq!(error, HandshakeError::UnknownPrekey);
            false
        }
    }
}

/// A visitor whose session began with the agent's one-time prekey of this place.
fn with_one_time(place: usize) -> Pair {
    let mut pair = Pair::new();
    pair.agent = Party::stocked(&mut pair.random);
    pair.session = pair.visitor.initiate(&pair.agent.bundle_with(place), &mut pair.random);
    pair
}

#[test]
fn a_signed_prekey_is_replaced_at_seven_days_and_not_before() {
    let mut party = Party::new(&mut seeded(5));
    assert_eq!(party.bundle.signed.id, 1);
    let mut random = seeded(6);
    assert!(!party.prekeys.rotate(NOW, &mut random));
    assert!(!party.prekeys.rotate(NOW + 7 * DAY - 1, &mut random));
    assert!(party.prekeys.rotate(NOW + 7 * DAY, &mut random));
    let next = upload(&party.secrets, &party.prekeys).signed;
    assert_eq!((next.id, next.not_after), (2, NOW + 21 * DAY));
    assert_ne!(next.curve, party.bundle.signed.curve);
    assert_ne!(next.kem, party.bundle.signed.kem);
    assert!(!party.prekeys.rotate(NOW + 7 * DAY, &mut random));
}

#[test]
fn a_signed_prekey_is_offered_until_fourteen_days() {
    let party = Party::new(&mut seeded(5));
    let bytes = cbor::encode(&party.bundle);
    assert_eq!(party.bundle.signed.not_after, NOW + 14 * DAY);
    let expired = Bundle::verify(&bytes, &SITE, &party.id, NOW + 14 * DAY);
    assert_eq!(Bundle::verify(&bytes, &SITE, &party.id, NOW + 14 * DAY - 1), Ok(party.bundle));
    assert_eq!(expired, Err(BundleError::Expired));
}

#[test]
fn a_one_time_prekey_is_passed_over_from_fourteen_days_on() {
    let mut party = Party::stocked(&mut seeded(5));
    assert_eq!(party.one_time[0].not_after, NOW + 14 * DAY);
    assert!(party.prekeys.rotate(NOW + 7 * DAY, &mut seeded(6)));
    let signed = upload(&party.secrets, &party.prekeys).signed;
    let bundle = Bundle { signed, ..party.bundle_with(0) };
    let verify = |now| Bundle::verify(&cbor::encode(&bundle), &SITE, &party.id, now).unwrap().one_time;
    assert_eq!(verify(NOW + 14 * DAY - 1), Some(party.one_time[0].clone()));
    assert_eq!(verify(NOW + 14 * DAY), None);
}

#[test]
fn private_halves_answer_until_twenty_one_days_and_are_then_gone() {
    for mut pair in [Pair::new(), with_one_time(3)] {
        let init = pair.say().init().unwrap();
        for age in [7 * DAY, 14 * DAY, 20 * DAY, 21 * DAY - 1] {
            pair.agent.prekeys.rotate(NOW + age, &mut pair.random);
            assert!(answers(&pair, &init), "{age}");
        }
        assert!(pair.agent.prekeys.rotate(NOW + 21 * DAY, &mut pair.random));
        assert!(!answers(&pair, &init));
    }
}

#[test]
fn a_clock_that_leaps_ahead_and_back_deletes_no_private_half() {
    for mut pair in [Pair::new(), with_one_time(3)] {
        let init = pair.say().init().unwrap();
        for leap in [25 * DAY, 26 * DAY - 1, DAY, 26 * DAY, 2 * DAY, 365 * DAY, 19 * DAY, 300 * DAY] {
            pair.agent.prekeys.rotate(NOW + leap, &mut pair.random);
            pair.agent.prekeys = cbor::decode(&cbor::encode(&pair.agent.prekeys)).unwrap();
            assert!(answers(&pair, &init), "{leap}");
        }
        // Where it stays ahead for a day it is believed: that is how it is after a long absence.
        assert!(pair.agent.prekeys.rotate(NOW + 301 * DAY, &mut pair.random));
        assert!(!answers(&pair, &init));
    }
}

#[test]
fn what_was_made_by_a_clock_ten_years_ahead_is_replaced_and_deleted_once_the_clock_is_right() {
    let mut pair = Pair::new();
    let secrets = Party::new(&mut pair.random).secrets;
    let (ahead, mut prekeys) = (NOW + 3_650 * DAY, Prekeys::default());
    assert!(prekeys.rotate(ahead, &mut pair.random));
    prekeys.restock(0, 0, 4, ahead, &mut pair.random);
    pair.agent = Party { secrets, prekeys, ..pair.agent };
    let made_ahead = upload(&pair.agent.secrets, &pair.agent.prekeys);
    assert!(pair.agent.prekeys.rotate(NOW, &mut pair.random));
    let next = upload(&pair.agent.secrets, &pair.agent.prekeys);
    assert_eq!((next.signed.id, next.signed.not_after), (made_ahead.signed.id + 5, NOW + 14 * DAY));
    let held = |pair: &Pair| cbor::encode(&pair.agent.prekeys).len();
    let whole = held(&pair);
    assert!(!pair.agent.prekeys.rotate(NOW + DAY, &mut pair.random), "that is done once");
    pair.agent.prekeys.rotate(NOW + 20 * DAY, &mut pair.random);
    assert!(held(&pair) > whole);
    assert!(pair.agent.prekeys.rotate(NOW + 21 * DAY, &mut pair.random));
    assert!(held(&pair) < whole / 2, "all but the newest are gone");
}

#[test]
fn a_prekey_made_by_a_clock_a_day_ahead_is_good() {
    let (mut prekeys, mut random) = (Prekeys::default(), seeded(5));
    assert!(prekeys.rotate(NOW + DAY, &mut random));
    assert!(!prekeys.rotate(NOW, &mut random));
    assert!(!prekeys.rotate(NOW + 8 * DAY - 1, &mut random));
    assert!(prekeys.rotate(NOW + 8 * DAY, &mut random));
}

#[test]
fn an_id_never_names_a_second_prekey_however_long_the_device_was_away() {
    let mut party = Party::stocked(&mut seeded(5));
    assert_eq!(ids(&party.one_time), (2..=21).collect::<Vec<_>>());
    let mut random = seeded(6);
    assert!(party.prekeys.rotate(NOW + 100 * DAY, &mut random));
    party.prekeys = cbor::decode(&cbor::encode(&party.prekeys)).unwrap();
    assert_eq!(upload(&party.secrets, &party.prekeys).signed.id, 22);
    assert!(party.prekeys.restock(0, 22, ONE_TIME_KEPT, NOW + 100 * DAY, &mut random));
    let next = upload(&party.secrets, &party.prekeys);
    assert_eq!(ids(&next.one_time.unwrap()), (23..=42).collect::<Vec<_>>());
    assert!(party.prekeys.rotate(NOW + 200 * DAY, &mut random));
    assert_eq!(upload(&party.secrets, &party.prekeys).signed.id, 43);
}

#[test]
fn one_time_prekeys_are_made_when_they_run_low_and_uploaded_once() {
    let mut party = Party::new(&mut seeded(5));
    let mut random = seeded(6);
    assert!(!party.prekeys.restock(20, 1, ONE_TIME_KEPT, NOW, &mut random), "a full relay");
    assert!(!party.prekeys.restock(10, 1, ONE_TIME_KEPT, NOW, &mut random), "half of them");
    assert!(party.prekeys.restock(9, 1, ONE_TIME_KEPT, NOW, &mut random));
    let first = upload(&party.secrets, &party.prekeys);
    assert_eq!(ids(first.one_time.as_ref().unwrap()).len(), ONE_TIME_KEPT - 9);
    // The answer was lost: the same is uploaded again, and no more is made.
    assert!(party.prekeys.restock(9, 1, ONE_TIME_KEPT, NOW, &mut random));
    assert_eq!(upload(&party.secrets, &party.prekeys), first);
    assert!(!party.prekeys.restock(20, 12, ONE_TIME_KEPT, NOW, &mut random));
    assert_eq!(upload(&party.secrets, &party.prekeys).one_time, None);
}

#[test]
fn a_relay_that_loses_every_one_time_prekey_makes_a_device_keep_two_hundred_and_no_more() {
    let mut party = Party::new(&mut seeded(5));
    let mut random = seeded(6);
    let (mut highest, mut made) = (1, 0);
    while party.prekeys.restock(0, highest, ONE_TIME_KEPT, NOW, &mut random) {
        let one_time = upload(&party.secrets, &party.prekeys).one_time.unwrap();
        made += one_time.len();
        highest = one_time.last().unwrap().id;
    }
    assert_eq!((made, ONE_TIME_HELD), (200, 200));
    // Three weeks later they are deleted, and there is room again.
    assert!(party.prekeys.rotate(NOW + 20 * DAY, &mut random));
    assert!(party.prekeys.rotate(NOW + 21 * DAY, &mut random));
    assert!(party.prekeys.restock(0, highest, ONE_TIME_KEPT, NOW + 21 * DAY, &mut random));
    assert_eq!(upload(&party.secrets, &party.prekeys).one_time.unwrap().len(), ONE_TIME_KEPT);
}

#[test]
fn a_one_time_prekey_serves_one_handshake() {
    let mut pair = with_one_time(3);
    let first = pair.say();
    let init = first.init().unwrap();
    assert_eq!(init.one_time, Some(pair.agent.one_time[3].id));
    let other = Party::new(&mut pair.random);
    let mut second = other.initiate(&pair.agent.bundle_with(3), &mut pair.random);

    pair.agent.hear(&first);
    assert!(!answers(&pair, &init), "the same handshake again");
    let (place, key) = pair.place(other.id, pair.agent.id);
    let wrap = second.seal(&key, &place.context(), NOW, &mut pair.random).unwrap();
    let second = crate::support::Sealed { place, wrap, key }.init().unwrap();
    let refused = pair.agent.respond(&second, &other.id).map(drop);
    assert_eq!(refused, Err(HandshakeError::UnknownPrekey), "another initiator with the same prekey");
}

#[test]
fn handshakes_that_open_nothing_burn_no_prekey() {
    let mut pair = with_one_time(0);
    let first = pair.say();
    let before = cbor::encode(&pair.agent.prekeys);
    for at in 0..50 {
        let mut wrap = first.wrap.clone();
        let end = wrap.len();
        wrap[end - 1 - at % 48] ^= 1;
        let rubbish = first.with(wrap);
        let response = pair.agent.respond(&rubbish.init().unwrap(), &pair.visitor.id).unwrap();
        assert!(rubbish.open_by(response).is_err());
    }
    assert!(cbor::encode(&pair.agent.prekeys) == before);
    pair.agent.hear(&first);
    assert!(cbor::encode(&pair.agent.prekeys) != before);
}

#[test]
fn without_one_time_prekeys_the_signed_one_serves_many() {
    let mut pair = Pair::new();
    for _ in 0..5 {
        pair.session = pair.visitor.initiate(&pair.agent.bundle, &mut pair.random);
        let first = pair.say();
        assert_eq!(first.init().unwrap().one_time, None);
        let mut theirs = pair.agent.hear(&first);
        pair.answer(&mut theirs).assert_opens(&mut pair.session);
    }
}

#[test]
fn a_prekey_answers_in_its_own_role_only() {
    let mut pair = with_one_time(0);
    let init = pair.say().init().unwrap();
    let (signed, one_time) = (init.signed, init.one_time.unwrap());
    for (signed, one_time) in [
        (one_time, None),
        (one_time, Some(signed)),
        (one_time, Some(one_time)),
        (signed, Some(signed)),
        (signed, Some(0)),
        (0, None),
        (u32::MAX, Some(one_time)),
    ] {
        assert!(!answers(&pair, &Init { signed, one_time, ..init.clone() }), "{signed} {one_time:?}");
    }
    assert!(answers(&pair, &init));
}

#[test]
fn prekeys_in_each_others_place_are_not_signed_for_it() {
    let party = Party::stocked(&mut seeded(5));
    let (signed, one_time) = (party.bundle.signed.clone(), party.one_time[0].clone());
    let swapped = Bundle { signed: one_time.clone(), one_time: Some(signed.clone()), ..party.bundle.clone() };
    let twice = Bundle { one_time: Some(signed), ..party.bundle.clone() };
    let promoted = Bundle { signed: one_time.clone(), ..party.bundle.clone() };
    let mixed = Prekey { kem: party.one_time[1].kem.clone(), ..one_time };
    let mixed = Bundle { one_time: Some(mixed), ..party.bundle.clone() };
    for bundle in [swapped, twice, promoted, mixed] {
        let refused = Bundle::verify(&cbor::encode(&bundle), &SITE, &party.id, NOW);
        assert_eq!(refused, Err(BundleError::BadSignature));
    }
}

#[test]
fn a_state_brought_back_from_a_copy_drops_its_one_time_prekeys() {
    let mut pair = with_one_time(0);
    let first = pair.say();
    let copy = cbor::encode(&pair.agent.prekeys);
    pair.agent.hear(&first);
    // Life goes on: the relay is given more, up to id 41.
    assert!(pair.agent.prekeys.restock(0, 21, ONE_TIME_KEPT, NOW, &mut pair.random));

    pair.agent.prekeys = cbor::decode(&copy).unwrap();
    let init = first.init().unwrap();
    assert!(answers(&pair, &init), "the copy does not know yet");
    assert!(pair.agent.prekeys.restock(20, 41, ONE_TIME_KEPT, NOW, &mut pair.random));
    assert!(!answers(&pair, &init), "what was used is not answered again");
    let last = Init { one_time: Some(21), ..init };
    assert!(!answers(&pair, &last), "nor is any other");
    // A signed prekey of an id that the relay does not know takes the old one's place; the next ids follow it.
    let next = upload(&pair.agent.secrets, &pair.agent.prekeys);
    assert_eq!((next.signed.id, next.one_time), (42, None));
    assert!(pair.agent.prekeys.restock(0, 42, ONE_TIME_KEPT, NOW, &mut pair.random));
    let next = upload(&pair.agent.secrets, &pair.agent.prekeys);
    assert_eq!(ids(&next.one_time.unwrap()), (43..=62).collect::<Vec<_>>());
    // The signed prekey from before the copy still answers.
    pair.session = pair.visitor.initiate(&pair.agent.bundle, &mut pair.random);
    let said = pair.say();
    pair.agent.hear(&said);
}

#[test]
fn prekeys_survive_storage() {
    let mut pair = with_one_time(0);
    let sealed = pair.say();
    pair.agent.prekeys = cbor::decode(&cbor::encode(&pair.agent.prekeys)).unwrap();
    pair.agent.hear(&sealed);
}

#[test]
fn there_is_nothing_to_upload_before_the_first_prekey() {
    let party = Party::new(&mut seeded(5));
    assert_eq!(Prekeys::default().derive_upload(&party.secrets, &SITE), None);
}

#[test]
fn a_leap_of_the_relays_highest_id_does_not_use_up_the_ids() {
    let mut party = Party::new(&mut seeded(5));
    let before = party.prekeys.last_id();
    party.prekeys.restock(20, u32::MAX, ONE_TIME_KEPT, NOW, &mut seeded(6));
    assert_eq!(party.prekeys.last_id(), before, "it is not believed");
    assert!(party.prekeys.rotate(NOW + 7 * DAY, &mut seeded(7)), "and prekeys are still made");
}
