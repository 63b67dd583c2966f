//! Invitations and the devices that answer them.

use segel_crypto::device::DeviceSecrets;
use segel_crypto::enrol::EnrolmentCode;
use segel_owner::{AcceptError, Accepted, OwnerError, SiteError};
use segel_wire::cbor;
use segel_wire::limits;
use segel_wire::signed::{Enrolment, EnrolmentError, Invitation};

use super::{AGENT, Fixture, NOW};

#[test]
fn an_invited_device_is_listed_for_its_agent_and_in_its_desks_inbox() {
    let mut fixture = Fixture::new();
    let invited = fixture.owner.invite(AGENT, NOW, &mut fixture.rng).unwrap();
    let invitation =
        Invitation::verify(&invited.invitation.0, &fixture.owner.site(), &fixture.owner.root()).unwrap();
    assert_eq!((invitation.id, invitation.not_after), (invited.id(), invited.not_after));

    let carried = EnrolmentCode::parse(&invited.code.to_text()).unwrap();
    let device = DeviceSecrets::make(&mut fixture.rng);
    let id = device.derive_keys().derive_id(&fixture.owner.site());
    let mut fixture = fixture.reopened();
    let accepted = fixture.owner.accept(&carried.enrol(&device), NOW).unwrap();
    assert_eq!(accepted, Accepted { device: id, agent: invited.agent });

    let mut fixture = fixture.reopened();
    let verified = fixture.next(NOW);
    let (agent, listed) = verified.device(&id, NOW).unwrap();
    assert_eq!((agent.name.as_str(), listed.keys), (AGENT, device.derive_keys()));
    assert_eq!(verified.roster().desks[0].inbox, [id]);
    assert_eq!(verified.roster().desks[1].inbox, []);
}

#[test]
fn an_invitation_is_answered_once() {
    let mut fixture = Fixture::new();
    let (_, enrolment) = fixture.answer(NOW);
    fixture.owner.accept(&enrolment, NOW).unwrap();
    assert_eq!(fixture.owner.pending(NOW).count(), 0);
    assert!(matches!(fixture.owner.accept(&enrolment, NOW), Err(AcceptError::NotInvited)));
}

#[test]
fn an_answer_that_was_listed_before_a_crash_is_taken_up_as_it_was() {
    let mut fixture = Fixture::new();
    let invitations = fixture.path().join("invitations.json");
    let (_, enrolment) = fixture.answer(NOW);
    let before = std::fs::read(&invitations).unwrap();
    let first = fixture.owner.accept(&enrolment, NOW).unwrap();
    std::fs::write(&invitations, before).unwrap();
    let mut fixture = fixture.reopened();
    assert_eq!(fixture.owner.accept(&enrolment, NOW).unwrap(), first);
    assert_eq!(fixture.owner.description().devices().count(), 1);
}

#[test]
fn a_lapsed_or_withdrawn_invitation_is_not_answered() {
    let mut fixture = Fixture::new();
    let (_, enrolment) = fixture.answer(NOW);
    let end = fixture.owner.pending(NOW).next().unwrap().not_after;
    assert!(matches!(fixture.owner.accept(&enrolment, end), Err(AcceptError::NotInvited)));
    let id = fixture.owner.pending(NOW).next().unwrap().id();
    fixture.owner.withdraw(&id).unwrap();
    assert!(matches!(fixture.owner.accept(&enrolment, NOW), Err(AcceptError::NotInvited)));
}

#[test]
fn a_relay_that_puts_in_keys_of_its_own_is_refused() {
    let mut fixture = Fixture::new();
    let (_, enrolment) = fixture.answer(NOW);
    let genuine: Enrolment = cbor::decode(&enrolment).unwrap();
    // The relay knows the invitation, not the code: it signs its own keys and keeps the genuine proof.
    let (site, root) = (fixture.owner.site(), fixture.owner.root());
    let guess = EnrolmentCode::make(site, root, "http://127.0.0.1:1", &mut fixture.rng);
    let stranger = DeviceSecrets::make(&mut fixture.rng);
    let other: Enrolment = cbor::decode(&guess.enrol(&stranger)).unwrap();

    let forged = Enrolment { invitation: genuine.invitation, ..other.clone() };
    let refused = fixture.owner.accept(&cbor::encode(&forged), NOW);
    assert!(matches!(refused, Err(AcceptError::Enrolment(EnrolmentError::BadSignature))));
    assert!(matches!(fixture.owner.accept(&cbor::encode(&other), NOW), Err(AcceptError::NotInvited)));
    assert_eq!(fixture.owner.description().devices().count(), 0);
}

#[test]
fn an_enrolment_without_the_codes_proof_is_refused() {
    let mut fixture = Fixture::new();
    let (_, enrolment) = fixture.answer(NOW);
    let mut enrolment: Enrolment = cbor::decode(&enrolment).unwrap();
    enrolment.code_proof[0] ^= 1;
    assert!(matches!(fixture.owner.accept(&cbor::encode(&enrolment), NOW), Err(AcceptError::WrongCode)));
}

#[test]
fn bytes_that_are_no_enrolment_are_refused() {
    let mut fixture = Fixture::new();
    let (_, enrolment) = fixture.answer(NOW);
    let padded = [enrolment.as_slice(), &[0]].concat();
    for bytes in [&[][..], &padded, &enrolment[1..], &vec![0; limits::ENROLMENT_BYTES + 1]] {
        let refused = fixture.owner.accept(bytes, NOW);
        assert!(matches!(refused, Err(AcceptError::Enrolment(EnrolmentError::Malformed(_)))));
    }
}

#[test]
fn a_removed_device_is_gone_from_agent_and_inbox_and_may_be_removed_once() {
    let mut fixture = Fixture::new();
    let (_, stays) = fixture.answer(NOW);
    let (_, goes) = fixture.answer(NOW);
    let stays = fixture.owner.accept(&stays, NOW).unwrap().device;
    let goes = fixture.owner.accept(&goes, NOW).unwrap().device;
    let mut both = [stays, goes];
    both.sort();
    assert_eq!(fixture.next(NOW).roster().desks[0].inbox, both);
    fixture.owner.remove_device(&goes).unwrap();
    let next = fixture.next(NOW);
    assert_eq!(next.roster().desks[0].inbox, [stays]);
    assert!(next.device(&goes, NOW).is_none());
    let refused = fixture.owner.remove_device(&goes);
    assert!(matches!(refused, Err(OwnerError::Site(SiteError::UnknownDevice(id))) if id == goes));
}

#[test]
fn a_lapsed_device_is_left_out_of_the_next_roster() {
    let mut fixture = Fixture::new();
    let (_, enrolment) = fixture.answer(NOW);
    let id = fixture.owner.accept(&enrolment, NOW).unwrap().device;
    let lapses = fixture.next(NOW).device(&id, NOW).unwrap().1.not_after;
    assert_eq!(fixture.next(lapses - 1).roster().desks[0].inbox, [id]);
    assert!(fixture.owner.settle_roster(lapses).unwrap());
    assert_eq!(fixture.owner.newest_roster().unwrap().roster().desks[0].inbox, []);
}

#[test]
fn a_desk_takes_sixteen_devices_and_no_more() {
    let mut fixture = Fixture::new();
    for _ in 0..limits::DESK_DEVICES {
        let (_, enrolment) = fixture.answer(NOW);
        fixture.owner.accept(&enrolment, NOW).unwrap();
    }
    let (_, enrolment) = fixture.answer(NOW);
    let refused = fixture.owner.accept(&enrolment, NOW);
    assert!(matches!(refused, Err(AcceptError::Site(SiteError::DeskFull(desk))) if desk == "Layanan"));
    assert_eq!(fixture.next(NOW).roster().desks[0].inbox.len(), limits::DESK_DEVICES);
}

#[test]
fn one_device_is_not_listed_for_two_agents() {
    let mut fixture = Fixture::new();
    fixture.owner.add_agent("Agen Contoh", Some("Gudang"), &mut fixture.rng).unwrap();
    let (device, enrolment) = fixture.answer(NOW);
    fixture.owner.accept(&enrolment, NOW).unwrap();
    let other = fixture.owner.invite("Agen Contoh", NOW, &mut fixture.rng).unwrap();
    let refused = fixture.owner.accept(&other.code.enrol(&device), NOW);
    assert!(matches!(refused, Err(AcceptError::Site(SiteError::KeysTaken))));
}

#[test]
fn agents_and_desks_are_told_apart_by_name() {
    let mut fixture = Fixture::new();
    let (owner, rng) = (&mut fixture.owner, &mut fixture.rng);
    let refused = |result| match result {
        Err(OwnerError::Site(error)) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(owner.add_agent(AGENT, None, rng)), SiteError::NameTaken(AGENT.into()));
    assert_eq!(refused(owner.add_agent("A", Some("B"), rng)), SiteError::UnknownDesk("B".into()));
    assert_eq!(refused(owner.add_agent(" ", None, rng)), SiteError::BadName);
    let long = "n".repeat(limits::NAME_BYTES + 1);
    assert_eq!(refused(owner.add_agent(&long, None, rng)), SiteError::BadName);
    let invited = owner.invite("Tidak Ada", NOW, rng).map(|pending| pending.agent);
    assert_eq!(refused(invited), SiteError::UnknownAgent("Tidak Ada".into()));
}
