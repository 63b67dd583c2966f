//! Sealed structures: inits, wraps, contents, and the messages inside.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use hkdf::Hkdf;
use segel_crypto::content::{self, Body, ContentContext, ContentKey, Header, Message};
use segel_crypto::grant::Grant;
use segel_crypto::handshake::{Context, Init, respond};
use segel_crypto::session::Wrap;
use segel_wire::cbor;
use segel_wire::signed::statement;
use sha2::{Digest, Sha256};

use super::decode;
use super::fixture::{CONVERSATION, EVENT, NOW, SITE, fixture};

/// An init that anybody may have written.
pub(super) fn init(bytes: &[u8]) {
    let fixture = fixture();
    let Some(init) = decode::<Init>(bytes) else { return };
    let agent = &fixture.parties[1];
    let genuine = Wrap::parse(&fixture.pair.first).unwrap();
    let context = Context { root: &fixture.root(), site: &SITE, scope: Some(CONVERSATION) };
    let sender = init.keys.derive_id(&SITE);
    let visitor = fixture.parties[0].id;
    if sender != visitor {
        assert!(respond(&agent.secrets, &agent.prekeys, &init, &visitor, &context, NOW).is_err());
    }
    let Ok(response) = respond(&agent.secrets, &agent.prekeys, &init, &sender, &context, NOW) else {
        return;
    };
    let mut place = fixture.pair.place;
    place.sender = sender;
    let opens = response.open(&genuine, &place.context(), NOW).is_ok();
    assert_eq!(opens, genuine.init.as_ref() == Some(&init), "only the genuine init leads to the session");
}

/// A wrap that anybody may have written, to a device that holds the session and to one that does not yet.
pub(super) fn wrap(bytes: &[u8]) {
    let fixture = fixture();
    let pair = &fixture.pair;
    let Ok(wrap) = Wrap::parse(bytes) else { return };
    if let Some(written) = &wrap.init {
        init(&cbor::encode(written));
    }
    let mut session = pair.agent.clone();
    let before = cbor::encode(&session);
    match session.open(&wrap, &pair.place.context(), NOW) {
        Ok(_) => {
            assert_eq!(bytes, pair.next, "a forged wrap opened");
            assert!(cbor::encode(&session) != before, "its key can be used again");
        }
        Err(_) => assert!(cbor::encode(&session) == before, "a failure changed the session"),
    }
}

/// A content that anybody may have written, and one that is sealed rightly around any plaintext.
pub(super) fn content(bytes: &[u8]) {
    let fixture = fixture();
    let (genuine, key) = &fixture.content;
    let recipients = [fixture.parties[1].id];
    let bound_to = ContentContext {
        conversation: &CONVERSATION,
        event: &EVENT,
        sender: &fixture.parties[0].id,
        recipients: &recipients,
    };
    let header = Header::parse(bytes);
    let opened = content::open(bytes, key, &bound_to);
    assert_eq!(opened.is_ok(), bytes == genuine, "a forged content opened");
    assert!(header.is_ok() || opened.is_err());
    if let Some((flags, padded)) = bytes.split_first() {
        let sealed = seal(*flags, padded, key, &bound_to);
        if let Ok(message) = content::open(&sealed, key, &bound_to) {
            assert!(padded.len() >= 256, "every plaintext is padded");
            assert_eq!(message.body.is_quiet(), *flags == 1);
        }
    }
}

/// What is inside a content, by someone who is entitled to seal.
pub(super) fn message(bytes: &[u8]) {
    if let Some(message) = decode::<Message>(bytes)
        && let Body::Grants(grants) = &message.body
    {
        grants.iter().for_each(open_grant);
    }
    let _ = decode::<Body>(bytes);
}

/// A grant by someone who is entitled to speak.
pub(super) fn grant(bytes: &[u8]) {
    decode::<Grant>(bytes).iter().for_each(open_grant);
    decode::<Vec<Grant>>(bytes).iter().flatten().for_each(open_grant);
}

fn open_grant(grant: &Grant) {
    let fixture = fixture();
    let (genuine, key) = &fixture.content;
    let recipients = [fixture.parties[1].id];
    let bound_to = ContentContext {
        conversation: &CONVERSATION,
        event: &EVENT,
        sender: &fixture.parties[0].id,
        recipients: &recipients,
    };
    if grant.open(genuine, &bound_to).is_ok() {
        assert_eq!(cbor::encode(&grant.key), cbor::encode(key), "a second key opened the content");
    }
}

/// Seals any plaintext as section 5.6 says, by whoever knows the content key.
fn seal(flags: u8, padded: &[u8], key: &ContentKey, bound_to: &ContentContext<'_>) -> Vec<u8> {
    let mut sealed = vec![1, 2, flags];
    sealed.extend_from_slice(&bound_to.event.0);
    sealed.extend_from_slice(&[0; 48]);
    let recipients: Vec<u8> = bound_to.recipients.iter().flat_map(|device| device.0).collect();
    let recipients: [u8; 32] = Sha256::digest(recipients).into();
    let fields: [&[u8]; 4] = [&sealed, &bound_to.conversation.0, &bound_to.sender.0, &recipients];
    let bound = statement("segel/1 content", &fields);
    let key: [u8; 32] = cbor::read(&cbor::encode(key)).unwrap();
    let mut keys = [0; 64];
    let expand = Hkdf::<Sha256>::new(Some(&Sha256::digest(&bound)), &key);
    expand.expand(b"segel/1 content key", &mut keys).unwrap();
    let cipher = ChaCha20Poly1305::new(&Key::try_from(&keys[..32]).unwrap());
    let payload = Payload { msg: padded, aad: &bound };
    let ciphertext = cipher.encrypt(&Nonce::from([0; 12]), payload).unwrap();
    [&sealed, &keys[32..], &ciphertext].concat()
}
