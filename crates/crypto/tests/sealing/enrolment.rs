//! Section 3.6: a code in a fragment, an invitation, and an answer that proves knowledge of the code.

use segel_crypto::device::DeviceSecrets;
use segel_crypto::enrol::{EnrolmentCode, NotACode};
use segel_wire::cbor;
use segel_wire::ids::SiteId;
use segel_wire::signed::{Enrolment, EnrolmentError};

use crate::support::{ROOT, SITE, seeded};

const RELAY: &str = "https://relay.example";

fn code(seed: u64) -> EnrolmentCode {
    EnrolmentCode::make(SITE, ROOT, RELAY, &mut seeded(seed))
}

#[test]
fn a_code_comes_back_from_its_text() {
    let code = code(1);
    let text = code.to_text();
    let parsed = EnrolmentCode::parse(&text).unwrap();
    assert!(parsed == code);
    assert_eq!((parsed.site, parsed.root, parsed.relay.as_str()), (SITE, ROOT, RELAY));
    assert_eq!(parsed.derive_invitation(), code.derive_invitation());
    assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
}

#[test]
fn a_text_that_is_not_a_whole_code_is_refused() {
    let text = code(1).to_text();
    for length in 0..text.len() {
        assert_eq!(EnrolmentCode::parse(&text[..length]).map(drop), Err(NotACode), "{length}");
    }
    for wrong in [format!("{text}A"), format!("{text}="), format!(" {text}"), format!("{text}\n"), "é".into()]
    {
        assert_eq!(EnrolmentCode::parse(&wrong).map(drop), Err(NotACode), "{wrong}");
    }
}

#[test]
fn every_code_answers_an_invitation_of_its_own() {
    let other_site = EnrolmentCode::make(SiteId([0x52; 16]), ROOT, RELAY, &mut seeded(1));
    let ids = [code(1), code(2), other_site].map(|code| code.derive_invitation());
    assert!(ids[0] != ids[1] && ids[0] != ids[2] && ids[1] != ids[2]);
}

#[test]
fn an_enrolment_is_the_devices_and_was_made_with_the_code() {
    let (code, device) = (code(1), DeviceSecrets::make(&mut seeded(9)));
    let bytes = code.enrol(&device);
    let enrolment = Enrolment::verify(&bytes, &SITE, &code.derive_invitation()).unwrap();
    assert_eq!(enrolment.keys, device.derive_keys());
    assert!(code.vouches_for(&enrolment));
}

#[test]
fn keys_from_one_who_does_not_know_the_code_are_not_vouched_for() {
    let (code, device) = (code(1), DeviceSecrets::make(&mut seeded(9)));
    let genuine = Enrolment::verify(&code.enrol(&device), &SITE, &code.derive_invitation()).unwrap();

    // A relay knows the invitation and the genuine answer, and has a device and a code of its own.
    let relays = DeviceSecrets::make(&mut seeded(10));
    let guess = EnrolmentCode::make(SITE, ROOT, RELAY, &mut seeded(11));
    let own: Enrolment = cbor::decode(&guess.enrol(&relays)).unwrap();
    let with_copied_proof = Enrolment { code_proof: genuine.code_proof, ..own.clone() };
    let with_own_proof = Enrolment { invitation: genuine.invitation, ..own };
    assert!(!code.vouches_for(&with_copied_proof));
    assert!(!code.vouches_for(&with_own_proof));
    assert!(!guess.vouches_for(&genuine));
    let mut altered = genuine;
    altered.code_proof[31] ^= 1;
    assert!(!code.vouches_for(&altered));
}

#[test]
fn an_enrolment_for_another_invitation_or_site_is_refused() {
    let (code, device) = (code(1), DeviceSecrets::make(&mut seeded(9)));
    let bytes = code.enrol(&device);
    let invitation = code.derive_invitation();
    let elsewhere = Enrolment::verify(&bytes, &SiteId([0x52; 16]), &invitation);
    assert_eq!(elsewhere, Err(EnrolmentError::BadSignature));
    let other = self::code(2).derive_invitation();
    assert_eq!(Enrolment::verify(&bytes, &SITE, &other), Err(EnrolmentError::WrongInvitation));
}
