//! Sections 3.2, 3.3 and 3.5: what the owner's keys and a device's keys sign is what readers accept.

use segel_crypto::authority::{Admin, AdminSecret, RootSecret};
use segel_crypto::device::DeviceSecrets;
use segel_wire::cbor;
use segel_wire::ids::{Challenge, InvitationId, RosterHash};
use segel_wire::signed::{
    Certificate, CertificateError, EnrolmentError, Invitation, LoginStatement, Order, Profile, Roster,
    RosterError, VerifiedRoster,
};

use crate::support::{NOW, SITE, seeded};

fn admin(root: &RootSecret) -> Admin {
    let secret = AdminSecret::make_admin(&mut seeded(2));
    let admin = secret.derive_public();
    let certificate = Certificate { site: SITE, generation: 1, admin, not_before: NOW, not_after: NOW + 100 };
    let (bytes, signature) = root.certify(&certificate);
    Admin::new(secret, bytes, signature)
}

fn roster() -> Roster {
    Roster {
        site: SITE,
        order: Order { generation: 1, version: 1 },
        previous: RosterHash([0; 32]),
        issued_at: NOW,
        not_after: NOW + 100,
        profile: Profile {
            name: "Toko Contoh".to_owned(),
            pages: vec![],
            apps: vec![],
            vouchers: None,
            masking: None,
            hours: None,
            intake: None,
        },
        desks: vec![],
        agents: vec![],
    }
}

#[test]
fn a_roster_signed_by_a_certified_admin_is_accepted_under_its_root_only() {
    let (root, other) = (RootSecret::make_root(&mut seeded(1)), RootSecret::make_root(&mut seeded(3)));
    let bytes = admin(&root).sign_roster(&roster());
    let verified = VerifiedRoster::open(&bytes, &SITE, &root.derive_public()).unwrap();
    assert_eq!(*verified.roster(), roster());
    assert_eq!(verified.hash(), Roster::derive_hash(&cbor::encode(&roster())));
    let refused = VerifiedRoster::open(&bytes, &SITE, &other.derive_public());
    assert_eq!(refused, Err(RosterError::Certificate(CertificateError::WrongRoot)));
}

#[test]
fn an_invitation_is_no_roster_and_a_roster_no_invitation() {
    let root = RootSecret::make_root(&mut seeded(1));
    let (admin, pinned) = (admin(&root), root.derive_public());
    let invitation = Invitation { site: SITE, id: InvitationId([5; 16]), not_after: NOW + 50 };
    let signed = admin.sign_invitation(&invitation);
    assert_eq!(Invitation::verify(&signed, &SITE, &pinned), Ok(invitation));
    let bad = CertificateError::BadSignature;
    assert_eq!(VerifiedRoster::open(&signed, &SITE, &pinned), Err(RosterError::Certificate(bad)));
    let roster = admin.sign_roster(&roster());
    assert_eq!(Invitation::verify(&roster, &SITE, &pinned), Err(EnrolmentError::Certificate(bad)));
}

#[test]
fn kept_keys_are_the_same_keys() {
    let root = RootSecret::make_root(&mut seeded(1));
    assert_eq!(RootSecret::restore(*root.to_recovery()).derive_public(), root.derive_public());
    let admin = AdminSecret::make_admin(&mut seeded(2));
    assert_eq!(AdminSecret::restore(*admin.to_file()).derive_public(), admin.derive_public());
    let device = DeviceSecrets::make(&mut seeded(4));
    let kept: DeviceSecrets = cbor::decode(&cbor::encode(&device)).unwrap();
    assert_eq!(kept.derive_keys(), device.derive_keys());
}

#[test]
fn a_login_is_signed_by_the_login_key_and_no_other() {
    let device = DeviceSecrets::make(&mut seeded(4));
    let (keys, challenge) = (device.derive_keys(), Challenge([9; 32]));
    let statement =
        LoginStatement { relay: "https://relay.example", site: &SITE, challenge: &challenge, expires: NOW };
    let signature = device.sign_login(&statement);
    assert!(statement.is_signed_by(&keys.login, &signature));
    assert!(!statement.is_signed_by(&segel_wire::ids::LoginKey(keys.signing.0), &signature));
}
