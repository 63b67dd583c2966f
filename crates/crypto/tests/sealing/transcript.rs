//! Section 4: each field of the transcript separates one session from another.

use std::collections::BTreeSet;

use segel_crypto::handshake::{Context, Init, Response, initiate, respond};
use segel_crypto::session::WrapError;
use segel_wire::cbor;
use segel_wire::ids::{
    ConversationId, IdentityKey, KemCiphertext, LoginKey, PrekeyKey, RootKey, SigningKey, SiteId,
};
use segel_wire::signed::Bundle;

use crate::support::{CONTEXT, NOW, Pair, Party, ROSTER, SITE, upload};
use crate::text;

/// What the responder holds and is told.
struct Answer<'a> {
    responder: &'a Party,
    init: Init,
    context: Context<'a>,
}

impl Answer<'_> {
    fn response(&self) -> Response {
        let Self { responder, init, context } = self;
        let sender = init.keys.derive_id(context.site);
        respond(&responder.secrets, &responder.prekeys, init, &sender, context, NOW).unwrap()
    }
}

/// Answers that differ from the genuine one in one field each.
fn altered<'a>(
    pair: &'a Pair,
    other: &'a Party,
    init: &Init,
    root: &'a RootKey,
    site: &'a SiteId,
) -> Vec<(&'static str, Answer<'a>)> {
    let genuine = || Answer { responder: &pair.agent, init: init.clone(), context: CONTEXT };
    let in_context = |context| Answer { context, ..genuine() };
    let told = |change: &dyn Fn(&mut Init)| {
        let mut answer = genuine();
        change(&mut answer.init);
        answer
    };
    vec![
        ("root", in_context(Context { root, ..CONTEXT })),
        ("site", in_context(Context { site, ..CONTEXT })),
        ("no scope", in_context(Context { scope: None, ..CONTEXT })),
        ("other scope", in_context(Context { scope: Some(ConversationId([0xc1; 16])), ..CONTEXT })),
        ("generation", told(&|init| init.order.generation += 1)),
        ("version", told(&|init| init.order.version += 1)),
        (
            "order swapped",
            told(&|init| {
                (init.order.generation, init.order.version) = (init.order.version, init.order.generation);
            }),
        ),
        ("roster hash", told(&|init| init.roster.0[31] ^= 1)),
        ("identity", told(&|init| init.keys.identity = IdentityKey(other.keys.identity.0))),
        ("signing key", told(&|init| init.keys.signing = SigningKey(other.keys.signing.0))),
        ("login key", told(&|init| init.keys.login = LoginKey(other.keys.login.0))),
        ("signed prekey", told(&|init| init.signed = pair.agent.bundle.signed.id)),
        ("one-time prekey", told(&|init| init.one_time = Some(pair.agent.one_time[1].id))),
        ("no one-time prekey", told(&|init| init.one_time = None)),
        ("ephemeral", told(&|init| init.ephemeral = PrekeyKey(other.keys.identity.0))),
        (
            "KEM ciphertext",
            told(&|init| {
                let key = text::kem_public(&[1; 64]);
                init.kem = KemCiphertext::new(text::encapsulate(&key, &[2; 32]).0.as_bytes()).unwrap();
            }),
        ),
        ("responder", Answer { responder: other, ..genuine() }),
    ]
}

/// A pair whose agent holds two signed prekeys, the newer one offered, and twenty one-time prekeys, the first
/// of which the visitor was handed; and another device that holds the same prekeys.
fn pair_and_double() -> (Pair, Party) {
    let mut pair = Pair::new();
    let Party { secrets, mut prekeys, bundle: old, .. } = Party::stocked(&mut pair.random);
    assert!(prekeys.rotate(NOW + 7 * 24 * 60 * 60, &mut pair.random));
    pair.agent = Party::of(secrets, prekeys, NOW);
    assert_ne!(pair.agent.bundle.signed, old.signed);
    pair.session = pair.visitor.initiate(&pair.agent.bundle_with(0), &mut pair.random);
    // What the init does not name is the older one.
    pair.agent.bundle = old;
    let mut other = Party::new(&mut pair.random);
    other.prekeys = pair.agent.prekeys.clone();
    (pair, other)
}

#[test]
fn every_field_gives_a_transcript_of_its_own() {
    let (mut pair, other) = pair_and_double();
    let init = pair.say().init().unwrap();
    let cases = altered(&pair, &other, &init, &RootKey([0x41; 32]), &SiteId([0x52; 16]));
    let mut seen = BTreeSet::from([pair.session.transcript()]);
    for (field, answer) in cases {
        assert!(seen.insert(answer.response().transcript()), "{field}");
    }
    assert_eq!(seen.len(), 18);
}

#[test]
fn a_session_that_differs_in_one_field_opens_nothing() {
    let (mut pair, other) = pair_and_double();
    let sealed = pair.say();
    let init = sealed.init().unwrap();
    let before = cbor::encode(&pair.agent.prekeys);
    for (field, answer) in altered(&pair, &other, &init, &RootKey([0x41; 32]), &SiteId([0x52; 16])) {
        let theirs = answer.response();
        assert_ne!(theirs.alias(), pair.session.alias(), "{field}");
        assert_eq!(sealed.open_by(theirs).map(drop), Err(WrapError::NotAuthentic), "{field}");
        assert_eq!(cbor::encode(&pair.agent.prekeys), before, "{field}");
    }
    pair.agent.hear(&sealed);
}

/// What a relay would change in a bundle.
type Change<'a> = &'a dyn Fn(&mut Bundle);

#[test]
fn an_initiator_who_was_shown_other_keys_of_the_responder_is_not_heard() {
    let (mut pair, other) = pair_and_double();
    let bundle = pair.agent.bundle_with(0);
    let shown: [(&str, Change<'_>); 7] = [
        ("identity", &|bundle| bundle.keys.identity = other.keys.identity),
        ("signing key", &|bundle| bundle.keys.signing = other.keys.signing),
        ("login key", &|bundle| bundle.keys.login = other.keys.login),
        ("signed prekey", &|bundle| bundle.signed.curve = other.bundle.signed.curve),
        ("KEM key", &|bundle| bundle.one_time.as_mut().unwrap().kem = other.bundle.signed.kem.clone()),
        ("one-time prekey", &|bundle| bundle.one_time.as_mut().unwrap().curve = other.bundle.signed.curve),
        ("the signed prekey's KEM key", &|bundle| {
            bundle.one_time.as_mut().unwrap().kem = bundle.signed.kem.clone();
        }),
    ];
    for (field, change) in shown {
        // As if a relay had slipped them past every signature.
        let mut bundle = bundle.clone();
        change(&mut bundle);
        pair.session =
            initiate(&pair.visitor.secrets, &bundle, ROSTER, &CONTEXT, NOW, &mut pair.random).unwrap();
        let (mut place, key) = pair.place(pair.visitor.id, pair.agent.id);
        place.recipient = bundle.keys.derive_id(&SITE);
        let wrap = pair.session.seal(&key, &place.context(), NOW, &mut pair.random).unwrap();
        place.recipient = pair.agent.id;
        let sealed = crate::support::Sealed { place, wrap, key };
        let response = pair.agent.respond(&sealed.init().unwrap(), &pair.visitor.id).unwrap();
        assert_ne!(response.transcript(), pair.session.transcript(), "{field}");
        assert_eq!(sealed.open_by(response).map(drop), Err(WrapError::NotAuthentic), "{field}");
    }
}

#[test]
fn the_init_says_what_the_initiator_saw() {
    let (mut pair, _) = pair_and_double();
    let init = pair.say().init().unwrap();
    assert_eq!(init.keys, pair.visitor.keys);
    assert_eq!((init.order, init.roster), ROSTER);
    assert_eq!(init.signed, upload(&pair.agent.secrets, &pair.agent.prekeys).signed.id);
    assert_eq!(init.one_time, Some(pair.agent.one_time[0].id));
}
