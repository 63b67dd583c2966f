//! Section 3.4: a handshake that was accepted is never accepted again, also after a restart.

use segel_crypto::handshake::HandshakeError;
use segel_crypto::prekeys::Prekeys;
use segel_wire::cbor;
use segel_wire::limits::ONE_TIME_KEPT;
use segel_wire::limits::{SIGNED_REPLACED, SIGNED_SERVES};

use crate::mirror::Stored;
use crate::support::{NOW, Pair, Party, Sealed};

const DAY: u64 = 24 * 60 * 60;

fn refusal(pair: &Pair, first: &Sealed) -> Option<HandshakeError> {
    pair.agent.respond(&first.init().unwrap(), &pair.visitor.id).map(drop).err()
}

fn restart(party: &mut Party) {
    party.prekeys = cbor::decode(&cbor::encode(&party.prekeys)).unwrap();
}

#[test]
fn a_handshake_through_the_signed_prekey_is_remembered_over_restarts_as_long_as_the_prekey_lives() {
    let mut pair = Pair::new();
    let first = pair.say();
    let twin = pair.say();
    assert_eq!(refusal(&pair, &first), None);
    pair.agent.hear(&first);
    for age in [0, 7 * DAY, 14 * DAY, 20 * DAY, 21 * DAY - 1] {
        pair.agent.prekeys.rotate(NOW + age, &mut pair.random);
        restart(&mut pair.agent);
        for replayed in [&first, &twin] {
            assert_eq!(refusal(&pair, replayed), Some(HandshakeError::Seen), "{age}");
        }
    }
    pair.agent.prekeys.rotate(NOW + 21 * DAY, &mut pair.random);
    assert_eq!(refusal(&pair, &first), Some(HandshakeError::UnknownPrekey));
}

#[test]
fn another_handshake_through_the_same_prekey_is_not_taken_for_a_replay() {
    let mut pair = Pair::new();
    let first = pair.say();
    pair.agent.hear(&first);
    pair.session = pair.visitor.initiate(&pair.agent.bundle, &mut pair.random);
    let second = pair.say();
    pair.agent.hear(&second);
    for replayed in [first, second] {
        assert_eq!(refusal(&pair, &replayed), Some(HandshakeError::Seen));
    }
}

/// Prekeys whose signed one served this many handshakes more.
fn served(prekeys: &Prekeys, count: usize) -> Prekeys {
    let mut stored = Stored::of(prekeys);
    let memory = &mut stored.signed.last_mut().unwrap().served.0;
    memory.extend((0..count).flat_map(|number| (number as u128).to_be_bytes()));
    cbor::decode(&cbor::encode(&stored)).unwrap()
}

#[test]
fn a_signed_prekey_that_served_often_is_replaced_and_then_accepts_no_more() {
    let mut pair = Pair::new();
    assert_eq!((SIGNED_REPLACED, SIGNED_SERVES), (1_024, 2_048));
    let fresh = pair.agent.prekeys.clone();
    for (count, is_replaced) in [(1_023, false), (1_024, true)] {
        let mut worn = served(&fresh, count);
        assert_eq!(worn.rotate(NOW, &mut pair.random), is_replaced, "{count}");
        assert!(!worn.rotate(NOW, &mut pair.random), "the next one is fresh");
    }

    pair.agent.prekeys = served(&fresh, 2_047);
    let (last, one_more) = (pair.say(), {
        pair.session = pair.visitor.initiate(&pair.agent.bundle, &mut pair.random);
        pair.say()
    });
    pair.agent.hear(&last);
    assert_eq!(refusal(&pair, &one_more), Some(HandshakeError::Seen));
    // With a one-time prekey beside it, it still serves.
    assert!(pair.agent.prekeys.restock(0, 0, ONE_TIME_KEPT, NOW, &mut pair.random));
    let Party { secrets, prekeys, .. } =
        Party::of(pair.agent.secrets.clone(), pair.agent.prekeys.clone(), NOW);
    pair.agent = Party::of(secrets, prekeys, NOW);
    pair.session = pair.visitor.initiate(&pair.agent.bundle_with(0), &mut pair.random);
    let with_one_time = pair.say();
    pair.agent.hear(&with_one_time);
}
