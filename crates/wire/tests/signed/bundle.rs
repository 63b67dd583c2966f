//! Section 3.4: whose prekeys may be used, in which role, and until when.

use ed25519_dalek::SigningKey;
use segel_wire::cbor::{self, MalformedCbor};
use segel_wire::ids::{DeviceId, Signature, SiteId};
use segel_wire::limits::BUNDLE_BYTES;
use segel_wire::signed::{Bundle, BundleError, DeviceKeys};

use crate::support::{
    NOW, ONE_TIME, OTHER_SITE, SIGNED, SITE, device, flips, flips_by_byte, key, prekey, statement,
};

/// A bundle of `keys` whose signed prekey ends in 100 seconds and whose one-time prekey ends in 50.
fn bundle(site: &SiteId, keys: &DeviceKeys, by: &SigningKey) -> Bundle {
    let signed = prekey((SIGNED, 5, NOW + 100), site, keys, by);
    let one_time = prekey((ONE_TIME, 6, NOW + 50), site, keys, by);
    Bundle { keys: *keys, signed, one_time: Some(one_time) }
}

fn own() -> Bundle {
    bundle(&SITE, &device(10), &key(10))
}

fn alone() -> Bundle {
    Bundle { one_time: None, ..own() }
}

fn verify_at(bundle: &Bundle, now: u64) -> Result<Bundle, BundleError> {
    Bundle::verify(&cbor::encode(bundle), &SITE, &device(10).derive_id(&SITE), now)
}

fn verify(bundle: &Bundle) -> Result<Bundle, BundleError> {
    verify_at(bundle, NOW)
}

#[test]
fn a_devices_own_bundle_is_accepted_until_its_signed_prekey_expires() {
    assert_eq!(verify(&own()), Ok(own()));
    assert_eq!(verify(&alone()), Ok(alone()));
    for bundle in [own(), alone()] {
        assert_eq!(verify_at(&bundle, NOW + 99), Ok(alone()));
        assert_eq!(verify_at(&bundle, NOW + 100), Err(BundleError::Expired));
        assert_eq!(verify_at(&bundle, u64::MAX), Err(BundleError::Expired));
    }
}

#[test]
fn an_expired_one_time_prekey_is_passed_over_but_must_hold_all_the_same() {
    assert_eq!(verify_at(&own(), NOW + 49), Ok(own()));
    assert_eq!(verify_at(&own(), NOW + 50), Ok(alone()));
    let mut forged = own();
    forged.one_time.as_mut().unwrap().signature = Signature([1; 64]);
    assert_eq!(verify_at(&forged, NOW + 50), Err(BundleError::BadSignature));
}

#[test]
fn prekey_roles_swapped() {
    let (signed, one_time) = (own().signed, own().one_time.unwrap());
    let exchanged = Bundle { signed: one_time.clone(), one_time: Some(signed.clone()), ..own() };
    assert_eq!(verify(&exchanged), Err(BundleError::BadSignature));
    let as_signed = Bundle { signed: one_time, one_time: None, ..own() };
    assert_eq!(verify(&as_signed), Err(BundleError::BadSignature));
    let as_one_time = Bundle { one_time: Some(signed), ..own() };
    assert_eq!(verify(&as_one_time), Err(BundleError::BadSignature));
}

#[test]
fn halves_of_two_genuine_prekeys_are_not_recombined() {
    let other = prekey((SIGNED, 7, NOW + 100), &SITE, &device(10), &key(10));
    let mut curve = own();
    curve.signed.curve = other.curve;
    let mut kem = own();
    kem.signed.kem = other.kem;
    let mut within = own();
    within.one_time.as_mut().unwrap().kem = within.signed.kem.clone();
    let mut exchanged = own();
    core::mem::swap(&mut exchanged.signed.curve, &mut exchanged.one_time.as_mut().unwrap().curve);
    for bundle in [curve, kem, within, exchanged] {
        assert_eq!(verify(&bundle), Err(BundleError::BadSignature));
    }
}

#[test]
fn a_bundle_with_any_byte_altered_or_cut_is_refused() {
    let id = device(10).derive_id(&SITE);
    let bytes = cbor::encode(&own());
    for (at, altered) in flips_by_byte(&bytes) {
        assert!(Bundle::verify(&altered, &SITE, &id, NOW).is_err(), "byte {at}");
    }
    let malformed = Err(BundleError::Malformed(MalformedCbor));
    for length in 0..bytes.len() {
        assert_eq!(Bundle::verify(&bytes[..length], &SITE, &id, NOW), malformed, "{length}");
    }
    assert_eq!(Bundle::verify(&[&bytes[..], &[0]].concat(), &SITE, &id, NOW), malformed);
    assert_eq!(Bundle::verify(&vec![0; BUNDLE_BYTES + 1], &SITE, &id, NOW), malformed);
}

#[test]
fn any_bit_of_a_signature_altered_is_refused() {
    for (bit, altered) in flips(&own().signed.signature.0) {
        let mut bundle = alone();
        bundle.signed.signature = Signature(altered.try_into().unwrap());
        assert_eq!(verify(&bundle), Err(BundleError::BadSignature), "bit {bit}");
    }
}

#[test]
fn another_devices_bundle_is_refused_even_with_this_ones_keys() {
    let theirs = bundle(&SITE, &device(20), &key(20));
    assert_eq!(verify(&theirs), Err(BundleError::WrongDevice));
    let relabelled = Bundle { keys: device(10), ..theirs };
    assert_eq!(verify(&relabelled), Err(BundleError::BadSignature));
}

#[test]
fn one_genuine_prekey_does_not_carry_another_devices() {
    let theirs = bundle(&SITE, &device(20), &key(20));
    assert_eq!(verify(&Bundle { one_time: theirs.one_time, ..own() }), Err(BundleError::BadSignature));
    assert_eq!(verify(&Bundle { signed: theirs.signed, ..own() }), Err(BundleError::BadSignature));
}

#[test]
fn a_bundle_signed_by_a_stranger_or_by_the_login_key_is_refused() {
    for signer in [key(99), key(11)] {
        assert_eq!(verify(&bundle(&SITE, &device(10), &signer)), Err(BundleError::BadSignature));
    }
}

#[test]
fn a_bundle_for_another_site_is_refused_there_and_here() {
    let elsewhere = bundle(&OTHER_SITE, &device(10), &key(10));
    assert_eq!(verify(&elsewhere), Err(BundleError::BadSignature));
    let there = Bundle::verify(&cbor::encode(&own()), &OTHER_SITE, &device(10).derive_id(&SITE), NOW);
    assert_eq!(there, Err(BundleError::WrongDevice), "an id is another at another site");
}

#[test]
fn a_bundle_does_not_pass_to_another_identity_of_the_same_signer() {
    let mut other = device(10);
    other.identity.0 = [0x99; 32];
    let relabelled = Bundle { keys: other, ..own() };
    let refused = Bundle::verify(&cbor::encode(&relabelled), &SITE, &other.derive_id(&SITE), NOW);
    assert_eq!(refused, Err(BundleError::BadSignature));
}

#[test]
fn an_id_speaks_for_the_site_and_all_three_keys() {
    let keys = device(10);
    let mut ids = vec![keys.derive_id(&SITE), keys.derive_id(&OTHER_SITE)];
    for change in [
        (|keys: &mut DeviceKeys| keys.identity.0[0] ^= 1) as fn(&mut DeviceKeys),
        |keys| keys.signing.0[0] ^= 1,
        |keys| keys.login.0[0] ^= 1,
        |keys| core::mem::swap(&mut keys.signing.0, &mut keys.login.0),
    ] {
        let mut other = keys;
        change(&mut other);
        ids.push(other.derive_id(&SITE));
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);

    let fields: [&[u8]; 4] = [&SITE.0, &keys.identity.0, &keys.signing.0, &keys.login.0];
    let hash = <sha2::Sha256 as sha2::Digest>::digest(statement("segel/1 device", &fields));
    assert_eq!(keys.derive_id(&SITE), DeviceId(hash[..16].try_into().unwrap()));
}
