//! What stays of a visitor's device that was erased.

use segel_wire::sizes::SealedSize;
use segel_wire::{AttachmentId, DeviceId, EventId};

use super::prekeys::upload;
use super::{AGENT, CHAT, OTHER_CHAT, OTHER_VISITOR, SITE, VISITOR, event, open};
use crate::config::AttachmentRoom;
use crate::store::{Appended, AskedBundle, AttachmentPlace, Mark, NewEvent, NewUpload, Place, Reach, Store};

const COLLEAGUE: DeviceId = DeviceId([8; 16]);
const FILE: AttachmentPlace = AttachmentPlace { conversation: CHAT, attachment: AttachmentId([1; 16]) };

/// Two conversations; in the visitor's are a text of each side, an upload and what says that it is erased, which is event 4.
async fn talk(store: &dyn Store) {
    open(store, CHAT, SITE, VISITOR).await;
    open(store, OTHER_CHAT, SITE, OTHER_VISITOR).await;
    store.append(event(CHAT, 1, "secret", &[AGENT])).await.unwrap();
    let answer = NewEvent { sender: AGENT, ..event(CHAT, 2, "answer", &[VISITOR]) };
    store.append(answer).await.unwrap();
    store.append(event(OTHER_CHAT, 3, "other", &[AGENT])).await.unwrap();
    store.append(event(CHAT, 4, "erased", &[AGENT])).await.unwrap();
    let size = SealedSize::derive(1).unwrap();
    store
        .begin_upload(NewUpload { place: FILE, sender: AGENT, size }, AttachmentRoom::default(), 1)
        .await
        .unwrap();
    for device in [VISITOR, OTHER_VISITOR] {
        store.keep_prekeys(SITE, device, upload(1, 2..=3), 1).await.unwrap();
    }
}

async fn events(store: &dyn Store, reach: Reach, device: DeviceId) -> Vec<EventId> {
    let since = store.since(reach, device, 0, 10).await.unwrap();
    since.into_iter().map(|stored| stored.event.event).collect()
}

fn ids<const N: usize>(numbers: [u8; N]) -> [EventId; N] {
    numbers.map(|number| EventId([number; 16]))
}

pub(in crate::store) async fn what_is_erased_leaves_ids_that_nobody_can_use_again_and_nothing_else(
    store: &dyn Store,
) {
    talk(store).await;
    for _ in 0..2 {
        store.erase(SITE, VISITOR, Vec::new(), 7).await.unwrap();
        assert_eq!(events(store, Reach::Site(SITE), AGENT).await, ids([3]));
        assert_eq!(events(store, Reach::Visitor(SITE, VISITOR), VISITOR).await, []);
    }
    let kept = store.conversation(CHAT).await.unwrap().unwrap();
    assert_eq!((kept.is_erased, kept.visitor.0, kept.desk.0), (true, [0; 16], [0; 16]));
    assert_eq!(store.open_conversation(kept).await.unwrap(), kept, "nobody opens it again");
    for number in [1, 5] {
        let again = store.append(event(CHAT, number, "secret", &[AGENT])).await.unwrap();
        assert_eq!(again, Appended::Erased);
    }
    assert_eq!(store.page(CHAT, AGENT, 0, 10).await.unwrap(), []);
    assert_eq!(store.upload(FILE).await.unwrap(), None);
    for reach in [Reach::Site(SITE), Reach::Visitor(SITE, OTHER_VISITOR)] {
        let listed = store.conversations(reach).await.unwrap();
        assert_eq!(listed.iter().map(|listed| listed.conversation).collect::<Vec<_>>(), [OTHER_CHAT]);
    }
    let asked = [VISITOR, OTHER_VISITOR].map(|device| AskedBundle { device, one_time: true });
    assert_eq!(store.take_bundles(SITE, asked.to_vec(), 1).await.unwrap().len(), 1, "the other visitor's");
    let anew = store.keep_prekeys(SITE, VISITOR, upload(1, 2..=3), 1).await.unwrap();
    assert_eq!((anew.one_time, anew.highest), (2, 3), "nothing is known of earlier ones");
}

pub(in crate::store) async fn an_erasure_is_told_to_those_whom_it_is_sealed_to_alone(store: &dyn Store) {
    talk(store).await;
    let not_its_own = ids([2, 3, 4, 9]);
    store.erase(SITE, VISITOR, not_its_own.to_vec(), 7).await.unwrap();
    assert_eq!(events(store, Reach::Site(SITE), AGENT).await, ids([3, 4]));
    assert_eq!(events(store, Reach::Site(SITE), COLLEAGUE).await, ids([3]));
    assert_eq!(events(store, Reach::Visitor(SITE, VISITOR), VISITOR).await, []);
    let told = store.since(Reach::Site(SITE), AGENT, 3, 10).await.unwrap();
    assert_eq!((told[0].event.position, told[0].event.sender), (3, VISITOR));
    assert!(told[0].event.wrap.is_some());
}

pub(in crate::store) async fn cursors_of_erased_events_go_on(store: &dyn Store) {
    talk(store).await;
    let place = |number: u8| Place { row: number.into(), mark: Mark([number; 9]) };
    store.erase(SITE, VISITOR, ids([4]).to_vec(), 7).await.unwrap();
    for number in 1..=4 {
        assert!(store.holds(place(number)).await.unwrap(), "{number}");
    }
    let other = Place { mark: Mark([9; 9]), ..place(1) };
    assert!(!store.holds(other).await.unwrap());
    store.append(event(OTHER_CHAT, 5, "later", &[AGENT])).await.unwrap();
    let since = store.since(Reach::Site(SITE), AGENT, place(4).row, 10).await.unwrap();
    assert_eq!(since.iter().map(|stored| stored.event.event).collect::<Vec<_>>(), ids([5]));
}
