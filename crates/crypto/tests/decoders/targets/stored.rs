//! What a device kept itself. Its seal is the first defence; a damaged state must not be worse than none.

use segel_crypto::prekeys::Prekeys;
use segel_crypto::session::{Session, Wrap};
use segel_crypto::storage::StateKey;
use segel_wire::cbor;

use super::decode;
use super::fixture::{NOW, SITE, content_key, fixture, seeded};

/// A session as it is stored, and what arrives for it.
pub(super) fn session(bytes: &[u8]) {
    let _ = decode::<Session>(bytes);
    let Ok(mut session) = cbor::read::<Session>(bytes) else { return };
    let pair = &fixture().pair;
    let before = cbor::encode(&session);
    let opened = session.open(&Wrap::parse(&pair.next).unwrap(), &pair.place.context(), NOW);
    if opened.is_err() {
        assert!(cbor::encode(&session) == before, "a failure changed the session");
    }
    let mut random = seeded(6);
    let key = content_key(&mut random);
    let before = cbor::encode(&session);
    match session.seal(&key, &pair.place.back().context(), NOW, &mut random) {
        Ok(wrap) => assert!(Wrap::parse(&wrap).is_ok(), "what is sealed can be taken apart"),
        Err(_) => assert!(cbor::encode(&session) == before, "a failure changed the session"),
    }
    session.prune(NOW, 10);
    assert!(session.skipped().0 <= 10);
}

/// Prekeys as they are stored.
pub(super) fn prekeys(bytes: &[u8]) {
    let _ = decode::<Prekeys>(bytes);
    let Ok(mut prekeys) = cbor::read::<Prekeys>(bytes) else { return };
    let party = &fixture().parties[1];
    let mut random = seeded(7);
    prekeys.rotate(NOW, &mut random);
    prekeys.restock(3, 4, 4, NOW, &mut random);
    if let Some(upload) = prekeys.derive_upload(&party.secrets, &SITE) {
        assert!(!upload.is_empty());
    }
    assert!(!prekeys.rotate(NOW, &mut random), "nothing is left to do");
}

/// A stored record: nothing opens but what was sealed, under its own name and not before its time.
pub(super) fn record(bytes: &[u8]) {
    let key = StateKey::new([7; 32]);
    assert!(key.open("account", bytes, u64::MAX).is_err());
    let sealed = key.seal("account", 5, bytes, &mut seeded(8));
    let record = key.open("account", &sealed, 5).unwrap();
    assert_eq!((record.generation, record.bytes.as_slice()), (5, bytes));
    assert!(key.open("account", &sealed, 4).is_err());
    assert!(key.open("other", &sealed, 5).is_err());
}
