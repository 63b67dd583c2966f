//! Section 5.2: a stored state says nothing of what was opened or sealed before.

use std::collections::BTreeSet;

use segel_crypto::session::{Session, WrapError};

use crate::support::{Pair, restarted, state, strings_of_32};

/// Every secret of 32 bytes in a stored session, and the public ratchet keys beside them.
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
    let mut stolen = restarted(&theirs);
    for event in &sealed {
        event.assert_refused(&mut stolen, WrapError::Stale);
    }
    pair.say().assert_opens(&mut stolen);
}

#[test]
fn both_chains_overwrite_their_keys_when_they_step_and_each_turn_replaces_the_rest() {
    let (mut pair, mut theirs) = Pair::established();
    let (ours, opposite) = (keys(&pair.session), keys(&theirs));
    // Root key, two next header keys, and of the agent's chain the key, the header key and the ratchet key.
    assert_eq!(ours.intersection(&opposite).count(), 6);

    let chain = |session: &Session| crate::mirror::Mirror::of(session).sending.unwrap().chain.key;
    pair.say();
    let before = chain(&pair.session);
    pair.say();
    assert!(!keys(&pair.session).contains(&before));

    // Two turns of both sides later nothing is left of what was held before.
    let (ours, opposite) = (keys(&pair.session), keys(&theirs));
    for _ in 0..2 {
        pair.say().assert_opens(&mut theirs);
        pair.answer(&mut theirs).assert_opens(&mut pair.session);
    }
    theirs.prune(u64::MAX, 0);
    assert!(keys(&pair.session).is_disjoint(&ours));
    assert!(keys(&theirs).is_disjoint(&opposite));
}

#[test]
fn a_skipped_key_is_deleted_when_it_was_used() {
    let (mut pair, mut theirs) = Pair::established();
    let late = pair.say();
    pair.say().assert_opens(&mut theirs);
    let held = keys(&theirs);
    late.assert_opens(&mut theirs);
    let left = keys(&theirs);
    // The chain's header key stays; the message key is gone.
    assert_eq!((held.difference(&left).count(), left.difference(&held).count()), (1, 0));
}
