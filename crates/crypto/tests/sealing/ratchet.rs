//! Sections 5.2 and 5.4: both ratchets step as the text says, computed independently; what is *stale* and what is not.

use segel_crypto::content::ContentHash;
use segel_crypto::session::WrapError;
use segel_wire::ids::{ConversationId, DeviceId, EventId};

use crate::mirror::Mirror;
use crate::support::{Pair, Place, restarted, state};
use crate::text::{self, Parts};

#[test]
fn a_new_chain_steps_the_root_key_on_both_sides_as_the_text_says() {
    let (mut pair, mut theirs) = Pair::established();
    for _ in 0..4 {
        let (ours, before) = (Mirror::of(&pair.session), Mirror::of(&theirs));
        assert_eq!(ours.root, before.root, "both stand at one root key when both were heard");
        assert_eq!((ours.next_sending, ours.next_receiving), (before.next_receiving, before.next_sending));
        assert!(ours.sending.is_none(), "the step is taken when sealing");

        let said = pair.say();
        let after = Mirror::of(&pair.session);
        let [root, chain, next] =
            text::step(&ours.root, &text::dh(&after.own.unwrap(), &ours.peer.unwrap()), None);
        let sending = after.sending.unwrap();
        assert_eq!((after.root, after.next_sending), (root, next));
        assert_eq!(sending.public, text::public(&after.own.unwrap()));
        assert_eq!(sending.header, ours.next_sending);
        assert_eq!(sending.chain.key, text::take(&chain).1);

        said.assert_opens(&mut theirs);
        let heard = Mirror::of(&theirs);
        assert_eq!((heard.root, heard.next_receiving), (root, next));
        assert_eq!(heard.peer.unwrap(), sending.public);
        assert_eq!(heard.receiving.unwrap().chain.key, sending.chain.key);
        assert!(heard.sending.is_none());
        pair.answer(&mut theirs).assert_opens(&mut pair.session);
    }
}

#[test]
fn each_wrap_takes_a_message_key_and_overwrites_the_chain_key() {
    let (mut pair, _) = Pair::established();
    pair.say();
    for n in 1..5 {
        let before = Mirror::of(&pair.session).sending.unwrap();
        let said = pair.say();
        let after = Mirror::of(&pair.session).sending.unwrap();
        let (message_key, next) = text::take(&before.chain.key);
        assert_eq!((after.chain.key, after.chain.next), (next, n + 1));

        let transcript = pair.session.transcript().0;
        let parts = Parts::of(&said.wrap);
        let header = parts.open_header(&after.header, &transcript, &said.place).unwrap();
        assert_eq!((header.n, header.previous, header.key.0), (n, 1, after.public));
        let content_key = parts.open_key(&message_key, &transcript, &said.place).unwrap();
        assert_eq!(content_key, segel_wire::cbor::encode(&said.key)[2..]);
    }
}

#[test]
fn a_state_that_is_stored_and_read_at_every_point_is_the_same_state() {
    let (mut pair, mut theirs) = Pair::established();
    let mut late = Vec::new();
    for round in 0..120 {
        if round % 3 == 0 {
            late.push(pair.say());
        }
        pair.say().assert_opens(&mut theirs);
        theirs = restarted(&theirs);
        if round % 4 == 0 {
            pair.answer(&mut theirs).assert_opens(&mut pair.session);
        }
        if let Some(late) = late.pop_if(|_| round % 7 == 0) {
            late.assert_opens(&mut theirs);
        }
        for session in [&mut pair.session, &mut theirs] {
            assert!(state(&restarted(session)) == state(session));
            *session = restarted(session);
        }
    }
    let mirror = Mirror::of(&theirs);
    assert!(mirror.kem.since > 0 && mirror.kem.wraps < 120, "a KEM step was among it");
}

/// Every place that is not this one in one of its values.
fn elsewhere(place: Place) -> [Place; 5] {
    [
        Place { conversation: ConversationId([0xc1; 16]), ..place },
        Place { event: EventId([0xee; 16]), ..place },
        Place { sender: DeviceId([0xdd; 16]), ..place },
        Place { recipient: DeviceId([0xdd; 16]), ..place },
        Place { content: ContentHash([0xcc; 32]), ..place },
    ]
}

#[test]
fn a_wrap_that_was_used_is_stale_in_its_place_and_not_authentic_anywhere_else() {
    let (mut pair, mut theirs) = Pair::established();
    let [late, used, missing] = [pair.say(), pair.say(), pair.say()];
    used.assert_opens(&mut theirs);
    used.assert_refused(&mut theirs, WrapError::Stale);
    late.assert_opens(&mut theirs);
    late.assert_refused(&mut theirs, WrapError::Stale);
    for sealed in [&late, &used] {
        for place in elsewhere(sealed.place) {
            let moved = crate::support::Sealed { place, ..sealed.with(sealed.wrap.clone()) };
            moved.assert_refused(&mut theirs, WrapError::NotAuthentic);
        }
    }
    // The chain goes on, one wrap is still missing of it, and another one comes after: stale also by then.
    pair.answer(&mut theirs).assert_opens(&mut pair.session);
    pair.say().assert_opens(&mut theirs);
    used.assert_refused(&mut theirs, WrapError::Stale);
    missing.assert_opens(&mut theirs);
    // Now no key of that chain is kept, and nothing tells it from rubbish.
    used.assert_refused(&mut theirs, WrapError::NotAuthentic);
}

#[test]
fn a_header_put_onto_another_wrap_opens_nothing_and_both_open_afterwards() {
    let (mut pair, mut theirs) = Pair::established();
    let (first, second) = (pair.say(), pair.say());
    let (a, b) = (Parts::of(&first.wrap), Parts::of(&second.wrap));
    assert_eq!(a.prefix.len(), 35);
    let length = &first.wrap[35..37];
    let spliced: [Vec<u8>; 4] = [
        [a.prefix, length, b.header, a.sealed].concat(),
        [a.prefix, length, a.header, b.sealed].concat(),
        [b.prefix, length, a.header, a.sealed].concat(),
        [b.prefix, length, b.header, a.sealed].concat(),
    ];
    for wrap in &spliced {
        first.with(wrap.clone()).assert_refused(&mut theirs, WrapError::NotAuthentic);
        second.with(wrap.clone()).assert_refused(&mut theirs, WrapError::NotAuthentic);
    }
    second.assert_opens(&mut theirs);
    first.assert_opens(&mut theirs);
}

#[test]
fn a_used_number_with_another_sealed_key_is_stale_only_if_the_header_is_genuine() {
    let (mut pair, mut theirs) = Pair::established();
    let used = pair.say();
    used.assert_opens(&mut theirs);
    // The header vouches for itself: whatever stands behind it, this number was used.
    let mut altered = used.wrap.clone();
    *altered.last_mut().unwrap() ^= 1;
    used.with(altered).assert_refused(&mut theirs, WrapError::Stale);
    let mut altered = used.wrap.clone();
    altered[40] ^= 1;
    used.with(altered).assert_refused(&mut theirs, WrapError::NotAuthentic);
}
