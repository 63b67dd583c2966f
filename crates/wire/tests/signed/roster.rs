//! Section 3.3: whose rosters count, and until when.

use segel_wire::cbor::{self, MalformedCbor};
use segel_wire::ids::{AdminKey, DeskId, RootKey};
use segel_wire::limits::ROSTER_BYTES;
use segel_wire::signed::{Certificate, CertificateError, Roster, RosterError, VerifiedRoster};
use sha2::{Digest, Sha256};

use crate::support::{
    NOW, OTHER_SITE, SITE, admin, admin_signed, certificate, flips, id, key, pinned, root, roster, sign,
    signed, signed_body, signed_under, statement,
};

/// Makes a good roster bad.
type Change = fn(&mut Roster);

fn open(bytes: &[u8]) -> Result<VerifiedRoster, RosterError> {
    VerifiedRoster::open(bytes, &SITE, &pinned())
}

fn refused(error: CertificateError) -> Result<VerifiedRoster, RosterError> {
    Err(RosterError::Certificate(error))
}

#[test]
fn a_roster_of_the_pinned_root_and_site_is_accepted_as_the_bytes_it_is() {
    let bytes = signed(&roster());
    let verified = open(&bytes).unwrap();
    assert_eq!(*verified.roster(), roster());
    assert_eq!(*verified.certificate(), certificate());
    assert_eq!(verified.bytes(), bytes);
    assert_eq!(verified.hash().0, *Sha256::digest(cbor::encode(&roster())));
}

#[test]
fn a_verified_roster_tells_devices_desks_and_pages() {
    let verified = open(&signed(&roster())).unwrap();
    let (agent, device) = verified.device(&id(20), NOW).unwrap();
    assert_eq!((agent.name.as_str(), device.keys), ("Agen Demo", crate::support::device(20)));
    assert!(verified.device(&id(20), NOW + 499).is_some());
    assert!(verified.device(&id(20), NOW + 500).is_none(), "a device lapses before its roster");
    assert!(verified.device(&id(40), NOW).is_none());
    assert_eq!(verified.agent(&agent.id), Some(agent));
    for other in verified.roster().agents.iter().filter(|other| other.id != agent.id) {
        assert_eq!(verified.agent(&other.id), Some(other));
    }
    assert_eq!(verified.agent(&segel_wire::ids::AgentId([0xee; 16])), None);
    assert_eq!(verified.desk(&DeskId([2; 16])).unwrap().inbox, [id(10)]);
    assert_eq!(verified.desk(&DeskId([3; 16])), None);
    assert!(verified.lists_page("https://toko.example"));
    for page in ["https://toko.example/", "http://toko.example", "https://toko.example.net", "null", ""] {
        assert!(!verified.lists_page(page), "{page}");
    }
}

#[test]
fn a_roster_with_any_bit_altered_is_refused() {
    for (bit, altered) in flips(&signed(&roster())) {
        assert!(open(&altered).is_err(), "bit {bit}");
    }
}

#[test]
fn a_roster_cut_at_any_length_or_made_longer_is_malformed() {
    let bytes = signed(&roster());
    let malformed = Err(RosterError::Malformed(MalformedCbor));
    for length in 0..bytes.len() {
        assert_eq!(open(&bytes[..length]), malformed, "{length}");
    }
    assert_eq!(open(&[bytes, vec![0]].concat()), malformed);
}

#[test]
fn another_root_or_site_is_refused() {
    let bytes = signed(&roster());
    let other_root = RootKey(key(9).verifying_key().to_bytes());
    assert_eq!(VerifiedRoster::open(&bytes, &SITE, &other_root), refused(CertificateError::WrongRoot));
    let small_order = RootKey([0; 32]);
    assert_eq!(VerifiedRoster::open(&bytes, &SITE, &small_order), refused(CertificateError::WrongRoot));
    assert_eq!(VerifiedRoster::open(&bytes, &OTHER_SITE, &pinned()), refused(CertificateError::WrongSite));
}

#[test]
fn an_admin_that_the_root_did_not_certify_signs_nothing() {
    let (body, certificate) = (cbor::encode(&roster()), cbor::encode(&certificate()));
    let about_certificate = statement("segel/1 certificate", &[&certificate]);
    let about_roster = statement("segel/1 roster", &[&body]);

    let self_made =
        admin_signed(&certificate, sign(&admin(), &about_certificate), &body, sign(&admin(), &about_roster));
    assert_eq!(open(&self_made), refused(CertificateError::WrongRoot));

    for signer in [root(), key(9)] {
        let by_other = admin_signed(
            &certificate,
            sign(&root(), &about_certificate),
            &body,
            sign(&signer, &about_roster),
        );
        assert_eq!(open(&by_other), refused(CertificateError::BadSignature));
    }
}

#[test]
fn a_signature_in_another_role_is_none() {
    let body = cbor::encode(&roster());
    for label in ["segel/1 invitation", "segel/1 certificate", "segel/1 roster ", ""] {
        let bytes = signed_under(&certificate(), label, &body);
        assert_eq!(open(&bytes), refused(CertificateError::BadSignature), "{label}");
    }
    let bytes = cbor::encode(&certificate());
    let as_roster = sign(&root(), &statement("segel/1 roster", &[&bytes]));
    let signature = sign(&admin(), &statement("segel/1 roster", &[&body]));
    assert_eq!(
        open(&admin_signed(&bytes, as_roster, &body, signature)),
        refused(CertificateError::WrongRoot)
    );
}

#[test]
fn a_roster_beyond_its_certificate_is_refused() {
    let beyond: [(&str, Change); 8] = [
        ("other site", |roster| roster.site = OTHER_SITE),
        ("older generation", |roster| roster.order.generation = 2),
        ("newer generation", |roster| roster.order.generation = 4),
        ("before the certificate", |roster| roster.issued_at = NOW - 101),
        ("outlives the certificate", |roster| roster.not_after = NOW + 1_001),
        ("never counted", |roster| roster.not_after = roster.issued_at),
        ("ends before it starts", |roster| roster.issued_at = roster.not_after + 1),
        ("for ever", |roster| roster.not_after = u64::MAX),
    ];
    for (case, change) in beyond {
        let mut roster = roster();
        change(&mut roster);
        assert_eq!(open(&signed(&roster)), Err(RosterError::BeyondCertificate), "{case}");
    }
    let mut whole_span = roster();
    (whole_span.issued_at, whole_span.not_after) = (NOW - 100, NOW + 1_000);
    assert!(open(&signed(&whole_span)).is_ok());
}

#[test]
fn a_certificate_of_small_order_certifies_nobody() {
    let weak = Certificate { admin: AdminKey([0; 32]), ..certificate() };
    let bytes = signed_under(&weak, "segel/1 roster", &cbor::encode(&roster()));
    assert_eq!(open(&bytes), refused(CertificateError::BadSignature));
}

#[test]
fn a_roster_counts_until_its_end() {
    let verified = open(&signed(&roster())).unwrap();
    assert_eq!(verified.check_time(NOW + 899), Ok(()));
    assert_eq!(verified.check_time(NOW + 900), Err(RosterError::Expired));
    assert_eq!(verified.check_time(u64::MAX), Err(RosterError::Expired));
}

#[test]
fn a_body_in_another_encoding_is_malformed_though_it_was_signed() {
    let body = cbor::encode(&roster());
    let malformed = Err(RosterError::Malformed(MalformedCbor));
    // The body opens `a8 00 50 site 01 82 03 07`: eight entries, the site, generation and version.
    assert_eq!((body[0], &body[19..23]), (0xa8, &[0x01, 0x82, 0x03, 0x07][..]));
    let exchanged = |from: usize, to: usize, by: &[u8]| [&body[..from], by, &body[to..]].concat();
    let cases = [
        ("trailing byte", [&body[..], &[0]].concat()),
        ("longer number", exchanged(21, 22, &[0x18, 0x03])),
        ("longer map length", exchanged(0, 1, &[0xb8, 0x08])),
        ("endless map", [&[0xbf], &body[1..], &[0xff]].concat()),
        ("endless array", exchanged(20, 23, &[0x9f, 0x03, 0x07, 0xff])),
        ("unknown key", [&[0xa9], &body[1..], &[0x08, 0x00]].concat()),
        ("key twice", [&[0xa9], &body[1..19], &body[1..]].concat()),
        ("keys out of order", [&body[..1], &body[19..23], &body[1..19], &body[23..]].concat()),
        ("tagged", exchanged(0, 0, &[0xc1])),
        ("missing entry", [&[0xa7], &body[1..19], &body[23..]].concat()),
        ("empty", vec![]),
    ];
    for (case, body) in cases {
        assert_eq!(open(&signed_body(&body)), malformed, "{case}");
    }
}

#[test]
fn a_roster_over_its_size_is_refused_unread() {
    let mut roster = roster();
    roster.profile.pages = vec!["https://toko.example/".repeat(100); 40];
    let bytes = signed(&roster);
    assert!(bytes.len() > ROSTER_BYTES);
    assert_eq!(open(&bytes), Err(RosterError::Malformed(MalformedCbor)));
}

#[test]
fn a_roster_of_exactly_its_size_is_read() {
    let mut roster = roster();
    roster.profile.pages = vec!["x".repeat(60_000)];
    // From here on each character of the page's address is one byte more.
    let left = ROSTER_BYTES - signed(&roster).len();
    roster.profile.pages[0].push_str(&"x".repeat(left));
    let bytes = signed(&roster);
    assert_eq!((bytes.len(), open(&bytes).map(drop)), (ROSTER_BYTES, Ok(())));
    roster.profile.pages[0].push('x');
    assert_eq!(open(&signed(&roster)).map(drop), Err(RosterError::Malformed(MalformedCbor)));
}
