//! Section 3.3: a roster that contradicts itself or is over a limit is refused, though it was signed.

use segel_wire::ids::{AgentId, DeskId, VoucherKey};
use segel_wire::limits::{DESK_DEVICES, MASKING_PATTERNS, NAME_BYTES, ROSTER_ENTRIES};
use segel_wire::signed::{
    Agent, Desk, Device, Intake, Masking, MaskingAction, MaskingRule, Roster, RosterError, VerifiedRoster,
};

use crate::support::{NOW, SITE, device, id, pinned, roster, signed, voucher, vouchers};

/// Makes a good roster bad.
type Change = fn(&mut Roster);

fn check(roster: &Roster) -> Result<(), RosterError> {
    VerifiedRoster::open(&signed(roster), &SITE, &pinned()).map(drop)
}

fn listed(number: u8) -> Device {
    Device { keys: device(number), not_after: NOW + 500 }
}

fn desk(number: usize) -> Desk {
    let mut id = [0xd0; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    Desk { id: DeskId(id), name: String::new(), inbox: vec![], supervisors: None }
}

fn agent(number: usize) -> Agent {
    let mut id = [0xa0; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    Agent { id: AgentId(id), name: String::new(), devices: vec![] }
}

/// Names agents by number as the first desk's supervisors.
fn supervise(roster: &mut Roster, agents: &[u8]) {
    roster.desks[0].supervisors = Some(agents.iter().map(|&number| AgentId([number; 16])).collect());
}

/// `count` vouchers, sorted.
fn many_vouchers(count: usize) -> Vec<VoucherKey> {
    let numbered = |number: usize| {
        let mut key = [0x50; 32];
        key[..8].copy_from_slice(&number.to_be_bytes());
        VoucherKey(key)
    };
    (0..count).map(numbered).collect()
}

/// `count` devices, each with keys of its own; nobody needs their secrets.
fn devices(count: usize) -> Vec<Device> {
    let numbered = |role: u8, number: usize| {
        let mut key = [role; 32];
        key[..8].copy_from_slice(&number.to_be_bytes());
        key
    };
    let device = |number| {
        let mut device = listed(10);
        device.keys.identity.0 = numbered(1, number);
        device.keys.signing.0 = numbered(2, number);
        device.keys.login.0 = numbered(3, number);
        device
    };
    (0..count).map(device).collect()
}

/// These actions when the visitor writes; an agent's numbers are masked.
fn mask(roster: &mut Roster, rules: &[(&str, MaskingAction)]) {
    let rules = rules.iter().map(|(kind, visitor)| MaskingRule {
        kind: (*kind).to_owned(),
        visitor: *visitor,
        agent: MaskingAction::Mask(0),
    });
    roster.profile.masking = Some(Masking { rules: Some(rules.collect()), allowed: None, patterns: None });
}

#[test]
fn what_a_site_masks_is_read_as_it_was_signed() {
    let mut roster = roster();
    mask(&mut roster, &[("card", MaskingAction::Block), ("phone", MaskingAction::Leave)]);
    assert_eq!(check(&roster), Ok(()));
    let bytes = segel_wire::cbor::encode(&roster);
    assert_eq!(segel_wire::cbor::decode::<Roster>(&bytes), Ok(roster));
}

#[test]
fn a_roster_that_contradicts_itself_is_refused() {
    let contradictions: [(&str, Change); 32] = [
        ("desk twice", |roster| roster.desks[1].id = roster.desks[0].id),
        ("agent twice", |roster| roster.agents[1].id = roster.agents[0].id),
        ("device twice with one agent", |roster| roster.agents[0].devices.push(listed(10))),
        ("device twice with two agents", |roster| roster.agents[1].devices.push(listed(10))),
        ("identity twice", |roster| {
            roster.agents[1].devices[0].keys.identity = device(20).identity;
            roster.desks[0].inbox.clear();
        }),
        ("signing key twice", |roster| {
            roster.agents[1].devices[0].keys.signing = device(20).signing;
            roster.desks[0].inbox.clear();
        }),
        ("login key twice", |roster| {
            roster.agents[1].devices[0].keys.login = device(20).login;
            roster.desks[0].inbox.clear();
        }),
        ("one key in two roles of a device", |roster| {
            let keys = &mut roster.agents[1].devices[0].keys;
            keys.login.0 = keys.signing.0;
            roster.desks[0].inbox.clear();
        }),
        ("one key in two roles of two devices", |roster| {
            roster.agents[1].devices[0].keys.login.0 = device(20).signing.0;
            roster.desks[0].inbox.clear();
        }),
        ("inbox names an unlisted device", |roster| roster.desks[1].inbox = vec![id(40)]),
        ("inbox unsorted", |roster| roster.desks[0].inbox.reverse()),
        ("inbox names a device twice", |roster| roster.desks[1].inbox = vec![id(10), id(10)]),
        ("supervisors unsorted", |roster| supervise(roster, &[2, 1])),
        ("supervisor twice", |roster| supervise(roster, &[1, 1])),
        ("supervisor who is not listed", |roster| supervise(roster, &[1, 3])),
        ("supervisors there but none", |roster| supervise(roster, &[])),
        ("supervisor whom the agents no longer list", |roster| drop(roster.agents.remove(1))),
        ("vouchers unsorted", |roster| roster.profile.vouchers.as_mut().unwrap().reverse()),
        ("voucher twice", |roster| roster.profile.vouchers = Some(vec![voucher(50); 2])),
        ("vouchers there but none", |roster| roster.profile.vouchers = Some(vec![])),
        ("name of the site", |roster| roster.profile.name = "a".repeat(NAME_BYTES + 1)),
        ("name of a desk", |roster| roster.desks[0].name = "a".repeat(NAME_BYTES + 1)),
        ("name of an agent", |roster| roster.agents[0].name = "é".repeat(NAME_BYTES / 2 + 1)),
        ("too many pages", |roster| roster.profile.pages = vec![String::new(); ROSTER_ENTRIES + 1]),
        ("an intake that asks nothing", |roster| {
            roster.profile.intake = Some(Intake { questions: None, consent: None });
        }),
        ("a card let through", |roster| mask(roster, &[("card", MaskingAction::Leave)])),
        ("a PIN with a warning only", |roster| mask(roster, &[("pin", MaskingAction::Warn)])),
        ("masking unsorted", |roster| {
            mask(roster, &[("phone", MaskingAction::Warn), ("nik", MaskingAction::Block)]);
        }),
        ("a kind twice", |roster| {
            mask(roster, &[("nik", MaskingAction::Leave), ("nik", MaskingAction::Block)]);
        }),
        ("masking there but no rule", |roster| mask(roster, &[])),
        ("too many patterns", |roster| {
            mask(roster, &[("nik", MaskingAction::Block)]);
            let masking = roster.profile.masking.as_mut().unwrap();
            masking.patterns = Some(vec![masking.rules.as_ref().unwrap()[0].clone(); MASKING_PATTERNS + 1]);
        }),
        ("too many apps", |roster| roster.profile.apps = vec![String::new(); ROSTER_ENTRIES + 1]),
    ];
    for (case, change) in contradictions {
        let mut roster = roster();
        change(&mut roster);
        assert_eq!(check(&roster), Err(RosterError::Inconsistent), "{case}");
    }
}

#[test]
fn an_inbox_holds_sixteen_devices_and_no_more() {
    let mut roster = roster();
    roster.agents[0].devices.extend(devices(DESK_DEVICES));
    let mut inbox: Vec<_> = devices(DESK_DEVICES).iter().map(|device| device.keys.derive_id(&SITE)).collect();
    inbox.sort_unstable();
    roster.desks[1].inbox.clone_from(&inbox);
    assert_eq!(check(&roster), Ok(()));
    inbox.push(id(10));
    inbox.sort_unstable();
    roster.desks[1].inbox = inbox;
    assert_eq!(check(&roster), Err(RosterError::Inconsistent));
}

#[test]
fn lists_hold_as_many_entries_as_the_limit_and_no_more() {
    let mut full = roster();
    full.desks = (0..ROSTER_ENTRIES).map(desk).collect();
    full.agents = (0..ROSTER_ENTRIES).map(agent).collect();
    full.agents[0].devices = devices(ROSTER_ENTRIES);
    full.desks[0].supervisors = Some(full.agents.iter().map(|agent| agent.id).collect());
    full.profile.vouchers = Some(many_vouchers(ROSTER_ENTRIES));
    assert_eq!(check(&full), Ok(()));

    let over: [Change; 4] = [
        |roster| roster.desks.push(desk(ROSTER_ENTRIES)),
        |roster| roster.agents.push(agent(ROSTER_ENTRIES)),
        |roster| roster.agents[1].devices.push(listed(10)),
        |roster| roster.profile.vouchers = Some(many_vouchers(ROSTER_ENTRIES + 1)),
    ];
    for change in over {
        let mut roster = full.clone();
        change(&mut roster);
        assert_eq!(check(&roster), Err(RosterError::Inconsistent));
    }
}

#[test]
fn any_listed_agent_may_supervise_and_a_site_may_have_no_supervisor_and_no_voucher() {
    let mut roster = roster();
    supervise(&mut roster, &[1, 2]);
    roster.profile.vouchers = Some(vouchers());
    assert_eq!(check(&roster), Ok(()));
    roster.desks[0].supervisors = None;
    roster.profile.vouchers = None;
    assert_eq!(check(&roster), Ok(()));
}

#[test]
fn a_site_may_have_nobody_yet() {
    let mut empty = roster();
    empty.desks.clear();
    empty.agents.clear();
    assert_eq!(check(&empty), Ok(()));
    let mut unattended = roster();
    unattended.desks[0].inbox.clear();
    assert_eq!(check(&unattended), Ok(()));
}
