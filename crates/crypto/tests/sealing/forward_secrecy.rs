//! Section 5.1: a stored state says nothing of what was opened or sealed before.

use std::collections::BTreeSet;

use segel_crypto::session::{Session, WrapError};
use segel_wire::cbor;

use crate::support::{Pair, state, strings_of_32};

fn keys(session: &Session) -> BTreeSet<[u8; 32]> {
    strings_of_32(&state(session)).into_iter().filter(|bytes| *bytes != session.transcript().0).collect()
}

#[test]
fn a_stolen_state_opens_nothing_that_was_opened_before() {
    let (mut pair, mut theirs) = Pair::established();
    let sealed: Vec<_> = (0..5).map(|_| pair.say()).collect();
    for event in &sealed {
        event.assert_opens(&mut theirs);
    }
    let mut stolen: Session = cbor::decode(&state(&theirs)).unwrap();
    for event in &sealed {
        assert_eq!(event.open(&mut stolen).map(drop), Err(WrapError::Used));
    }
    pair.say().assert_opens(&mut stolen);
}

#[test]
fn both_chains_overwrite_their_keys_when_they_step() {
    let (mut pair, mut theirs) = Pair::established();
    let (ours, opposite) = (keys(&pair.session), keys(&theirs));
    assert_eq!(ours.len(), 2);
    assert_eq!(ours, opposite, "each side's sending chain is the other's receiving chain");

    pair.say().assert_opens(&mut theirs);
    pair.answer(&mut theirs).assert_opens(&mut pair.session);
    assert_eq!(keys(&pair.session), keys(&theirs));
    assert!(keys(&pair.session).is_disjoint(&ours));
}

#[test]
fn a_skipped_key_is_deleted_when_it_was_used() {
    let (mut pair, mut theirs) = Pair::established();
    let late = pair.say();
    pair.say().assert_opens(&mut theirs);
    assert_eq!(keys(&theirs).len(), 3);
    late.assert_opens(&mut theirs);
    assert_eq!(keys(&theirs).len(), 2);
}

#[test]
fn a_state_restored_from_a_copy_repeats_no_key_and_nonce() {
    let (mut pair, mut theirs) = Pair::established();
    let (place, key) = pair.place(pair.visitor.id, pair.agent.id);
    let mut restored: Session = cbor::decode(&state(&pair.session)).unwrap();
    let first = pair.session.seal(&key, &place.context(), &mut pair.random).unwrap();
    let second = restored.seal(&key, &place.context(), &mut pair.random).unwrap();

    // version, suite, flags, alias and n are the same; the salt is not, and so neither is the key
    // stream over the same content key.
    assert_eq!(first[..15], second[..15]);
    assert_ne!(first[15..31], second[15..31]);
    assert_ne!(first[31..63], second[31..63]);

    let sealed = |wrap| crate::support::Sealed { place, wrap, key: key.clone() };
    sealed(first).assert_opens(&mut theirs);
    assert_eq!(sealed(second).open(&mut theirs).map(drop), Err(WrapError::Used));
}
