//! The chain of rosters.

use segel_owner::{OwnerError, SignError};
use segel_wire::ids::RosterHash;
use segel_wire::limits;
use segel_wire::signed::{Order, RosterError};

use super::{AGENT, Fixture, NOW};

#[test]
fn each_roster_is_linked_to_the_one_before_also_after_reopening() {
    let mut fixture = Fixture::new();
    let first = fixture.next(NOW);
    let second = fixture.next(NOW + 1);
    let mut fixture = fixture.reopened();
    let third = fixture.next(NOW + 2);
    assert_eq!(first.roster().previous, RosterHash([0; 32]));
    assert_eq!(second.roster().previous, first.hash());
    assert_eq!(third.roster().previous, second.hash());
    let versions = [&first, &second, &third].map(|roster| roster.roster().order.version);
    assert_eq!(versions, [1, 2, 3]);
    assert_eq!(fixture.owner.rosters_since(1).unwrap(), [second.bytes(), third.bytes()]);
    assert_eq!(fixture.owner.rosters_since(3).unwrap(), [[0; 0]; 0]);
}

#[test]
fn a_roster_says_what_was_described_and_counts_for_its_time() {
    let mut fixture = Fixture::new();
    let verified = fixture.next(NOW);
    let roster = verified.roster();
    assert_eq!(roster.profile.name, "Toko Contoh");
    assert_eq!(roster.profile.pages, ["https://shop.example"]);
    assert_eq!(roster.profile.apps, ["https://widget.example"]);
    assert_eq!(roster.desks.iter().map(|desk| desk.name.as_str()).collect::<Vec<_>>(), ["Layanan", "Gudang"]);
    assert_eq!(roster.agents[0].name, AGENT);
    assert_eq!((roster.issued_at, roster.not_after), (NOW, NOW + limits::ROSTER_SECONDS));
    assert_eq!(verified.check_time(NOW + limits::ROSTER_SECONDS), Err(RosterError::Expired));
}

#[test]
fn a_roster_can_be_signed_for_another_time_but_not_for_none() {
    let mut fixture = Fixture::new();
    fixture.owner.next_roster_for(NOW, 1).unwrap();
    let short = fixture.owner.newest_roster().unwrap();
    assert_eq!(short.check_time(NOW), Ok(()));
    assert_eq!(short.check_time(NOW + 1), Err(RosterError::Expired));
    let refused = fixture.owner.next_roster_for(NOW, 0);
    assert!(matches!(refused, Err(OwnerError::Sign(SignError::Refused(RosterError::BeyondCertificate)))));
    assert_eq!(fixture.owner.newest_roster().unwrap().roster().order.version, 1);
}

#[test]
fn a_roster_is_settled_until_the_description_changes_or_half_its_time_is_over() {
    let mut fixture = Fixture::new();
    assert!(fixture.owner.settle_roster(NOW).unwrap());
    let halfway = NOW + limits::ROSTER_SECONDS / 2;
    assert!(!fixture.owner.settle_roster(halfway - 1).unwrap());
    assert!(fixture.owner.settle_roster(halfway).unwrap());
    assert!(!fixture.owner.settle_roster(halfway).unwrap());
    let page = vec!["http://localhost:8080".parse().unwrap()];
    fixture.owner.set_origins(page, Vec::new()).unwrap();
    assert!(fixture.owner.settle_roster(halfway).unwrap());
    assert!(fixture.owner.newest_roster().unwrap().lists_page("http://localhost:8080"));
}

#[test]
fn a_new_generation_goes_on_with_the_versions() {
    let mut fixture = Fixture::new();
    let first = fixture.next(NOW);
    assert_eq!(fixture.owner.certify(false, NOW, &mut fixture.rng).unwrap(), 1);
    assert!(fixture.owner.settle_roster(NOW).unwrap(), "the new admin signs");
    assert_eq!(fixture.owner.certify(true, NOW, &mut fixture.rng).unwrap(), 2);
    let third = fixture.next(NOW);
    assert_eq!(first.roster().order, Order { generation: 1, version: 1 });
    assert_eq!(third.roster().order, Order { generation: 2, version: 3 });
    assert_ne!(third.certificate().admin, first.certificate().admin);
}

#[test]
fn an_old_admin_key_put_back_signs_nothing_after_a_newer_generation() {
    let mut fixture = Fixture::new();
    let admin = fixture.path().join("admin.key");
    let stolen = std::fs::read(&admin).unwrap();
    fixture.owner.certify(true, NOW, &mut fixture.rng).unwrap();
    fixture.next(NOW);
    std::fs::write(&admin, stolen).unwrap();
    let refused = fixture.owner.next_roster(NOW);
    assert!(matches!(refused, Err(OwnerError::Sign(SignError::Superseded))));
}

#[test]
fn nothing_is_signed_outside_the_certificates_time() {
    let mut fixture = Fixture::new();
    let refused = fixture.owner.next_roster(NOW - 1);
    assert!(matches!(refused, Err(OwnerError::Sign(SignError::NotYet))));
    let end = fixture.next(NOW).certificate().not_after;
    assert_eq!(fixture.next(end - 10).roster().not_after, end);
    let refused = fixture.owner.next_roster(end);
    assert!(matches!(refused, Err(OwnerError::Sign(SignError::Lapsed))));
    assert!(fixture.owner.invite(AGENT, end, &mut fixture.rng).is_err());
}

#[test]
fn a_clock_that_was_set_back_does_not_turn_the_chain_back() {
    let mut fixture = Fixture::new();
    fixture.next(NOW + 100);
    assert_eq!(fixture.next(NOW).roster().issued_at, NOW + 100);
}
