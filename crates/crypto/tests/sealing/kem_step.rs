//! Section 5.3: fresh KEM secrets enter the root key; a side that keeps them out is found out.

use segel_crypto::session::{SealError, Session, WrapError};
use segel_wire::ids::{KemCiphertext, KemKey};
use segel_wire::limits::{KEM_OFFER_WRAPS, WORN_WRAPS};

use crate::mirror::Mirror;
use crate::support::{NOW, Pair, Sealed, restarted};
use crate::text::{self, Header, Parts};

const HOURS: u64 = 60 * 60;
const DAYS: u64 = 24 * HOURS;

/// What a wrap's header says, to one who holds the header keys of its reader.
fn header(sealed: &Sealed, reader: &Session) -> Header {
    let mirror = Mirror::of(reader);
    let mut keys = mirror.receiving.iter().map(|receiving| receiving.header).chain([mirror.next_receiving]);
    let parts = Parts::of(&sealed.wrap);
    keys.find_map(|key| parts.open_header(&key, &mirror.transcript.0, &sealed.place)).unwrap()
}

/// The session, had the last KEM secret entered it then.
fn since(session: &Session, then: u64) -> Session {
    let mut mirror = Mirror::of(session);
    mirror.kem.since = then;
    mirror.session()
}

/// Both ends of a session in which the visitor's next wrap carries an offer.
fn due() -> (Pair, Session) {
    let (mut pair, theirs) = Pair::established();
    // The agent's side counts from now and makes no offer of its own.
    pair.session = since(&pair.session, NOW - 24 * HOURS);
    (pair, theirs)
}

#[test]
fn an_offer_is_made_after_fifty_wraps_and_its_secret_enters_both_root_keys() {
    let (mut pair, mut theirs) = Pair::established();
    assert_eq!(KEM_OFFER_WRAPS, 50);
    for count in 3..=50 {
        let said = pair.say();
        assert_eq!(header(&said, &theirs).offer, None, "wrap {count}");
        said.assert_opens(&mut theirs);
    }
    let offering = pair.say();
    let offer = header(&offering, &theirs).offer.unwrap();
    offering.assert_opens(&mut theirs);
    assert_eq!(
        header(&pair.say(), &theirs).offer,
        Some(offer.clone()),
        "in every header until it is answered"
    );

    let (ours, before) = (Mirror::of(&pair.session), Mirror::of(&theirs));
    assert_eq!(ours.root, before.root);
    let answering = pair.answer(&mut theirs);
    let answer = header(&answering, &pair.session).answer.unwrap();
    let seed = ours.kem.own.as_ref().unwrap().seed;
    assert_eq!(text::kem_public(&seed), offer);
    let secret = text::decapsulate(&seed, &answer);
    let after = Mirror::of(&theirs);
    let shared = text::dh(&ours.own.unwrap(), &text::public(&after.own.unwrap()));
    let kem = Some((secret, text::mix(&offer, &answer)));
    let [root, _, next] = text::step(&ours.root, &shared, kem);
    assert_eq!((after.root, after.next_sending), (root, next));
    assert_ne!(root, text::step(&ours.root, &shared, None)[0]);

    answering.assert_opens(&mut pair.session);
    let heard = Mirror::of(&pair.session);
    assert_eq!((heard.root, heard.next_receiving), (root, next));
    assert!(heard.kem.own.is_none(), "the private half is deleted");
    assert_eq!((heard.kem.wraps, after.kem.wraps), (1, 1), "counted anew");
    assert_eq!(
        header(&pair.answer(&mut theirs), &pair.session).answer,
        Some(answer),
        "in every header of the chain"
    );
    let next = pair.say();
    assert_eq!(header(&next, &theirs).offer, None);
    next.assert_opens(&mut theirs);
}

#[test]
fn an_offer_is_made_after_a_day_and_not_before() {
    let (mut pair, theirs) = Pair::established();
    pair.now = NOW + 24 * HOURS - 1;
    assert_eq!(header(&pair.say(), &theirs).offer, None);
    pair.now += 1;
    assert!(header(&pair.say(), &theirs).offer.is_some());
}

#[test]
fn nothing_is_offered_to_a_peer_that_was_not_heard_yet() {
    let mut pair = Pair::new();
    let first = pair.say();
    pair.now += 24 * HOURS;
    let late = pair.say();
    let mut theirs = pair.agent.hear(&first);
    assert_eq!(header(&late, &theirs).offer, None);
    late.assert_opens(&mut theirs);
    // The responder has opened one, and offers.
    assert!(header(&pair.answer(&mut theirs), &pair.session).offer.is_some());
}

#[test]
fn two_states_that_differ_in_the_kem_secret_alone_part_for_good() {
    let (mut pair, mut theirs) = due();
    pair.say().assert_opens(&mut theirs);
    let answering = pair.answer(&mut theirs);
    // The same offer under another private half: the same header opens, the secret is another one.
    let mut other = Mirror::of(&pair.session);
    let key = other.kem.own.as_ref().unwrap().key.clone();
    other.kem.own = Some(crate::mirror::Offer { seed: [7; 64], key, ignored: 0 });
    answering.assert_refused(&mut other.session(), WrapError::NotAuthentic);
    answering.assert_opens(&mut pair.session);
}

#[test]
fn offers_and_answers_arrive_though_wraps_are_lost_doubled_and_turned_round() {
    let (mut pair, mut theirs) = due();
    let offering = [pair.say(), pair.say(), pair.say()];
    // The first offer is lost, the third comes before the second, and each of those twice.
    for at in [2, 1] {
        offering[at].assert_opens(&mut theirs);
        offering[at].assert_refused(&mut theirs, WrapError::Stale);
    }
    let answers = [pair.answer(&mut theirs), pair.answer(&mut theirs), pair.answer(&mut theirs)];
    for at in [2, 0] {
        answers[at].assert_opens(&mut pair.session);
        answers[at].assert_refused(&mut pair.session, WrapError::Stale);
    }
    // The first offer arrives after it was answered by another wrap: it is not answered again.
    offering[0].assert_opens(&mut theirs);
    assert!(Mirror::of(&theirs).kem.theirs.is_none());
    let next = pair.say();
    assert!(header(&next, &theirs).offer.is_none());
    next.assert_opens(&mut theirs);
    assert_eq!(header(&pair.answer(&mut theirs), &pair.session).answer, None);
    answers[1].assert_opens(&mut pair.session);
}

#[test]
fn an_offer_in_a_wrap_of_a_past_chain_is_not_taken() {
    let (mut pair, mut theirs) = Pair::established();
    let mut dishonest = Mirror::of(&pair.session);
    dishonest.begin([9; 32], None);
    let first = dishonest.write(&mut pair, |_| ());
    let late = dishonest.write(&mut pair, |header| header.offer = Some(text::kem_public(&[3; 64])));
    first.assert_opens(&mut theirs);
    pair.session = dishonest.session();
    pair.answer(&mut theirs).assert_opens(&mut pair.session);
    pair.say().assert_opens(&mut theirs);
    late.assert_opens(&mut theirs);
    assert!(Mirror::of(&theirs).kem.theirs.is_none());
}

#[test]
fn offers_that_cross_are_each_answered() {
    let (mut pair, mut theirs) = Pair::established();
    pair.say().assert_opens(&mut theirs);
    pair.now += 24 * HOURS;
    let (ours, opposite) = (pair.say(), pair.answer(&mut theirs));
    let offers = [header(&ours, &theirs).offer.unwrap(), header(&opposite, &pair.session).offer.unwrap()];
    assert_ne!(offers[0], offers[1]);
    ours.open_at(&mut theirs, pair.now).unwrap();
    opposite.open_at(&mut pair.session, pair.now).unwrap();

    // The largest wrap there is: the own offer and the answer to the peer's.
    let both = pair.say();
    assert_eq!(both.wrap.len(), 35 + 2 + 41 + KemKey::SIZE + KemCiphertext::SIZE + 16 + 48);
    let said = header(&both, &theirs);
    assert!(said.answer.is_some() && said.offer == Some(offers[0].clone()));
    both.open_at(&mut theirs, pair.now).unwrap();
    let answer = pair.answer(&mut theirs);
    let said = header(&answer, &pair.session);
    assert!(said.answer.is_some() && said.offer.is_none());
    answer.open_at(&mut pair.session, pair.now).unwrap();
    for session in [&pair.session, &theirs] {
        let kem = Mirror::of(session).kem;
        assert!(kem.own.is_none() && kem.theirs.is_none());
        assert_eq!(kem.since, pair.now);
    }
    pair.say().assert_opens(&mut theirs);
    pair.answer(&mut theirs).assert_opens(&mut pair.session);
}

/// The agent's side, of a program that forgets every offer it hears.
fn forget(theirs: &Session) -> Session {
    let mut mirror = Mirror::of(theirs);
    mirror.kem.theirs = None;
    mirror.session()
}

#[test]
fn a_peer_that_ignores_an_offer_for_two_chains_is_refused() {
    let (mut pair, mut theirs) = due();
    pair.say().assert_opens(&mut theirs);
    theirs = forget(&theirs);
    // One new chain without an answer may have begun before the offer arrived.
    pair.answer(&mut theirs).assert_opens(&mut pair.session);
    pair.say().assert_opens(&mut theirs);
    let mut ignoring = forget(&theirs);
    let second = [pair.answer(&mut ignoring), pair.answer(&mut ignoring)];
    for ignoring in &second {
        ignoring.assert_refused(&mut pair.session, WrapError::KemRefused);
    }
    // One that answers after all is heard.
    pair.answer(&mut theirs).assert_opens(&mut pair.session);
}

#[test]
fn one_chain_without_an_answer_is_no_fault_when_the_offer_came_late() {
    let (mut pair, mut theirs) = Pair::established();
    // The chain begins without an offer; the offer stands from its second wrap on, which is late.
    pair.say().assert_opens(&mut theirs);
    pair.session = since(&pair.session, NOW - 24 * HOURS);
    let offering = pair.say();
    let offer = header(&offering, &theirs).offer.unwrap();
    pair.answer(&mut theirs).assert_opens(&mut pair.session);
    offering.assert_opens(&mut theirs);
    // It was kept, but the agent's chain had begun. The visitor's next chain repeats it, and is answered.
    let again = pair.say();
    assert_eq!(header(&again, &theirs).offer, Some(offer));
    again.assert_opens(&mut theirs);
    let answer = pair.answer(&mut theirs);
    assert!(header(&answer, &pair.session).answer.is_some());
    answer.assert_opens(&mut pair.session);
}

#[test]
fn an_answer_that_nobody_asked_for_is_refused() {
    let (mut pair, theirs) = Pair::established();
    let (answer, secret) = text::encapsulate(&text::kem_public(&[3; 64]), &[4; 32]);
    for kem in [None, Some((answer.clone(), secret, [5; 32]))] {
        let mut dishonest = Mirror::of(&pair.session);
        dishonest.begin([9; 32], kem);
        let said = dishonest.write(&mut pair, |header| header.answer = Some(answer.clone()));
        said.assert_refused(&mut theirs.clone(), WrapError::KemRefused);
    }
    pair.say().assert_opens(&mut theirs.clone());
}

#[test]
fn an_answer_to_another_offer_opens_nothing_and_the_genuine_one_does() {
    let (mut pair, mut theirs) = due();
    pair.say().assert_opens(&mut theirs);
    let offer = Mirror::of(&theirs).kem.theirs.unwrap();
    let other = text::kem_public(&[3; 64]);
    let (to_other, secret) = text::encapsulate(&other, &[4; 32]);
    let (to_offer, right) = text::encapsulate(&offer, &[4; 32]);
    for kem in [
        (to_other.clone(), secret, text::mix(&other, &to_other)),
        (to_offer.clone(), right, text::mix(&other, &to_offer)),
        (to_offer.clone(), secret, text::mix(&offer, &to_offer)),
    ] {
        let mut dishonest = Mirror::of(&theirs);
        dishonest.begin([9; 32], Some(kem));
        let said = dishonest.write(&mut pair, |_| ());
        said.assert_refused(&mut pair.session, WrapError::NotAuthentic);
    }
    let mut good = Mirror::of(&theirs);
    good.begin([9; 32], Some((to_offer.clone(), right, text::mix(&offer, &to_offer))));
    good.write(&mut pair, |_| ()).assert_opens(&mut pair.session);
}

#[test]
fn one_way_traffic_wears_a_session_out_and_ends_it() {
    let (mut pair, mut theirs) = Pair::established();
    assert_eq!(WORN_WRAPS, 500);
    for count in 2..1_000 {
        assert_eq!((pair.session.is_worn(NOW), pair.session.is_spent(NOW)), (count >= 500, false), "{count}");
        // The agent's side counts what it opens.
        assert_eq!(theirs.is_worn(NOW), count >= 500);
        pair.say().assert_opens(&mut theirs);
    }
    assert!(pair.session.is_spent(NOW) && theirs.is_spent(NOW));
    for (session, ends) in [
        (&mut pair.session, [pair.visitor.id, pair.agent.id]),
        (&mut theirs, [pair.agent.id, pair.visitor.id]),
    ] {
        let before = crate::support::state(session);
        let mut other = Pair::new();
        let (place, key) = other.place(ends[0], ends[1]);
        let refused = session.seal(&key, &place.context(), NOW, &mut other.random);
        assert_eq!(refused, Err(SealError::Spent));
        assert!(crate::support::state(session) == before);
    }
}

#[test]
fn a_session_in_which_no_kem_secret_entered_for_a_week_is_worn_and_for_two_it_is_spent() {
    let (mut pair, _) = Pair::established();
    for (age, worn, spent) in [
        (7 * DAYS - 1, false, false),
        (7 * DAYS, true, false),
        (14 * DAYS - 1, true, false),
        (14 * DAYS, true, true),
    ] {
        assert_eq!(
            (pair.session.is_worn(NOW + age), pair.session.is_spent(NOW + age)),
            (worn, spent),
            "{age}"
        );
    }
    let (place, key) = pair.place(pair.visitor.id, pair.agent.id);
    let seal = |session: &mut Session, pair: &mut Pair, at| {
        session.seal(&key, &place.context(), at, &mut pair.random)
    };
    let mut session = restarted(&pair.session);
    assert_eq!(seal(&mut session, &mut pair, NOW + 14 * DAYS), Err(SealError::Spent));
    seal(&mut session, &mut pair, NOW + 14 * DAYS - 1).unwrap();
}

#[test]
fn a_session_that_began_under_a_clock_ten_years_ahead_is_worn_a_week_after_it_seals_by_the_right_one() {
    let (mut pair, mut theirs) = Pair::established();
    pair.session = since(&pair.session, NOW + 3_650 * DAYS);
    assert!(!pair.session.is_worn(NOW));
    pair.say().assert_opens(&mut theirs);
    assert!(!pair.session.is_worn(NOW + 7 * DAYS - 1));
    assert!(pair.session.is_worn(NOW + 7 * DAYS));
}

#[test]
fn a_talk_of_any_length_is_never_worn() {
    let (mut pair, mut theirs) = Pair::established();
    let mut most = 0;
    for _ in 0..300 {
        pair.round(&mut theirs);
        most = most.max(Mirror::of(&pair.session).kem.wraps).max(Mirror::of(&theirs).kem.wraps);
    }
    assert!(most <= KEM_OFFER_WRAPS + 3, "{most}");
}
