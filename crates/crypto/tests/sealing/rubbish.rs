//! Whatever arrives or is found in the store, nothing panics and nothing opens by accident.

use std::sync::LazyLock;

use proptest::prelude::*;
use segel_crypto::content::{self, ContentContext, Header, Message};
use segel_crypto::device::DeviceSecrets;
use segel_crypto::enrol::EnrolmentCode;
use segel_crypto::handshake::Init;
use segel_crypto::prekeys::Prekeys;
use segel_crypto::session::{Session, Wrap};
use segel_crypto::storage::StateKey;
use segel_wire::cbor;
use segel_wire::ids::{DeviceId, EventId};

use crate::support::{CONVERSATION, NOW, Pair, ROSTER, message, seeded, state};

/// Any bytes at all.
fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..600)
}

/// Genuine bytes with some overwritten, removed from the end, or put in.
fn damaged(genuine: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    let cut = prop::option::of(any::<prop::sample::Index>());
    let inserted = prop::option::of((any::<prop::sample::Index>(), any::<u8>()));
    (edits, cut, inserted).prop_map(move |(edits, cut, inserted)| {
        let mut bytes = genuine.clone();
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Some((at, byte)) = inserted {
            bytes.insert(at.index(bytes.len() + 1), byte);
        }
        bytes
    })
}

/// What decodes is what would be encoded: there is one encoding of everything.
fn assert_one_encoding<T: cbor::Cbor>(bytes: &[u8]) {
    if let Ok(value) = cbor::decode::<T>(bytes) {
        assert_eq!(cbor::encode(&value), bytes);
    }
}

static FIRST: LazyLock<Pair> = LazyLock::new(Pair::new);
static ESTABLISHED: LazyLock<(Pair, Session)> = LazyLock::new(Pair::established);

fn first_wrap() -> Vec<u8> {
    Pair::new().say().wrap
}

fn content() -> (Vec<u8>, content::ContentKey) {
    content::seal(&message("halo"), ROSTER, &PLACE, &mut seeded(3))
}

const EVENT: EventId = EventId([0xe0; 16]);
const SENDER: DeviceId = DeviceId([0xa0; 16]);
const PLACE: ContentContext<'_> =
    ContentContext { conversation: &CONVERSATION, event: &EVENT, sender: &SENDER, recipients: &[SENDER] };

proptest! {
    #[test]
    fn wraps(bytes in prop_oneof![any_bytes(), damaged(first_wrap())]) {
        let mut pair = FIRST.clone();
        let sealed = pair.say();
        if let Ok(wrap) = Wrap::parse(&bytes) {
            let before = state(&pair.session);
            prop_assert!(pair.session.open(&wrap, &sealed.place.context(), NOW).is_err());
            prop_assert_eq!(state(&pair.session), before);
            if let Some(init) = &wrap.init
                && let Ok(response) = pair.agent.respond(init, &pair.visitor.id)
            {
                let opened = response.open(&wrap, &sealed.place.context(), NOW).is_ok();
                prop_assert_eq!(opened, bytes == sealed.wrap);
            }
        }
    }

    #[test]
    fn contents(bytes in prop_oneof![any_bytes(), damaged(content().0)]) {
        let (genuine, key) = content();
        let _ = Header::parse(&bytes);
        prop_assert_eq!(content::open(&bytes, &key, &PLACE).is_ok(), bytes == genuine);
    }

    #[test]
    fn codes(text in prop_oneof![".{0,200}", "[A-Za-z0-9_-]{0,300}"]) {
        prop_assert!(EnrolmentCode::parse(&text).is_err());
    }

    #[test]
    fn records(bytes in any_bytes()) {
        prop_assert!(StateKey::new([7; 32]).open("account", &bytes, u64::MAX).is_err());
    }

    #[test]
    fn stored_structures(
        (any, session, prekeys, message) in (
            any_bytes(),
            damaged(state(&Pair::established().1)),
            damaged(cbor::encode(&Pair::new().agent.prekeys)),
            damaged(cbor::encode(&message("halo"))),
        )
    ) {
        for bytes in [&any, &session, &prekeys, &message] {
            assert_one_encoding::<Session>(bytes);
            assert_one_encoding::<Prekeys>(bytes);
            assert_one_encoding::<DeviceSecrets>(bytes);
            assert_one_encoding::<Message>(bytes);
            assert_one_encoding::<Init>(bytes);
        }
    }

    #[test]
    fn wraps_over_a_damaged_session(bytes in damaged(state(&Pair::established().1))) {
        let (mut pair, _) = ESTABLISHED.clone();
        let sealed = pair.say();
        if let Ok(mut session) = cbor::decode::<Session>(&bytes) {
            let _ = sealed.open(&mut session);
            let (place, key) = pair.place(pair.agent.id, pair.visitor.id);
            let _ = session.seal(&key, &place.context(), NOW, &mut pair.random);
        }
    }
}

#[test]
fn deep_nesting_and_absurd_lengths_end_in_an_error() {
    let nested = vec![0x81; 64 * 1024];
    let endless = [&[0xbf, 0x20][..], &[0x9f; 4_096]].concat();
    let absurd = [0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    for bytes in [&nested[..], &endless, &absurd] {
        assert!(cbor::decode::<Session>(bytes).is_err());
        assert!(cbor::decode::<Prekeys>(bytes).is_err());
        assert!(cbor::decode::<Init>(bytes).is_err());
    }
}
