//! A role at a desk ends with the roster that takes it away, whatever older rosters let somebody do. PROTOCOL.md, section 5.9.
use segel_crypto::act::{ActError, ActKind, Assignment, Seat};
use segel_wire::ids::DeskId;
use segel_wire::signed::Desk;

use crate::after;
use crate::site::{NOW, Person, Site};
use ActKind::{Claim, End, Join, Release, Takeover, Transfer};
use Person::{Member, Other, Supervisor};

fn holder(state: &Assignment, site: &Site) -> Option<Person> {
    state.holder_now(site.roster(), Seat::Own(site.desk()), NOW).map(|agent| Person::of(&agent.id))
}

#[test]
fn who_took_over_by_a_roster_of_when_they_supervised_is_reached_like_the_desk_and_keeps_nobody_out() {
    let before = Site::new();
    for now in [before.without_role(Supervisor), before.as_member(Supervisor)] {
        let held = after(&before, &[(Member, Claim, None)]);
        assert_eq!(now.act(&held, Supervisor, Takeover, None), Err(ActError::NotAllowed));
        // The act is judged by the roster that it names, and everybody comes to the same state.
        let taken = before.act(&held, Supervisor, Takeover, None).unwrap();
        assert_eq!(holder(&taken, &before), Some(Supervisor));
        assert_eq!(holder(&taken, &now), None);
        assert_eq!(now.devices(&taken), now.desk().inbox);
        for kind in [Release, End] {
            assert_eq!(now.act(&taken, Supervisor, kind, None), Err(ActError::NotAllowed), "{kind:?}");
        }
        assert_eq!(now.act(&taken, Supervisor, Transfer, Some(Other)), Err(ActError::NotAllowed));
        let back = now.act(&taken, Member, Claim, None).unwrap();
        assert_eq!(holder(&back, &now), Some(Member));
        assert_eq!(now.devices(&back), now.all_devices(&[Member]));
    }
}

#[test]
fn who_holds_and_leaves_the_desk_lets_go_of_it_and_who_stays_goes_on() {
    let before = Site::new();
    let ways: [&[_]; 2] =
        [&[(Member, Claim, None)], &[(Other, Claim, None), (Other, Transfer, Some(Member))]];
    for way in ways {
        let held = after(&before, way);
        let gone = before.without_role(Member);
        assert_eq!(holder(&held, &gone), None);
        assert_eq!(gone.devices(&held), gone.desk().inbox);
        assert_eq!(gone.act(&held, Member, Release, None), Err(ActError::NotAllowed));
        assert!(gone.act(&held, Other, Claim, None).is_ok());
        let others = before.without_role(Other).without_role(Supervisor);
        assert_eq!(holder(&held, &others), Some(Member));
    }
    // Whom a supervisor's conversation was handed to holds it by that.
    let handed = after(&before, &[(Supervisor, Takeover, None), (Supervisor, Transfer, Some(Member))]);
    assert_eq!(holder(&handed, &before.without_role(Supervisor)), Some(Member));
    // A supervisor who claimed like a member stays as a member.
    let claimed = after(&before, &[(Supervisor, Claim, None)]);
    assert_eq!(holder(&claimed, &before.as_member(Supervisor)), Some(Supervisor));
    assert_eq!(holder(&claimed, &before.without_role(Supervisor)), None);
}

#[test]
fn who_joined_reads_along_while_they_supervise() {
    let before = Site::new();
    let joined = after(&before, &[(Member, Claim, None), (Supervisor, Join, None)]);
    assert_eq!(before.devices(&joined), before.all_devices(&[Member, Supervisor]));
    for now in [before.without_role(Supervisor), before.as_member(Supervisor)] {
        assert_eq!(now.devices(&joined), now.all_devices(&[Member]));
        assert!(now.act(&joined, Supervisor, ActKind::Leave, None).is_ok(), "they may still say so");
    }
}

#[test]
fn who_held_goes_on_to_be_reached_when_the_desk_itself_is_gone() {
    let before = Site::new();
    let other = Desk {
        id: DeskId([1; 16]),
        name: "Lain".to_owned(),
        inbox: before.desk().inbox.clone(),
        supervisors: None,
    };
    let now = before.with_desk(other);
    let seat = Seat::find(now.roster(), Some(before.desk().id)).unwrap();
    assert!(matches!(seat, Seat::StandIn(desk) if desk.name == "Lain"));
    assert!(seat.own().is_none());
    let taken = after(&before, &[(Supervisor, Takeover, None)]);
    let holder = taken.holder_now(now.roster(), seat, NOW).map(|agent| Person::of(&agent.id));
    assert_eq!(holder, Some(Supervisor));
    assert_eq!(taken.devices(now.roster(), seat, NOW), now.all_devices(&[Supervisor]));
    assert_eq!(Assignment::default().devices(now.roster(), seat, NOW), seat.desk().inbox);
}
