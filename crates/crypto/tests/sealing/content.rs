//! Section 5.3: a content opens with its key, in its place, unaltered.

use std::collections::BTreeSet;

use segel_crypto::content::{self, ContentContext, ContentError, ContentHash, ContentKey, Header};
use segel_wire::cbor;
use segel_wire::ids::{ConversationId, DeviceId, EventId};
use segel_wire::limits::{CONTENT_BYTES, MESSAGE_CHARS};

use crate::support::{CONVERSATION, ROSTER, flips, message, seeded};

const EVENT: EventId = EventId([0xe0; 16]);
const SENDER: DeviceId = DeviceId([0xa0; 16]);
const RECIPIENTS: [DeviceId; 2] = [DeviceId([0xb0; 16]), DeviceId([0xb1; 16])];
const PLACE: ContentContext<'_> =
    ContentContext { conversation: &CONVERSATION, event: &EVENT, sender: &SENDER, recipients: &RECIPIENTS };
/// Of the header, and of header, commitment and tag.
const HEADER: usize = 66;
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
    assert_eq!(header, Header { event: EVENT, order: ROSTER.0, roster: ROSTER.1 });
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
        // The commitment (bytes 66 to 97) is covered by no tag: comparing it is what refuses those.
        let expected = match bit / 8 {
            0 | 1 => ContentError::UnknownSuite,
            2..18 => ContentError::WrongEvent,
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
    let other_event = ContentContext { event: &EventId([0xe1; 16]), ..PLACE };
    assert_eq!(content::open(&sealed, &key, &other_event).map(drop), Err(ContentError::WrongEvent));
}

#[test]
fn short_messages_are_of_one_size_and_long_ones_of_few() {
    let size = |text: &str| seal(text).0.len();
    assert_eq!(size(""), AROUND + 256);
    assert_eq!(size(&"a".repeat(200)), AROUND + 256);
    let lengths = (0..=MESSAGE_CHARS).step_by(16);
    let sizes: BTreeSet<_> = lengths.map(|count| size(&"a".repeat(count))).collect();
    // 256, and sixteen up to each power of two from 512 to 4,096.
    assert_eq!(sizes.len(), 1 + 4 * 16);
}

#[test]
fn the_longest_message_fits_into_a_content() {
    let text = "🚚".repeat(MESSAGE_CHARS);
    let (sealed, key) = seal(&text);
    assert!(sealed.len() <= CONTENT_BYTES);
    assert!(content::open(&sealed, &key, &PLACE).unwrap().text == text);
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
