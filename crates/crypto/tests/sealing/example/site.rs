//! The rosters: the first, with one agent, and the next, with another agent and a business that vouches.

use segel_crypto::authority::Admin;
use segel_crypto::device::DeviceSecrets;
use segel_crypto::prekeys::Prekeys;
use segel_wire::cbor;
use segel_wire::ids::{AgentId, RosterHash, VoucherKey};
use segel_wire::signed::{
    self, Agent, Bundle, Certificate, Desk, Device, Masking, MaskingAction, MaskingRule, Order, Profile,
    Roster, VerifiedRoster,
};

use super::{Cast, DESK, Draws, NOW, Page, SITE};
use crate::text;

const YEAR: u64 = NOW + 365 * 24 * 60 * 60;

/// A roster and who signs the next.
pub(super) struct Published {
    pub(super) admin: Admin,
    pub(super) verified: VerifiedRoster,
}

impl Published {
    pub(super) fn newest(&self) -> (Order, RosterHash) {
        (self.verified.roster().order, self.verified.hash())
    }

    fn sign(cast: &Cast, admin: Admin, roster: &Roster) -> Self {
        let signed = admin.sign_roster(roster);
        let verified = VerifiedRoster::open(&signed, &SITE, &cast.root.derive_public()).unwrap();
        Self { admin, verified }
    }
}

/// The second agent, and the roster that lists both.
pub(super) struct Second {
    pub(super) published: Published,
    pub(super) secrets: DeviceSecrets,
    pub(super) prekeys: Prekeys,
    pub(super) bundle: Bundle,
}

pub(super) fn write(page: &mut Page, cast: &Cast) -> Published {
    let agent = cast.agent.derive_keys();
    let certificate = Certificate {
        site: SITE,
        generation: 1,
        admin: cast.admin.derive_public(),
        not_before: NOW,
        not_after: YEAR,
    };
    let roster = Roster {
        site: SITE,
        order: Order { generation: 1, version: 1 },
        previous: RosterHash([0; 32]),
        issued_at: NOW,
        not_after: NOW + 30 * 24 * 60 * 60,
        profile: Profile {
            name: "Toko Contoh".to_owned(),
            pages: vec!["https://toko.example".to_owned()],
            apps: vec![],
            vouchers: None,
            masking: None,
            hours: None,
            intake: None,
        },
        desks: vec![Desk {
            id: DESK,
            name: "Penjualan".to_owned(),
            inbox: vec![agent.derive_id(&SITE)],
            supervisors: None,
        }],
        agents: vec![Agent {
            id: AgentId([0xa0; 16]),
            name: "Agen Demo".to_owned(),
            devices: vec![Device { keys: agent, not_after: YEAR }],
        }],
    };
    let (bytes, signature) = cast.root.certify(&certificate);
    let admin = Admin::new(cast.admin.clone(), bytes.clone(), signature);
    let published = Published::sign(cast, admin, &roster);
    page.section("Roster", "Sections 3.2 and 3.3.");
    page.whole("certificate", &bytes);
    page.value("certificate, the root key's signature", &signature.0);
    page.whole("roster", &cbor::encode(&roster));
    page.value("roster hash", &published.verified.hash().0);
    page.whole("the roster as it is published", published.verified.bytes());
    published
}

pub(super) fn write_second(page: &mut Page, cast: &Cast, first: &Published, draws: &mut Draws) -> Second {
    let (secrets, mut prekeys) = (DeviceSecrets::make(draws), Prekeys::default());
    assert!(prekeys.rotate(NOW, draws));
    page.section(
        "A second agent",
        "Sections 3.3, 3.4 and 3.7. The next roster lists an agent more, whose device has a signed prekey only, a key that\n\
         vouches for visitors, and what is masked. Draws: 43 to 45 the device, 46 and 47 its signed prekey. The voucher's\n\
         seed is the byte 0x76, repeated.",
    );
    let keys = secrets.derive_keys();
    page.keys("second agent", &keys);
    let upload = prekeys.derive_upload(&secrets, &SITE).unwrap();
    let signed = signed::Prekeys::verify(&upload, &SITE, &keys.derive_id(&SITE)).unwrap().signed;
    assert_eq!((signed.curve.0, &signed.kem), (text::public(&[46; 32]), &text::kem_public(&[47; 64])));
    page.prekey("signed", &signed);
    let bundle = Bundle { keys, signed, one_time: None };
    page.value("bundle that the first agent is handed", &cbor::encode(&bundle));

    let mut roster = first.verified.roster().clone();
    roster.order.version = 2;
    roster.previous = first.verified.hash();
    let (voucher, _) = text::sign(&super::identity::VOUCHER, &[]);
    roster.profile.vouchers = Some(vec![VoucherKey(voucher)]);
    roster.profile.masking = Some(Masking {
        rules: Some(vec![rule("phone", MaskingAction::Mask(4), MaskingAction::Leave)]),
        allowed: Some(vec!["0215550100".to_owned()]),
        patterns: Some(vec![rule("MB-#{8}", MaskingAction::Mask(2), MaskingAction::Warn)]),
    });
    roster.desks[0].inbox.push(keys.derive_id(&SITE));
    roster.desks[0].inbox.sort();
    roster.agents.push(Agent {
        id: AgentId([0xa1; 16]),
        name: "Agen Demo Kedua".to_owned(),
        devices: vec![Device { keys, not_after: YEAR }],
    });
    let published = Published::sign(cast, first.admin.clone(), &roster);
    page.value("voucher, public", &voucher);
    page.whole("next roster", &cbor::encode(&roster));
    page.value("next roster's hash", &published.verified.hash().0);
    page.value("the next roster as it is published", published.verified.bytes());
    Second { published, secrets, prekeys, bundle }
}

fn rule(kind: &str, visitor: MaskingAction, agent: MaskingAction) -> MaskingRule {
    MaskingRule { kind: kind.to_owned(), visitor, agent }
}
