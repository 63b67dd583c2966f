//! Section 3.4: what a device uploads.

use segel_wire::cbor::{self, MalformedCbor};
use segel_wire::ids::DeviceId;
use segel_wire::limits::{ONE_TIME_HELD, ONE_TIME_KEPT, PREKEYS_BYTES};
use segel_wire::signed::{BundleError, Prekey, Prekeys};

use crate::support::{NOW, ONE_TIME, OTHER_SITE, SIGNED, SITE, device, flips_by_byte, id, key, prekey};

fn one_time(id: u32) -> Prekey {
    prekey((ONE_TIME, id, NOW + 100), &SITE, &device(10), &key(10))
}

/// An upload of `device(10)` with one-time prekeys of these ids.
fn upload(one_times: &[u32]) -> Prekeys {
    let signed = prekey((SIGNED, 5, NOW + 100), &SITE, &device(10), &key(10));
    let held = one_times.to_vec();
    let one_times: Vec<_> = one_times.iter().map(|&id| one_time(id)).collect();
    Prekeys { keys: device(10), signed, one_time: Some(one_times).filter(|list| !list.is_empty()), held }
}

fn verify(upload: &Prekeys) -> Result<Prekeys, BundleError> {
    Prekeys::verify(&cbor::encode(upload), &SITE, &id(10))
}

#[test]
fn a_devices_own_upload_is_accepted_with_as_many_as_a_relay_keeps_and_with_none() {
    let full: Vec<u32> = (6..).take(ONE_TIME_KEPT).collect();
    for one_times in [&full[..], &[6], &[]] {
        let upload = upload(one_times);
        assert!(cbor::encode(&upload).len() <= PREKEYS_BYTES);
        assert_eq!(verify(&upload), Ok(upload));
    }
}

#[test]
fn what_is_held_is_a_list_in_order_of_no_more_than_a_device_keeps() {
    let full: Vec<u32> = (1..).take(ONE_TIME_HELD).collect();
    let more = (1..).take(ONE_TIME_HELD + 1).collect();
    for (held, is_one) in
        [(full, true), (vec![1, 9], true), (vec![9, 1], false), (vec![9, 9], false), (more, false)]
    {
        let upload = Prekeys { held, ..upload(&[]) };
        assert_eq!(verify(&upload).is_ok(), is_one, "{:?}", upload.held);
    }
    let upload = upload(&(1..).take(ONE_TIME_KEPT).collect::<Vec<_>>());
    let full = Prekeys { held: (u32::MAX - 199..=u32::MAX).collect(), ..upload };
    assert!(cbor::encode(&full).len() <= PREKEYS_BYTES, "the fullest one is not too large");
}

#[test]
fn an_empty_list_is_no_second_way_to_say_none() {
    let empty = Prekeys { one_time: Some(vec![]), ..upload(&[]) };
    assert_eq!(verify(&empty), Err(BundleError::Malformed(MalformedCbor)));
}

#[test]
fn each_prekey_must_be_signed_in_its_role() {
    let mut last = upload(&[6, 7, 8]);
    let stranger = prekey((ONE_TIME, 8, NOW + 100), &SITE, &device(10), &key(99));
    last.one_time.as_mut().unwrap()[2] = stranger;
    assert_eq!(verify(&last), Err(BundleError::BadSignature));
    let as_signed = Prekeys { signed: one_time(6), ..upload(&[7]) };
    assert_eq!(verify(&as_signed), Err(BundleError::BadSignature));
    let as_one_time = Prekeys { one_time: Some(vec![upload(&[]).signed]), ..upload(&[]) };
    assert_eq!(verify(&as_one_time), Err(BundleError::BadSignature));
    let mut exchanged = upload(&[6, 7]);
    let [first, second] = &mut exchanged.one_time.as_mut().unwrap()[..] else { panic!() };
    core::mem::swap(&mut first.kem, &mut second.kem);
    assert_eq!(verify(&exchanged), Err(BundleError::BadSignature));
}

#[test]
fn nobody_uploads_for_another_device_or_site() {
    let bytes = cbor::encode(&upload(&[6]));
    assert_eq!(Prekeys::verify(&bytes, &SITE, &id(20)), Err(BundleError::WrongDevice));
    assert_eq!(Prekeys::verify(&bytes, &SITE, &DeviceId([0; 16])), Err(BundleError::WrongDevice));
    assert_eq!(Prekeys::verify(&bytes, &OTHER_SITE, &id(10)), Err(BundleError::WrongDevice));
    let there = device(10).derive_id(&OTHER_SITE);
    assert_eq!(Prekeys::verify(&bytes, &OTHER_SITE, &there), Err(BundleError::BadSignature));
    let relabelled = Prekeys { keys: device(20), ..upload(&[6]) };
    assert_eq!(Prekeys::verify(&cbor::encode(&relabelled), &SITE, &id(20)), Err(BundleError::BadSignature));
}

#[test]
fn an_upload_with_any_byte_altered_cut_or_over_its_size_is_refused() {
    let bytes = cbor::encode(&upload(&[6]));
    for (at, altered) in flips_by_byte(&bytes) {
        assert!(Prekeys::verify(&altered, &SITE, &id(10)).is_err(), "byte {at}");
    }
    let malformed = Err(BundleError::Malformed(MalformedCbor));
    for length in 0..bytes.len() {
        assert_eq!(Prekeys::verify(&bytes[..length], &SITE, &id(10)), malformed, "{length}");
    }
    let many: Vec<u32> = (6..32).collect();
    let oversized = upload(&many);
    assert!(cbor::encode(&oversized).len() > PREKEYS_BYTES);
    assert_eq!(verify(&oversized), malformed);
}
