//! Section 5.2, *Healing*: what a copy of one side's whole state opens, and when that ends; and what one opens
//! who can undo X25519.

use segel_crypto::session::Session;
use segel_wire::cbor;
use segel_wire::ids::KemKey;

use crate::mirror::{Mirror, Stored};
use crate::support::{CONVERSATION, Pair, ROOT, ROSTER, SITE, Sealed, strings_of_32};
use crate::text::{self, Key, Parts};

/// One who took a copy of a session's state, sees every wrap and computes whatever follows from both. It tries
/// every key that it holds with every other, as no program of this protocol would.
struct Thief {
    transcript: Key,
    /// Header key, chain key and its number.
    chains: Vec<(Key, Key, u32)>,
    /// Header key, number and message key.
    skipped: Vec<(Key, u32, Key)>,
    roots: Vec<Key>,
    /// Header keys of chains that are to come.
    next: Vec<Key>,
    /// X25519 private halves.
    secrets: Vec<Key>,
    /// X25519 public halves.
    publics: Vec<Key>,
    offers: Vec<([u8; 64], KemKey)>,
}

impl Thief {
    fn of(session: &Session) -> Self {
        let mirror = Mirror::of(session);
        let receiving = mirror.receiving.iter().map(|chain| (chain.header, &chain.chain));
        let sending = mirror.sending.iter().map(|chain| (chain.header, &chain.chain));
        let skipped = mirror.skipped.iter();
        Self {
            transcript: mirror.transcript.0,
            chains: receiving.chain(sending).map(|(header, chain)| (header, chain.key, chain.next)).collect(),
            skipped: skipped
                .flat_map(|chain| chain.keys.iter().map(|key| (chain.header, key.n, key.key)))
                .collect(),
            roots: vec![mirror.root],
            next: vec![mirror.next_sending, mirror.next_receiving],
            secrets: mirror.own.into_iter().collect(),
            publics: mirror.peer.into_iter().collect(),
            offers: mirror.kem.own.into_iter().map(|offer| (offer.seed, offer.key)).collect(),
        }
    }

    /// Whether it comes to the content key; it keeps what it learns on the way.
    fn opens(&mut self, sealed: &Sealed) -> bool {
        let parts = Parts::of(&sealed.wrap);
        let is_key = |key: &Key| {
            let opened = parts.open_key(key, &self.transcript, &sealed.place);
            opened.is_some_and(|opened| opened == cbor::encode(&sealed.key)[2..])
        };
        let header = |key: &Key| parts.open_header(key, &self.transcript, &sealed.place);
        for (key, n, message_key) in &self.skipped {
            if header(key).is_some_and(|header| header.n == *n) && is_key(message_key) {
                return true;
            }
        }
        for (key, chain, from) in &self.chains {
            let Some(header) = header(key).filter(|header| header.n >= *from) else { continue };
            if is_key(&message_key(*chain, header.n - from)) {
                return true;
            }
        }
        for key in &self.next {
            let Some(header) = header(key) else { continue };
            if !self.publics.contains(&header.key.0) {
                self.publics.push(header.key.0);
            }
            let kem = header.answer.as_ref().and_then(|answer| {
                let (seed, offer) = self.offers.last()?;
                Some((text::decapsulate(seed, answer), text::mix(offer, answer)))
            });
            for root in &self.roots {
                for secret in &self.secrets {
                    for public in &self.publics {
                        for kem in [None].into_iter().chain(kem.map(Some)) {
                            let [root, chain, next] = text::step(root, &text::dh(secret, public), kem);
                            if is_key(&message_key(chain, header.n)) {
                                self.chains.push((*key, chain, 0));
                                self.roots.push(root);
                                self.next.push(next);
                                return true;
                            }
                        }
                    }
                }
            }
        }
        false
    }

    /// X25519 is undone: every private half that this side holds is known.
    fn learn(&mut self, session: &Session) {
        self.secrets.extend(Mirror::of(session).own.filter(|own| !self.secrets.contains(own)));
    }
}

fn message_key(chain: Key, steps: u32) -> Key {
    text::take(&(0..steps).fold(chain, |chain, _| text::take(&chain).1)).0
}

#[test]
fn a_stolen_state_opens_what_the_text_counts_and_nothing_after_one_round_trip() {
    let (mut pair, mut theirs) = Pair::established();
    let past = [pair.say(), pair.say()];
    let late = pair.say();
    let newest = pair.say();
    for opened in past.iter().chain([&newest]) {
        opened.assert_opens(&mut theirs);
    }
    let told = pair.answer(&mut theirs);

    let mut thief = Thief::of(&theirs);
    for closed in past.iter().chain([&newest, &told]) {
        assert!(!thief.opens(closed), "past wraps stay closed");
    }
    assert!(thief.opens(&late), "what was skipped");
    assert!(thief.opens(&pair.say()), "the rest of the peer's current chain");
    assert!(thief.opens(&pair.answer(&mut theirs)), "the own current chain");
    told.assert_opens(&mut pair.session);
    let next = pair.say();
    assert!(thief.opens(&next), "the peer's next chain");
    next.assert_opens(&mut theirs);

    for _ in 0..5 {
        let own = [pair.answer(&mut theirs), pair.answer(&mut theirs)];
        own[1].assert_opens(&mut pair.session);
        let peers = [pair.say(), pair.say()];
        peers[0].assert_opens(&mut theirs);
        for closed in own.iter().chain(&peers) {
            assert!(!thief.opens(closed), "one round trip later all is closed");
        }
    }
}

#[test]
fn a_state_that_is_stolen_before_its_side_answers_heals_with_the_answer() {
    let (mut pair, mut theirs) = Pair::established();
    pair.say().assert_opens(&mut theirs);
    let mut thief = Thief::of(&theirs);
    assert!(thief.opens(&pair.say()), "the rest of the peer's current chain");
    let answer = pair.answer(&mut theirs);
    assert!(!thief.opens(&answer));
    answer.assert_opens(&mut pair.session);
    assert!(!thief.opens(&pair.say()));
}

#[test]
fn a_thief_of_an_offers_private_half_is_shut_out_by_the_next_round_trip_all_the_same() {
    let (mut pair, mut theirs) = Pair::established();
    pair.now += 24 * 60 * 60;
    let offering = pair.say();
    let mut thief = Thief::of(&pair.session);
    assert_eq!(thief.offers.len(), 1);
    offering.assert_opens(&mut theirs);
    let answer = pair.answer(&mut theirs);
    assert!(thief.opens(&answer), "the peer's next chain, with the answer to the offer that was stolen");
    answer.assert_opens(&mut pair.session);
    assert!(!thief.opens(&pair.say()));
}

#[test]
fn one_who_undoes_every_agreement_is_shut_out_by_a_kem_step() {
    let (mut pair, mut theirs) = Pair::established();
    let mut thief = Thief::of(&theirs);
    for _ in 0..2 {
        let said = pair.say();
        thief.learn(&pair.session);
        assert!(thief.opens(&said));
        said.assert_opens(&mut theirs);
        let answer = pair.answer(&mut theirs);
        thief.learn(&theirs);
        assert!(thief.opens(&answer));
        answer.assert_opens(&mut pair.session);
    }
    pair.now += 24 * 60 * 60;
    let offering = pair.say();
    thief.learn(&pair.session);
    assert!(thief.opens(&offering));
    offering.assert_opens(&mut theirs);
    for _ in 0..2 {
        let answer = pair.answer(&mut theirs);
        thief.learn(&theirs);
        assert!(!thief.opens(&answer), "from the answer on");
        answer.assert_opens(&mut pair.session);
        let said = pair.say();
        thief.learn(&pair.session);
        assert!(!thief.opens(&said));
        said.assert_opens(&mut theirs);
    }
}

/// The statement that T is the hash of, for a handshake through the signed prekey alone.
fn transcript(pair: &Pair, init: &segel_crypto::handshake::Init) -> Key {
    let order = [init.order.generation.to_be_bytes(), init.order.version.to_be_bytes()].concat();
    let (initiator, responder) = (&pair.visitor, &pair.agent);
    let fields: [&[u8]; 16] = [
        &[2],
        &[0],
        &ROOT.0,
        &SITE.0,
        &order,
        &ROSTER.1.0,
        &CONVERSATION.0,
        &initiator.id.0,
        &initiator.keys.identity.0,
        &responder.id.0,
        &responder.keys.identity.0,
        &responder.bundle.signed.curve.0,
        responder.bundle.signed.kem.as_bytes(),
        &[],
        &init.ephemeral.0,
        init.kem.as_bytes(),
    ];
    text::sha256(&segel_wire::signed::statement("segel/1 handshake", &fields))
}

#[test]
fn one_who_undoes_every_agreement_of_a_recorded_handshake_lacks_the_kem_secret() {
    let mut pair = Pair::new();
    let first = pair.say();
    let init = first.init().unwrap();
    let transcript = transcript(&pair, &init);
    assert_eq!(transcript, pair.session.transcript().0);

    let identity = strings_of_32(&cbor::encode(&pair.agent.secrets))[0];
    let prekey = &Stored::of(&pair.agent.prekeys).signed[0].prekey;
    let agreements = [
        text::dh(&prekey.curve, &init.keys.identity.0),
        text::dh(&identity, &init.ephemeral.0),
        text::dh(&prekey.curve, &init.ephemeral.0),
        [0; 32],
    ];
    let opens = |agreements: [Key; 4], kem: Key| {
        let prk = text::extract(&transcript, &[agreements.concat(), kem.to_vec()].concat());
        let keys: [u8; 104] = text::expand(&prk, "segel/1 session");
        assert_eq!(keys[96..] == pair.session.alias(), kem != [0; 32] && agreements[0] != [0; 32]);
        let parts = Parts::of(&first.wrap);
        let header = parts.open_header(&text::part(&keys, 32), &transcript, &first.place)?;
        let shared = text::dh(&prekey.curve, &header.key.0);
        let [_, chain, _] = text::step(&text::part(&keys, 0), &shared, None);
        parts.open_key(&message_key(chain, header.n), &transcript, &first.place)
    };
    let kem = text::decapsulate(&prekey.kem, &init.kem);
    assert_eq!(opens(agreements, kem).unwrap(), cbor::encode(&first.key)[2..], "both together open it");
    assert_eq!(opens(agreements, [0; 32]), None, "without the KEM's secret");
    assert_eq!(opens([[0; 32]; 4], kem), None, "and with that alone");
}
