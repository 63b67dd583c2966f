//! Public signed structures: as they come, and as someone who holds the keys could sign anything.

use segel_crypto::enrol::EnrolmentCode;
use segel_crypto::handshake::{Context, initiate};
use segel_wire::cbor;
use segel_wire::ids::Octets;
use segel_wire::signed::{
    AdminSigned, Bundle, BundleError, Certificate, Enrolment, Invitation, Prekey, PrekeyRole, Prekeys,
    Roster, SignedToken, Token, TokenContext, VerifiedRoster,
};

use super::decode;
use super::fixture::{CONVERSATION, NOW, Party, ROSTER, SITE, fixture, seeded, sign};

/// A certificate that the root signed, with any content, and the admin-signed structure around it.
pub(super) fn certificate(bytes: &[u8]) {
    let fixture = fixture();
    let root = fixture.root();
    if let Some(signed) = decode::<AdminSigned>(bytes) {
        let _ = signed.verify(Roster::LABEL, &SITE, &root);
    }
    let parsed = decode::<Certificate>(bytes);
    let signed = fixture.sign_as_admin(Roster::LABEL, bytes.to_vec(), cbor::encode(&fixture.roster()));
    let verified = signed.verify(Roster::LABEL, &SITE, &root).ok();
    let admin = fixture.certificate().admin;
    let is_good = parsed.filter(|parsed| parsed.site == SITE && parsed.admin == admin);
    assert_eq!(verified, is_good);
    if let Ok(roster) = VerifiedRoster::open(&cbor::encode(&signed), &SITE, &root) {
        assert!(roster.roster().not_after <= roster.certificate().not_after);
    }
}

/// A roster as it comes, and one that the admin signed, with any content.
pub(super) fn roster(bytes: &[u8]) {
    let fixture = fixture();
    let root = fixture.root();
    let certificate = cbor::encode(&fixture.certificate());
    let signed = cbor::encode(&fixture.sign_as_admin(Roster::LABEL, certificate, bytes.to_vec()));
    for bytes in [bytes, &signed] {
        let Ok(verified) = VerifiedRoster::open(bytes, &SITE, &root) else { continue };
        let roster = verified.roster();
        assert_eq!(verified.bytes(), bytes);
        assert_eq!(roster.site, SITE);
        assert_eq!(roster.order.generation, verified.certificate().generation);
        assert_eq!(verified.hash(), Roster::derive_hash(&cbor::encode(roster)));
        assert!(verified.check_time(roster.not_after).is_err());
        for device in roster.desks.iter().flat_map(|desk| &desk.inbox) {
            let is_live = verified.device(device, 0).is_some_and(|(_, device)| device.not_after > 0);
            let lapsed = verified.device(device, 0).is_none();
            assert!(is_live || lapsed);
        }
        for desk in &roster.desks {
            assert!(verified.desk(&desk.id) == Some(desk) && desk.inbox.len() <= 16);
        }
        for agent in &roster.agents {
            assert_eq!(verified.agent(&agent.id), Some(agent));
        }
    }
}

/// An upload as it comes, and one whose device signed it, whatever is in it.
pub(super) fn prekeys_upload(bytes: &[u8]) {
    let party = &fixture().parties[1];
    if let Ok(upload) = Prekeys::verify(bytes, &SITE, &party.id) {
        assert_eq!(cbor::encode(&upload), bytes);
    }
    let Some(mut upload) = decode::<Prekeys>(bytes) else { return };
    let _ = Prekeys::verify(bytes, &SITE, &upload.keys.derive_id(&SITE));
    upload.keys = party.keys;
    resign(&mut upload.signed, PrekeyRole::Signed, party);
    let one_time = upload.one_time.iter_mut().flatten();
    one_time.for_each(|prekey| resign(prekey, PrekeyRole::OneTime, party));
    let is_small = cbor::encode(&upload).len() <= segel_wire::limits::PREKEYS_BYTES;
    let is_empty = upload.one_time.as_ref().is_some_and(Vec::is_empty);
    let verified = Prekeys::verify(&cbor::encode(&upload), &SITE, &party.id);
    assert_eq!(verified.is_ok(), is_small && !is_empty);
}

/// A bundle as it comes, and one whose device signed it; then a handshake with whatever it offers.
pub(super) fn bundle(bytes: &[u8]) {
    let fixture = fixture();
    let party = &fixture.parties[1];
    let as_it_comes = Bundle::verify(bytes, &SITE, &party.id, NOW);
    let Some(mut bundle) = decode::<Bundle>(bytes) else {
        assert!(as_it_comes.is_err());
        return;
    };
    let _ = Bundle::verify(bytes, &SITE, &bundle.keys.derive_id(&SITE), NOW);
    bundle.keys = party.keys;
    resign(&mut bundle.signed, PrekeyRole::Signed, party);
    bundle.one_time.iter_mut().for_each(|prekey| resign(prekey, PrekeyRole::OneTime, party));
    let bytes = cbor::encode(&bundle);
    match Bundle::verify(&bytes, &SITE, &party.id, NOW) {
        Ok(verified) => {
            assert!(NOW < verified.signed.not_after);
            assert!(verified.one_time.as_ref().is_none_or(|prekey| NOW < prekey.not_after));
            shake_hands(&verified);
        }
        Err(BundleError::Expired) => assert!(bundle.signed.not_after <= NOW),
        Err(BundleError::Malformed(_)) => assert!(bytes.len() > segel_wire::limits::BUNDLE_BYTES),
        Err(refused) => panic!("what the device signed is refused: {refused}"),
    }
}

/// An invitation as it comes, and one that the admin signed, with any content.
pub(super) fn invitation(bytes: &[u8]) {
    let fixture = fixture();
    let root = fixture.root();
    let certificate = cbor::encode(&fixture.certificate());
    let signed = cbor::encode(&fixture.sign_as_admin(Invitation::LABEL, certificate, bytes.to_vec()));
    for bytes in [bytes, &signed] {
        if let Ok(invitation) = Invitation::verify(bytes, &SITE, &root) {
            assert_eq!(invitation.site, SITE);
            assert!(invitation.not_after <= fixture.certificate().not_after);
        }
    }
}

/// An enrolment as it comes, and one that a device signed without knowing the code.
pub(super) fn enrolment(bytes: &[u8]) {
    let fixture = fixture();
    let invitation = fixture.code.derive_invitation();
    if let Ok(enrolment) = Enrolment::verify(bytes, &SITE, &invitation) {
        let is_ours = bytes == fixture.code.enrol(&fixture.parties[2].secrets);
        assert_eq!(fixture.code.vouches_for(&enrolment), is_ours, "only the code proves the code");
    }
    let Some(mut enrolment) = decode::<Enrolment>(bytes) else { return };
    let signer = &fixture.parties[1];
    enrolment.invitation = invitation;
    enrolment.keys = signer.keys;
    enrolment.signature = sign(&signer.signing, &Enrolment::statement(&SITE, &invitation, &signer.keys));
    let verified = Enrolment::verify(&cbor::encode(&enrolment), &SITE, &invitation).unwrap();
    assert!(!fixture.code.vouches_for(&verified));
}

/// The text of an enrolment code.
pub(super) fn enrolment_code(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    if let Ok(code) = EnrolmentCode::parse(text) {
        assert_eq!(code.to_text(), text);
        let _ = code.derive_invitation();
    }
    // The same without the armour, so that every shape inside is reached.
    let _ = decode::<EnrolmentCode>(bytes);
}

/// A token as it comes, and one that the voucher signed, with any content.
pub(super) fn token(bytes: &[u8]) {
    let fixture = fixture();
    let roster = fixture.roster();
    let visitor = &fixture.parties[0];
    let context = TokenContext {
        roster: &roster,
        conversation: &CONVERSATION,
        sender: &visitor.keys.identity,
        written: NOW,
        stored: NOW,
    };
    let signed = SignedToken {
        token: Octets(bytes.to_vec()),
        voucher: roster.profile.vouchers.iter().flatten().next().copied().unwrap(),
        signature: sign(&fixture.voucher, &Token::statement(bytes)),
    };
    for signed in decode::<SignedToken>(bytes).iter().chain([&signed]) {
        let Ok(token) = signed.verify(&context) else { continue };
        assert_eq!((token.site, token.conversation), (SITE, CONVERSATION));
        assert_eq!(token.visitor, Token::derive_visitor(&visitor.keys.identity));
        assert!(NOW < token.not_after && token.not_after <= NOW + 600 && token.subject.len() <= 128);
    }
}

fn resign(prekey: &mut Prekey, role: PrekeyRole, party: &Party) {
    let fields = ((prekey.id, prekey.not_after), (&prekey.curve, &prekey.kem));
    prekey.signature = sign(&party.signing, &Prekey::statement(role, &SITE, &party.keys, fields.0, fields.1));
}

/// A device may offer any 32 bytes as a curve key and any 1,184 as a KEM key.
fn shake_hands(bundle: &Bundle) {
    let fixture = fixture();
    let context = Context { root: &fixture.root(), site: &SITE, scope: Some(CONVERSATION) };
    let mut random = seeded(5);
    let visitor = &fixture.parties[0].secrets;
    if let Ok(mut session) = initiate(visitor, bundle, ROSTER, &context, NOW, &mut random) {
        let place = fixture.pair.place;
        let key = super::fixture::content_key(&mut random);
        assert!(session.seal(&key, &place.context(), NOW, &mut random).is_ok());
    }
}
