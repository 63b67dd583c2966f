//! Section 4: both sides come to one session, or to none.

use segel_crypto::device::Prekeys;
use segel_crypto::handshake::{Context, HandshakeError, Init, initiate, respond};
use segel_crypto::session::WrapError;
use segel_wire::ids::{IdentityKey, PrekeyKey};

use crate::support::{CONTEXT, NOW, Pair, Party, ROSTER, SITE, Sealed, seeded, state};

#[test]
fn both_sides_come_to_one_session_and_hear_each_other() {
    let mut pair = Pair::new();
    let first = pair.say();
    let mut theirs = pair.agent.respond(&first.init().unwrap(), &pair.visitor.id).unwrap();
    assert_eq!(theirs.transcript(), pair.session.transcript());
    assert_eq!(theirs.alias(), pair.session.alias());
    first.assert_opens(&mut theirs);
    pair.answer(&mut theirs).assert_opens(&mut pair.session);
    pair.say().assert_opens(&mut theirs);
}

#[test]
fn each_handshake_with_the_same_device_is_another_session() {
    let mut pair = Pair::new();
    let again = pair.visitor.initiate(&pair.agent, &mut pair.random);
    assert_ne!(again.transcript(), pair.session.transcript());
    assert_ne!(again.alias(), pair.session.alias());
}

#[test]
fn agents_devices_talk_without_a_conversation_of_their_own() {
    let mut pair = Pair::new();
    let context = Context { scope: None, ..CONTEXT };
    let agent = &pair.agent;
    pair.session =
        initiate(&pair.visitor.secrets, &agent.keys, &agent.bundle, ROSTER, &context, &mut pair.random)
            .unwrap();
    let mut theirs = None;
    for conversation in [[1; 16], [2; 16]] {
        let (mut place, key) = pair.place(pair.visitor.id, pair.agent.id);
        place.conversation.0 = conversation;
        let wrap = pair.session.seal(&key, &place.context(), &mut pair.random).unwrap();
        let sealed = Sealed { place, wrap, key };
        let theirs = theirs.get_or_insert_with(|| {
            let init = sealed.init().unwrap();
            respond(&pair.agent.secrets, &pair.agent.prekeys, &init, &pair.visitor.id, &context).unwrap()
        });
        let mut moved = Sealed { wrap: sealed.wrap.clone(), key: sealed.key.clone(), ..sealed };
        moved.place.conversation.0 = [3; 16];
        assert_eq!(moved.open(theirs).map(drop), Err(WrapError::NotAuthentic));
        sealed.assert_opens(theirs);
    }
}

#[test]
fn the_init_is_repeated_until_the_responder_was_heard() {
    let mut pair = Pair::new();
    let early: Vec<_> = (0..3).map(|_| pair.say()).collect();
    let init = early[0].init().unwrap();
    assert!(early.iter().all(|sealed| sealed.init() == Some(init.clone())));

    // Whichever arrives first makes the session, and the others belong to it.
    let mut theirs = pair.agent.respond(&init, &pair.visitor.id).unwrap();
    for at in [2, 0, 1] {
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
    let unknown = Init { prekey: init.prekey + 1, ..init.clone() };
    assert_eq!(pair.agent.respond(&unknown, &pair.visitor.id).map(drop), refused);

    let Party { secrets, prekeys, .. } = &mut pair.agent;
    prekeys.rotate(secrets, &SITE, NOW + 21 * 24 * 60 * 60, &mut pair.random).unwrap();
    assert_eq!(pair.agent.respond(&init, &pair.visitor.id).map(drop), refused);
    let agent = &pair.agent;
    assert_eq!(
        respond(&agent.secrets, &Prekeys::default(), &init, &pair.visitor.id, &CONTEXT).map(drop),
        refused
    );
}

/// Every X25519 public key of small order: the seven of <https://cr.yp.to/ecdh.html>, each also with
/// the top bit, which X25519 ignores.
fn small_order_keys() -> Vec<[u8; 32]> {
    let order_8 = [
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    ];
    let mut keys: Vec<[u8; 32]> = order_8
        .map(|text| data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap().try_into().unwrap())
        .to_vec();
    keys.extend([0, 1].map(|low| core::array::from_fn(|at| if at == 0 { low } else { 0 })));
    keys.extend([0xec, 0xed, 0xee].map(|low| {
        core::array::from_fn(|at| match at {
            0 => low,
            31 => 0x7f,
            _ => 0xff,
        })
    }));
    let with_top_bit: Vec<_> = keys
        .iter()
        .map(|key| {
            let mut key = *key;
            key[31] |= 0x80;
            key
        })
        .collect();
    keys.extend(with_top_bit);
    keys
}

#[test]
fn a_key_of_small_order_is_refused_at_each_agreement_on_both_sides() {
    let mut pair = Pair::new();
    let init = pair.say().init().unwrap();
    let keys = small_order_keys();
    assert_eq!(keys.len(), 14);
    for key in keys {
        let mut random = seeded(2);
        let agent = &pair.agent;
        let mut start = |peer, bundle: &_| {
            initiate(&pair.visitor.secrets, peer, bundle, ROSTER, &CONTEXT, &mut random).map(drop)
        };
        let mut weak = agent.keys;
        weak.identity = IdentityKey(key);
        assert!(matches!(start(&weak, &agent.bundle), Err(HandshakeError::WeakKey(_))));
        let mut bundle = agent.bundle.clone();
        bundle.signed.key = PrekeyKey(key);
        assert!(matches!(start(&agent.keys, &bundle), Err(HandshakeError::WeakKey(_))));

        let mut weak = init.clone();
        weak.keys.identity = IdentityKey(key);
        let answer = agent.respond(&weak, &weak.keys.derive_id(&SITE));
        assert!(matches!(answer, Err(HandshakeError::WeakKey(_))));
        let weak = Init { ephemeral: PrekeyKey(key), ..init.clone() };
        assert!(matches!(agent.respond(&weak, &pair.visitor.id), Err(HandshakeError::WeakKey(_))));
    }
}
