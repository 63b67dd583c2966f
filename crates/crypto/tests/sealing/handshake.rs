//! Section 4: both sides come to one session, or to none.

use segel_crypto::handshake::{Context, HandshakeError, Init, initiate, respond};
use segel_crypto::prekeys::Prekeys;
use segel_crypto::session::{SealError, Session, WrapError};

use crate::support::{CONTEXT, NOW, Pair, Party, ROSTER, Sealed, state};

#[test]
fn both_sides_come_to_one_session_and_hear_each_other() {
    let mut pair = Pair::new();
    let first = pair.say();
    let response = pair.agent.respond(&first.init().unwrap(), &pair.visitor.id).unwrap();
    assert_eq!(response.transcript(), pair.session.transcript());
    assert_eq!(response.alias(), pair.session.alias());
    let mut theirs = pair.agent.hear(&first);
    assert_eq!(theirs.transcript(), pair.session.transcript());
    assert_eq!(theirs.alias(), pair.session.alias());
    pair.answer(&mut theirs).assert_opens(&mut pair.session);
    pair.say().assert_opens(&mut theirs);
}

#[test]
fn each_handshake_with_the_same_device_is_another_session() {
    let mut pair = Pair::new();
    let again = pair.visitor.initiate(&pair.agent.bundle, &mut pair.random);
    assert_ne!(again.transcript(), pair.session.transcript());
    assert_ne!(again.alias(), pair.session.alias());
}

#[test]
fn agents_devices_talk_without_a_conversation_of_their_own() {
    let mut pair = Pair::new();
    let context = Context { scope: None, ..CONTEXT };
    let agent = &pair.agent;
    pair.session =
        initiate(&pair.visitor.secrets, &agent.bundle, ROSTER, &context, NOW, &mut pair.random).unwrap();
    let mut theirs: Option<Session> = None;
    for conversation in [[1; 16], [2; 16]] {
        let (mut place, key) = pair.place(pair.visitor.id, pair.agent.id);
        place.conversation.0 = conversation;
        let wrap = pair.session.seal(&key, &place.context(), NOW, &mut pair.random).unwrap();
        let sealed = Sealed { place, wrap, key };
        let respond = || {
            let init = sealed.init().unwrap();
            respond(&pair.agent.secrets, &pair.agent.prekeys, &init, &pair.visitor.id, &context, NOW).unwrap()
        };
        let mut moved = sealed.with(sealed.wrap.clone());
        moved.place.conversation.0 = [3; 16];
        match &mut theirs {
            None => {
                assert_eq!(moved.open_by(respond()).map(drop), Err(WrapError::NotAuthentic));
                theirs = Some(sealed.open_by(respond()).unwrap());
            }
            Some(theirs) => {
                moved.assert_refused(theirs, WrapError::NotAuthentic);
                sealed.assert_opens(theirs);
            }
        }
    }
}

#[test]
fn the_init_is_repeated_until_the_responder_was_heard() {
    let mut pair = Pair::new();
    let early: Vec<_> = (0..3).map(|_| pair.say()).collect();
    let init = early[0].init().unwrap();
    assert!(early.iter().all(|sealed| sealed.init() == Some(init.clone())));

    // Whichever arrives first makes the session, and the others belong to it.
    let mut theirs = pair.agent.hear(&early[2]);
    for at in [0, 1] {
        early[at].assert_opens(&mut theirs);
    }
    let answer = pair.answer(&mut theirs);
    assert_eq!(answer.init(), None);

    let mut altered = pair.answer(&mut theirs);
    *altered.wrap.last_mut().unwrap() ^= 1;
    altered.open(&mut pair.session).unwrap_err();
    assert_eq!(pair.say().init(), Some(init), "a forged answer is not an answer");

    answer.assert_opens(&mut pair.session);
    assert_eq!(pair.say().init(), None);
}

#[test]
fn a_wrap_sent_back_to_its_sender_opens_nothing() {
    let (mut pair, _) = Pair::established();
    let mut sealed = pair.say();
    let before = state(&pair.session);
    sealed.open(&mut pair.session).unwrap_err();
    core::mem::swap(&mut sealed.place.sender, &mut sealed.place.recipient);
    sealed.open(&mut pair.session).unwrap_err();
    assert_eq!(state(&pair.session), before);
}

#[test]
fn keys_that_are_not_the_senders_are_refused() {
    let mut pair = Pair::new();
    let stranger = Party::new(&mut pair.random);
    let init = pair.say().init().unwrap();
    let refused = Err(HandshakeError::WrongSender);
    assert_eq!(pair.agent.respond(&init, &stranger.id).map(drop), refused);
    let posing = Init { keys: stranger.keys, ..init };
    assert_eq!(pair.agent.respond(&posing, &pair.visitor.id).map(drop), refused);
}

#[test]
fn a_prekey_that_is_not_held_is_refused() {
    let mut pair = Pair::new();
    let init = pair.say().init().unwrap();
    let refused = Err(HandshakeError::UnknownPrekey);
    let unknown = Init { signed: init.signed + 1, ..init.clone() };
    assert_eq!(pair.agent.respond(&unknown, &pair.visitor.id).map(drop), refused);

    for age in [20, 21] {
        assert!(pair.agent.prekeys.rotate(NOW + age * 24 * 60 * 60, &mut pair.random));
    }
    assert_eq!(pair.agent.respond(&init, &pair.visitor.id).map(drop), refused);
    let agent = &pair.agent;
    let none = Prekeys::default();
    let answer = respond(&agent.secrets, &none, &init, &pair.visitor.id, &CONTEXT, NOW).map(drop);
    assert_eq!(answer, refused);
}

#[test]
fn a_session_seals_between_its_own_two_devices_in_its_own_conversation_only() {
    let mut pair = Pair::new();
    let before = state(&pair.session);
    let (place, key) = pair.place(pair.visitor.id, pair.agent.id);
    let moves: [fn(&mut crate::support::Place); 3] = [
        |place| place.sender.0 = [0xdd; 16],
        |place| place.recipient.0 = [0xdd; 16],
        |place| place.conversation.0 = [0xc1; 16],
    ];
    for change in moves {
        let mut elsewhere = place;
        change(&mut elsewhere);
        let refused = pair.session.seal(&key, &elsewhere.context(), NOW, &mut pair.random);
        assert_eq!(refused, Err(SealError::Elsewhere));
    }
    assert_eq!(state(&pair.session), before);
}
