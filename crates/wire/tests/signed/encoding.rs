//! Section 2.3: the bytes that the CDDL stands for, put together by hand.

use segel_wire::cbor;
use segel_wire::ids::{ConversationId, InvitationId, KemKey, Octets, PrekeyKey, Signature};
use segel_wire::signed::{AdminSigned, Bundle, Enrolment, Invitation, Prekey, Prekeys, SignedToken, Token};

use crate::support::{NOW, SITE, bstr, certificate, device, id, roster, signed, voucher, vouchers};

/// Parts of one encoding, joined.
fn join(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// A number of 32 bits, such as a time.
fn time(seconds: u64) -> Vec<u8> {
    join(&[&[0x1a], &u32::try_from(seconds).unwrap().to_be_bytes()])
}

/// A text of fewer than 24 bytes.
fn short_text(text: &str) -> Vec<u8> {
    join(&[&[0x60 + u8::try_from(text.len()).unwrap()], text.as_bytes()])
}

fn device_keys(number: u8) -> Vec<u8> {
    let keys = device(number);
    join(&[
        &[0xa3, 0x00],
        &bstr(&keys.identity.0),
        &[0x01],
        &bstr(&keys.signing.0),
        &[0x02],
        &bstr(&keys.login.0),
    ])
}

#[test]
fn a_byte_string_names_its_length_in_the_shortest_way() {
    assert_eq!(bstr(&[7; 16])[..2], [0x50, 7]);
    assert_eq!(bstr(&[7; 32])[..3], [0x58, 32, 7]);
}

#[test]
fn device_keys_and_certificates() {
    assert_eq!(cbor::encode(&device(10)), device_keys(10));
    let certificate = certificate();
    let expected = join(&[
        &[0xa5, 0x00],
        &bstr(&SITE.0),
        &[0x01, 0x03, 0x02],
        &bstr(&certificate.admin.0),
        &[0x03],
        &time(NOW - 100),
        &[0x04],
        &time(NOW + 1_000),
    ]);
    assert_eq!(cbor::encode(&certificate), expected);
}

#[test]
fn rosters() {
    let listed = |number| join(&[&[0xa2, 0x00], &device_keys(number), &[0x01], &time(NOW + 500)]);
    let desk = |entries: u8, number, name: &str, inbox: &[u8]| {
        join(&[&[0xa0 + entries, 0x00], &bstr(&[number; 16]), &[0x01], &short_text(name), &[0x02], inbox])
    };
    let agent = |number, name: &str, devices: &[u8]| {
        join(&[&[0xa3, 0x00], &bstr(&[number; 16]), &[0x01], &short_text(name), &[0x02], devices])
    };
    let mut inbox = [id(10), id(20), id(30)].map(|id| bstr(&id.0));
    inbox.sort_unstable();
    let expected = [
        &[0xa8, 0x00][..],
        &bstr(&SITE.0),
        &[0x01, 0x82, 0x03, 0x07, 0x02],
        &bstr(&[0x70; 32]),
        &[0x03],
        &time(NOW),
        &[0x04],
        &time(NOW + 900),
        &[0x05, 0xa4, 0x00],
        &short_text("Toko Contoh"),
        &[0x01, 0x81],
        &short_text("https://toko.example"),
        &[0x02, 0x81],
        &short_text("https://obrolan.example"),
        &[0x03, 0x82],
        &vouchers().iter().flat_map(|voucher| bstr(&voucher.0)).collect::<Vec<_>>(),
        &[0x06, 0x82],
        &desk(4, 1, "Penjualan", &join(&[&[0x83], &inbox.concat()])),
        &[0x03, 0x81],
        &bstr(&[2; 16]),
        &desk(3, 2, "Purnajual", &join(&[&[0x81], &bstr(&id(10).0)])),
        &[0x07, 0x82],
        &agent(1, "Agen Demo", &join(&[&[0x82], &listed(10), &listed(20)])),
        &agent(2, "Agen Kedua", &join(&[&[0x81], &listed(30)])),
    ];
    assert_eq!(cbor::encode(&roster()), join(&expected));
}

#[test]
fn what_an_admin_signed_is_an_array_of_four_byte_strings() {
    let bytes = signed(&roster());
    let parts: AdminSigned = cbor::decode(&bytes).unwrap();
    assert_eq!(parts.certificate.0, cbor::encode(&certificate()));
    assert_eq!(parts.body.0, cbor::encode(&roster()));
    assert_eq!(cbor::encode(&parts), bytes);
}

#[test]
fn prekeys_and_bundles() {
    let prekey = |id| Prekey {
        id,
        not_after: NOW,
        curve: PrekeyKey([0x77; 32]),
        kem: KemKey::new(&[0x88; KemKey::SIZE]).unwrap(),
        signature: Signature([0x66; 64]),
    };
    let bytes = |id| {
        join(&[
            &[0xa5, 0x00, id, 0x01],
            &time(NOW),
            &[0x02],
            &bstr(&[0x77; 32]),
            &[0x03, 0x59, 0x04, 0xa0],
            &[0x88; 1184],
            &[0x04],
            &bstr(&[0x66; 64]),
        ])
    };
    let (keys, signed) = (device(10), prekey(5));
    let head = |entries: u8| join(&[&[0xa0 + entries, 0x00], &device_keys(10), &[0x01], &bytes(5)]);

    let alone = Bundle { keys, signed: signed.clone(), one_time: None };
    assert_eq!(cbor::encode(&alone), head(2));
    let both = Bundle { one_time: Some(prekey(6)), ..alone };
    assert_eq!(cbor::encode(&both), join(&[&head(3), &[0x02], &bytes(6)]));
    let none_new = Prekeys { keys, signed: signed.clone(), one_time: None, held: Vec::new() };
    assert_eq!(cbor::encode(&none_new), join(&[&head(3), &[0x03, 0x80]]));
    let two = Prekeys { one_time: Some(vec![prekey(6), prekey(7)]), held: vec![3, 6, 700], ..none_new };
    let ids = [0x03, 0x83, 0x03, 0x06, 0x19, 0x02, 0xbc];
    assert_eq!(cbor::encode(&two), join(&[&head(4), &[0x02, 0x82], &bytes(6), &bytes(7), &ids]));
}

#[test]
fn identity_tokens() {
    let token = Token {
        site: SITE,
        subject: "pelanggan-7".to_owned(),
        conversation: ConversationId([4; 16]),
        visitor: [0x33; 32],
        not_after: NOW,
    };
    let body = join(&[
        &[0xa5, 0x00],
        &bstr(&SITE.0),
        &[0x01],
        &short_text("pelanggan-7"),
        &[0x02],
        &bstr(&[4; 16]),
        &[0x03],
        &bstr(&[0x33; 32]),
        &[0x04],
        &time(NOW),
    ]);
    assert_eq!(cbor::encode(&token), body);
    let signed =
        SignedToken { token: Octets(body.clone()), voucher: voucher(50), signature: Signature([0x66; 64]) };
    let expected = join(&[&[0x83], &bstr(&body), &bstr(&voucher(50).0), &bstr(&[0x66; 64])]);
    assert_eq!(cbor::encode(&signed), expected);
}

#[test]
fn invitations_and_enrolments() {
    let signature = Signature([0x66; 64]);
    let invitation = Invitation { site: SITE, id: InvitationId([9; 16]), not_after: NOW };
    let expected = join(&[&[0xa3, 0x00], &bstr(&SITE.0), &[0x01], &bstr(&[9; 16]), &[0x02], &time(NOW)]);
    assert_eq!(cbor::encode(&invitation), expected);

    let enrolment =
        Enrolment { invitation: InvitationId([9; 16]), keys: device(10), signature, code_proof: [0xcc; 32] };
    let expected = join(&[
        &[0xa4, 0x00],
        &bstr(&[9; 16]),
        &[0x01],
        &device_keys(10),
        &[0x02],
        &bstr(&[0x66; 64]),
        &[0x03],
        &bstr(&[0xcc; 32]),
    ]);
    assert_eq!(cbor::encode(&enrolment), expected);
}
