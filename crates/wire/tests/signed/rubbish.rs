//! Whatever a relay hands over, nothing panics, and what was not signed is not accepted.

use proptest::prelude::*;
use segel_wire::cbor;
use segel_wire::ids::InvitationId;
use segel_wire::signed::{
    AdminSigned, Bundle, Certificate, DeviceKeys, Enrolment, Invitation, Prekeys, Roster, SignedToken, Token,
    VerifiedRoster,
};

use crate::support::{NOW, SITE, certificate, id, pinned, roster, signed, signed_body};

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..600)
}

/// Genuine bytes, a few of them overwritten, and perhaps cut.
fn damaged(genuine: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    (edits, prop::option::of(any::<prop::sample::Index>())).prop_map(move |(edits, cut)| {
        let mut bytes = genuine.clone();
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        bytes
    })
}

fn assert_one_encoding<T: cbor::Cbor>(bytes: &[u8]) {
    if let Ok(value) = cbor::decode::<T>(bytes) {
        assert_eq!(cbor::encode(&value), bytes);
    }
}

proptest! {
    #[test]
    fn anything(bytes in any_bytes()) {
        prop_assert!(VerifiedRoster::open(&bytes, &SITE, &pinned()).is_err());
        prop_assert!(Bundle::verify(&bytes, &SITE, &id(10), NOW).is_err());
        prop_assert!(Prekeys::verify(&bytes, &SITE, &id(10)).is_err());
        assert_one_encoding::<SignedToken>(&bytes);
        assert_one_encoding::<Token>(&bytes);
        prop_assert!(Invitation::verify(&bytes, &SITE, &pinned()).is_err());
        prop_assert!(Enrolment::verify(&bytes, &SITE, &InvitationId([9; 16])).is_err());
    }

    #[test]
    fn a_damaged_roster_and_its_parts(
        (whole, body, certificate) in (
            damaged(signed(&roster())),
            damaged(cbor::encode(&roster())),
            damaged(cbor::encode(&certificate())),
        )
    ) {
        let accepted = VerifiedRoster::open(&whole, &SITE, &pinned()).is_ok();
        prop_assert_eq!(accepted, whole == signed(&roster()));
        assert_one_encoding::<AdminSigned>(&whole);
        assert_one_encoding::<Roster>(&body);
        assert_one_encoding::<Certificate>(&certificate);
        assert_one_encoding::<DeviceKeys>(&certificate);
    }

    /// An admin's program may be faulty: what it signed is still read with care.
    #[test]
    fn a_signed_body_of_any_bytes(body in prop_oneof![any_bytes(), damaged(cbor::encode(&roster()))]) {
        if let Ok(verified) = VerifiedRoster::open(&signed_body(&body), &SITE, &pinned()) {
            prop_assert_eq!(cbor::encode(verified.roster()), body);
        }
    }
}

#[test]
fn deep_nesting_and_absurd_lengths_end_in_an_error() {
    let nested = vec![0x81; 60 * 1024];
    let in_unknown_key = [&[0xa1, 0x18, 0x63][..], &nested].concat();
    let absurd = [0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    for bytes in [&nested[..], &in_unknown_key, &absurd] {
        assert!(VerifiedRoster::open(bytes, &SITE, &pinned()).is_err());
        assert!(VerifiedRoster::open(&signed_body(bytes), &SITE, &pinned()).is_err());
        assert!(cbor::decode::<Roster>(bytes).is_err());
    }
}
