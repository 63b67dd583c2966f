//! Section 5.12: a signal counts once, now, under the key that its sender gave in this conversation.
#![cfg(test)]

use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use segel_crypto::signal::{SharedKey, SignalError, SignalKind, SignalReceiver, SignalSender};
use segel_wire::cbor;
use segel_wire::ids::{ConversationId, DeviceId};

const CONVERSATION: ConversationId = ConversationId([0xc0; 16]);
const SENDER: DeviceId = DeviceId([0x5e; 16]);
const NOW: u64 = 1_800_000_000;
const DAY: u64 = 24 * 60 * 60;
const KINDS: [SignalKind; 4] = [SignalKind::Idle, SignalKind::Typing, SignalKind::Present, SignalKind::Away];

/// A sender and a member who was given its key.
struct Pair {
    sender: SignalSender,
    receiver: SignalReceiver,
    random: ChaCha20Rng,
}

impl Pair {
    fn new() -> Self {
        let mut random = ChaCha20Rng::seed_from_u64(1);
        let sender = SignalSender::make(&CONVERSATION, &SENDER, NOW, &mut random);
        let receiver = SignalReceiver::new(&CONVERSATION, &SENDER, sender.shared(), NOW);
        Self { sender, receiver, random }
    }

    fn seal(&mut self, now: u64) -> Vec<u8> {
        self.sender.seal(SignalKind::Typing, now, &mut self.random)
    }
}

/// A key that says this of its life, whatever a sender would make.
fn shared_until(not_after: u64) -> SharedKey {
    let key = [&[0xa2, 0, 0x58, 32][..], &[9; 32], &[1], &cbor::encode(&not_after)].concat();
    cbor::decode(&key).unwrap()
}

#[test]
fn every_kind_arrives_at_the_documented_size() {
    let mut pair = Pair::new();
    for kind in KINDS {
        let signal = pair.sender.seal(kind, NOW, &mut pair.random);
        assert_eq!(signal.len(), 34 + 32 + 16);
        assert_eq!(signal[..2], [1, 2]);
        assert_eq!(pair.receiver.open(&signal, NOW), Ok(kind));
    }
}

#[test]
fn a_shared_key_travels_and_says_nothing_of_itself() {
    let pair = Pair::new();
    let encoded = cbor::encode(pair.sender.shared());
    let read: SharedKey = cbor::decode(&encoded).unwrap();
    assert_eq!(read, *pair.sender.shared());
    assert_ne!(read, shared_until(NOW + DAY));
    for shown in [format!("{read:?}"), format!("{:?}", pair.sender), format!("{:?}", pair.receiver)] {
        assert!(shown.contains("SignalKey(secret)"), "{shown}");
    }
}

#[test]
fn a_signal_counts_once_and_never_after_a_later_one() {
    let mut pair = Pair::new();
    let [first, second, third] = [pair.seal(NOW), pair.seal(NOW), pair.seal(NOW)];
    assert_eq!(pair.receiver.open(&first, NOW), Ok(SignalKind::Typing));
    assert_eq!(pair.receiver.open(&first, NOW), Err(SignalError::Replayed));
    assert_eq!(pair.receiver.open(&third, NOW), Ok(SignalKind::Typing), "one may be lost");
    assert_eq!(pair.receiver.open(&second, NOW), Err(SignalError::Replayed));
    assert_eq!(pair.receiver.open(&third, NOW), Err(SignalError::Replayed));
}

#[test]
fn a_signal_counts_for_thirty_seconds_both_ways() {
    for (distance, expected) in
        [(0, Ok(SignalKind::Typing)), (30, Ok(SignalKind::Typing)), (31, Err(SignalError::Untimely))]
    {
        let (mut late, mut early) = (Pair::new(), Pair::new());
        let (signal, ahead) = (late.seal(NOW), early.seal(NOW + distance));
        assert_eq!(late.receiver.open(&signal, NOW + distance), expected, "{distance} seconds late");
        assert_eq!(early.receiver.open(&ahead, NOW), expected, "{distance} seconds early");
    }
}

#[test]
fn one_that_is_refused_keeps_no_other_out() {
    let mut pair = Pair::new();
    let (first, second) = (pair.seal(NOW), pair.seal(NOW + 40));
    assert_eq!(pair.receiver.open(&second, NOW), Err(SignalError::Untimely));
    assert_eq!(pair.receiver.open(&first, NOW), Ok(SignalKind::Typing));
    assert_eq!(pair.receiver.open(&second, NOW + 40), Ok(SignalKind::Typing));
}

#[test]
fn a_key_lapses_after_a_day_for_both() {
    let mut pair = Pair::new();
    assert!(!pair.sender.is_due(NOW) && !pair.sender.is_due(NOW + DAY - 1));
    assert!(pair.sender.is_due(NOW + DAY) && pair.sender.is_due(u64::MAX));
    assert!(pair.sender.is_due(NOW - 1), "the clock was set back");
    let (last, lapsed) = (pair.seal(NOW + DAY - 1), pair.seal(NOW + DAY));
    assert_eq!(pair.receiver.open(&last, NOW + DAY - 1), Ok(SignalKind::Typing));
    assert_eq!(pair.receiver.open(&lapsed, NOW + DAY), Err(SignalError::Lapsed));
}

#[test]
fn a_key_that_claims_a_longer_life_lapses_a_day_after_it_was_given() {
    // Nobody needs to seal for this: a lapsed key is refused before anything is opened.
    for (not_after, at, is_lapsed) in [
        (u64::MAX, NOW + DAY - 1, false),
        (u64::MAX, NOW + DAY, true),
        (NOW + 10, NOW + 9, false),
        (NOW + 10, NOW + 10, true),
    ] {
        let shared = shared_until(not_after);
        let mut receiver = SignalReceiver::new(&CONVERSATION, &SENDER, &shared, NOW);
        let refused = receiver.open(&with_key_id_of(&shared), at);
        let expected = if is_lapsed { SignalError::Lapsed } else { SignalError::NotAuthentic };
        assert_eq!(refused, Err(expected), "until {not_after} at {at}");
    }
}

/// A signal of the right shape and key id, and rubbish otherwise.
fn with_key_id_of(shared: &SharedKey) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    let encoded = cbor::encode(shared);
    let fields: [&[u8]; 3] = [&CONVERSATION.0, &SENDER.0, &encoded[4..36]];
    let id = Sha256::digest(segel_wire::signed::statement("segel/1 signal key", &fields));
    [&[1, 2][..], &id[..8], &[0; 24 + 32 + 16]].concat()
}

#[test]
fn a_signal_counts_in_its_conversation_and_from_its_sender_alone() {
    let mut pair = Pair::new();
    let signal = pair.seal(NOW);
    let (other_conversation, other_sender) = (ConversationId([1; 16]), DeviceId([1; 16]));
    for (conversation, sender) in [(&other_conversation, &SENDER), (&CONVERSATION, &other_sender)] {
        let mut receiver = SignalReceiver::new(conversation, sender, pair.sender.shared(), NOW);
        assert_eq!(receiver.open(&signal, NOW), Err(SignalError::UnknownKey));
        // Nor with the key id that this receiver looks for.
        let mut theirs = SignalSender::make(conversation, sender, NOW, &mut ChaCha20Rng::seed_from_u64(1));
        assert_eq!(theirs.shared(), pair.sender.shared());
        let mut moved = signal.clone();
        let id = theirs.seal(SignalKind::Idle, NOW, &mut pair.random)[2..10].to_vec();
        moved[2..10].copy_from_slice(&id);
        assert_eq!(receiver.open(&moved, NOW), Err(SignalError::NotAuthentic));
    }
    assert_eq!(pair.receiver.open(&signal, NOW), Ok(SignalKind::Typing));
}

#[test]
fn who_is_a_member_no_more_neither_reads_nor_is_heard() {
    let mut pair = Pair::new();
    // The members change: the sender makes a new key, the members drop the old one for it. A former member
    // goes on with what it had.
    let mut former = core::mem::replace(
        &mut pair.sender,
        SignalSender::make(&CONVERSATION, &SENDER, NOW, &mut pair.random),
    );
    let mut member = SignalReceiver::new(&CONVERSATION, &SENDER, pair.sender.shared(), NOW);
    let signal = pair.seal(NOW);
    assert_eq!(pair.receiver.open(&signal, NOW), Err(SignalError::UnknownKey), "it cannot read the new");
    let forged = former.seal(SignalKind::Away, NOW, &mut pair.random);
    assert_eq!(member.open(&forged, NOW), Err(SignalError::UnknownKey), "the old says nothing to members");
    assert_eq!(member.open(&signal, NOW), Ok(SignalKind::Typing));
}

#[test]
fn an_altered_or_shortened_signal_counts_for_nothing() {
    let mut pair = Pair::new();
    let signal = pair.seal(NOW);
    for bit in 0..signal.len() * 8 {
        let mut altered = signal.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        let expected = match bit / 8 {
            0..2 => SignalError::UnknownSuite,
            2..10 => SignalError::UnknownKey,
            _ => SignalError::NotAuthentic,
        };
        assert_eq!(pair.receiver.open(&altered, NOW), Err(expected), "bit {bit}");
    }
    for length in 0..signal.len() {
        assert_eq!(pair.receiver.open(&signal[..length], NOW), Err(SignalError::Malformed), "{length}");
    }
    let longer = [&signal[..], &[0]].concat();
    assert_eq!(pair.receiver.open(&longer, NOW), Err(SignalError::Malformed), "longer");
    assert_eq!(pair.receiver.open(&signal, NOW), Ok(SignalKind::Typing), "the genuine one still counts");
}

proptest! {
    #[test]
    fn in_any_order_of_delivery_the_counters_that_count_ascend(order in prop::collection::vec(0_usize..8, 0..40)) {
        let mut pair = Pair::new();
        let signals: Vec<Vec<u8>> = (0..8).map(|_| pair.seal(NOW)).collect();
        let mut last = None;
        for index in order {
            let counts = last.is_none_or(|last| index > last);
            prop_assert_eq!(pair.receiver.open(&signals[index], NOW).is_ok(), counts);
            last = if counts { Some(index) } else { last };
        }
    }

    #[test]
    fn rubbish_is_refused(bytes: Vec<u8>) {
        prop_assert!(Pair::new().receiver.open(&bytes, NOW).is_err());
    }
}
