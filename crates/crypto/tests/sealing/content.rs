//! Section 5.6: a content opens with its key, in its place, unaltered.

use std::collections::BTreeSet;

use segel_crypto::content::{
    self, Body, ContentContext, ContentError, ContentHash, ContentKey, Header, Message,
};
use segel_crypto::session::WrapError;
use segel_wire::cbor;
use segel_wire::ids::{ConversationId, DeviceId, EventId};
use segel_wire::limits::{CONTENT_BYTES, MESSAGE_CHARS};
use segel_wire::signed::statement;

use crate::support::{CONVERSATION, NOW, Pair, Place, ROSTER, Sealed, flips, message, seeded};
use crate::text;

const EVENT: EventId = EventId([0xe0; 16]);
const SENDER: DeviceId = DeviceId([0xa0; 16]);
const RECIPIENTS: [DeviceId; 2] = [DeviceId([0xb0; 16]), DeviceId([0xb1; 16])];
const PLACE: ContentContext<'_> =
    ContentContext { conversation: &CONVERSATION, event: &EVENT, sender: &SENDER, recipients: &RECIPIENTS };
/// Of the header, and of header, commitment and tag.
const HEADER: usize = 67;
const AROUND: usize = HEADER + 32 + 16;

fn seal(text: &str) -> (Vec<u8>, ContentKey) {
    content::seal(&message(text), ROSTER, &PLACE, &mut seeded(3))
}

#[test]
fn a_message_comes_back_whole_and_its_header_says_where_it_belongs() {
    let (sealed, key) = seal("Selamat siang, pesanan saya belum sampai. 🚚");
    let opened = content::open(&sealed, &key, &PLACE).unwrap();
    assert!(opened == message("Selamat siang, pesanan saya belum sampai. 🚚"));
    let header = Header::parse(&sealed).unwrap();
    assert_eq!(header, Header { quiet: false, event: EVENT, order: ROSTER.0, roster: ROSTER.1 });
}

#[test]
fn a_key_that_was_stored_opens_and_another_key_does_not() {
    let (sealed, key) = seal("halo");
    let stored: ContentKey = cbor::decode(&cbor::encode(&key)).unwrap();
    content::open(&sealed, &stored, &PLACE).unwrap();
    let (_, other) = content::seal(&message("halo"), ROSTER, &PLACE, &mut seeded(4));
    assert_eq!(content::open(&sealed, &other, &PLACE).map(drop), Err(ContentError::NotAuthentic));
}

#[test]
fn a_content_with_any_bit_altered_is_refused() {
    let (sealed, key) = seal("halo");
    for (bit, altered) in flips(&sealed) {
        // The commitment (bytes 67 to 98) is covered by no tag: comparing it is what refuses those.
        let expected = match bit / 8 {
            0 | 1 => ContentError::UnknownSuite,
            2 if bit > 16 => ContentError::Malformed,
            3..19 => ContentError::WrongEvent,
            _ => ContentError::NotAuthentic,
        };
        assert_eq!(content::open(&altered, &key, &PLACE).map(drop), Err(expected), "bit {bit}");
        assert_ne!(ContentHash::derive(&altered), ContentHash::derive(&sealed));
    }
}

#[test]
fn a_content_cut_at_any_length_or_made_longer_is_refused() {
    let (sealed, key) = seal("halo");
    for length in 0..sealed.len() {
        let expected = if length < AROUND { ContentError::Malformed } else { ContentError::NotAuthentic };
        assert_eq!(content::open(&sealed[..length], &key, &PLACE).map(drop), Err(expected), "{length}");
    }
    let longer = [sealed, vec![0]].concat();
    assert_eq!(content::open(&longer, &key, &PLACE).map(drop), Err(ContentError::NotAuthentic));
}

#[test]
fn a_content_moved_to_another_place_is_refused() {
    let (sealed, key) = seal("halo");
    let [first, second] = RECIPIENTS;
    let stranger = DeviceId([0xb2; 16]);
    let added = [first, second, stranger];
    let elsewhere = ConversationId([0xc1; 16]);
    for (place, bound_to) in [
        ("conversation", ContentContext { conversation: &elsewhere, ..PLACE }),
        ("sender", ContentContext { sender: &stranger, ..PLACE }),
        ("recipient removed", ContentContext { recipients: &[first], ..PLACE }),
        ("recipient added", ContentContext { recipients: &added, ..PLACE }),
        ("recipient exchanged", ContentContext { recipients: &[first, stranger], ..PLACE }),
        ("recipients in another order", ContentContext { recipients: &[second, first], ..PLACE }),
        ("recipient twice", ContentContext { recipients: &[first, second, second], ..PLACE }),
        ("nobody", ContentContext { recipients: &[], ..PLACE }),
    ] {
        let refused = content::open(&sealed, &key, &bound_to).map(drop);
        assert_eq!(refused, Err(ContentError::NotAuthentic), "{place}");
    }
    for recipients in [&[second, first][..], &[first, first]] {
        let unsorted = ContentContext { recipients, ..PLACE };
        let (sealed, key) = content::seal(&message("halo"), ROSTER, &unsorted, &mut seeded(3));
        let refused = content::open(&sealed, &key, &unsorted).map(drop);
        assert_eq!(refused, Err(ContentError::NotAuthentic), "sealed for {recipients:?}");
    }
    let other_event = ContentContext { event: &EventId([0xe1; 16]), ..PLACE };
    assert_eq!(content::open(&sealed, &key, &other_event).map(drop), Err(ContentError::WrongEvent));
}

#[test]
fn short_messages_are_of_one_size_and_long_ones_of_few() {
    let size = |text: &str| seal(text).0.len();
    assert_eq!(size(""), AROUND + 256);
    assert_eq!(size(&"a".repeat(130)), AROUND + 256);
    let lengths = (0..=MESSAGE_CHARS).step_by(16);
    let sizes: BTreeSet<_> = lengths.map(|count| size(&"a".repeat(count))).collect();
    // 256, sixteen up to each power of two from 512 to 4,096, and one more for what goes with the text.
    assert_eq!(sizes.len(), 1 + 4 * 16 + 1);
}

#[test]
fn the_longest_message_fits_into_a_content() {
    let text = "🚚".repeat(MESSAGE_CHARS);
    let (sealed, key) = seal(&text);
    assert!(sealed.len() <= CONTENT_BYTES);
    assert!(content::open(&sealed, &key, &PLACE).unwrap().body == Body::Text(text));
}

#[test]
fn a_header_is_read_from_contents_of_the_documented_sizes_only() {
    let (sealed, _) = seal("halo");
    let minimal = &sealed[..AROUND];
    assert!(Header::parse(minimal).is_ok());
    assert_eq!(Header::parse(&minimal[..AROUND - 1]), Err(ContentError::Malformed));
    let mut largest = sealed.clone();
    largest.resize(CONTENT_BYTES, 0);
    assert!(Header::parse(&largest).is_ok());
    largest.push(0);
    assert_eq!(Header::parse(&largest), Err(ContentError::Malformed));
}

#[test]
fn a_quiet_flag_that_is_set_or_cleared_on_the_way_opens_nothing() {
    let quiet = Message { body: Body::Request(vec![EVENT]), ..message("") };
    for (message, flag) in [(message("halo"), 0), (quiet, 1)] {
        let (mut sealed, key) = content::seal(&message, ROSTER, &PLACE, &mut seeded(3));
        assert_eq!(sealed[2], flag);
        assert_eq!(Header::parse(&sealed).unwrap().quiet, flag == 1);
        assert!(content::open(&sealed, &key, &PLACE).unwrap() == message);
        sealed[2] ^= 1;
        assert_eq!(content::open(&sealed, &key, &PLACE).map(drop), Err(ContentError::NotAuthentic));
    }
}

/// The encryption key and the commitment of a content under a content key.
fn keys_of(header: &[u8], key: &ContentKey) -> ([u8; 32], [u8; 32], Vec<u8>) {
    let recipients = text::sha256(&RECIPIENTS.map(|device| device.0).concat());
    let fields: [&[u8]; 4] = [header, &CONVERSATION.0, &SENDER.0, &recipients];
    let aad = statement("segel/1 content", &fields);
    let prk = text::extract(&text::sha256(&aad), &cbor::encode(key)[2..]);
    let keys: [u8; 64] = text::expand(&prk, "segel/1 content key");
    (text::part(&keys, 0), text::part(&keys, 32), aad)
}

#[test]
fn one_ciphertext_opens_under_one_key_even_if_its_tag_fits_another() {
    let (sealed, key) = seal("halo");
    let (_, other) = content::seal(&message("halo"), ROSTER, &PLACE, &mut seeded(4));
    let header = &sealed[..HEADER];
    let (encryption, commitment, aad) = keys_of(header, &other);

    // A content that is sealed under the other key and says it is committed to the first one, and the reverse.
    let padded = {
        let (encryption, _, aad) = keys_of(header, &key);
        text::open(&encryption, [0; 12], &aad, &sealed[HEADER + 32..]).unwrap()
    };
    let ciphertext = text::seal(&encryption, [0; 12], &aad, &padded);
    let with = |commitment: &[u8]| [header, commitment, &ciphertext].concat();
    content::open(&with(&commitment), &other, &PLACE).unwrap();
    let first = with(&sealed[HEADER..HEADER + 32]);
    for key in [&key, &other] {
        assert_eq!(content::open(&first, key, &PLACE).map(drop), Err(ContentError::NotAuthentic));
    }
}

#[test]
fn a_member_who_seals_another_text_under_a_known_key_reaches_nobody() {
    let (mut pair, mut theirs) = Pair::established();
    let place = ContentContext { sender: &pair.visitor.id, recipients: &[pair.agent.id], ..PLACE };
    let (genuine, key) = content::seal(&message("halo"), ROSTER, &place, &mut pair.random);
    let wrap_place = |content: &[u8]| Place {
        conversation: CONVERSATION,
        event: EVENT,
        sender: pair.visitor.id,
        recipient: pair.agent.id,
        content: ContentHash::derive(content),
    };
    let at = wrap_place(&genuine);
    let wrap = pair.session.seal(&key, &at.context(), NOW, &mut pair.random).unwrap();

    // Another member knows the content key and seals another content under it: it opens by itself.
    let header = &genuine[..HEADER];
    let recipients = text::sha256(&pair.agent.id.0);
    let fields: [&[u8]; 4] = [header, &CONVERSATION.0, &pair.visitor.id.0, &recipients];
    let aad = statement("segel/1 content", &fields);
    let prk = text::extract(&text::sha256(&aad), &cbor::encode(&key)[2..]);
    let keys: [u8; 64] = text::expand(&prk, "segel/1 content key");
    let encoded = cbor::encode(&message("bohong"));
    let mut padded = u32::try_from(encoded.len()).unwrap().to_be_bytes().to_vec();
    padded.extend_from_slice(&encoded);
    padded.resize(256, 0);
    let forged = text::seal(&text::part(&keys, 0), [0; 12], &aad, &padded);
    let forged = [header, &keys[32..], &forged].concat();
    assert!(content::open(&forged, &key, &place).unwrap() == message("bohong"));

    // The wrap names the genuine one only.
    let posing = Sealed { place: wrap_place(&forged), wrap: wrap.clone(), key: key.clone() };
    posing.assert_refused(&mut theirs, WrapError::NotAuthentic);
    Sealed { place: at, wrap, key }.assert_opens(&mut theirs);
}
