//! Section 5.1: wraps in any order, each once.

use segel_crypto::session::{Session, WrapError};
use segel_wire::cbor;
use segel_wire::limits::{SKIP, SKIPPED_KEYS};

use crate::support::{Pair, Sealed, state};

fn opened(sealed: &Sealed, session: &mut Session) -> Result<(), WrapError> {
    sealed.open(session).map(drop)
}

#[test]
fn wraps_open_in_order_over_a_state_that_is_stored_each_time() {
    let (mut pair, mut theirs) = Pair::established();
    for _ in 0..20 {
        pair.say().assert_opens(&mut theirs);
        theirs = cbor::decode(&state(&theirs)).unwrap();
        pair.answer(&mut theirs).assert_opens(&mut pair.session);
        pair.session = cbor::decode(&state(&pair.session)).unwrap();
    }
}

#[test]
fn wraps_open_in_any_order_and_late_ones_over_a_stored_state() {
    let (mut pair, mut theirs) = Pair::established();
    let sealed: Vec<_> = (0..6).map(|_| pair.say()).collect();
    for at in [3, 0, 5, 1, 4, 2] {
        sealed[at].assert_opens(&mut theirs);
        theirs = cbor::decode(&state(&theirs)).unwrap();
    }
}

#[test]
fn a_wrap_is_used_once_whether_it_came_in_order_or_late() {
    let (mut pair, mut theirs) = Pair::established();
    let sealed: Vec<_> = (0..3).map(|_| pair.say()).collect();
    for at in [0, 2, 1] {
        sealed[at].assert_opens(&mut theirs);
    }
    let before = state(&theirs);
    for again in &sealed {
        assert_eq!(opened(again, &mut theirs), Err(WrapError::Used));
    }
    assert_eq!(state(&theirs), before);
}

#[test]
fn a_thousand_wraps_may_be_missing_and_no_more() {
    let (mut pair, mut theirs) = Pair::established();
    let sealed: Vec<_> = (0..SKIP + 2).map(|_| pair.say()).collect();
    let before = state(&theirs);
    assert_eq!(opened(&sealed[1_001], &mut theirs), Err(WrapError::TooFarAhead));
    assert_eq!(state(&theirs), before);
    sealed[1_000].assert_opens(&mut theirs);
    sealed[1_001].assert_opens(&mut theirs);
    for late in [0, 999, 500] {
        sealed[late].assert_opens(&mut theirs);
    }
}

#[test]
fn of_more_than_two_thousand_skipped_keys_the_oldest_go() {
    let (mut pair, mut theirs) = Pair::established();
    let sealed: Vec<_> = (0..2_005).map(|_| pair.say()).collect();
    // Skips 0 to 999, then 1,001 to 2,000: exactly as many as are kept.
    sealed[1_000].assert_opens(&mut theirs);
    sealed[2_001].assert_opens(&mut theirs);
    assert_eq!(SKIPPED_KEYS, 2_000);
    let mut full = theirs.clone();
    sealed[0].assert_opens(&mut full);

    // Two more push the oldest two out.
    sealed[2_004].assert_opens(&mut theirs);
    for gone in [0, 1] {
        assert_eq!(opened(&sealed[gone], &mut theirs), Err(WrapError::Used));
    }
    for kept in [2, 2_000, 2_002, 2_003] {
        sealed[kept].assert_opens(&mut theirs);
    }
}
