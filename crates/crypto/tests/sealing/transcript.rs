//! Section 4: each field of the transcript separates one session from another.

use std::collections::BTreeSet;

use segel_crypto::handshake::{Context, Init, respond};
use segel_crypto::session::Session;
use segel_wire::ids::{ConversationId, IdentityKey, LoginKey, PrekeyKey, RootKey, SigningKey, SiteId};

use crate::support::{CONTEXT, NOW, Pair, Party, ROSTER, SITE, state};

/// What the responder holds and is told.
struct Answer<'a> {
    responder: &'a Party,
    init: Init,
    context: Context<'a>,
}

impl Answer<'_> {
    fn session(&self) -> Session {
        let Self { responder, init, context } = self;
        let sender = init.keys.derive_id(context.site);
        respond(&responder.secrets, &responder.prekeys, init, &sender, context).unwrap()
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
        ("prekey", told(&|init| init.prekey = 2)),
        ("ephemeral", told(&|init| init.ephemeral = PrekeyKey(other.keys.identity.0))),
        ("responder", Answer { responder: other, ..genuine() }),
    ]
}

/// A pair whose agent holds two prekeys, and another device that holds the same prekeys.
fn pair_and_double() -> (Pair, Party) {
    let mut pair = Pair::new();
    let Party { secrets, prekeys, .. } = &mut pair.agent;
    prekeys.rotate(secrets, &SITE, NOW + 7 * 24 * 60 * 60, &mut pair.random).unwrap();
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
        assert!(seen.insert(answer.session().transcript()), "{field}");
    }
    assert_eq!(seen.len(), 15);
}

#[test]
fn a_session_that_differs_in_one_field_opens_nothing() {
    let (mut pair, other) = pair_and_double();
    let sealed = pair.say();
    let init = sealed.init().unwrap();
    for (field, answer) in altered(&pair, &other, &init, &RootKey([0x41; 32]), &SiteId([0x52; 16])) {
        let mut theirs = answer.session();
        assert_ne!(theirs.alias(), pair.session.alias(), "{field}");
        let before = state(&theirs);
        sealed.open(&mut theirs).unwrap_err();
        assert_eq!(state(&theirs), before, "{field}");
    }
    let mut theirs = pair.agent.respond(&init, &pair.visitor.id).unwrap();
    sealed.assert_opens(&mut theirs);
}

#[test]
fn the_init_says_what_the_initiator_saw() {
    let mut pair = Pair::new();
    let init = pair.say().init().unwrap();
    assert_eq!(init.keys, pair.visitor.keys);
    assert_eq!((init.order, init.roster), ROSTER);
    assert_eq!(init.prekey, pair.agent.bundle.signed.id);
}
