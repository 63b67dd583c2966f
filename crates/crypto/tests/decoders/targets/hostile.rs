//! A peer that holds the session's keys and keeps to none of its rules.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use segel_crypto::session::{Session, Wrap, WrapError};
use segel_wire::cbor;
use segel_wire::ids::{KemCiphertext, KemKey, PrekeyKey};
use segel_wire::signed::statement;

use super::fixture::{NOW, content_key, fixture, seeded};
use super::view::View;

/// Any bytes as a header, sealed with the header key that the other side tries first or second.
pub(super) fn header(bytes: &[u8]) {
    let Some((choice, header)) = bytes.split_first() else { return };
    let pair = &fixture().pair;
    let view = View::of(&pair.visitor);
    let current = view.sending.as_ref().map_or(view.next_sending, |sending| sending.header);
    let key = if choice & 1 == 0 { current } else { view.next_sending };
    let salt = [9; 24];
    let mut wrap = vec![1, 2, 0];
    wrap.extend_from_slice(&view.alias);
    wrap.extend_from_slice(&salt);
    let place = pair.place;
    let fields: [&[u8]; 7] = [
        &view.transcript.0,
        &place.conversation.0,
        &place.event.0,
        &place.sender.0,
        &place.recipient.0,
        &place.content.0,
        &wrap,
    ];
    let bound = statement("segel/1 header", &fields);
    let payload = Payload { msg: header, aad: &bound };
    let sealed = XChaCha20Poly1305::new(&key.into()).encrypt(&XNonce::from(salt), payload).unwrap();
    let Ok(length) = u16::try_from(sealed.len()) else { return };
    wrap.extend_from_slice(&length.to_be_bytes());
    wrap.extend_from_slice(&sealed);
    wrap.extend_from_slice(&[0; 48]);
    if let Ok(wrap) = Wrap::parse(&wrap) {
        let mut session = pair.agent.clone();
        let before = cbor::encode(&session);
        assert!(session.open(&wrap, &place.context(), NOW).is_err());
        assert!(cbor::encode(&session) == before, "a failure changed the session");
    }
}

/// A peer that rewrites its own session between wraps, as the bytes say, against one that is honest.
pub(super) fn peer(bytes: &[u8]) {
    let pair = &fixture().pair;
    let (mut hostile, mut honest) = (pair.visitor.clone(), pair.agent.clone());
    let mut random = seeded(10);
    let key = content_key(&mut random);
    for (turn, step) in bytes.chunks(6).take(40).enumerate() {
        let now = NOW + turn as u64 * 4_000;
        let mut view = View::of(&hostile);
        rewrite(&mut view, step);
        let mut speaking = view.to_session();
        let Ok(wrap) = speaking.seal(&key, &pair.place.context(), now, &mut random) else { continue };
        let Ok(parsed) = Wrap::parse(&wrap) else { continue };
        let before = cbor::encode(&honest);
        match honest.open(&parsed, &pair.place.context(), now) {
            Ok(_) => {
                assert!(honest.open(&parsed, &pair.place.context(), now).is_err(), "a wrap opened twice");
                hostile = speaking;
            }
            Err(error) => {
                assert!(!matches!(error, WrapError::UnknownSuite));
                assert!(cbor::encode(&honest) == before, "a failure changed the session");
            }
        }
        View::check(&honest, now);
        if step.first().is_some_and(|step| step & 0x80 > 0) {
            answer(&mut honest, &mut hostile, now);
        }
    }
}

/// The honest side seals, whatever it was made to hear, and the hostile one may hear it.
fn answer(honest: &mut Session, hostile: &mut Session, now: u64) {
    let back = fixture().pair.place.back();
    let mut random = seeded(now);
    let key = content_key(&mut random);
    if let Ok(wrap) = honest.seal(&key, &back.context(), now, &mut random) {
        let wrap = Wrap::parse(&wrap).unwrap();
        let _ = hostile.open(&wrap, &back.context(), now);
    }
    View::check(honest, now);
}

fn rewrite(view: &mut View, step: &[u8]) {
    let mut field = [0; 6];
    field[..step.len()].copy_from_slice(step);
    let [choice, at, value, high, low, lowest] = field;
    let number = u32::from_be_bytes([value, high, low, lowest]);
    // Any curve point, those of small order among them.
    let point =
        PrekeyKey(core::array::from_fn(|place| if place == usize::from(at % 32) { value } else { high }));
    match choice & 0x0f {
        0 => view.previous = number,
        1 => view.previous = number % 1_100,
        2 | 3 => {
            if let Some(sending) = &mut view.sending {
                sending.chain.next = if choice & 1 == 0 { number } else { number % 1_100 };
            }
        }
        4 => {
            if let Some(sending) = &mut view.sending {
                sending.public = point;
            }
        }
        5 => {
            if let Some(sending) = &mut view.sending {
                sending.answer = KemCiphertext::new(&[value; KemCiphertext::SIZE]);
            }
        }
        6 => {
            if let Some(sending) = &mut view.sending {
                sending.answer = None;
            }
        }
        7 => {
            if let Some(offer) = &mut view.kem.own {
                let mut bytes = *offer.key.as_bytes();
                bytes[usize::from(at)] = value;
                offer.key = KemKey::new(&bytes).unwrap();
            }
        }
        8 => view.kem.own = None,
        9 => view.kem.wraps = number % 600,
        10 => view.kem.theirs = None,
        11 => view.sending = None,
        12 => view.peer = Some(point),
        13 => view.own = Some([value; 32]),
        _ => {}
    }
}
