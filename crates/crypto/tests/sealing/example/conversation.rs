//! The handshake and one message each way, with every value between.

use segel_crypto::content::{self, Body, ContentContext, ContentHash, ContentKey, Message};
use segel_crypto::handshake::{Context, Init, initiate, respond};
use segel_crypto::log::{LogHash, Seen};
use segel_crypto::session::{Session, Wrap};
use segel_wire::cbor;
use segel_wire::ids::{DeviceId, EventId, PrekeyKey, RosterHash};
use segel_wire::signed::{Order, statement};

use super::{CONVERSATION, Cast, DESK, Draws, NOW, Page, SITE};
use crate::mirror::Mirror;
use crate::support::Place;
use crate::text::{self, Header, Key, Parts};

/// What both sides hold after the handshake, as the text has it.
struct Ratchet {
    transcript: Key,
    root: Key,
    /// The next header keys, of the initiator's chains and of the responder's.
    next: [Key; 2],
    alias: [u8; 8],
}

pub(super) fn write(page: &mut Page, cast: &Cast, newest: (Order, RosterHash), draws: &mut Draws) {
    let pinned = cast.root.derive_public();
    let (visitor, agent) = (cast.visitor.derive_keys(), cast.agent.derive_keys());
    let ends = [visitor.derive_id(&SITE), agent.derive_id(&SITE)];
    let context = Context { root: &pinned, site: &SITE, scope: Some(CONVERSATION) };
    let mut ours = initiate(&cast.visitor, &cast.bundle, newest, &context, NOW, draws).unwrap();
    let mut ratchet = write_handshake(page, cast, newest, &Mirror::of(&ours));

    page.section(
        "From the visitor",
        "Sections 5.2, 5.4 and 5.6. Draws: 35 content key, 36 ratchet key, 37 salt. The first seal begins a chain; the\n\
         wrap carries the init.",
    );
    let logs = [log_start(), [0; 32]];
    page.value("log hash 0", &logs[0]);
    let said = Said { event: EventId([0xe1; 16]), text: "Selamat siang", from: 0, seen: (0, logs[0]) };
    let first = said.write(page, (newest, ends), &mut ours, draws, ContentHash::NONE);
    let init = Wrap::parse(&first.wrap).unwrap().init;
    let peer = text::public(&[6; 32]);
    write_wrap(page, &mut ratchet, &first, ([36; 32], peer), 0);
    let response = respond(&cast.agent, &cast.prekeys, &init.unwrap(), &ends[0], &context, NOW).unwrap();
    let wrap = Wrap::parse(&first.wrap).unwrap();
    let (mut theirs, key, used) = response.open(&wrap, &first.place.context(), NOW).unwrap();
    assert!(first.open(&key, &ends) == "Selamat siang");
    let mut prekeys = cast.prekeys.clone();
    prekeys.use_up(used);

    page.section(
        "From the agent",
        "Draws: 38 content key, 39 ratchet key, 40 salt. No init: the agent did not start. Its first seal begins the\n\
         second chain.",
    );
    let seen = log_entry(&logs[0], 1, &first.place);
    page.value("log hash 1, after the visitor's event", &seen);
    let said = Said { event: EventId([0xe2; 16]), text: "Ada yang bisa dibantu?", from: 1, seen: (1, seen) };
    let second = said.write(page, (newest, ends), &mut theirs, draws, ContentHash::NONE);
    write_wrap(page, &mut ratchet, &second, ([39; 32], text::public(&[36; 32])), 1);
    page.value("log hash 2, after the agent's event", &log_entry(&seen, 2, &second.place));
    let wrap = Wrap::parse(&second.wrap).unwrap();
    let key = ours.open(&wrap, &second.place.context(), NOW).unwrap();
    assert!(second.open(&key, &ends) == "Ada yang bisa dibantu?");
    for session in [&ours, &theirs] {
        assert_eq!(Mirror::of(session).root, ratchet.root);
    }
}

fn log_start() -> Key {
    text::sha256(&statement("segel/1 log", &[&CONVERSATION.0]))
}

fn log_entry(before: &Key, position: u64, place: &Place) -> Key {
    let position = position.to_be_bytes();
    let fields: [&[u8]; 5] = [before, &position, &place.event.0, &place.sender.0, &place.content.0];
    text::sha256(&statement("segel/1 log entry", &fields))
}

fn write_handshake(page: &mut Page, cast: &Cast, newest: (Order, RosterHash), mirror: &Mirror) -> Ratchet {
    let init = mirror.init.as_ref().unwrap();
    let one_time = cast.bundle.one_time.as_ref().unwrap();
    let (ciphertext, secret) = text::encapsulate(&one_time.kem, &[34; 32]);
    let expected = Init {
        keys: cast.visitor.derive_keys(),
        order: newest.0,
        roster: newest.1,
        signed: cast.bundle.signed.id,
        one_time: Some(one_time.id),
        ephemeral: PrekeyKey(text::public(&[33; 32])),
        kem: ciphertext,
    };
    assert_eq!(*init, expected);
    page.section(
        "Handshake",
        "Section 4. The visitor's device initiates; draw 33 is its ephemeral key, draw 34 (32 bytes) the randomness of\n\
         the encapsulation to the one-time prekey.",
    );
    page.value("conversation, which is the scope", &CONVERSATION.0);
    page.value("ephemeral, public", &init.ephemeral.0);
    page.value("KEM ciphertext", init.kem.as_bytes());
    page.value("init", &cbor::encode(init));
    let transcript = derive_transcript(cast, init);
    page.value("T", &transcript);

    let agent = cast.agent.derive_keys();
    let agreements = [
        ("DH(visitor identity, signed prekey)", text::dh(&[30; 32], &cast.bundle.signed.curve.0)),
        ("DH(ephemeral, agent identity)", text::dh(&[33; 32], &agent.identity.0)),
        ("DH(ephemeral, signed prekey)", text::dh(&[33; 32], &cast.bundle.signed.curve.0)),
        ("DH(ephemeral, one-time prekey)", text::dh(&[33; 32], &one_time.curve.0)),
        ("KEM secret", secret),
    ];
    for (name, value) in &agreements {
        page.value(name, value);
    }
    let prk = text::extract(&transcript, &agreements.map(|(_, value)| value).concat());
    let keys: [u8; 104] = text::expand(&prk, "segel/1 session");
    let [root, initiator, responder] = [0, 32, 64].map(|at| text::part(&keys, at));
    let alias = *keys[96..].first_chunk().unwrap();
    page.value("PRK", &prk);
    page.value("root key", &root);
    page.value("initiator header key", &initiator);
    page.value("responder header key", &responder);
    page.value("alias", &alias);
    let ours = (mirror.transcript.0, mirror.root, mirror.next_sending, mirror.next_receiving, mirror.alias);
    assert_eq!(ours, (transcript, root, initiator, responder, alias));
    Ratchet { transcript, root, next: [initiator, responder], alias }
}

fn derive_transcript(cast: &Cast, init: &Init) -> Key {
    let (visitor, agent) = (cast.visitor.derive_keys(), cast.agent.derive_keys());
    let (signed, one_time) = (&cast.bundle.signed, cast.bundle.one_time.as_ref().unwrap());
    let order = [init.order.generation.to_be_bytes(), init.order.version.to_be_bytes()].concat();
    let fields: [&[u8]; 16] = [
        &[2],
        &[1],
        &cast.root.derive_public().0,
        &SITE.0,
        &order,
        &init.roster.0,
        &CONVERSATION.0,
        &visitor.derive_id(&SITE).0,
        &visitor.identity.0,
        &agent.derive_id(&SITE).0,
        &agent.identity.0,
        &signed.curve.0,
        one_time.kem.as_bytes(),
        &one_time.curve.0,
        &init.ephemeral.0,
        init.kem.as_bytes(),
    ];
    text::sha256(&statement("segel/1 handshake", &fields))
}

/// Something that one side says.
struct Said {
    event: EventId,
    text: &'static str,
    /// 0 the visitor, 1 the agent.
    from: usize,
    seen: (u64, Key),
}

/// A sealed message and where it belongs.
struct Event {
    place: Place,
    content: Vec<u8>,
    content_key: Vec<u8>,
    wrap: Vec<u8>,
}

impl Said {
    /// Seals it, and writes the content's values.
    fn write(
        &self,
        page: &mut Page,
        (newest, ends): ((Order, RosterHash), [DeviceId; 2]),
        session: &mut Session,
        draws: &mut Draws,
        previous: ContentHash,
    ) -> Event {
        let (sender, recipient) = (ends[self.from], ends[1 - self.from]);
        let (position, hash) = self.seen;
        let message = Message {
            sequence: 1,
            time: NOW * 1_000,
            desk: DESK,
            previous,
            seen: Seen { position, hash: LogHash(hash) },
            act: None,
            body: Body::Text(self.text.to_owned()),
        };
        let recipients = [recipient];
        let bound_to = ContentContext {
            conversation: &CONVERSATION,
            event: &self.event,
            sender: &sender,
            recipients: &recipients,
        };
        let (content, key) = content::seal(&message, newest, &bound_to, draws);
        let hash = ContentHash::derive(&content);
        let place = Place { conversation: CONVERSATION, event: self.event, sender, recipient, content: hash };
        let wrap = session.seal(&key, &place.context(), NOW, draws).unwrap();
        // A content key stands in CBOR as a byte string of 32: two bytes before it.
        let content_key = cbor::encode(&key)[2..].to_vec();

        page.value("event", &self.event.0);
        page.whole(&format!("message, encoded: {}", self.text), &cbor::encode(&message));
        page.value("content key", &content_key);
        let (header, rest) = content.split_at(67);
        let devices = text::sha256(&recipient.0);
        let fields: [&[u8]; 4] = [header, &CONVERSATION.0, &sender.0, &devices];
        let aad = statement("segel/1 content", &fields);
        let keys: [u8; 64] =
            text::expand(&text::extract(&text::sha256(&aad), &content_key), "segel/1 content key");
        page.value("content header", header);
        page.value("SHA-256(AD)", &text::sha256(&aad));
        page.value("content's encryption key", &keys[..32]);
        page.value("commitment", &keys[32..]);
        assert_eq!(keys[32..], rest[..32]);
        let padded = text::open(&text::part(&keys, 0), [0; 12], &aad, &rest[32..]).unwrap();
        let encoded = cbor::encode(&message);
        assert_eq!(padded[..4], u32::try_from(encoded.len()).unwrap().to_be_bytes());
        assert_eq!(padded[4..4 + encoded.len()], encoded);
        page.whole("content", &content);
        page.value("SHA-256(content)", &hash.0);
        Event { place, content, content_key, wrap }
    }
}

impl Event {
    fn open(&self, key: &ContentKey, ends: &[DeviceId; 2]) -> String {
        let Place { conversation, event, sender, recipient, .. } = &self.place;
        assert!(ends.contains(sender) && ends.contains(recipient));
        let recipients = core::slice::from_ref(recipient);
        let message =
            content::open(&self.content, key, &ContentContext { conversation, event, sender, recipients });
        match message.unwrap().body {
            Body::Text(text) => text,
            other => panic!("{other:?}"),
        }
    }
}

/// Takes the first wrap of a new chain apart, by a step of the root key with these keys; `side` seals.
fn write_wrap(page: &mut Page, ratchet: &mut Ratchet, event: &Event, (own, peer): (Key, Key), side: usize) {
    let shared = text::dh(&own, &peer);
    let [root, chain, next] = text::step(&ratchet.root, &shared, None);
    let header_key = core::mem::replace(&mut ratchet.next[side], next);
    ratchet.root = root;
    let (message_key, next_chain) = text::take(&chain);
    let parts = Parts::of(&event.wrap);
    let header = parts.open_header(&header_key, &ratchet.transcript, &event.place).unwrap();
    let key = PrekeyKey(text::public(&own));
    assert_eq!(header, Header { key, previous: 0, n: 0, offer: None, answer: None });
    let (sealing_key, nonce) = text::wrap_key(&message_key, &parts.salt());
    let opened = parts.open_key(&message_key, &ratchet.transcript, &event.place).unwrap();
    assert_eq!(opened, event.content_key);
    assert_eq!(event.wrap[3..11], ratchet.alias);

    page.value("ratchet key, public", &key.0);
    page.value("DH(ratchet key, peer's key)", &shared);
    page.value("root key after the step", &root);
    page.value("chain key 0", &chain);
    page.value("next header key", &next);
    page.value("message key 0", &message_key);
    page.value("chain key 1", &next_chain);
    page.value("prefix", parts.prefix);
    page.value("header", &header.to_bytes());
    page.value("header key", &header_key);
    page.value("sealed header", parts.header);
    page.value("wrap key", &sealing_key);
    page.value("wrap nonce", &nonce);
    page.value("sealed key", parts.sealed);
    page.value("wrap", &event.wrap);
}
