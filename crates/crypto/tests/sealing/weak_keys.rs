//! Keys that would give a secret away, or are none, are refused wherever they are used: sections 2.1 and 5.3.

use segel_crypto::handshake::{HandshakeError, Init, initiate};
use segel_crypto::session::WrapError;
use segel_wire::cbor::{self, MalformedCbor};
use segel_wire::ids::{IdentityKey, KemCiphertext, KemKey, PrekeyKey};
use segel_wire::signed::{Bundle, BundleError};

use crate::mirror::Mirror;
use crate::support::{CONTEXT, NOW, Pair, Party, ROSTER, SITE, seeded, state};
use crate::text::{self, Header};

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
    let agent = Party::stocked(&mut pair.random);
    pair.session = pair.visitor.initiate(&agent.bundle_with(0), &mut pair.random);
    pair.agent = agent;
    let init = pair.say().init().unwrap();
    let keys = small_order_keys();
    assert_eq!(keys.len(), 14);
    for key in keys {
        let mut random = seeded(2);
        let agent = &pair.agent;
        let mut start = |change: &dyn Fn(&mut Bundle)| {
            let mut bundle = agent.bundle_with(0);
            change(&mut bundle);
            initiate(&pair.visitor.secrets, &bundle, ROSTER, &CONTEXT, NOW, &mut random).map(drop)
        };
        let weak: [&dyn Fn(&mut Bundle); 3] = [
            &|bundle| bundle.keys.identity = IdentityKey(key),
            &|bundle| bundle.signed.curve = PrekeyKey(key),
            &|bundle| bundle.one_time.as_mut().unwrap().curve = PrekeyKey(key),
        ];
        for change in weak {
            assert!(matches!(start(change), Err(HandshakeError::WeakKey(_))));
        }

        let mut weak = init.clone();
        weak.keys.identity = IdentityKey(key);
        let answer = agent.respond(&weak, &weak.keys.derive_id(&SITE));
        assert!(matches!(answer, Err(HandshakeError::WeakKey(_))));
        let weak = Init { ephemeral: PrekeyKey(key), ..init.clone() };
        assert!(matches!(agent.respond(&weak, &pair.visitor.id), Err(HandshakeError::WeakKey(_))));
    }
    let genuine = pair.say();
    pair.agent.hear(&genuine);
}

#[test]
fn a_ratchet_key_of_small_order_is_refused_and_nothing_moves() {
    let (mut pair, mut theirs) = Pair::established();
    for key in small_order_keys() {
        // The visitor turns bad: its next chain begins with a key that gives its secret away.
        let mut bad = Mirror::of(&pair.session);
        bad.begin([9; 32], None);
        let weak = bad.write(&mut pair, |header| header.key = PrekeyKey(key));
        weak.assert_refused(&mut theirs, WrapError::WeakKey);
    }
    let mut good = Mirror::of(&pair.session);
    good.begin([9; 32], None);
    good.write(&mut pair, |_| ()).assert_opens(&mut theirs);
}

#[test]
fn of_several_faults_the_first_in_the_text_is_told() {
    let (mut pair, theirs) = Pair::established();
    let (key, bad) = (PrekeyKey(small_order_keys()[0]), unreduced(&text::kem_public(&[3; 64])).remove(0));
    let answer = text::encapsulate(&text::kem_public(&[3; 64]), &[4; 32]).0;
    let mut refused = |change: &dyn Fn(&mut Header), expected| {
        let mut dishonest = Mirror::of(&pair.session);
        dishonest.begin([9; 32], None);
        let said = dishonest.write(&mut pair, |header| {
            header.key = key;
            change(header);
        });
        said.assert_refused(&mut theirs.clone(), expected);
    };
    refused(&|_| (), WrapError::WeakKey);
    refused(&|header| header.answer = Some(answer.clone()), WrapError::KemRefused);
    refused(&|header| header.offer = Some(bad.clone()), WrapError::KemRefused);
    refused(
        &|header| (header.n, header.offer, header.answer) = (1_001, Some(bad.clone()), Some(answer.clone())),
        WrapError::TooFarAhead,
    );
    refused(&|header| header.previous = 1_002, WrapError::TooFarAhead);
}

/// Encapsulation keys with one coefficient that is not reduced: the first, one in the middle, the last.
fn unreduced(key: &KemKey) -> Vec<KemKey> {
    [0, 576, 1_149]
        .map(|at| {
            let mut bytes = *key.as_bytes();
            // Twelve bits, 0xfff: over the modulus 3,329. Two coefficients stand in three bytes.
            bytes[at..at + 3].fill(0xff);
            KemKey::new(&bytes).unwrap()
        })
        .to_vec()
}

#[test]
fn a_kem_key_with_a_coefficient_that_is_not_reduced_is_refused_in_a_bundle() {
    let mut pair = Pair::new();
    let agent = Party::stocked(&mut pair.random);
    let (signed, one_time) = (agent.bundle.signed.kem.clone(), agent.one_time[0].kem.clone());
    let mut start = |bundle: &Bundle| {
        initiate(&pair.visitor.secrets, bundle, ROSTER, &CONTEXT, NOW, &mut pair.random).map(drop)
    };
    for bad in unreduced(&signed) {
        let mut bundle = agent.bundle.clone();
        bundle.signed.kem = bad;
        assert!(matches!(start(&bundle), Err(HandshakeError::BadKemKey(_))));
    }
    for bad in unreduced(&one_time) {
        let mut bundle = agent.bundle_with(0);
        bundle.one_time.as_mut().unwrap().kem = bad;
        assert!(matches!(start(&bundle), Err(HandshakeError::BadKemKey(_))));
    }
    start(&agent.bundle_with(0)).unwrap();
}

#[test]
fn a_kem_key_or_ciphertext_of_another_length_has_no_form() {
    for length in [0, KemKey::SIZE - 1, KemKey::SIZE + 1] {
        assert!(KemKey::new(&vec![0; length]).is_none());
    }
    for length in [0, KemCiphertext::SIZE - 1, KemCiphertext::SIZE + 1] {
        assert!(KemCiphertext::new(&vec![0; length]).is_none());
    }

    // In a bundle: the key's two-byte length counts one less, and one byte is gone.
    let party = Party::new(&mut seeded(5));
    let mut bytes = cbor::encode(&party.bundle);
    let at = bytes.windows(3).position(|head| head == [0x59, 0x04, 0xa0]).unwrap();
    bytes[at + 2] -= 1;
    bytes.remove(at + 3);
    let refused = Bundle::verify(&bytes, &SITE, &party.id, NOW);
    assert_eq!(refused, Err(BundleError::Malformed(MalformedCbor)));
}

#[test]
fn a_kem_key_that_is_none_is_refused_in_an_offer_and_nothing_moves() {
    let (mut pair, mut theirs) = Pair::established();
    for bad in unreduced(&text::kem_public(&[3; 64])) {
        for begins in [true, false] {
            let mut dishonest = Mirror::of(&pair.session);
            dishonest.begin([9; 32], None);
            let mut theirs = theirs.clone();
            if !begins {
                dishonest.write(&mut pair, |_| ()).assert_opens(&mut theirs);
            }
            let offered = dishonest.write(&mut pair, |header| header.offer = Some(bad.clone()));
            offered.assert_refused(&mut theirs, WrapError::KemRefused);
        }
    }
    pair.say().assert_opens(&mut theirs);
}

#[test]
fn an_altered_kem_ciphertext_leads_to_a_session_that_opens_nothing() {
    let mut pair = Pair::new();
    let first = pair.say();
    let init = first.init().unwrap();
    let before = cbor::encode(&pair.agent.prekeys);
    for at in [0, 500, 1_087] {
        let mut altered = *init.kem.as_bytes();
        altered[at] ^= 1;
        let altered = Init { kem: KemCiphertext::new(&altered).unwrap(), ..init.clone() };
        // Implicit rejection: another secret, and no error of its own.
        let response = pair.agent.respond(&altered, &pair.visitor.id).unwrap();
        assert_eq!(first.open_by(response).map(drop), Err(WrapError::NotAuthentic));
    }
    assert_eq!(cbor::encode(&pair.agent.prekeys), before);
    pair.agent.hear(&first);
}

#[test]
fn a_header_is_read_as_the_text_says() {
    let (mut pair, theirs) = Pair::established();
    let sealed = pair.say();
    let parts = text::Parts::of(&sealed.wrap);
    let mirror = Mirror::of(&theirs);
    let read = parts.open_header(&mirror.next_receiving, &mirror.transcript.0, &sealed.place).unwrap();
    let public = Mirror::of(&pair.session).sending.unwrap().public;
    let key = PrekeyKey(public);
    assert_eq!(read, Header { key, previous: 1, n: 0, offer: None, answer: None });
    assert_eq!(state(&mirror.session()), state(&theirs));
}
