//! Section 5.4: a wrap opens where it belongs, unaltered, and nowhere else.

use segel_crypto::content::ContentHash;
use segel_crypto::session::{SealError, Session, Wrap, WrapError};
use segel_wire::cbor;
use segel_wire::ids::{ConversationId, DeviceId, EventId};

use crate::support::{CONVERSATION, NOW, Pair, Party, Place, Sealed, flips, state};

#[test]
fn a_wrap_with_any_bit_altered_opens_nothing_and_changes_nothing() {
    let (mut pair, mut theirs) = Pair::established();
    let sealed = pair.say();
    assert_eq!(sealed.wrap.len(), 142);
    let before = state(&theirs);
    for (bit, wrap) in flips(&sealed.wrap) {
        let altered = Sealed { wrap, place: sealed.place, key: sealed.key.clone() };
        altered.open(&mut theirs).map(drop).expect_err(&format!("bit {bit}"));
        assert_eq!(state(&theirs), before, "bit {bit}");
    }
    sealed.assert_opens(&mut theirs);
}

#[test]
fn a_wrap_of_any_other_length_is_malformed() {
    let mut pair = Pair::new();
    let (first, (mut later, _)) = (pair.say(), Pair::established());
    for wrap in [first.wrap, later.say().wrap] {
        for length in 0..wrap.len() {
            assert_eq!(Wrap::parse(&wrap[..length]).map(drop), Err(WrapError::Malformed), "{length}");
        }
        let longer = [wrap, vec![0]].concat();
        assert_eq!(Wrap::parse(&longer).map(drop), Err(WrapError::Malformed));
    }
    let of_suite = |suite, length| [&[1, suite, 0][..], &vec![0; length]].concat();
    for length in [0, 4_096] {
        assert_eq!(Wrap::parse(&of_suite(2, length)).map(drop), Err(WrapError::Malformed));
        assert_eq!(
            Wrap::parse(&of_suite(3, length)).map(drop),
            Err(WrapError::UnknownSuite),
            "is told first"
        );
    }
    assert_eq!(Wrap::parse(&[1, 3]).map(drop), Err(WrapError::Malformed), "three bytes tell it");
}

#[test]
fn a_wrap_moved_to_another_place_opens_nothing_and_changes_nothing() {
    let (mut pair, mut theirs) = Pair::established();
    let sealed = pair.say();
    let before = state(&theirs);
    let moves: [fn(&mut Place); 5] = [
        |place| place.conversation = ConversationId([0xc1; 16]),
        |place| place.event = EventId([0xee; 16]),
        |place| place.sender = DeviceId([0xdd; 16]),
        |place| place.recipient = DeviceId([0xdd; 16]),
        |place| place.content = ContentHash([0xcc; 32]),
    ];
    for (number, change) in moves.into_iter().enumerate() {
        let mut elsewhere = sealed.place;
        change(&mut elsewhere);
        let answer = theirs.open(&Wrap::parse(&sealed.wrap).unwrap(), &elsewhere.context(), NOW).map(drop);
        assert_eq!(answer, Err(WrapError::NotAuthentic), "{number}");
        assert_eq!(state(&theirs), before, "{number}");
    }
    sealed.assert_opens(&mut theirs);
}

#[test]
fn a_wrap_for_one_device_opens_nothing_on_another() {
    let mut pair = Pair::new();
    let other = Party::new(&mut pair.random);
    let sealed = pair.say();
    let response = other.respond(&sealed.init().unwrap(), &pair.visitor.id).unwrap();
    assert_eq!(sealed.open_by(response).map(drop), Err(WrapError::NotAuthentic));
}

/// A session as a dishonest program would keep it, with one id exchanged for another.
fn tampered(session: &Session, from: [u8; 16], to: [u8; 16]) -> Session {
    let mut bytes = state(session);
    let place = bytes.windows(16).position(|part| part == from).unwrap();
    bytes[place..place + 16].copy_from_slice(&to);
    assert!(!bytes.windows(16).any(|part| part == from));
    cbor::decode(&bytes).unwrap()
}

#[test]
fn a_device_cannot_speak_as_another_through_its_own_session() {
    let (mut pair, mut theirs) = Pair::established();
    let other = Party::new(&mut pair.random);

    // The visitor turns bad: what it binds its wrap to is its own choice.
    let mut bad = tampered(&pair.session, pair.visitor.id.0, other.id.0);
    let (place, key) = pair.place(other.id, pair.agent.id);
    let wrap = bad.seal(&key, &place.context(), NOW, &mut pair.random).unwrap();
    let before = state(&theirs);
    let posing = Sealed { place, wrap, key };
    assert_eq!(posing.open(&mut theirs).map(drop), Err(WrapError::NotAuthentic));
    assert_eq!(state(&theirs), before);

    // The wrap itself was good: only the session's own knowledge of its peer refuses it.
    posing.assert_opens(&mut tampered(&theirs, pair.visitor.id.0, other.id.0));
}

#[test]
fn a_visitors_session_serves_its_own_conversation_only() {
    let (mut pair, mut theirs) = Pair::established();
    let elsewhere = ConversationId([0xc1; 16]);
    let mut bad = tampered(&pair.session, CONVERSATION.0, elsewhere.0);
    let (mut place, key) = pair.place(pair.visitor.id, pair.agent.id);
    place.conversation = elsewhere;
    let honest = pair.session.seal(&key, &place.context(), NOW, &mut pair.random);
    assert_eq!(honest, Err(SealError::Elsewhere));
    let wrap = bad.seal(&key, &place.context(), NOW, &mut pair.random).unwrap();
    let moved = Sealed { place, wrap, key };
    assert_eq!(moved.open(&mut theirs).map(drop), Err(WrapError::NotAuthentic));
}
