//! Sections 5.2, 5.4 and 5.8: a state that was set back, or lives twice, repeats no key and nonce and is found out.

use std::collections::BTreeSet;

use segel_crypto::session::WrapError;

use crate::mirror::Mirror;
use crate::support::{Pair, Sealed, restarted};
use crate::text::{self, Parts};

/// The AEAD key and nonce that a wrap of the newest chain was sealed under.
fn key_and_nonce(sealed: &Sealed, chain_key: &text::Key) -> (text::Key, [u8; 12]) {
    text::wrap_key(&text::take(chain_key).0, &Parts::of(&sealed.wrap).salt())
}

#[test]
fn a_state_restored_from_a_copy_repeats_no_key_and_nonce() {
    let (mut pair, mut theirs) = Pair::established();
    pair.say().assert_opens(&mut theirs);
    let copy = restarted(&pair.session);
    let chain_key = Mirror::of(&copy).sending.unwrap().chain.key;
    let mut used = BTreeSet::new();
    let mut salts = BTreeSet::new();
    let mut sealed = Vec::new();
    for _ in 0..50 {
        pair.session = restarted(&copy);
        let said = pair.say();
        assert!(used.insert(key_and_nonce(&said, &chain_key)));
        assert!(salts.insert(Parts::of(&said.wrap).salt()));
        sealed.push(said);
    }
    // All stand at the same place of the chain: one opens, and each other one is known for what it is.
    sealed[7].assert_opens(&mut theirs);
    for at in (0..50).filter(|at| *at != 7) {
        sealed[at].assert_refused(&mut theirs, WrapError::Stale);
    }
}

#[test]
fn of_two_live_copies_the_second_is_stale_and_a_new_handshake_brings_both_back() {
    let (mut pair, mut theirs) = Pair::established();
    pair.say().assert_opens(&mut theirs);
    let mut copy = restarted(&pair.session);
    pair.say().assert_opens(&mut theirs);
    core::mem::swap(&mut pair.session, &mut copy);
    pair.say().assert_refused(&mut theirs, WrapError::Stale);

    // Each copy starts anew in turn; the agent follows.
    for _ in 0..2 {
        pair.session = pair.visitor.initiate(&pair.agent.bundle, &mut pair.random);
        let first = pair.say();
        let mut anew = pair.agent.hear(&first);
        pair.answer(&mut anew).assert_opens(&mut pair.session);
        pair.round(&mut anew);
    }
}

#[test]
fn of_two_copies_that_both_began_a_chain_every_wrap_of_the_second_is_stale() {
    let (mut pair, mut theirs) = Pair::established();
    let mut copy = restarted(&pair.session);
    pair.say().assert_opens(&mut theirs);
    // The copy's chain stands under the same header key, with another ratchet key, and is further on.
    core::mem::swap(&mut pair.session, &mut copy);
    let second: Vec<_> = (0..3).map(|_| pair.say()).collect();
    for said in &second {
        said.assert_refused(&mut theirs, WrapError::Stale);
    }
    pair.session = copy;
    pair.say().assert_opens(&mut theirs);
}

#[test]
fn a_receiver_that_was_set_back_refuses_what_its_later_self_could_open_and_is_followed_anew() {
    let (mut pair, mut theirs) = Pair::established();
    let copy = restarted(&theirs);
    pair.round(&mut theirs);
    pair.round(&mut theirs);
    let mut back = copy;
    pair.say().assert_refused(&mut back, WrapError::NotAuthentic);
    // What the set back side seals stands where its later self was: it is stale to the peer, or opens nothing.
    let old = pair.answer(&mut back);
    assert!(old.open(&mut pair.session).is_err());
    pair.session = pair.visitor.initiate(&pair.agent.bundle, &mut pair.random);
    let first = pair.say();
    let mut anew = pair.agent.hear(&first);
    pair.round(&mut anew);
}
