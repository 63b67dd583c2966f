//! Nothing secret is printed, whoever writes `{:?}` into a log.

use core::fmt::Debug;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use segel_crypto::authority::{Admin, AdminSecret, RootSecret};
use segel_crypto::content::ContentKey;
use segel_crypto::device::{IdentitySecret, LoginSecret, PrekeySecret, SigningSecret};
use segel_crypto::enrol::EnrolmentCode;
use segel_crypto::handshake::EphemeralSecret;
use segel_crypto::session::{ChainKey, MessageKey};
use segel_crypto::storage::StateKey;
use segel_wire::api::LoginAnswer;
use segel_wire::ids::Signature;
use segel_wire::{ClientFrame, cbor};

use crate::support::{NOW, Pair, ROOT, SITE, message, seeded, state, strings_of_32};

/// Fails if `value` prints `secret` in hexadecimal, base64url or as a list of numbers.
fn assert_silent(value: &dyn Debug, secret: &[u8]) {
    let numbers: Vec<_> = secret[..4].iter().map(u8::to_string).collect();
    let shapes = [
        HEXLOWER.encode(&secret[..8]),
        HEXLOWER.encode(&secret[..8]).to_uppercase(),
        BASE64URL_NOPAD.encode(&secret[..6]),
        numbers.join(", "),
        numbers.join(",\n"),
    ];
    for printed in [format!("{value:?}"), format!("{value:#?}").replace(' ', "")] {
        for shape in &shapes {
            assert!(!printed.contains(shape), "{printed}");
        }
    }
}

#[test]
fn every_kind_of_key_prints_its_role_only() {
    let bytes: [u8; 32] = core::array::from_fn(|at| u8::try_from(at * 7 + 3).unwrap_or_default());
    let encoded = cbor::encode(&segel_wire::ids::RootKey(bytes));
    macro_rules! check {
        ($($secret:ident)*) => {$(
            let secret: $secret = cbor::decode(&encoded).unwrap();
            assert_silent(&secret, &bytes);
            assert_eq!(format!("{secret:?}"), concat!(stringify!($secret), "(secret)"));
        )*};
    }
    check! {
        RootSecret AdminSecret IdentitySecret SigningSecret LoginSecret PrekeySecret EphemeralSecret
        ChainKey MessageKey ContentKey StateKey
    }
}

#[test]
fn whatever_holds_keys_prints_none_of_them() {
    let (mut pair, mut theirs) = Pair::established();
    pair.say();
    pair.say().assert_opens(&mut theirs);
    let keys: Vec<_> = strings_of_32(&state(&theirs));
    let secrets: Vec<_> = keys.into_iter().filter(|bytes| *bytes != theirs.transcript().0).collect();
    assert_eq!(secrets.len(), 3, "two chains and one skipped key");
    for secret in secrets {
        assert_silent(&theirs, &secret);
    }

    let secrets = &pair.agent.secrets;
    for secret in strings_of_32(&cbor::encode(secrets)) {
        assert_silent(secrets, &secret);
    }
    let prekeys = &pair.agent.prekeys;
    for secret in strings_of_32(&cbor::encode(prekeys)) {
        assert_silent(prekeys, &secret);
    }

    let admin = AdminSecret::make_admin(&mut seeded(2));
    let bytes = *admin.to_file();
    assert_silent(&Admin::new(admin, Vec::new(), Signature([0; 64])), &bytes);
}

#[test]
fn messages_codes_and_tokens_print_none_of_their_text() {
    assert_eq!(format!("{:?}", message("halo")), "Message(sealed)");
    let code = EnrolmentCode::make(SITE, ROOT, "https://relay.example", &mut seeded(1));
    assert_eq!(format!("{code:?}"), "EnrolmentCode(secret)");
    let token = "bearer-token".to_owned();
    assert!(!format!("{:?}", ClientFrame::Hello { token: token.clone(), cursor: None }).contains(&token));
    assert!(!format!("{:?}", LoginAnswer { token: token.clone(), expires: NOW }).contains(&token));
}
