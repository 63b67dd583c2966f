//! Section 5.4: one bit that is altered, anywhere in a wrap of any form, opens nothing and changes nothing.

use rand_core::Rng;
use segel_crypto::session::{Session, Wrap};

use crate::support::{Pair, Sealed, seeded, state};

/// Every copy with one bit of one byte flipped, the bit by chance.
fn one_flip_a_byte(sealed: &Sealed, seed: u64) -> impl Iterator<Item = (usize, Sealed)> + '_ {
    let mut random = seeded(seed);
    (0..sealed.wrap.len()).map(move |at| {
        let mut wrap = sealed.wrap.clone();
        wrap[at] ^= 1 << (random.next_u32() % 8);
        (at, sealed.with(wrap))
    })
}

fn assert_every_flip_is_refused(sealed: &Sealed, reader: &mut Session) {
    let before = state(reader);
    for (at, altered) in one_flip_a_byte(sealed, 3) {
        altered.open(reader).map(drop).expect_err(&format!("byte {at}"));
        assert!(state(reader) == before, "byte {at}");
    }
    sealed.assert_opens(reader);
}

#[test]
fn a_wrap_that_begins_a_chain_or_goes_on_in_it() {
    let (mut pair, mut theirs) = Pair::established();
    let (first, second) = (pair.say(), pair.say());
    assert_every_flip_is_refused(&first, &mut theirs.clone());
    second.assert_opens(&mut theirs);
    assert_every_flip_is_refused(&first, &mut theirs);
}

#[test]
fn a_wrap_with_an_offer_and_one_with_an_answer_and_one_with_both() {
    let (mut pair, mut theirs) = Pair::established();
    pair.say().assert_opens(&mut theirs);
    pair.now += 24 * 60 * 60;
    let (ours, opposite) = (pair.say(), pair.answer(&mut theirs));
    assert_eq!(ours.wrap.len(), 35 + 2 + 41 + 1_184 + 16 + 48);
    assert_every_flip_is_refused(&ours, &mut theirs);
    assert_every_flip_is_refused(&opposite, &mut pair.session);
    let both = pair.say();
    assert_eq!(both.wrap.len(), 35 + 2 + 41 + 1_184 + 1_088 + 16 + 48);
    assert_every_flip_is_refused(&both, &mut theirs);
    let answer = pair.answer(&mut theirs);
    assert_eq!(answer.wrap.len(), 35 + 2 + 41 + 1_088 + 16 + 48);
    assert_every_flip_is_refused(&answer, &mut pair.session);
}

#[test]
fn a_first_wrap_and_nothing_is_used_up() {
    let mut pair = Pair::new();
    pair.agent = crate::support::Party::stocked(&mut pair.random);
    pair.session = pair.visitor.initiate(&pair.agent.bundle_with(0), &mut pair.random);
    let first = pair.say();
    let before = segel_wire::cbor::encode(&pair.agent.prekeys);
    let mut responses = 0;
    for (at, altered) in one_flip_a_byte(&first, 4) {
        let Ok(Wrap { init: Some(init), .. }) = Wrap::parse(&altered.wrap) else { continue };
        let Ok(response) = pair.agent.respond(&init, &pair.visitor.id) else { continue };
        responses += 1;
        assert!(altered.open_by(response).is_err(), "byte {at}");
    }
    assert!(responses > 1_000, "most flips still lead to a session: {responses}");
    assert!(segel_wire::cbor::encode(&pair.agent.prekeys) == before);
    let mut theirs = pair.agent.hear(&first);

    // The same wrap's twin, once the session is known: it carries the init still.
    let twin = pair.say();
    assert!(twin.init().is_some());
    assert_every_flip_is_refused(&twin, &mut theirs);
}
