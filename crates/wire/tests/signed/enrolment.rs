//! Section 3.6: who may invite, and what an enrolment proves.

use segel_wire::cbor::{self, MalformedCbor};
use segel_wire::ids::InvitationId;
use segel_wire::limits::ENROLMENT_BYTES;
use segel_wire::signed::{CertificateError, Enrolment, EnrolmentError, Invitation};

use crate::support::{
    NOW, OTHER_SITE, SITE, certificate, device, flips, key, pinned, sign, signed_under, statement,
};

const INVITATION: InvitationId = InvitationId([0x99; 16]);
const LABEL: &str = "segel/1 invitation";

fn invitation() -> Invitation {
    Invitation { site: SITE, id: INVITATION, not_after: NOW + 1_000 }
}

fn open(invitation: &Invitation) -> Result<Invitation, EnrolmentError> {
    let bytes = signed_under(&certificate(), LABEL, &cbor::encode(invitation));
    Invitation::verify(&bytes, &SITE, &pinned())
}

/// An enrolment of `device(10)`, signed by `key(signer)`.
fn enrolment(signer: u8) -> Enrolment {
    let keys = device(10);
    let fields: [&[u8]; 5] = [&SITE.0, &INVITATION.0, &keys.identity.0, &keys.signing.0, &keys.login.0];
    let signature = sign(&key(signer), &statement("segel/1 enrolment", &fields));
    Enrolment { invitation: INVITATION, keys, signature, code_proof: [0xcc; 32] }
}

#[test]
fn an_admins_invitation_is_accepted_and_any_bit_altered_is_not() {
    assert_eq!(open(&invitation()), Ok(invitation()));
    let bytes = signed_under(&certificate(), LABEL, &cbor::encode(&invitation()));
    for (bit, altered) in flips(&bytes) {
        assert!(Invitation::verify(&altered, &SITE, &pinned()).is_err(), "bit {bit}");
    }
    for length in 0..bytes.len() {
        let refused = Invitation::verify(&bytes[..length], &SITE, &pinned());
        assert_eq!(refused, Err(EnrolmentError::Malformed(MalformedCbor)), "{length}");
    }
}

#[test]
fn an_invitation_to_another_site_or_beyond_its_certificate_is_refused() {
    let elsewhere = Invitation { site: OTHER_SITE, ..invitation() };
    assert_eq!(open(&elsewhere), Err(EnrolmentError::WrongSite));
    let too_long = Invitation { not_after: NOW + 1_001, ..invitation() };
    assert_eq!(open(&too_long), Err(EnrolmentError::WrongSite));
    let bytes = signed_under(&certificate(), LABEL, &cbor::encode(&invitation()));
    assert_eq!(
        Invitation::verify(&bytes, &OTHER_SITE, &pinned()),
        Err(EnrolmentError::Certificate(CertificateError::WrongSite))
    );
}

#[test]
fn a_device_signs_its_own_enrolment() {
    let verify = |enrolment: &Enrolment| Enrolment::verify(&cbor::encode(enrolment), &SITE, &INVITATION);
    assert_eq!(verify(&enrolment(10)), Ok(enrolment(10)));
    for signer in [11, 99] {
        assert_eq!(verify(&enrolment(signer)), Err(EnrolmentError::BadSignature));
    }
    let mut posing = enrolment(10);
    posing.keys.identity = device(20).identity;
    assert_eq!(verify(&posing), Err(EnrolmentError::BadSignature));
}

#[test]
fn an_enrolment_answers_one_invitation_at_one_site() {
    let bytes = cbor::encode(&enrolment(10));
    let other = InvitationId([0x98; 16]);
    assert_eq!(Enrolment::verify(&bytes, &SITE, &other), Err(EnrolmentError::WrongInvitation));
    let relabelled = cbor::encode(&Enrolment { invitation: other, ..enrolment(10) });
    assert_eq!(Enrolment::verify(&relabelled, &SITE, &other), Err(EnrolmentError::BadSignature));
    assert_eq!(Enrolment::verify(&bytes, &OTHER_SITE, &INVITATION), Err(EnrolmentError::BadSignature));
}

#[test]
fn an_altered_enrolment_is_refused_but_for_the_proof_which_only_the_owner_can_check() {
    let bytes = cbor::encode(&enrolment(10));
    let proof = bytes.len() - 32;
    for (bit, altered) in flips(&bytes) {
        let accepted = Enrolment::verify(&altered, &SITE, &INVITATION).is_ok();
        assert_eq!(accepted, bit / 8 >= proof, "bit {bit}");
    }
    for length in 0..bytes.len() {
        assert!(Enrolment::verify(&bytes[..length], &SITE, &INVITATION).is_err(), "{length}");
    }
}

#[test]
fn what_is_over_its_size_is_refused_unread() {
    let bytes = vec![0; ENROLMENT_BYTES + 1];
    assert!(Enrolment::verify(&bytes, &SITE, &INVITATION).is_err());
    assert!(Invitation::verify(&bytes, &SITE, &pinned()).is_err());
}
