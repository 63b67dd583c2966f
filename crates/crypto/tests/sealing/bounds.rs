//! Section 5.2: how many message keys are skipped, kept, and for how long.

use segel_crypto::session::{Session, WrapError};
use segel_wire::limits::{SKIP, SKIPPED_CHAINS, SKIPPED_KEYS};

use crate::mirror::Mirror;
use crate::support::{NOW, Pair, Sealed, state};

const DAYS: u64 = 24 * 60 * 60;

/// A chain of the visitor's, of any length: a program that does not keep to the limits of sealing.
fn chain(pair: &mut Pair, length: u32) -> Vec<Sealed> {
    let mut endless = Mirror::of(&pair.session);
    endless.begin([9; 32], None);
    (0..length).map(|_| endless.write(pair, |_| ())).collect()
}

#[test]
fn a_thousand_wraps_may_be_missing_and_no_more() {
    let (mut pair, mut theirs) = Pair::established();
    let sealed = chain(&mut pair, SKIP + 2);
    assert_eq!(SKIP, 1_000);
    sealed[1_001].assert_refused(&mut theirs, WrapError::TooFarAhead);
    sealed[1_000].assert_opens(&mut theirs);
    sealed[1_001].assert_opens(&mut theirs);
    for late in [0, 999, 500] {
        sealed[late].assert_opens(&mut theirs);
    }
}

#[test]
fn a_new_chain_that_leaves_out_more_than_a_thousand_of_the_one_before_is_refused() {
    let (mut pair, mut theirs) = Pair::established();
    pair.say().assert_opens(&mut theirs);
    pair.answer(&mut theirs).assert_opens(&mut pair.session);
    for (previous, n, is_good) in [(1_001, 0, true), (1_002, 0, false), (1, 1_000, true), (1, 1_001, false)] {
        let mut liar = Mirror::of(&pair.session);
        liar.begin([9; 32], None);
        while liar.sending.as_ref().unwrap().chain.next < n {
            liar.write(&mut pair, |_| ());
        }
        let said = liar.write(&mut pair, |header| header.previous = previous);
        if is_good {
            said.assert_opens(&mut theirs.clone());
        } else {
            said.assert_refused(&mut theirs, WrapError::TooFarAhead);
        }
    }
    // Numbers at the end of their range neither overflow nor take long.
    for (previous, n) in [(u32::MAX, 0), (0, u32::MAX), (u32::MAX, u32::MAX)] {
        let mut liar = Mirror::of(&pair.session);
        liar.begin([9; 32], None);
        let said = liar.write(&mut pair, |header| (header.previous, header.n) = (previous, n));
        said.assert_refused(&mut theirs, WrapError::TooFarAhead);
    }
}

#[test]
fn of_more_than_two_thousand_skipped_keys_the_oldest_go() {
    let (mut pair, mut theirs) = Pair::established();
    let sealed = chain(&mut pair, 2_005);
    // Skips 0 to 999, then 1,001 to 2,000: exactly as many as are kept.
    sealed[1_000].assert_opens(&mut theirs);
    sealed[2_001].assert_opens(&mut theirs);
    assert_eq!((SKIPPED_KEYS, theirs.skipped()), (2_000, (2_000, Some(NOW))));
    let mut full = theirs.clone();
    sealed[0].assert_opens(&mut full);

    // Two more push the oldest two out.
    sealed[2_004].assert_opens(&mut theirs);
    assert_eq!(theirs.skipped().0, 2_000);
    for gone in [0, 1] {
        sealed[gone].assert_refused(&mut theirs, WrapError::Stale);
    }
    for kept in [2, 2_000, 2_002, 2_003] {
        sealed[kept].assert_opens(&mut theirs);
    }
}

/// Lets the visitor begin `count` chains; of each the first wrap is late and the second arrives.
fn late_ones(pair: &mut Pair, theirs: &mut Session, count: usize) -> Vec<Sealed> {
    let mut late = Vec::new();
    for _ in 0..count {
        late.push(pair.say());
        pair.round(theirs);
    }
    late
}

#[test]
fn of_past_chains_five_are_kept_so_that_a_header_is_tried_with_seven_keys() {
    let (mut pair, mut theirs) = Pair::established();
    let late = late_ones(&mut pair, &mut theirs, 7);
    let mirror = Mirror::of(&theirs);
    // The seventh chain is the receiving one; the first is the sixth past one.
    let past = mirror.skipped.iter().filter(|chain| !chain.is_current).count();
    assert_eq!((past, SKIPPED_CHAINS), (5, 5));
    assert_eq!(mirror.skipped.len(), 6);
    // What no held header key opens tells nothing about itself.
    late[0].assert_refused(&mut theirs, WrapError::NotAuthentic);
    for late in late[1..].iter().rev() {
        late.assert_opens(&mut theirs);
    }
    assert_eq!(theirs.skipped(), (0, None));
}

#[test]
fn chains_of_which_nothing_is_missing_take_no_place_among_the_five() {
    let (mut pair, mut theirs) = Pair::established();
    let late = late_ones(&mut pair, &mut theirs, 1);
    for _ in 0..20 {
        pair.round(&mut theirs);
    }
    late[0].assert_opens(&mut theirs);
}

#[test]
fn a_skipped_key_is_kept_for_seven_days_also_where_nobody_tidies_up() {
    let (mut pair, mut theirs) = Pair::established();
    let late = [pair.say(), pair.say()];
    pair.say().assert_opens(&mut theirs);
    late[0].open_at(&mut theirs, NOW + 7 * DAYS - 1).unwrap();
    let before = state(&theirs);
    assert_eq!(late[1].open_at(&mut theirs, NOW + 7 * DAYS).map(drop), Err(WrapError::Stale));
    assert_eq!(state(&theirs), before);
    // The next wrap that opens deletes it.
    assert_eq!(theirs.skipped(), (1, Some(NOW)));
    pair.say().open_at(&mut theirs, NOW + 7 * DAYS).unwrap();
    assert_eq!(theirs.skipped(), (0, None));
}

#[test]
fn a_skipped_key_of_a_past_chain_lapses_too() {
    let (mut pair, mut theirs) = Pair::established();
    let late = late_ones(&mut pair, &mut theirs, 2);
    assert_eq!(late[0].open_at(&mut theirs, NOW + 7 * DAYS).map(drop), Err(WrapError::Stale));
    late[0].open_at(&mut theirs, NOW + 7 * DAYS - 1).unwrap();
}

#[test]
fn pruning_leaves_as_many_as_the_client_has_room_for_and_the_newest() {
    let (mut pair, mut theirs) = Pair::established();
    let late = late_ones(&mut pair, &mut theirs, 3);
    let more = [pair.say(), pair.say()];
    pair.now = NOW + DAYS;
    pair.say().open_at(&mut theirs, NOW + DAYS).unwrap();
    assert_eq!(theirs.skipped(), (5, Some(NOW)));
    theirs.prune(NOW + DAYS, 3);
    assert_eq!(theirs.skipped(), (3, Some(NOW)));
    assert!(late[0].open(&mut theirs).is_err() && late[1].open(&mut theirs).is_err());
    let mut kept = theirs.clone();
    late[2].assert_opens(&mut kept);

    theirs.prune(NOW + 7 * DAYS, usize::MAX);
    assert_eq!(theirs.skipped(), (2, Some(NOW + DAYS)));
    more[0].open_at(&mut theirs, NOW + 7 * DAYS).unwrap();
    theirs.prune(NOW + 7 * DAYS, 0);
    assert_eq!(theirs.skipped(), (0, None));
    assert_eq!(more[1].open_at(&mut theirs, NOW + 7 * DAYS).map(drop), Err(WrapError::Stale));
    pair.say().open_at(&mut theirs, NOW + 7 * DAYS).unwrap();
}
