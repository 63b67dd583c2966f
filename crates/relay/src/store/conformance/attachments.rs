//! What every store must do with attachments.

use segel_wire::api::UploadAnswer;
use segel_wire::sizes::SealedSize;
use segel_wire::{AttachmentId, ConversationId};

use super::{CHAT, OTHER_CHAT, OTHER_SITE, OTHER_VISITOR, SITE, VISITOR, open};
use crate::config::AttachmentRoom;
use crate::store::{Added, AttachmentPlace, Begun, NewUpload, Store};

/// Two full chunks and a short one.
const FILE: u64 = 140_000;
const CHUNK: u64 = 65_552;
const NOW: u64 = 1_000_000;
const ROOM: AttachmentRoom =
    AttachmentRoom { conversation_bytes: 1 << 20, site_bytes: 1 << 30, unfinished_seconds: 100 };

pub(in crate::store) async fn an_upload_grows_chunk_by_chunk_and_each_is_stored_once(store: &dyn Store) {
    open(store, CHAT, SITE, VISITOR).await;
    let (upload, size) = (upload(CHAT, 1), size());
    let answer = |stored| UploadAnswer { size, stored };
    assert_eq!(store.upload(upload.place).await.unwrap(), None);
    assert_eq!(add(store, upload, 0, b'a').await, Added::Missing);
    assert_eq!(begin(store, upload, NOW).await, Begun::Stored(answer(0)));
    assert_eq!(add(store, upload, CHUNK, b'b').await, Added::Gap);
    for (offset, stored) in [(0, CHUNK), (CHUNK, 2 * CHUNK), (2 * CHUNK, size)] {
        for _ in 0..2 {
            assert_eq!(add(store, upload, offset, b'a').await, Added::Stored(answer(stored)));
        }
        assert_eq!(add(store, upload, offset, b'z').await, Added::Conflict);
        assert_eq!(begin(store, upload, NOW).await, Begun::Stored(answer(stored)), "as if begun again");
    }
    assert_eq!(add(store, upload, 0, b'a').await, Added::Stored(answer(size)), "an early chunk again");
    assert_eq!(store.upload(upload.place).await.unwrap(), Some(answer(size)));
}

pub(in crate::store) async fn an_upload_is_its_senders_and_of_one_size(store: &dyn Store) {
    open(store, CHAT, SITE, VISITOR).await;
    open(store, OTHER_CHAT, SITE, OTHER_VISITOR).await;
    let own = upload(CHAT, 1);
    assert_eq!(begin(store, own, NOW).await, stored(0));
    let others = NewUpload { sender: OTHER_VISITOR, ..own };
    let larger = NewUpload { size: SealedSize::derive(FILE * 2).unwrap(), ..own };
    assert_eq!(begin(store, others, NOW).await, Begun::Conflict);
    assert_eq!(begin(store, larger, NOW).await, Begun::Conflict);
    assert_eq!(add(store, others, 0, b'a').await, Added::Conflict);
    assert!(!store.forget_upload(own.place, OTHER_VISITOR).await.unwrap());
    let elsewhere = upload(OTHER_CHAT, 1);
    assert_eq!(begin(store, NewUpload { sender: OTHER_VISITOR, ..elsewhere }, NOW).await, stored(0));
    assert_eq!(begin(store, own, NOW).await, stored(0), "ids are a conversation's own");

    assert!(store.forget_upload(own.place, VISITOR).await.unwrap());
    assert!(store.forget_upload(own.place, VISITOR).await.unwrap(), "again is the same");
    assert_eq!(begin(store, own, NOW).await, stored(0));
    fill(store, own).await;
    assert!(!store.forget_upload(own.place, VISITOR).await.unwrap(), "it is whole");
}

pub(in crate::store) async fn an_upload_begun_anew_and_smaller_refuses_the_larger_chunk(store: &dyn Store) {
    open(store, CHAT, SITE, VISITOR).await;
    let larger = upload(CHAT, 1);
    let smaller = NewUpload { size: SealedSize::derive(1_000).unwrap(), ..larger };
    let size = smaller.size.bytes();
    let answer = |stored| UploadAnswer { size, stored };
    assert_eq!(begin(store, larger, NOW).await, stored(0));
    assert!(store.forget_upload(larger.place, VISITOR).await.unwrap());
    assert_eq!(begin(store, smaller, NOW).await, Begun::Stored(answer(0)));
    for offset in [0, CHUNK] {
        assert_eq!(add(store, larger, offset, b'a').await, Added::Unfit, "at {offset}");
    }
    for (offset, length) in [(0, size - 1), (0, size + 1), (1, size - 1), (size, 0), (u64::MAX, 1)] {
        let chunk = vec![b'a'; usize::try_from(length).unwrap()];
        let added = store.add_chunk(larger.place, VISITOR, offset, chunk, NOW).await.unwrap();
        assert_eq!(added, Added::Unfit, "{length} bytes at {offset}");
    }
    assert_eq!(store.upload(larger.place).await.unwrap(), Some(answer(0)));
    assert_eq!(add(store, smaller, 0, b'a').await, Added::Stored(answer(size)));
}

pub(in crate::store) async fn a_beginning_forgets_a_few_stale_uploads_and_the_next_the_others(
    store: &dyn Store,
) {
    open(store, CHAT, SITE, VISITOR).await;
    let room = AttachmentRoom { conversation_bytes: 1 << 30, ..ROOM };
    let begin = async |number, now| store.begin_upload(upload(CHAT, number), room, now).await.unwrap();
    for number in 1..=10 {
        assert_eq!(begin(number, NOW + u64::from(number)).await, stored(0));
    }
    let kept = async || {
        let mut kept = Vec::new();
        for number in 1..=10 {
            if store.upload(upload(CHAT, number).place).await.unwrap().is_some() {
                kept.push(number);
            }
        }
        kept
    };
    assert_eq!(begin(11, NOW + 200).await, stored(0));
    assert_eq!(kept().await, [9, 10], "those that rested longest went");
    assert_eq!(begin(11, NOW + 200).await, stored(0));
    assert!(kept().await.is_empty());
}

pub(in crate::store) async fn conversation_and_site_have_room_for_so_much_and_no_more(store: &dyn Store) {
    let far_chat = ConversationId([9; 16]);
    open(store, CHAT, SITE, VISITOR).await;
    open(store, OTHER_CHAT, SITE, VISITOR).await;
    open(store, far_chat, OTHER_SITE, VISITOR).await;
    let room = AttachmentRoom { conversation_bytes: 2 * size(), site_bytes: 3 * size(), ..ROOM };
    let begin = async |chat, number| store.begin_upload(upload(chat, number), room, NOW).await.unwrap();
    assert_eq!(begin(CHAT, 1).await, stored(0));
    assert_eq!(begin(CHAT, 2).await, stored(0), "room is taken when an upload begins");
    assert_eq!(begin(CHAT, 3).await, Begun::NoRoom);
    assert_eq!(begin(CHAT, 2).await, stored(0), "what has room keeps it");
    assert_eq!(begin(OTHER_CHAT, 4).await, stored(0));
    assert_eq!(begin(OTHER_CHAT, 5).await, Begun::NoRoom);
    assert_eq!(begin(far_chat, 6).await, stored(0), "another site has room of its own");
    assert!(store.forget_upload(upload(CHAT, 1).place, VISITOR).await.unwrap());
    assert_eq!(begin(OTHER_CHAT, 5).await, stored(0));
}

pub(in crate::store) async fn an_unfinished_upload_is_forgotten_and_a_whole_one_stays(store: &dyn Store) {
    open(store, CHAT, SITE, VISITOR).await;
    let (rests, whole, later) = (upload(CHAT, 1), upload(CHAT, 2), upload(CHAT, 3));
    assert_eq!(begin(store, rests, NOW).await, stored(0));
    assert_eq!(begin(store, whole, NOW).await, stored(0));
    fill(store, whole).await;
    assert_eq!(add(store, rests, 0, b'a').await, Added::Stored(UploadAnswer { size: size(), stored: CHUNK }));
    assert_eq!(begin(store, later, NOW + 100).await, stored(0));
    assert!(store.upload(rests.place).await.unwrap().is_some(), "not yet");
    assert_eq!(begin(store, later, NOW + 101).await, stored(0));
    assert_eq!(store.upload(rests.place).await.unwrap(), None);
    assert_eq!(add(store, rests, CHUNK, b'a').await, Added::Missing);
    assert_eq!(begin(store, whole, NOW + 101).await, stored(size()));
    assert_eq!(begin(store, rests, NOW + 101).await, stored(0), "it begins again");
    fill(store, rests).await;
}

pub(in crate::store) async fn any_bytes_of_an_attachment_are_found_across_its_chunks(store: &dyn Store) {
    open(store, CHAT, SITE, VISITOR).await;
    let upload = upload(CHAT, 1);
    assert_eq!(begin(store, upload, NOW).await, stored(0));
    fill(store, upload).await;
    let bytes = async |first, last| store.attachment_bytes(upload.place, first, last).await.unwrap();
    assert_eq!(bytes(0, 0).await, b"a");
    assert_eq!(bytes(CHUNK - 2, CHUNK + 1).await, b"aabb");
    assert_eq!(bytes(2 * CHUNK - 1, 2 * CHUNK).await, b"bc");
    assert_eq!(bytes(size() - 1, size() - 1).await, b"c");
    assert_eq!(bytes(0, size() - 1).await.len() as u64, size());
}

fn size() -> u64 {
    SealedSize::derive(FILE).unwrap().bytes()
}

fn stored(stored: u64) -> Begun {
    Begun::Stored(UploadAnswer { size: size(), stored })
}

fn upload(conversation: ConversationId, number: u8) -> NewUpload {
    let place = AttachmentPlace { conversation, attachment: AttachmentId([number; 16]) };
    NewUpload { place, sender: VISITOR, size: SealedSize::derive(FILE).unwrap() }
}

async fn begin(store: &dyn Store, upload: NewUpload, now: u64) -> Begun {
    store.begin_upload(upload, ROOM, now).await.unwrap()
}

/// Adds a chunk of one letter.
async fn add(store: &dyn Store, upload: NewUpload, offset: u64, letter: u8) -> Added {
    let length = usize::try_from(upload.size.chunk_at(offset).unwrap()).unwrap();
    store.add_chunk(upload.place, upload.sender, offset, vec![letter; length], NOW).await.unwrap()
}

/// Adds every chunk, one letter each.
async fn fill(store: &dyn Store, upload: NewUpload) {
    for (offset, letter) in [(0, b'a'), (CHUNK, b'b'), (2 * CHUNK, b'c')] {
        assert!(matches!(add(store, upload, offset, letter).await, Added::Stored(_)));
    }
}
