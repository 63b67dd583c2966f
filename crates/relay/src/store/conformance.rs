//! Cases that every store must pass, whatever it is made of.

mod attachments;
mod erasure;
mod prekeys;
mod withdrawals;

pub(super) use attachments::{
    a_beginning_forgets_a_few_stale_uploads_and_the_next_the_others,
    an_unfinished_upload_is_forgotten_and_a_whole_one_stays,
    an_upload_begun_anew_and_smaller_refuses_the_larger_chunk,
    an_upload_grows_chunk_by_chunk_and_each_is_stored_once, an_upload_is_its_senders_and_of_one_size,
    any_bytes_of_an_attachment_are_found_across_its_chunks,
    conversation_and_site_have_room_for_so_much_and_no_more,
};
pub(super) use erasure::{
    an_erasure_is_told_to_those_whom_it_is_sealed_to_alone, cursors_of_erased_events_go_on,
    what_is_erased_leaves_ids_that_nobody_can_use_again_and_nothing_else,
};
pub(super) use prekeys::{
    a_one_time_prekey_is_in_one_answer_and_an_upload_again_brings_none_back,
    a_signed_prekey_gives_way_to_one_of_the_same_or_a_higher_id,
    one_time_prekeys_are_kept_up_to_the_limit_and_until_they_expire,
    one_time_prekeys_are_taken_only_for_whoever_may_have_them,
    one_time_prekeys_that_their_device_does_not_have_are_given_to_nobody,
};
pub(super) use withdrawals::{
    a_withdrawn_attachment_is_gone_and_another_senders_stays,
    only_its_sender_withdraws_an_event_and_again_is_the_same,
    what_is_withdrawn_leaves_its_place_and_its_hash,
};

use segel_wire::api::StoredAnswer;
use segel_wire::events::{Envelope, Wrapped};
use segel_wire::ids::{IdentityKey, LoginKey, SigningKey};
use segel_wire::signed::{DeviceKeys, Order};
use segel_wire::{ConversationId, DeskId, DeviceId, EventId, InvitationId, Octets, SiteId};

use super::{
    Appended, Conversation, Kept, Mark, NewEvent, Place, Reach, Session, Store, TokenHash, cursor,
    parse_cursor,
};

pub(super) const SITE: SiteId = SiteId([1; 16]);
pub(super) const CHAT: ConversationId = ConversationId([2; 16]);
pub(super) const AGENT: DeviceId = DeviceId([3; 16]);
const OTHER_SITE: SiteId = SiteId([4; 16]);
const OTHER_CHAT: ConversationId = ConversationId([5; 16]);
const VISITOR: DeviceId = DeviceId([6; 16]);
const OTHER_VISITOR: DeviceId = DeviceId([7; 16]);

pub(super) async fn a_session_is_found_by_its_token_until_it_lapses(store: &dyn Store) {
    let keys =
        DeviceKeys { identity: IdentityKey([1; 32]), signing: SigningKey([2; 32]), login: LoginKey([3; 32]) };
    let session = |expires| Session { site: SITE, device: VISITOR, keys, expires };
    let (first, second) = (TokenHash([1; 32]), TokenHash([2; 32]));
    store.keep_session(first, session(100), 50).await.unwrap();
    assert_eq!(store.session(first, 99).await.unwrap(), Some(session(100)));
    assert_eq!(store.session(first, 100).await.unwrap(), None);
    assert_eq!(store.session(second, 50).await.unwrap(), None);
    store.keep_session(second, session(200), 100).await.unwrap();
    assert_eq!(store.session(first, 50).await.unwrap(), None, "forgotten once it lapsed");
    assert_eq!(store.session(second, 100).await.unwrap(), Some(session(200)));
}

pub(super) async fn a_roster_stays_under_its_version_and_the_newest_is_known(store: &dyn Store) {
    let order = |version| Order { generation: 1, version };
    assert_eq!(store.newest_roster(SITE).await.unwrap(), None);
    for (version, bytes, kept) in
        [(9, b"nine", Kept::New), (10, b"ten.", Kept::New), (9, b"nine", Kept::Same)]
    {
        assert_eq!(store.keep_roster(SITE, order(version), bytes.to_vec()).await.unwrap(), kept);
    }
    assert_eq!(store.keep_roster(SITE, order(10), b"fork".to_vec()).await.unwrap(), Kept::Other);
    assert_eq!(store.newest_roster(SITE).await.unwrap(), Some(b"ten.".to_vec()));
    assert_eq!(store.roster(SITE, 9).await.unwrap(), Some(b"nine".to_vec()));
    assert_eq!(store.roster(OTHER_SITE, 9).await.unwrap(), None);
}

pub(super) async fn the_first_enrolment_stays(store: &dyn Store) {
    let id = InvitationId([8; 16]);
    assert_eq!(store.invitation(SITE, id).await.unwrap(), None);
    assert_eq!(store.keep_invitation(SITE, id, vec![1]).await.unwrap(), Kept::New);
    assert_eq!(store.keep_invitation(SITE, id, vec![2]).await.unwrap(), Kept::Other);
    assert_eq!(store.invitation(SITE, id).await.unwrap(), Some(vec![1]));
    assert_eq!(store.keep_enrolment(SITE, id, vec![3]).await.unwrap(), Kept::New);
    assert_eq!(store.keep_enrolment(SITE, id, vec![3]).await.unwrap(), Kept::Same);
    assert_eq!(store.keep_enrolment(SITE, id, vec![4]).await.unwrap(), Kept::Other);
    assert_eq!(store.enrolment(SITE, id).await.unwrap(), Some(vec![3]));
    assert_eq!(store.enrolment(OTHER_SITE, id).await.unwrap(), None);
}

pub(super) async fn a_conversation_is_opened_once_and_listed_by_its_last_event(store: &dyn Store) {
    let first = open(store, CHAT, SITE, VISITOR).await;
    let thief = Conversation { visitor: OTHER_VISITOR, ..first };
    assert_eq!(store.open_conversation(thief).await.unwrap(), first);
    assert_eq!(store.conversation(CHAT).await.unwrap(), Some(first));
    assert_eq!(store.conversation(OTHER_CHAT).await.unwrap(), None);
    open(store, OTHER_CHAT, SITE, OTHER_VISITOR).await;
    store.append(event(CHAT, 1, "a", &[AGENT])).await.unwrap();

    let listed = async |reach| {
        let listed = store.conversations(reach).await.unwrap();
        listed.iter().map(|summary| (summary.conversation, summary.head)).collect::<Vec<_>>()
    };
    assert_eq!(listed(Reach::Site(SITE)).await, [(CHAT, 1), (OTHER_CHAT, 0)]);
    assert_eq!(listed(Reach::Visitor(SITE, OTHER_VISITOR)).await, [(OTHER_CHAT, 0)]);
    assert_eq!(listed(Reach::Site(OTHER_SITE)).await, []);
}

pub(super) async fn an_event_is_numbered_once_whoever_asks_again(store: &dyn Store) {
    let sent = event(CHAT, 1, "a", &[AGENT]);
    assert_eq!(store.append(sent.clone()).await.unwrap(), Appended::NoConversation);
    open(store, CHAT, SITE, VISITOR).await;
    let first = Appended::Stored(StoredAnswer { position: 1, time: 1_000 });
    assert_eq!(store.append(sent.clone()).await.unwrap(), first);
    let second = store.append(event(CHAT, 2, "b", &[AGENT])).await.unwrap();
    assert_eq!(second, Appended::Stored(StoredAnswer { position: 2, time: 1_000 }));
    let later = NewEvent { time: 2_000, ..sent.clone() };
    assert_eq!(store.append(later).await.unwrap(), first, "the answer it got before, its time too");

    let posed = NewEvent { sender: OTHER_VISITOR, ..sent };
    for other in [posed, event(CHAT, 1, "z", &[AGENT]), event(CHAT, 1, "a", &[AGENT, OTHER_VISITOR])] {
        assert_eq!(store.append(other).await.unwrap(), Appended::Conflict);
    }
}

pub(super) async fn a_place_is_held_while_its_row_is_the_same(store: &dyn Store) {
    open(store, CHAT, SITE, VISITOR).await;
    for number in 1..=2 {
        store.append(event(CHAT, number, "a", &[AGENT])).await.unwrap();
    }
    let places: Vec<_> =
        (1..=3).map(|number| Place { row: number.into(), mark: Mark([number; 9]) }).collect();
    assert!(store.holds(Place::default()).await.unwrap(), "what stands before everything is always there");
    assert!(store.holds(places[0]).await.unwrap() && store.holds(places[1]).await.unwrap());
    assert!(!store.holds(places[2]).await.unwrap(), "no such row");
    let other = Place { mark: places[0].mark, ..places[1] };
    assert!(!store.holds(other).await.unwrap(), "another event stands there");
    assert!(!store.holds(Place { row: 0, ..places[0] }).await.unwrap());
    assert!(!store.holds(Place { row: 1, ..Place::default() }).await.unwrap());
}

pub(super) async fn a_reach_holds_its_own_events_in_the_order_of_the_store(store: &dyn Store) {
    let far_chat = ConversationId([9; 16]);
    open(store, CHAT, SITE, VISITOR).await;
    open(store, OTHER_CHAT, SITE, OTHER_VISITOR).await;
    open(store, far_chat, OTHER_SITE, VISITOR).await;
    for (chat, number) in [(CHAT, 1), (OTHER_CHAT, 2), (far_chat, 3), (CHAT, 4)] {
        store.append(event(chat, number, "a", &[AGENT, OTHER_VISITOR])).await.unwrap();
    }
    let since = async |reach, row, limit| store.since(reach, AGENT, row, limit).await.unwrap();
    let all = since(Reach::Site(SITE), 0, 10).await;
    let ids: Vec<EventId> = all.iter().map(|stored| stored.event.event).collect();
    assert_eq!(ids, [1, 2, 4].map(|number| EventId([number; 16])));
    assert_eq!(since(Reach::Site(SITE), 0, 2).await, all[..2]);
    assert_eq!(since(Reach::Site(SITE), all[0].place.row, 10).await, all[1..]);
    assert_eq!(since(Reach::Visitor(SITE, OTHER_VISITOR), 0, 10).await, all[1..2]);
    assert_eq!(since(Reach::Visitor(SITE, VISITOR), all[0].place.row, 10).await, all[2..]);
    assert_eq!(since(Reach::Visitor(SITE, AGENT), 0, 10).await, []);

    let first = &all[0];
    assert_eq!((first.visitor, first.event.position), (VISITOR, 1));
    assert_eq!(first.event.recipients, [AGENT, OTHER_VISITOR]);
    assert_eq!(first.event.wrap, Some(Octets(AGENT.0.to_vec())));
    assert_eq!(parse_cursor(store.epoch(), &first.event.cursor), Some(first.place));
    assert_eq!(parse_cursor("another", &cursor(store.epoch(), first.place)), None);
    let page = store.page(CHAT, VISITOR, 1, 10).await.unwrap();
    assert_eq!(
        page.iter().map(|event| (event.position, event.wrap.clone())).collect::<Vec<_>>(),
        [(2, None)]
    );
}

async fn open(store: &dyn Store, id: ConversationId, site: SiteId, visitor: DeviceId) -> Conversation {
    let new = Conversation { id, site, visitor, desk: DeskId([0xDE; 16]), is_erased: false };
    assert_eq!(store.open_conversation(new).await.unwrap(), new);
    new
}

fn event(conversation: ConversationId, number: u8, content: &str, devices: &[DeviceId]) -> NewEvent {
    let wraps = devices.iter().map(|&device| Wrapped { device, wrap: Octets(device.0.to_vec()) });
    NewEvent {
        conversation,
        event: EventId([number; 16]),
        sender: VISITOR,
        envelope: Envelope { content: Octets(content.into()), wraps: wraps.collect() },
        withdraws: None,
        time: 1_000,
        mark: Mark([number; 9]),
    }
}
