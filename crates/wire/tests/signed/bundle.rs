//! Section 3.4: whose prekeys may be used, and until when.

use ed25519_dalek::SigningKey;
use segel_wire::cbor::{self, MalformedCbor};
use segel_wire::ids::{DeviceId, PrekeyKey, SiteId};
use segel_wire::limits::BUNDLE_BYTES;
use segel_wire::signed::{Bundle, BundleError, DeviceKeys, SignedPrekey};

use crate::support::{NOW, OTHER_SITE, SITE, device, flips, id, key, sign, statement};

const PREKEY: PrekeyKey = PrekeyKey([0x77; 32]);

/// A bundle of `keys` with a prekey that ends 100 seconds from now, signed by `signer`.
fn bundle(site: &SiteId, keys: &DeviceKeys, signer: &SigningKey) -> Bundle {
    let (device, not_after) = (keys.derive_id(site), NOW + 100);
    let fields: [&[u8]; 6] =
        [&site.0, &device.0, &keys.identity.0, &5_u32.to_be_bytes(), &not_after.to_be_bytes(), &PREKEY.0];
    let signature = sign(signer, &statement("segel/1 prekey signed", &fields));
    Bundle { device, signed: SignedPrekey { id: 5, not_after, key: PREKEY, signature } }
}

fn own() -> Bundle {
    bundle(&SITE, &device(10), &key(10))
}

fn verify(bundle: &Bundle) -> Result<Bundle, BundleError> {
    Bundle::verify(&cbor::encode(bundle), &SITE, &device(10), NOW)
}

#[test]
fn a_devices_own_bundle_is_accepted_until_it_expires() {
    assert_eq!(verify(&own()), Ok(own()));
    let at = |now| Bundle::verify(&cbor::encode(&own()), &SITE, &device(10), now);
    assert_eq!(at(NOW + 99), Ok(own()));
    assert_eq!(at(NOW + 100), Err(BundleError::Expired));
}

#[test]
fn a_bundle_with_any_bit_altered_or_cut_is_refused() {
    let bytes = cbor::encode(&own());
    for (bit, altered) in flips(&bytes) {
        assert!(Bundle::verify(&altered, &SITE, &device(10), NOW).is_err(), "bit {bit}");
    }
    for length in 0..bytes.len() {
        let refused = Bundle::verify(&bytes[..length], &SITE, &device(10), NOW);
        assert_eq!(refused, Err(BundleError::Malformed(MalformedCbor)), "{length}");
    }
    let oversized = vec![0; BUNDLE_BYTES + 1];
    assert!(Bundle::verify(&oversized, &SITE, &device(10), NOW).is_err());
}

#[test]
fn another_devices_bundle_is_refused_even_under_this_ones_id() {
    let theirs = bundle(&SITE, &device(20), &key(20));
    assert_eq!(verify(&theirs), Err(BundleError::WrongDevice));
    let relabelled = Bundle { device: id(10), ..theirs };
    assert_eq!(verify(&relabelled), Err(BundleError::BadSignature));
}

#[test]
fn a_bundle_signed_by_a_stranger_or_by_the_login_key_is_refused() {
    for signer in [key(99), key(11)] {
        assert_eq!(verify(&bundle(&SITE, &device(10), &signer)), Err(BundleError::BadSignature));
    }
}

#[test]
fn a_bundle_for_another_site_is_refused() {
    let elsewhere = bundle(&OTHER_SITE, &device(10), &key(10));
    assert_eq!(verify(&elsewhere), Err(BundleError::WrongDevice));
    let relabelled = Bundle { device: id(10), ..elsewhere };
    assert_eq!(verify(&relabelled), Err(BundleError::BadSignature));
}

#[test]
fn a_bundle_does_not_pass_to_another_identity_of_the_same_signer() {
    let mut other = device(10);
    other.identity.0 = [0x99; 32];
    let relabelled = Bundle { device: other.derive_id(&SITE), ..own() };
    let refused = Bundle::verify(&cbor::encode(&relabelled), &SITE, &other, NOW);
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
