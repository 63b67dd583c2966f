//! Section 5.9: acts follow each other, and every client that sees the same log computes the same state.
#![cfg(test)]

mod roles;
#[path = "../site/mod.rs"]
mod site;

use proptest::prelude::*;
use segel_crypto::act::{Act, ActError, ActHash, ActKind, Assignment, Seat, SignedAct};
use segel_wire::cbor;
use segel_wire::ids::{AgentId, ConversationId, DeviceId, Octets, Signature};
use segel_wire::signed::statement;
use sha2::{Digest, Sha256};
use site::{CONVERSATION, LAPSES, NOW, Person, Site};

const KINDS: [ActKind; 7] = [
    ActKind::Claim,
    ActKind::Transfer,
    ActKind::Release,
    ActKind::Takeover,
    ActKind::Join,
    ActKind::Leave,
    ActKind::End,
];

/// The state after these acts, all of which count.
fn after(site: &Site, acts: &[(Person, ActKind, Option<Person>)]) -> Assignment {
    acts.iter().fold(Assignment::default(), |state, (person, kind, target)| {
        site.act(&state, *person, *kind, *target).unwrap()
    })
}

fn holder(state: &Assignment) -> Option<Person> {
    state.holder.as_ref().map(Person::of)
}

#[test]
fn each_kind_is_allowed_to_those_of_its_row_and_to_nobody_else() {
    use ActKind::{Claim, End, Join, Leave, Release, Takeover, Transfer};
    use Person::{Member, Other, Outsider, Supervisor};
    let site = Site::new();
    let free = [];
    let held = [(Member, Claim, None)];
    let supervised = [(Supervisor, Takeover, None)];
    let joined = [(Member, Claim, None), (Supervisor, Join, None)];
    let ended = [(Member, Claim, None), (Supervisor, Join, None), (Member, End, None)];
    let states: [(&str, &[_]); 5] = [
        ("free", &free),
        ("held", &held),
        ("supervised", &supervised),
        ("joined", &joined),
        ("ended", &ended),
    ];
    // Who may do it in which state; a transfer goes to the other member.
    let allowed = |kind, state: &str, person| match (kind, state) {
        (Claim, "free") => person != Outsider,
        (Transfer | Release | End, "held" | "joined") => person == Member,
        (Transfer | Release | End, "supervised")
        | (Takeover, "free" | "held" | "joined")
        | (Join, "free" | "held")
        | (Leave, "joined") => person == Supervisor,
        _ => false,
    };
    for (name, acts) in states {
        let state = after(&site, acts);
        for kind in KINDS {
            for person in [Member, Other, Supervisor, Outsider] {
                let target = (kind == Transfer).then_some(Other);
                let result = site.act(&state, person, kind, target);
                let expected = allowed(kind, name, person);
                assert_eq!(result.is_ok(), expected, "{kind:?} by {person:?} while {name}");
                assert!(expected || result == Err(ActError::NotAllowed));
            }
        }
    }
}

#[test]
fn each_kind_changes_what_its_row_says() {
    use ActKind::{Claim, Join, Leave, Release, Takeover, Transfer};
    use Person::{Member, Other, Supervisor};
    let site = Site::new();
    for (acts, holds, joins) in [
        (&[(Member, Claim, None)][..], Some(Member), vec![]),
        (&[(Member, Claim, None), (Member, Transfer, Some(Other))], Some(Other), vec![]),
        (&[(Member, Claim, None), (Member, Release, None)], None, vec![]),
        (&[(Member, Claim, None), (Supervisor, Takeover, None)], Some(Supervisor), vec![]),
        (&[(Supervisor, Takeover, None)], Some(Supervisor), vec![]),
        (&[(Supervisor, Claim, None)], Some(Supervisor), vec![]),
        (&[(Supervisor, Join, None)], None, vec![Supervisor]),
        (&[(Member, Claim, None), (Supervisor, Join, None)], Some(Member), vec![Supervisor]),
        (&[(Supervisor, Join, None), (Supervisor, Leave, None)], None, vec![]),
        (&[(Supervisor, Join, None), (Supervisor, Claim, None)], Some(Supervisor), vec![]),
        (&[(Supervisor, Join, None), (Supervisor, Takeover, None)], Some(Supervisor), vec![]),
        (
            &[(Member, Claim, None), (Supervisor, Join, None), (Member, Transfer, Some(Supervisor))],
            Some(Supervisor),
            vec![],
        ),
        (&[(Member, Claim, None), (Supervisor, Join, None), (Member, Release, None)], None, vec![Supervisor]),
    ] {
        let state = after(&site, acts);
        assert_eq!(state.epoch, acts.len() as u64);
        assert_eq!(holder(&state), holds, "{acts:?}");
        let joined: Vec<Person> = state.joined.iter().map(Person::of).collect();
        assert_eq!(joined, joins, "{acts:?}");
    }
}

#[test]
fn who_ended_it_is_known_and_who_held_it_goes_on_to_be_reached() {
    use ActKind::{Claim, End, Join, Release};
    use Person::{Member, Supervisor};
    let site = Site::new();
    let open = after(&site, &[(Member, Claim, None), (Supervisor, Join, None)]);
    let end = site.sign(&open, Member, End, None);
    let ended = open.follow(&end, &site.context(Member)).unwrap();
    assert_eq!((open.ended, ended.ended), (None, Some(Member.id())));
    assert_eq!(site.devices(&ended), site.devices(&open), "what the visitor says of it goes to the same");
    // Sealed before the release of another device of the same agent was known: it lost the race.
    let free = site.act(&open, Member, Release, None).unwrap();
    assert_eq!(free.follow(&end, &site.context(Member)), Err(ActError::Late));
    assert_eq!(free.ended, None);
    assert_eq!(ended.follow(&end, &site.context(Member)), Err(ActError::Late), "again");
}

#[test]
fn a_transfer_goes_to_the_desk_and_its_supervisors_and_not_to_oneself() {
    let site = Site::new();
    let held = after(&site, &[(Person::Member, ActKind::Claim, None)]);
    for (target, expected) in [
        (Person::Other, Ok(())),
        (Person::Supervisor, Ok(())),
        (Person::Member, Err(ActError::NotAllowed)),
        (Person::Outsider, Err(ActError::NotAllowed)),
    ] {
        let result = site.act(&held, Person::Member, ActKind::Transfer, Some(target));
        assert_eq!(result.map(drop), expected, "{target:?}");
    }
    let mut act = held.draft(ActKind::Transfer, Some(AgentId([9; 16])), &site.context(Person::Member));
    let unknown = act.sign(site.secrets(Person::Member));
    assert_eq!(held.follow(&unknown, &site.context(Person::Member)), Err(ActError::NotAllowed));
    act.agent = None;
    let nobody = act.sign(site.secrets(Person::Member));
    assert_eq!(held.follow(&nobody, &site.context(Person::Member)), Err(ActError::Malformed));
}

#[test]
fn an_agent_stands_in_a_transfer_and_nowhere_else() {
    let site = Site::new();
    for kind in KINDS {
        let target = (kind != ActKind::Transfer).then_some(Person::Other);
        let result = site.act(&Assignment::default(), Person::Member, kind, target);
        assert_eq!(result, Err(ActError::Malformed), "{kind:?}");
    }
}

#[test]
fn of_racing_claims_the_first_in_the_log_counts_and_the_other_is_late() {
    let site = Site::new();
    let start = Assignment::default();
    let mine = site.sign(&start, Person::Member, ActKind::Claim, None);
    let theirs = site.sign(&start, Person::Other, ActKind::Claim, None);
    for ((first, winner), (second, loser)) in [
        ((&mine, Person::Member), (&theirs, Person::Other)),
        ((&theirs, Person::Other), (&mine, Person::Member)),
    ] {
        let state = start.follow(first, &site.context(winner)).unwrap();
        assert_eq!(holder(&state), Some(winner));
        assert_eq!(state.follow(second, &site.context(loser)), Err(ActError::Late));
    }
}

#[test]
fn an_act_counts_once_at_its_place_in_its_conversation_and_from_its_device() {
    let site = Site::new();
    let start = Assignment::default();
    let claim = site.sign(&start, Person::Member, ActKind::Claim, None);
    let state = start.follow(&claim, &site.context(Person::Member)).unwrap();
    assert_eq!(state.follow(&claim, &site.context(Person::Member)), Err(ActError::Late), "again");

    let other = ConversationId([1; 16]);
    let mut elsewhere = site.context(Person::Member);
    elsewhere.conversation = &other;
    assert_eq!(start.follow(&claim, &elsewhere), Err(ActError::Elsewhere));

    let resent = start.follow(&claim, &site.context(Person::Other));
    assert_eq!(resent, Err(ActError::BadSignature), "sent by another");
    let second = site.context_of(Person::Member, 1);
    assert_eq!(start.follow(&claim, &second), Err(ActError::BadSignature), "by the agent's other device");

    let release = site.sign(&state, Person::Member, ActKind::Release, None);
    assert_eq!(start.follow(&release, &site.context(Person::Member)), Err(ActError::Ahead));
    let lost = Assignment { hash: ActHash([1; 32]), ..state.clone() };
    assert_eq!(lost.follow(&release, &site.context(Person::Member)), Err(ActError::NotFollowing));

    // Released and claimed anew: the first claim does not come back.
    let free = state.follow(&release, &site.context(Person::Member)).unwrap();
    assert_eq!(free.follow(&claim, &site.context(Person::Member)), Err(ActError::Late));
}

#[test]
fn epochs_at_the_end_of_their_range_are_late_or_ahead() {
    let site = Site::new();
    let context = site.context(Person::Member);
    for (at, epoch, expected) in [
        (0, 0, ActError::Late),
        (0, 2, ActError::Ahead),
        (0, u64::MAX, ActError::Ahead),
        (u64::MAX, u64::MAX, ActError::Late),
    ] {
        let state = Assignment { epoch: at, ..Assignment::default() };
        let act = Act { epoch, ..state.draft(ActKind::Claim, None, &context) };
        assert_eq!(state.follow(&act.sign(site.secrets(Person::Member)), &context), Err(expected));
    }
}

#[test]
fn whichever_device_of_an_agent_signs_the_agent_holds() {
    let site = Site::new();
    let context = site.context_of(Person::Member, 1);
    let start = Assignment::default();
    let claim = start.draft(ActKind::Claim, None, &context).sign(site.secrets_of(Person::Member, 1));
    let state = start.follow(&claim, &context).unwrap();
    assert_eq!(holder(&state), Some(Person::Member));
    assert!(site.act(&state, Person::Member, ActKind::Release, None).is_ok());
}

#[test]
fn a_device_that_was_removed_or_has_lapsed_or_was_never_listed_does_nothing() {
    let site = Site::new();
    let start = Assignment::default();
    let claim = site.sign(&start, Person::Member, ActKind::Claim, None);
    let without = site.without(Person::Member);
    assert_eq!(start.follow(&claim, &without.context(Person::Member)), Err(ActError::NotAllowed));
    let mut later = site.context(Person::Member);
    later.now = LAPSES;
    assert_eq!(start.follow(&claim, &later), Err(ActError::NotAllowed));
    later.now -= 1;
    assert!(start.follow(&claim, &later).is_ok());
}

#[test]
fn a_holder_who_is_gone_leaves_the_conversation_to_the_inbox_and_to_a_claim() {
    let site = Site::new();
    let held = after(&site, &[(Person::Member, ActKind::Claim, None)]);
    assert_eq!(site.devices(&held), site.all_devices(&[Person::Member]));
    assert_eq!(site.act(&held, Person::Other, ActKind::Claim, None), Err(ActError::NotAllowed));

    let without = site.without(Person::Member);
    assert_eq!(held.holder_now(without.roster(), Seat::Own(without.desk()), NOW), None);
    assert_eq!(without.devices(&held), without.desk().inbox);
    assert!(!without.devices(&held).is_empty());
    let claimed = without.act(&held, Person::Other, ActKind::Claim, None).unwrap();
    assert_eq!(holder(&claimed), Some(Person::Other));
    assert_eq!(without.devices(&claimed), without.all_devices(&[Person::Other]));
}

#[test]
fn a_holder_whose_devices_have_all_lapsed_is_gone_and_gets_nothing_handed() {
    let site = Site::with_lapsing(Person::Member);
    let held = after(&site, &[(Person::Member, ActKind::Claim, None)]);
    let mut later = site.context(Person::Other);
    later.now = LAPSES;
    assert_eq!(held.holder_now(site.roster(), Seat::Own(site.desk()), later.now), None);
    let inbox: Vec<_> = held.devices(site.roster(), Seat::Own(site.desk()), later.now);
    assert!(!inbox.is_empty());
    assert!(inbox.iter().all(|id| !site.all_devices(&[Person::Member]).contains(id)));
    let claim = held.draft(ActKind::Claim, None, &later).sign(site.secrets(Person::Other));
    let claimed = held.follow(&claim, &later).unwrap();
    let back = claimed.draft(ActKind::Transfer, Some(Person::Member.id()), &later);
    let back = back.sign(site.secrets(Person::Other));
    assert_eq!(claimed.follow(&back, &later), Err(ActError::NotAllowed));
}

#[test]
fn wraps_go_to_the_inbox_or_to_the_holder_and_who_joined_sorted() {
    use ActKind::{Claim, Join, Leave};
    use Person::{Member, Supervisor};
    let site = Site::new();
    assert_eq!(site.devices(&Assignment::default()), site.desk().inbox);
    let free = after(&site, &[(Supervisor, Join, None)]);
    assert_eq!(site.devices(&free), site.desk().inbox, "nobody holds it");
    let joined = after(&site, &[(Member, Claim, None), (Supervisor, Join, None)]);
    assert_eq!(site.devices(&joined), site.all_devices(&[Member, Supervisor]));
    let left = after(&site, &[(Member, Claim, None), (Supervisor, Join, None), (Supervisor, Leave, None)]);
    assert_eq!(site.devices(&left), site.all_devices(&[Member]));
    let gone = site.without(Supervisor);
    assert_eq!(gone.devices(&joined), site.all_devices(&[Member]), "who joined is gone");
    assert!(joined.devices(site.roster(), Seat::Own(site.desk()), LAPSES).is_empty(), "all have lapsed");
}

#[test]
fn there_are_never_more_wraps_than_an_event_carries_and_the_holder_comes_first() {
    let site = Site::with_devices(Person::Supervisor, 20);
    let joined =
        after(&site, &[(Person::Member, ActKind::Claim, None), (Person::Supervisor, ActKind::Join, None)]);
    let devices = site.devices(&joined);
    assert_eq!(devices.len(), segel_wire::limits::WRAPS - 1, "one is the visitor's");
    assert!(devices.is_sorted_by(|a, b| a < b));
    assert!(site.all_devices(&[Person::Member]).iter().all(|id| devices.contains(id)));
}

#[test]
fn an_act_reaches_new_members_and_old_ones_and_the_rest_of_the_inbox() {
    use ActKind::{Claim, Takeover, Transfer};
    use Person::{Member, Other, Supervisor};
    let site = Site::new();
    let reached = |before: &Assignment, after: &Assignment| {
        before.devices_of_act(after, site.roster(), site.desk(), NOW)
    };
    let sorted = |parts: [Vec<DeviceId>; 2]| {
        let mut ids = parts.concat();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let free = Assignment::default();
    let held = after(&site, &[(Member, Claim, None)]);
    let inbox = || site.desk().inbox.clone();
    assert_eq!(reached(&free, &held), sorted([site.all_devices(&[Member]), inbox()]), "a claim");
    let handed = after(&site, &[(Member, Claim, None), (Member, Transfer, Some(Other))]);
    assert_eq!(reached(&held, &handed), site.all_devices(&[Member, Other]), "a transfer");
    let taken = after(&site, &[(Member, Claim, None), (Supervisor, Takeover, None)]);
    let expected = sorted([site.all_devices(&[Member, Supervisor]), inbox()]);
    assert_eq!(reached(&held, &taken), expected, "a takeover");

    let crowded = Site::with_devices(Person::Member, 20);
    let held = after(&crowded, &[(Member, Claim, None)]);
    let taken = after(&crowded, &[(Member, Claim, None), (Supervisor, Takeover, None)]);
    let reached = held.devices_of_act(&taken, crowded.roster(), crowded.desk(), NOW);
    assert_eq!(reached.len(), segel_wire::limits::WRAPS - 1);
    assert!(crowded.all_devices(&[Supervisor]).iter().all(|id| reached.contains(id)), "the new holder first");
}

#[test]
fn an_act_stands_in_bytes_as_the_document_says() {
    let site = Site::new();
    let held = after(&site, &[(Person::Member, ActKind::Claim, None)]);
    let context = site.context(Person::Member);
    let signed = site.sign(&held, Person::Member, ActKind::Transfer, Some(Person::Other));
    let bytes16 = |key: u8, bytes: &[u8]| [&[key, 0x50], bytes].concat();
    let bytes32 = |key: u8, bytes: &[u8]| [&[key, 0x58, 32], bytes].concat();
    let expected = [
        &[0xa7][..],
        &bytes16(0, &CONVERSATION.0),
        &[1, 2],
        &bytes32(2, &held.hash.0),
        &bytes16(3, &context.sender.0),
        &[4, 1],
        &bytes16(5, &Person::Other.id().0),
        &bytes32(6, &site.roster().hash().0),
    ]
    .concat();
    assert_eq!(signed.act.0, expected);
    assert_eq!(ActHash::derive(&expected).0, <[u8; 32]>::from(Sha256::digest(&expected)));
    let key = site.secrets(Person::Member).derive_keys().signing;
    assert!(key.verifies(&statement("segel/1 act", &[&expected]), &signed.signature));
    for (number, kind) in (0u8..).zip(KINDS) {
        assert_eq!(cbor::encode(&kind), [number]);
    }
}

#[test]
fn an_altered_act_or_signature_does_not_count() {
    let site = Site::new();
    let (start, context) = (Assignment::default(), site.context(Person::Member));
    let claim = site.sign(&start, Person::Member, ActKind::Claim, None);
    for bit in 0..claim.act.0.len() * 8 {
        let mut altered = claim.clone();
        altered.act.0[bit / 8] ^= 1 << (bit % 8);
        let refused = start.follow(&altered, &context);
        assert!(matches!(refused, Err(ActError::Malformed | ActError::BadSignature)), "act, bit {bit}");
    }
    for bit in 0..Signature::SIZE * 8 {
        let mut altered = claim.clone();
        altered.signature.0[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(start.follow(&altered, &context), Err(ActError::BadSignature), "signature, bit {bit}");
    }
    for length in 0..claim.act.0.len() {
        let act = Octets(claim.act.0[..length].to_vec());
        let shorter = SignedAct { act, signature: claim.signature };
        assert_eq!(start.follow(&shorter, &context), Err(ActError::Malformed), "{length}");
    }
    let other_key =
        SignedAct { signature: site.sign(&start, Person::Other, ActKind::Claim, None).signature, ..claim };
    assert_eq!(start.follow(&other_key, &context), Err(ActError::BadSignature));
}

#[test]
fn acts_and_the_state_are_what_they_were_when_they_were_written() {
    let site = Site::new();
    let state =
        after(&site, &[(Person::Member, ActKind::Claim, None), (Person::Supervisor, ActKind::Join, None)]);
    for state in [Assignment::default(), state] {
        assert_eq!(cbor::decode(&cbor::encode(&state)), Ok(state.clone()));
        let act = state.draft(ActKind::Transfer, Some(Person::Other.id()), &site.context(Person::Member));
        assert_eq!(act.conversation, CONVERSATION);
        let signed = act.sign(site.secrets(Person::Member));
        assert_eq!(cbor::decode(&signed.act.0), Ok(act));
        assert_eq!(cbor::decode(&cbor::encode(&signed)), Ok(signed));
    }
}

/// One step of somebody: who, what, to whom, and how far from the newest state it was written.
type Step = (usize, usize, Option<usize>, usize);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let target = prop_oneof![3 => Just(None), 2 => (0_usize..4).prop_map(Some)];
    let behind = prop_oneof![5 => Just(0_usize), 1 => 1_usize..4];
    prop::collection::vec((0_usize..4, 0_usize..7, target, behind), 0..24)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn all_who_see_the_same_log_compute_the_same_and_nobody_from_outside_holds(steps in steps()) {
        let site = Site::new();
        // The log as one client writes it, with acts that lost a race, of every kind and by anybody.
        let (mut states, mut log) = (vec![Assignment::default()], Vec::new());
        for (person, kind, target, behind) in steps {
            let person = Person::ALL[person];
            let basis = &states[states.len() - 1 - behind.min(states.len() - 1)];
            let target = target.map(|target| Person::ALL[target]);
            let signed = site.sign(basis, person, KINDS[kind], target);
            if let Ok(next) = states[states.len() - 1].follow(&signed, &site.context(person)) {
                states.push(next);
            }
            log.push((person, signed));
        }
        // Another client reads it from the start, keeping its state between any two acts, and is shown
        // every act twice.
        let mut state = Assignment::default();
        for (person, signed) in &log {
            let before = state.clone();
            if let Ok(next) = state.follow(signed, &site.context(*person)) {
                prop_assert_eq!(next.epoch, before.epoch + 1);
                prop_assert_eq!(next.hash, ActHash::derive(&signed.act.0));
                prop_assert!(next.follow(signed, &site.context(*person)).is_err());
                state = cbor::decode(&cbor::encode(&next)).unwrap();
            }
            prop_assert!(state.holder.is_none_or(|agent| agent != Person::Outsider.id()));
            prop_assert!(state.joined.iter().all(|agent| *agent == Person::Supervisor.id()));
            prop_assert!(state.joined.iter().all(|agent| Some(*agent) != state.holder));
            let outside = site.all_devices(&[Person::Outsider]);
            prop_assert!(site.devices(&state).iter().all(|id| !outside.contains(id)));
        }
        prop_assert_eq!(Some(&state), states.last());
    }

    #[test]
    fn whatever_the_rosters_do_between_acts_all_agree_and_only_who_is_listed_is_reached(
        steps in steps(), published in prop::collection::vec(0_usize..6, 24)
    ) {
        use Person::{Member, Other, Outsider, Supervisor};
        let full = Site::new();
        let rosters = [full.without(Member), full.without(Supervisor), full.without(Member).without(Other), full];
        // Most of the time the full one stands.
        let standing = |at: usize| &rosters[published[at].min(3)];
        let (mut state, mut log) = (Assignment::default(), Vec::new());
        for (at, (person, kind, target, _)) in steps.into_iter().enumerate() {
            let (site, person) = (standing(at), Person::ALL[person]);
            let signed = site.sign(&state, person, KINDS[kind], target.map(|target| Person::ALL[target]));
            let answer = state.follow(&signed, &site.context(person));
            if let Ok(next) = &answer {
                prop_assert!(site.roster().agent(&person.id()).is_some(), "a removed agent acted");
                let is_new = next.holder != state.holder;
                let gone = next.holder.filter(|agent| is_new && site.roster().agent(agent).is_none());
                prop_assert_eq!(gone, None, "handed to one who is gone");
                state = next.clone();
            }
            log.push((at, person, signed, answer.map(drop)));
            let reached = site.devices(&state);
            let listed = |id: &DeviceId| site.roster().device(id, NOW).is_some();
            prop_assert!(reached.iter().all(listed));
            prop_assert!(reached.iter().all(|id| !site.all_devices(&[Outsider]).contains(id)));
            prop_assert!(!reached.is_empty() || site.desk().inbox.is_empty(), "somebody is always reached");
        }
        let mut theirs = Assignment::default();
        for (at, person, signed, answer) in log {
            let followed = theirs.follow(&signed, &standing(at).context(person));
            prop_assert_eq!(followed.as_ref().map(drop).map_err(|error| *error), answer);
            theirs = cbor::decode(&cbor::encode(&followed.unwrap_or(theirs))).unwrap();
        }
        prop_assert_eq!(theirs, state);
    }
}
