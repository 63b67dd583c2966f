//! Section 3.5: a login counts at one relay, for one site and one challenge.

use segel_wire::ids::{Challenge, LoginKey, Signature};
use segel_wire::signed::LoginStatement;

use crate::support::{NOW, OTHER_SITE, SITE, device, key, sign, statement};

const RELAY: &str = "https://relay.example";
const CHALLENGE: Challenge = Challenge([0x33; 32]);
const STATEMENT: LoginStatement<'_> =
    LoginStatement { relay: RELAY, site: &SITE, challenge: &CHALLENGE, expires: NOW };

/// `device(10)` logs in with `key(11)`.
fn signature() -> Signature {
    let fields: [&[u8]; 4] = [RELAY.as_bytes(), &SITE.0, &CHALLENGE.0, &NOW.to_be_bytes()];
    sign(&key(11), &statement("segel/1 login", &fields))
}

#[test]
fn a_proof_holds_for_what_was_signed() {
    assert!(STATEMENT.is_signed_by(&device(10).login, &signature()));
}

#[test]
fn a_proof_for_another_relay_site_challenge_or_expiry_is_refused() {
    let other = Challenge([0x34; 32]);
    for (case, statement) in [
        ("relay", LoginStatement { relay: "https://relay.example.net", ..STATEMENT }),
        ("scheme", LoginStatement { relay: "http://relay.example", ..STATEMENT }),
        ("site", LoginStatement { site: &OTHER_SITE, ..STATEMENT }),
        ("challenge", LoginStatement { challenge: &other, ..STATEMENT }),
        ("expiry", LoginStatement { expires: NOW + 1, ..STATEMENT }),
    ] {
        assert!(!statement.is_signed_by(&device(10).login, &signature()), "{case}");
    }
}

#[test]
fn a_proof_by_another_key_is_refused() {
    for wrong in [device(20).login, LoginKey(device(10).signing.0), LoginKey([0; 32])] {
        assert!(!STATEMENT.is_signed_by(&wrong, &signature()));
    }
    for bit in 0..512 {
        let mut altered = signature();
        altered.0[bit / 8] ^= 1 << (bit % 8);
        assert!(!STATEMENT.is_signed_by(&device(10).login, &altered), "bit {bit}");
    }
}
