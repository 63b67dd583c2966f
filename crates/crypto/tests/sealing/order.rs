//! Section 5.2: wraps in any order, each once.

use rand_core::Rng;
use segel_crypto::session::{Session, WrapError};

use crate::support::{NOW, Pair, Sealed, restarted, seeded, state};

fn opened(sealed: &Sealed, session: &mut Session) -> Result<(), WrapError> {
    sealed.open(session).map(drop)
}

#[test]
fn wraps_open_in_order_over_a_state_that_is_stored_each_time() {
    let (mut pair, mut theirs) = Pair::established();
    for _ in 0..20 {
        pair.say().assert_opens(&mut theirs);
        theirs = restarted(&theirs);
        pair.answer(&mut theirs).assert_opens(&mut pair.session);
        pair.session = restarted(&pair.session);
    }
}

#[test]
fn wraps_open_in_any_order_and_late_ones_over_a_stored_state() {
    let (mut pair, mut theirs) = Pair::established();
    let sealed: Vec<_> = (0..6).map(|_| pair.say()).collect();
    for at in [3, 0, 5, 1, 4, 2] {
        sealed[at].assert_opens(&mut theirs);
        theirs = restarted(&theirs);
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
        assert_eq!(opened(again, &mut theirs), Err(WrapError::Stale));
    }
    assert_eq!(state(&theirs), before);
}

#[test]
fn wraps_of_several_chains_open_in_any_order_each_once() {
    for seed in 0..20 {
        let (mut pair, mut theirs) = Pair::established();
        let mut order = seeded(seed);
        let mut waiting: Vec<Sealed> = Vec::new();
        // Six chains of the visitor's: of each some wraps are late, and come in any order over a stored state.
        for _ in 0..6 {
            waiting.extend((0..3).map(|_| pair.say()));
            let newest = waiting.pop().unwrap();
            newest.assert_opens(&mut theirs);
            let at = order.next_u32() as usize % waiting.len();
            waiting.remove(at).assert_opens(&mut theirs);
            theirs = restarted(&theirs);
            pair.answer(&mut theirs).assert_opens(&mut pair.session);
        }
        while !waiting.is_empty() {
            let at = order.next_u32() as usize % waiting.len();
            let late = waiting.remove(at);
            late.assert_opens(&mut theirs);
            assert!(late.open(&mut theirs).is_err(), "a second time");
            theirs = restarted(&theirs);
        }
        assert_eq!(theirs.skipped(), (0, None));
    }
}

#[test]
fn both_sides_may_speak_at_once_for_as_long_as_they_like() {
    let (mut pair, mut theirs) = Pair::established();
    for _ in 0..10 {
        let (asks, answers) =
            ([pair.say(), pair.say()], [pair.answer(&mut theirs), pair.answer(&mut theirs)]);
        for at in [1, 0] {
            asks[at].assert_opens(&mut theirs);
            answers[at].assert_opens(&mut pair.session);
        }
    }
}

#[test]
fn a_wrap_of_a_chain_that_is_over_opens_as_long_as_its_key_is_kept() {
    let (mut pair, mut theirs) = Pair::established();
    let first = [pair.say(), pair.say(), pair.say()];
    first[0].assert_opens(&mut theirs);
    pair.answer(&mut theirs).assert_opens(&mut pair.session);
    // The new chain says how long the one before it was.
    pair.say().assert_opens(&mut theirs);
    assert_eq!(theirs.skipped(), (2, Some(NOW)));
    first[2].assert_opens(&mut theirs);
    first[2].assert_refused(&mut theirs, WrapError::Stale);
    first[1].assert_opens(&mut theirs);
}

#[test]
fn only_a_wrap_that_moves_a_chain_forward_shows_in_what_was_received() {
    let (mut pair, mut theirs) = Pair::established();
    pair.say().assert_opens(&mut theirs);
    let [late, newest] = [pair.say(), pair.say()];
    let before = theirs.received();
    assert!(before.0.is_some());
    newest.assert_opens(&mut theirs);
    let moved = theirs.received();
    assert_eq!((moved.0, moved.1), (before.0, before.1 + 2), "the same chain, two further");
    late.assert_opens(&mut theirs);
    assert!(newest.open(&mut theirs).is_err());
    assert_eq!(theirs.received(), moved, "neither a late one nor one again");
    pair.answer(&mut theirs).assert_opens(&mut pair.session);
    pair.say().assert_opens(&mut theirs);
    assert_ne!(theirs.received().0, moved.0, "a new chain");
}
