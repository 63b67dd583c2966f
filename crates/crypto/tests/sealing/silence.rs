//! Nothing secret is printed, whoever writes `{:?}` into a log.

use core::fmt::Debug;
use std::collections::BTreeSet;
use std::path::Path;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use segel_crypto::authority::{Admin, AdminSecret, RootSecret};
use segel_crypto::content::ContentKey;
use segel_crypto::device::{IdentitySecret, LoginSecret, SigningSecret};
use segel_crypto::enrol::EnrolmentCode;
use segel_crypto::handshake::EphemeralSecret;
use segel_crypto::lock::{DraftKey, LockKey};
use segel_crypto::prekeys::{KemSeed, PrekeySecret};
use segel_crypto::storage::StateKey;
use segel_wire::api::LoginAnswer;
use segel_wire::ids::Signature;
use segel_wire::{ClientFrame, cbor};

use crate::mirror::{Mirror, Stored};
use crate::support::{NOW, Pair, Party, ROOT, SITE, message, seeded, strings_of_32};

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

/// Secrets of this crate that no other crate can name: they stand in a session and are printed with it below.
const WITHIN_A_SESSION: [&str; 4] = ["RootChainKey", "HeaderKey", "ChainKey", "MessageKey"];

/// Secrets of rooms that are tested beside their own rules.
const ELSEWHERE: [&str; 2] = ["AttachmentKey", "SignalKey"];

/// What the sources define by `secrets!`.
fn defined_secrets(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            defined_secrets(&path, found);
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        for block in source.split("\nsecrets! {").skip(1) {
            let lines = block.split("\n}").next().unwrap().lines().map(str::trim);
            let names = lines.filter(|line| line.ends_with(';')).map(|line| {
                let name = line.trim_end_matches(';').split(':').next().unwrap();
                name.split_whitespace().last().unwrap().to_owned()
            });
            found.extend(names);
        }
    }
}

#[test]
fn every_kind_of_key_prints_its_role_only() {
    let bytes: [u8; 64] = core::array::from_fn(|at| u8::try_from(at * 3 + 3).unwrap_or_default());
    let mut checked = BTreeSet::new();
    macro_rules! check {
        ($($secret:ident: $size:literal)*) => {$(
            let encoded = cbor::encode(bytes[..].first_chunk::<$size>().unwrap());
            let secret: $secret = cbor::decode(&encoded).unwrap();
            assert_silent(&secret, &bytes[..$size]);
            assert_eq!(format!("{secret:?}"), concat!(stringify!($secret), "(secret)"));
            checked.insert(stringify!($secret).to_owned());
        )*};
    }
    check! {
        RootSecret: 32 AdminSecret: 32 IdentitySecret: 32 SigningSecret: 32 LoginSecret: 32 PrekeySecret: 32
        KemSeed: 64 EphemeralSecret: 32 ContentKey: 32 StateKey: 32 LockKey: 32 DraftKey: 32
    }
    let mut defined = BTreeSet::new();
    defined_secrets(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut defined);
    let unseen: Vec<_> = defined
        .difference(&checked)
        .filter(|name| !WITHIN_A_SESSION.contains(&name.as_str()) && !ELSEWHERE.contains(&name.as_str()))
        .collect();
    assert!(unseen.is_empty(), "not checked here: {unseen:?}");
    assert!(checked.is_subset(&defined) && WITHIN_A_SESSION.iter().all(|name| defined.contains(*name)));
}

/// The secrets in a session: all that is not public.
fn secrets_of(mirror: &Mirror) -> Vec<Vec<u8>> {
    let chains = mirror.sending.iter().flat_map(|chain| [chain.header, chain.chain.key]);
    let chains = chains.chain(mirror.receiving.iter().flat_map(|chain| [chain.header, chain.chain.key]));
    let skipped = mirror.skipped.iter();
    let skipped = skipped.flat_map(|chain| chain.keys.iter().map(|key| key.key).chain([chain.header]));
    let keys = [mirror.root, mirror.next_sending, mirror.next_receiving].into_iter().chain(mirror.own);
    let keys = keys.chain(chains).chain(skipped).map(|key| key.to_vec());
    keys.chain(mirror.kem.own.iter().map(|offer| offer.seed.to_vec())).collect()
}

#[test]
fn whatever_holds_keys_prints_none_of_them() {
    let (mut pair, mut theirs) = Pair::established();
    pair.now += 24 * 60 * 60;
    pair.say();
    pair.say().assert_opens(&mut theirs);
    pair.answer(&mut theirs);
    assert_eq!(secrets_of(&Mirror::of(&theirs)).len(), 4 + 4 + 2);
    assert_eq!(secrets_of(&Mirror::of(&pair.session)).len(), 4 + 4 + 1, "with an offer's private half");
    for session in [&pair.session, &theirs] {
        for secret in secrets_of(&Mirror::of(session)) {
            assert_silent(session, &secret);
        }
    }

    // A response that opens nothing holds a whole session too.
    let mut fresh = Pair::new();
    fresh.agent = Party::stocked(&mut fresh.random);
    fresh.session = fresh.visitor.initiate(&fresh.agent.bundle_with(0), &mut fresh.random);
    let first = fresh.say();
    let response = fresh.agent.respond(&first.init().unwrap(), &fresh.visitor.id).unwrap();
    let printed = (format!("{response:?}"), fresh.agent.hear(&first));
    for secret in secrets_of(&Mirror::of(&printed.1)) {
        assert!(!printed.0.contains(&HEXLOWER.encode(&secret[..8])));
    }
    for secret in secrets_of(&Mirror::of(&fresh.session)) {
        assert_silent(&response, &secret);
    }

    let stored = Stored::of(&fresh.agent.prekeys);
    assert_eq!((stored.signed.len(), stored.one_time.len()), (1, 19));
    for prekey in stored.signed.iter().map(|signed| &signed.prekey).chain(&stored.one_time) {
        assert_silent(&fresh.agent.prekeys, &prekey.curve);
        assert_silent(&fresh.agent.prekeys, &prekey.kem);
    }

    let secrets = &pair.agent.secrets;
    for secret in strings_of_32(&cbor::encode(secrets)) {
        assert_silent(secrets, &secret);
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
