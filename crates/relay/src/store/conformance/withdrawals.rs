//! What stays of an event that was withdrawn.

use segel_wire::events::Withdraws;
use segel_wire::sizes::SealedSize;
use segel_wire::{AttachmentId, ContentDigest, EventId, Octets};
use sha2::{Digest, Sha256};

use super::{AGENT, CHAT, OTHER_VISITOR, SITE, VISITOR, event, open};
use crate::config::AttachmentRoom;
use crate::store::{Appended, AttachmentPlace, NewEvent, NewUpload, Reach, Store};

const FILE: AttachmentId = AttachmentId([1; 16]);
const OTHERS_FILE: AttachmentId = AttachmentId([2; 16]);

/// An event that takes back the one of this number.
fn withdrawal(number: u8, of: u8, attachment: Option<AttachmentId>) -> NewEvent {
    let withdraws = Some(Withdraws { event: EventId([of; 16]), attachment });
    NewEvent { withdraws, ..event(CHAT, number, "taken back", &[AGENT]) }
}

fn position(appended: &Appended) -> u64 {
    let Appended::Stored(answer) = appended else { panic!("{appended:?}") };
    answer.position
}

pub(in crate::store) async fn what_is_withdrawn_leaves_its_place_and_its_hash(store: &dyn Store) {
    open(store, CHAT, SITE, VISITOR).await;
    for number in 1..=3 {
        store.append(event(CHAT, number, "secret", &[AGENT])).await.unwrap();
    }
    let before = store.page(CHAT, AGENT, 0, 10).await.unwrap();
    let stored = store.append(withdrawal(4, 2, None)).await.unwrap();
    assert_eq!(position(&stored), 4);

    let page = store.page(CHAT, AGENT, 0, 10).await.unwrap();
    let hash = Some(ContentDigest(Sha256::digest("secret").into()));
    let bare = segel_wire::Delivered {
        content: Octets(vec![]),
        recipients: vec![],
        wrap: None,
        hash,
        ..before[1].clone()
    };
    assert_eq!(page[..3], [before[0].clone(), bare.clone(), before[2].clone()]);
    assert_eq!((page[3].hash, page[3].content.0.as_slice()), (None, &b"taken back"[..]));
    for reach in [Reach::Site(SITE), Reach::Visitor(SITE, VISITOR)] {
        let since = store.since(reach, AGENT, 0, 10).await.unwrap();
        assert_eq!(since.into_iter().map(|stored| stored.event).collect::<Vec<_>>(), page);
    }

    let again = store.append(event(CHAT, 2, "secret", &[AGENT])).await.unwrap();
    assert_eq!(position(&again), 2, "whoever did not hear the answer hears it all the same");
    assert_eq!(store.append(event(CHAT, 2, "other", &[AGENT])).await.unwrap(), Appended::Conflict);
    assert_eq!(store.page(CHAT, AGENT, 1, 1).await.unwrap(), [bare]);
}

pub(in crate::store) async fn only_its_sender_withdraws_an_event_and_again_is_the_same(store: &dyn Store) {
    open(store, CHAT, SITE, VISITOR).await;
    store.append(event(CHAT, 1, "secret", &[AGENT])).await.unwrap();
    let foreign = NewEvent { sender: OTHER_VISITOR, ..withdrawal(2, 1, None) };
    for refused in [foreign, withdrawal(2, 9, None), withdrawal(2, 2, None)] {
        assert_eq!(store.append(refused).await.unwrap(), Appended::NothingToWithdraw);
    }
    let page = store.page(CHAT, AGENT, 0, 10).await.unwrap();
    assert_eq!(
        (page.len(), page[0].hash, page[0].wrap.is_some()),
        (1, None, true),
        "nothing was kept of them"
    );

    let first = store.append(withdrawal(2, 1, None)).await.unwrap();
    assert_eq!(store.append(withdrawal(2, 1, None)).await.unwrap(), first);
    for other in
        [withdrawal(2, 3, None), withdrawal(2, 1, Some(FILE)), event(CHAT, 2, "taken back", &[AGENT])]
    {
        assert_eq!(store.append(other).await.unwrap(), Appended::Conflict);
    }
    let hash = store.page(CHAT, AGENT, 0, 1).await.unwrap()[0].hash;
    assert_eq!(position(&store.append(withdrawal(3, 1, None)).await.unwrap()), 3);
    assert_eq!(
        store.page(CHAT, AGENT, 0, 1).await.unwrap()[0].hash,
        hash,
        "the hash of what was, not of nothing"
    );
}

pub(in crate::store) async fn a_withdrawn_attachment_is_gone_and_another_senders_stays(store: &dyn Store) {
    open(store, CHAT, SITE, VISITOR).await;
    let size = SealedSize::derive(1).unwrap();
    let place = |attachment| AttachmentPlace { conversation: CHAT, attachment };
    for (sender, attachment) in [(VISITOR, FILE), (OTHER_VISITOR, OTHERS_FILE)] {
        let upload = NewUpload { place: place(attachment), sender, size };
        store.begin_upload(upload, AttachmentRoom::default(), 1).await.unwrap();
        let chunk = vec![7; usize::try_from(size.bytes()).unwrap()];
        store.add_chunk(place(attachment), sender, 0, chunk, 1).await.unwrap();
    }
    store.append(event(CHAT, 1, "files", &[AGENT])).await.unwrap();
    for (number, attachment) in [(2, OTHERS_FILE), (3, FILE)] {
        store.append(withdrawal(number, 1, Some(attachment))).await.unwrap();
    }
    assert_eq!(store.upload(place(FILE)).await.unwrap(), None);
    let others = store.upload(place(OTHERS_FILE)).await.unwrap().unwrap();
    assert_eq!(others.stored, others.size);
}
