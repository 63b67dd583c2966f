//! Supervisors and vouchers as readers of the roster see them.

use segel_owner::{AcceptError, OwnerError, SiteError};
use segel_wire::ids::VoucherKey;
use segel_wire::limits;

use super::{AGENT, Fixture, NOW};

const OTHER_AGENT: &str = "Agen Contoh";

fn refused<T: std::fmt::Debug>(result: Result<T, OwnerError>) -> SiteError {
    match result {
        Err(OwnerError::Site(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_agent_supervises_a_desk_until_that_is_taken_back() {
    let mut fixture = Fixture::new();
    let other = fixture.owner.add_agent(OTHER_AGENT, Some("Gudang"), &mut fixture.rng).unwrap();
    let first = fixture.owner.description().agent(AGENT).unwrap().id;
    assert!(fixture.next(NOW).roster().desks.iter().all(|desk| desk.supervisors.is_none()));
    for _ in 0..2 {
        fixture.owner.add_supervisor(AGENT, None).unwrap();
        fixture.owner.add_supervisor(OTHER_AGENT, Some("Layanan")).unwrap();
    }
    let mut fixture = fixture.reopened();
    let mut both = vec![first, other];
    both.sort_unstable();
    let next = fixture.next(NOW);
    assert_eq!(next.roster().desks[0].supervisors, Some(both));
    assert_eq!(next.roster().desks[1].supervisors, None);

    fixture.owner.remove_supervisor(AGENT, None).unwrap();
    assert_eq!(fixture.next(NOW).roster().desks[0].supervisors, Some(vec![other]));
    fixture.owner.remove_supervisor(OTHER_AGENT, None).unwrap();
    assert_eq!(fixture.next(NOW).roster().desks[0].supervisors, None);
}

#[test]
fn who_is_unknown_does_not_supervise_and_who_does_not_supervise_does_not_stop() {
    let owner = &mut Fixture::new().owner;
    let unknown = SiteError::UnknownAgent("Tidak Ada".into());
    assert_eq!(refused(owner.add_supervisor("Tidak Ada", None)), unknown);
    assert_eq!(refused(owner.remove_supervisor("Tidak Ada", None)), unknown);
    let nowhere = SiteError::UnknownDesk("Tidak Ada".into());
    assert_eq!(refused(owner.add_supervisor(AGENT, Some("Tidak Ada"))), nowhere);
    let never = SiteError::NoSupervisor(AGENT.into(), "Gudang".into());
    assert_eq!(refused(owner.remove_supervisor(AGENT, Some("Gudang"))), never);
}

#[test]
fn a_removed_agent_is_gone_with_devices_desks_and_supervision() {
    let mut fixture = Fixture::new();
    let stays = fixture.owner.add_agent(OTHER_AGENT, None, &mut fixture.rng).unwrap();
    for agent in [AGENT, OTHER_AGENT] {
        fixture.owner.add_supervisor(agent, None).unwrap();
        fixture.owner.add_supervisor(agent, Some("Gudang")).unwrap();
    }
    let (_, enrolment) = fixture.answer(NOW);
    let device = fixture.owner.accept(&enrolment, NOW).unwrap().device;
    assert_eq!(fixture.next(NOW).roster().desks[0].inbox, [device]);
    let (_, unanswered) = fixture.answer(NOW);

    fixture.owner.remove_agent(AGENT).unwrap();
    let next = fixture.next(NOW);
    assert_eq!(next.roster().agents.iter().map(|agent| agent.id).collect::<Vec<_>>(), [stays]);
    assert!(next.device(&device, NOW).is_none());
    for desk in &next.roster().desks {
        assert_eq!((desk.inbox.len(), desk.supervisors.clone()), (0, Some(vec![stays])));
    }
    let late = fixture.owner.accept(&unanswered, NOW);
    assert!(matches!(late, Err(AcceptError::Site(SiteError::UnknownAgent(_)))), "{late:?}");
    assert_eq!(refused(fixture.owner.remove_agent(AGENT)), SiteError::UnknownAgent(AGENT.into()));

    fixture.owner.add_agent(AGENT, None, &mut fixture.rng).unwrap();
    let again = fixture.next(NOW);
    assert_eq!(
        again.roster().desks[0].supervisors,
        Some(vec![stays]),
        "another of that name is another agent"
    );
}

#[test]
fn a_voucher_counts_until_it_is_taken_back() {
    let mut fixture = Fixture::new();
    let keys = [VoucherKey([2; 32]), VoucherKey([1; 32])];
    assert_eq!(fixture.next(NOW).roster().profile.vouchers, None);
    for key in [keys[0], keys[1], keys[0]] {
        fixture.owner.add_voucher(key).unwrap();
    }
    let mut fixture = fixture.reopened();
    assert_eq!(fixture.next(NOW).roster().profile.vouchers, Some(vec![keys[1], keys[0]]));
    assert!(!fixture.owner.settle_roster(NOW).unwrap());
    fixture.owner.remove_voucher(&keys[1]).unwrap();
    assert!(fixture.owner.settle_roster(NOW).unwrap(), "it is news");
    assert_eq!(fixture.next(NOW).roster().profile.vouchers, Some(vec![keys[0]]));
    assert_eq!(refused(fixture.owner.remove_voucher(&keys[1])), SiteError::UnknownVoucher(keys[1]));
    fixture.owner.remove_voucher(&keys[0]).unwrap();
    assert_eq!(fixture.next(NOW).roster().profile.vouchers, None);
}

#[test]
fn a_site_lists_as_many_vouchers_as_readers_take_and_no_more() {
    let mut fixture = Fixture::new();
    let key = |number: usize| {
        let mut key = [7; 32];
        key[..8].copy_from_slice(&number.to_be_bytes());
        VoucherKey(key)
    };
    for number in 0..limits::ROSTER_ENTRIES {
        fixture.owner.add_voucher(key(number)).unwrap();
    }
    assert_eq!(refused(fixture.owner.add_voucher(key(limits::ROSTER_ENTRIES))), SiteError::Full);
    assert_eq!(fixture.next(NOW).roster().profile.vouchers.as_ref().unwrap().len(), limits::ROSTER_ENTRIES);
}

#[test]
fn a_description_that_speaks_of_neither_is_read() {
    let fixture = Fixture::new();
    let file = fixture.path().join("site.json");
    let mut site: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert!(site.as_object_mut().unwrap().remove("vouchers").is_some());
    for desk in site["desks"].as_array_mut().unwrap() {
        assert!(desk.as_object_mut().unwrap().remove("supervisors").is_some());
    }
    std::fs::write(&file, site.to_string()).unwrap();
    let mut fixture = fixture.reopened();
    assert_eq!(fixture.next(NOW).roster().profile.vouchers, None);
}
