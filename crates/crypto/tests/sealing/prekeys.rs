//! Section 3.4: a prekey is replaced at 7 days, offered until 14, answered until 21.

use segel_crypto::device::Prekeys;
use segel_crypto::handshake::{HandshakeError, Init};
use segel_wire::cbor;
use segel_wire::signed::{Bundle, BundleError};

use crate::support::{NOW, Pair, Party, SITE, seeded};

const DAY: u64 = 24 * 60 * 60;

/// The bundle that the device would upload at this age, if it changed.
fn rotate(party: &mut Party, age: u64) -> Option<Bundle> {
    let bytes = party.prekeys.rotate(&party.secrets, &SITE, NOW + age, &mut seeded(age))?;
    Some(Bundle::verify(&bytes, &SITE, &party.keys, NOW + age).unwrap())
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

#[test]
fn a_prekey_is_replaced_at_seven_days_and_not_before() {
    let mut party = Party::new(&mut seeded(5));
    assert_eq!(party.bundle.signed.id, 1);
    assert_eq!(rotate(&mut party, 0), None);
    assert_eq!(rotate(&mut party, 7 * DAY - 1), None);
    let next = rotate(&mut party, 7 * DAY).unwrap();
    assert_eq!(next.signed.id, 2);
    assert_ne!(next.signed.key, party.bundle.signed.key);
    assert_eq!(rotate(&mut party, 7 * DAY), None);
}

#[test]
fn a_bundle_is_offered_until_fourteen_days() {
    let party = Party::new(&mut seeded(5));
    let bytes = party.prekeys.derive_bundle(&party.secrets, &SITE).unwrap();
    assert_eq!(party.bundle.signed.not_after, NOW + 14 * DAY);
    assert_eq!(Bundle::verify(&bytes, &SITE, &party.keys, NOW + 14 * DAY - 1), Ok(party.bundle));
    assert_eq!(Bundle::verify(&bytes, &SITE, &party.keys, NOW + 14 * DAY), Err(BundleError::Expired));
}

#[test]
fn a_private_half_answers_until_twenty_one_days_and_is_then_gone() {
    let mut pair = Pair::new();
    let init = pair.say().init().unwrap();
    for age in [7 * DAY, 14 * DAY, 21 * DAY - 1] {
        rotate(&mut pair.agent, age);
        assert!(answers(&pair, &init), "{age}");
    }
    rotate(&mut pair.agent, 21 * DAY);
    assert!(!answers(&pair, &init));
}

#[test]
fn an_id_never_names_a_second_prekey_however_long_the_device_was_away() {
    let mut party = Party::new(&mut seeded(5));
    assert_eq!(rotate(&mut party, 100 * DAY).unwrap().signed.id, 2);
    party.prekeys = cbor::decode(&cbor::encode(&party.prekeys)).unwrap();
    assert_eq!(rotate(&mut party, 200 * DAY).unwrap().signed.id, 3);
}

#[test]
fn prekeys_survive_storage() {
    let mut pair = Pair::new();
    let sealed = pair.say();
    pair.agent.prekeys = cbor::decode(&cbor::encode(&pair.agent.prekeys)).unwrap();
    let mut theirs = pair.agent.respond(&sealed.init().unwrap(), &pair.visitor.id).unwrap();
    sealed.assert_opens(&mut theirs);
}

#[test]
fn there_is_no_bundle_before_the_first_prekey() {
    let party = Party::new(&mut seeded(5));
    assert_eq!(Prekeys::default().derive_bundle(&party.secrets, &SITE), None);
}
