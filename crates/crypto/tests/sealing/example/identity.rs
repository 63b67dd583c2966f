//! Who somebody is: to a relay, to the agents, and by eye.

use data_encoding::BASE64URL_NOPAD;
use segel_crypto::safety::SafetyNumber;
use segel_wire::cbor;
use segel_wire::ids::{Challenge, Octets, Signature, VoucherKey};
use segel_wire::signed::{LoginStatement, SignedToken, Token, TokenContext, statement};

use super::site::Published;
use super::{CONVERSATION, Cast, NOW, Page, SITE};
use crate::text;

/// The seed of the key that vouches.
pub(super) const VOUCHER: [u8; 32] = [0x76; 32];
const RELAY: &str = "https://relay.example";

pub(super) fn write(page: &mut Page, cast: &Cast, published: &Published) {
    write_login(page, cast);
    write_token(page, cast, published);
    write_safety(page, cast);
}

fn write_login(page: &mut Page, cast: &Cast) {
    let challenge = Challenge([0x1c; 32]);
    let login = LoginStatement { relay: RELAY, site: &SITE, challenge: &challenge, expires: NOW + 60 };
    let expires = (NOW + 60).to_be_bytes();
    let signed = statement("segel/1 login", &[RELAY.as_bytes(), &SITE.0, &challenge.0, &expires]);
    let signature = cast.visitor.sign_login(&login);
    assert_eq!((cast.visitor.derive_keys().login.0, signature.0), text::sign(&[32; 32], &signed));
    page.section(
        "A login",
        "Sections 3.5 and 7.1: the visitor's, at https://relay.example. The challenge is the byte 0x1c, repeated; it lives\n\
         60 seconds from now.",
    );
    page.whole("statement", &signed);
    page.value("signature", &signature.0);
}

fn write_token(page: &mut Page, cast: &Cast, published: &Published) {
    let identity = cast.visitor.derive_keys().identity;
    let token = Token {
        site: SITE,
        subject: "pelanggan 42".to_owned(),
        conversation: CONVERSATION,
        visitor: text::sha256(&identity.0),
        not_after: NOW + 300,
    };
    let bytes = cbor::encode(&token);
    let (voucher, signature) = text::sign(&VOUCHER, &statement("segel/1 token", &[&bytes]));
    let signed = SignedToken {
        token: Octets(bytes.clone()),
        voucher: VoucherKey(voucher),
        signature: Signature(signature),
    };
    let context = TokenContext {
        roster: published.verified.roster(),
        conversation: &CONVERSATION,
        sender: &identity,
        written: NOW,
        stored: NOW,
    };
    assert!(signed.verify(&context).unwrap() == token);
    page.section(
        "An identity token",
        "Section 3.7: the business calls the visitor `pelanggan 42`, for the next 300 seconds.",
    );
    page.whole("token", &bytes);
    page.value("signature", &signature);
    page.whole("signed token, encoded", &cbor::encode(&signed));
    page.text("what the page hands over", &BASE64URL_NOPAD.encode(&cbor::encode(&signed)));
}

fn write_safety(page: &mut Page, cast: &Cast) {
    let (root, identity) = (cast.root.derive_public(), cast.visitor.derive_keys().identity);
    let hashed = statement("segel/1 safety", &[&root.0, &SITE.0, &identity.0]);
    let hash = text::sha512(&hashed);
    let digits = hash.chunks_exact(5).take(12).map(|group| {
        let number = group.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        format!("{:05}", number % 100_000)
    });
    let digits: Vec<_> = digits.collect();
    let number = SafetyNumber::derive(&root, &SITE, &identity);
    assert_eq!(
        (number.to_string(), number.qr_text()),
        (digits.join(" "), format!("SEGEL1:{}", digits.concat()))
    );
    page.section("A safety number", "Section 3.8: the visitor's.");
    page.whole("statement", &hashed);
    page.value("S", &hash);
    page.text("as it is shown", &number.to_string());
    page.text("as a QR code's text", &number.qr_text());
}
