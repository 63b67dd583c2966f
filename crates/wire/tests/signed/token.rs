//! Section 3.7: a business says who a visitor is, and nobody else does.

use segel_wire::cbor::{self, MalformedCbor};
use segel_wire::ids::{ConversationId, Octets, Signature, SiteId};
use segel_wire::limits::{SUBJECT_BYTES, TOKEN_BYTES, TOKEN_LIFE_SECONDS, TOKEN_SKEW_SECONDS};
use segel_wire::signed::{Roster, SignedToken, Token, TokenContext, TokenError};
use sha2::{Digest, Sha256};

use crate::support::{NOW, OTHER_SITE, SITE, device, flips, key, roster, sign, statement, voucher};

const CHAT: ConversationId = ConversationId([0x44; 16]);
const OTHER_CHAT: ConversationId = ConversationId([0x45; 16]);

fn token() -> Token {
    Token {
        site: SITE,
        subject: "pelanggan-7".to_owned(),
        conversation: CHAT,
        visitor: Sha256::digest(device(10).identity.0).into(),
        not_after: NOW + 60,
    }
}

/// A body that `key(number)` vouches for under `label`.
fn vouched_under(label: &str, body: Vec<u8>, number: u8) -> SignedToken {
    let signature = sign(&key(number), &statement(label, &[&body]));
    SignedToken { token: Octets(body), voucher: voucher(number), signature }
}

fn vouched(token: &Token) -> SignedToken {
    vouched_under("segel/1 token", cbor::encode(token), 50)
}

/// Where a token counts: the conversation of `device(10)`, in a message of this very second.
struct Place {
    roster: Roster,
    conversation: ConversationId,
    sender: u8,
    written: u64,
    stored: u64,
}

impl Place {
    fn own() -> Self {
        Self { roster: roster(), conversation: CHAT, sender: 10, written: NOW, stored: NOW }
    }

    fn written(written: u64, stored: u64) -> Self {
        Self { written, stored, ..Self::own() }
    }

    fn verify(&self, token: &SignedToken) -> Result<Token, TokenError> {
        let Self { roster, conversation, written, stored, .. } = self;
        let sender = &device(self.sender).identity;
        token.verify(&TokenContext { roster, conversation, sender, written: *written, stored: *stored })
    }
}

fn verify(token: &SignedToken) -> Result<Token, TokenError> {
    Place::own().verify(token)
}

#[test]
fn a_listed_vouchers_word_counts_where_it_was_given() {
    assert_eq!(verify(&vouched(&token())), Ok(token()));
    let by_the_other = vouched_under("segel/1 token", cbor::encode(&token()), 51);
    assert_eq!(verify(&by_the_other), Ok(token()));
    assert_eq!(Token::derive_visitor(&device(10).identity), token().visitor);
}

#[test]
fn a_token_that_is_replayed_in_another_conversation_by_another_device_or_at_another_site_says_nothing() {
    let token = vouched(&token());
    let elsewhere = Place { conversation: OTHER_CHAT, ..Place::own() };
    assert_eq!(elsewhere.verify(&token), Err(TokenError::Elsewhere));
    let another = Place { sender: 20, ..Place::own() };
    assert_eq!(another.verify(&token), Err(TokenError::Elsewhere));
    let there = Roster { site: OTHER_SITE, ..roster() };
    assert_eq!(Place { roster: there, ..Place::own() }.verify(&token), Err(TokenError::Elsewhere));
}

#[test]
fn a_token_for_another_site_conversation_or_visitor_says_nothing_here() {
    let site = |site: SiteId| Token { site, ..token() };
    assert_eq!(verify(&vouched(&site(OTHER_SITE))), Err(TokenError::Elsewhere));
    assert_eq!(verify(&vouched(&Token { conversation: OTHER_CHAT, ..token() })), Err(TokenError::Elsewhere));
    let plain_key = Token { visitor: device(10).identity.0, ..token() };
    assert_eq!(verify(&vouched(&plain_key)), Err(TokenError::Elsewhere), "the key itself is not its hash");
}

#[test]
fn a_key_that_the_roster_does_not_list_vouches_for_nobody() {
    let by_a_stranger = vouched_under("segel/1 token", cbor::encode(&token()), 52);
    assert_eq!(verify(&by_a_stranger), Err(TokenError::UnknownVoucher));
    let mut withdrawn = Place::own();
    withdrawn.roster.profile.vouchers = Some(vec![voucher(51)]);
    assert_eq!(withdrawn.verify(&vouched(&token())), Err(TokenError::UnknownVoucher));
    withdrawn.roster.profile.vouchers = None;
    assert_eq!(withdrawn.verify(&vouched(&token())), Err(TokenError::UnknownVoucher));
    let by_the_device = vouched_under("segel/1 token", cbor::encode(&token()), 10);
    assert_eq!(verify(&by_the_device), Err(TokenError::UnknownVoucher));
}

#[test]
fn an_altered_token_is_refused() {
    let genuine = vouched(&token());
    for (bit, altered) in flips(&genuine.token.0) {
        let altered = SignedToken { token: Octets(altered), ..genuine.clone() };
        assert!(verify(&altered).is_err(), "bit {bit} of the token");
    }
    for (bit, altered) in flips(&genuine.signature.0) {
        let signature = Signature(altered.try_into().unwrap());
        let altered = SignedToken { signature, ..genuine.clone() };
        assert_eq!(verify(&altered), Err(TokenError::BadSignature), "bit {bit} of the signature");
    }
    let other_voucher = SignedToken { voucher: voucher(51), ..genuine };
    assert_eq!(verify(&other_voucher), Err(TokenError::BadSignature));
    for label in ["segel/1 roster", "segel/1 token ", ""] {
        let other_role = vouched_under(label, cbor::encode(&token()), 50);
        assert_eq!(verify(&other_role), Err(TokenError::BadSignature), "{label}");
    }
}

#[test]
fn a_token_counts_from_its_message_on_and_for_ten_minutes_at_most() {
    let ends = |not_after| verify(&vouched(&Token { not_after, ..token() })).map(drop);
    assert_eq!(ends(NOW), Err(TokenError::Expired));
    assert_eq!(ends(NOW + 1), Ok(()));
    assert_eq!(ends(NOW + TOKEN_LIFE_SECONDS), Ok(()));
    assert_eq!(ends(NOW + TOKEN_LIFE_SECONDS + 1), Err(TokenError::Expired));
    assert_eq!(ends(u64::MAX), Err(TokenError::Expired));
    assert_eq!(ends(0), Err(TokenError::Expired));

    let token = vouched(&token());
    assert!(Place::written(NOW + 59, NOW + 59).verify(&token).is_ok());
    for later in [60, 600, 86_400] {
        let replayed = Place::written(NOW + later, NOW + later);
        assert_eq!(replayed.verify(&token), Err(TokenError::Expired), "{later} seconds later");
    }
}

#[test]
fn a_message_whose_time_the_relay_contradicts_carries_no_token() {
    let token = vouched(&token());
    for (written, stored, counts) in [
        (NOW, NOW + TOKEN_SKEW_SECONDS, true),
        (NOW, NOW - TOKEN_SKEW_SECONDS, true),
        (NOW, NOW + TOKEN_SKEW_SECONDS + 1, false),
        (NOW, NOW - TOKEN_SKEW_SECONDS - 1, false),
        (NOW, u64::MAX, false),
        (u64::MAX, u64::MAX, false),
        (0, 0, false),
    ] {
        let verified = Place::written(written, stored).verify(&token);
        let expected = if counts { Ok(self::token()) } else { Err(TokenError::Expired) };
        assert_eq!(verified, expected, "written {written}, stored {stored}");
    }
}

#[test]
fn a_body_of_another_shape_or_over_its_size_is_malformed_though_it_was_vouched_for() {
    let malformed = Err(TokenError::Malformed(MalformedCbor));
    let body = cbor::encode(&token());
    for length in 0..body.len() {
        assert_eq!(verify(&vouched_under("segel/1 token", body[..length].to_vec(), 50)), malformed);
    }
    let trailing = [&body[..], &[0]].concat();
    assert_eq!(verify(&vouched_under("segel/1 token", trailing, 50)), malformed);
    assert_eq!(verify(&vouched_under("segel/1 token", vec![0; TOKEN_BYTES + 1], 50)), malformed);

    let subject = |bytes| Token { subject: "n".repeat(bytes), ..token() };
    assert_eq!(verify(&vouched(&subject(SUBJECT_BYTES))), Ok(subject(SUBJECT_BYTES)));
    assert_eq!(verify(&vouched(&subject(SUBJECT_BYTES + 1))), malformed);
    let oversized = Token { subject: "n".repeat(TOKEN_BYTES), ..token() };
    assert_eq!(verify(&vouched(&oversized)), malformed);
}

#[test]
fn a_subject_that_misleads_or_cannot_be_seen_is_malformed() {
    let named = |subject: &str| verify(&vouched(&Token { subject: subject.to_owned(), ..token() }));
    for subject in ["", "Pelanggan Demo · C-1042", "ديمو", "x\u{200d}", "顧客"] {
        assert_eq!(named(subject).map(|token| token.subject).as_deref(), Ok(subject));
    }
    let misleading =
        ["a\nb", "a\u{7}", "a\u{85}", "a\u{2028}", "a\u{202e}b", "\u{2066}a\u{2069}", "a\u{61c}"];
    let unseen = [" ", "\u{200b}", "\u{a0}\u{3000}", "\u{ad}\u{feff}", "\u{2800}", "\u{3164}", "\u{e0001}"];
    for subject in misleading.into_iter().chain(unseen) {
        assert_eq!(named(subject), Err(TokenError::Malformed(MalformedCbor)), "{subject:?}");
    }
}
