//! What every store of an engine's steps must do. Each case is given a place in which nothing was ever kept, and fails by an
//! assertion. [`for_each_case`](crate::for_each_case) names them all, so that none is forgotten.
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "a case fails its test")]

use segel_core::Change;

use crate::{Keeps, Place, Record, Refused};

/// Hands the names of all cases to a macro that makes a test of each.
#[macro_export]
macro_rules! for_each_case {
    ($conforms:ident) => {
        $conforms! {
            a_new_store_is_empty_at_generation_zero
            what_was_committed_is_there_when_it_is_opened_again_in_order_of_name
            a_record_that_was_taken_out_is_gone_and_taking_it_out_again_is_no_error
            changes_of_one_commit_are_made_in_their_order
            a_commit_without_changes_counts
            a_commit_of_any_other_generation_is_stale_and_changes_nothing
            whoever_begins_a_term_shuts_out_who_had_the_store_before
            of_two_that_commit_the_same_generation_one_is_stale
            what_there_is_no_room_for_changes_nothing_and_can_be_committed_again
            a_term_for_which_there_is_no_room_is_not_begun_and_shuts_nobody_out
            what_is_left_for_later_is_read_by_its_name
        }
    };
}

/// A place in which nothing was kept.
pub async fn a_new_store_is_empty_at_generation_zero(place: &impl Place) {
    assert_eq!(opened(place).await.load().await, (0, Vec::new()));
}

/// Durability, and the order in which a start reads.
pub async fn what_was_committed_is_there_when_it_is_opened_again_in_order_of_name(place: &impl Place) {
    let store = opened(place).await;
    kept(store.commit(1, vec![put("b", &[2; 300]), put("a", &[])]).await);
    kept(store.commit(2, vec![put("c", &[3]), put("b", &[4]), put("a/b", &[5]), put("a-b", &[6])]).await);
    drop(store);
    let expected = records(&[("a", &[]), ("a-b", &[6]), ("a/b", &[5]), ("b", &[4]), ("c", &[3])]);
    assert_eq!(opened(place).await.load().await, (2, expected));
}

/// Deletion.
pub async fn a_record_that_was_taken_out_is_gone_and_taking_it_out_again_is_no_error(place: &impl Place) {
    let store = opened(place).await;
    kept(store.commit(1, vec![put("a", &[1]), put("b", &[2])]).await);
    kept(store.commit(2, vec![take_out("a")]).await);
    kept(store.commit(3, vec![take_out("a")]).await);
    assert_eq!(opened(place).await.load().await, (3, records(&[("b", &[2])])));
}

/// Changes of the same record.
pub async fn changes_of_one_commit_are_made_in_their_order(place: &impl Place) {
    let store = opened(place).await;
    let changes = vec![put("a", &[1]), take_out("a"), put("b", &[2]), put("b", &[3])];
    kept(store.commit(1, changes).await);
    assert_eq!(store.load().await, (1, records(&[("b", &[3])])));
}

/// The generation counts commits and not what they change.
pub async fn a_commit_without_changes_counts(place: &impl Place) {
    let store = opened(place).await;
    kept(store.commit(1, Vec::new()).await);
    kept(store.commit(2, Vec::new()).await);
    assert_eq!(opened(place).await.load().await, (2, Vec::new()));
}

/// Commits that were lost, doubled or set back.
pub async fn a_commit_of_any_other_generation_is_stale_and_changes_nothing(place: &impl Place) {
    let store = opened(place).await;
    kept(store.commit(1, vec![put("a", &[1])]).await);
    for generation in [0, 1, 3, u64::MAX] {
        let refused = store.commit(generation, vec![put("a", &[9]), put("z", &[9])]).await;
        assert_eq!(refused, Err(Refused::Stale), "generation {generation}");
    }
    assert_eq!(store.load().await, (1, records(&[("a", &[1])])));
    kept(store.commit(2, vec![put("a", &[2])]).await);
}

/// A tab that led, and the one that leads now.
pub async fn whoever_begins_a_term_shuts_out_who_had_the_store_before(place: &impl Place) {
    let before = opened(place).await;
    kept(before.commit(1, vec![put("a", &[1])]).await);
    let after = opened(place).await;
    assert_eq!(before.commit(2, vec![put("a", &[2])]).await, Err(Refused::Stale));
    assert_eq!(before.load_named("a").await, Err(Refused::Stale), "it may be newer than what it loaded");
    assert_eq!(after.load().await, (1, records(&[("a", &[1])])));
    kept(after.commit(2, vec![put("a", &[3])]).await);
    assert_eq!(after.load_named("a").await, Ok(records(&[("a", &[3])])));
}

/// A commit of a former term is stale also where its generation would be the next one.
pub async fn of_two_that_commit_the_same_generation_one_is_stale(place: &impl Place) {
    let (first, second) = (opened(place).await, opened(place).await);
    kept(second.commit(1, vec![put("a", &[2])]).await);
    assert_eq!(first.commit(1, vec![put("a", &[1])]).await, Err(Refused::Stale));
    assert_eq!(first.commit(2, vec![put("a", &[1])]).await, Err(Refused::Stale));
    assert_eq!(opened(place).await.load().await, (1, records(&[("a", &[2])])));
}

/// A full disk.
pub async fn what_there_is_no_room_for_changes_nothing_and_can_be_committed_again(place: &impl Place) {
    let store = opened(place).await;
    kept(store.commit(1, vec![put("a", &[1]), put("b", &[2])]).await);
    let changes = || vec![take_out("a"), put("b", &[3]), put("c", &[4]), put("d", &[5])];
    place.fill(true);
    assert_eq!(store.commit(2, changes()).await, Err(Refused::NoRoom));
    assert_eq!(store.load().await, (1, records(&[("a", &[1]), ("b", &[2])])));
    place.fill(false);
    kept(store.commit(2, changes()).await);
    assert_eq!(store.load().await, (2, records(&[("b", &[3]), ("c", &[4]), ("d", &[5])])));
}

/// A full disk, and a page that is loaded.
pub async fn a_term_for_which_there_is_no_room_is_not_begun_and_shuts_nobody_out(place: &impl Place) {
    let before = opened(place).await;
    kept(before.commit(1, vec![put("a", &[1])]).await);
    place.fill(true);
    assert_eq!(place.open().await.err(), Some(Refused::NoRoom));
    place.fill(false);
    kept(before.commit(2, vec![put("a", &[2])]).await);
    assert_eq!(opened(place).await.load().await, (2, records(&[("a", &[2])])));
}

/// Messages, which an agent's engine reads a conversation at a time.
pub async fn what_is_left_for_later_is_read_by_its_name(place: &impl Place) {
    let store = opened(place).await;
    let names = ["cursor", "message", "message/a/1", "message/a/2", "message/ab/1", "messages", "sessions/a"];
    kept(store.commit(1, names.map(|name| put(name, name.as_bytes())).into()).await);
    let of = |names: &[&str]| names.iter().map(|name| record(name, name.as_bytes())).collect::<Vec<_>>();
    assert_eq!(store.load_outline().await, (1, of(&["cursor", "message", "messages", "sessions/a"])));
    assert_eq!(store.load_named("message/a/").await, Ok(of(&["message/a/1", "message/a/2"])));
    assert_eq!(store.load_named("message/c/").await, Ok(Vec::new()));
    assert_eq!(store.load().await, (1, of(&names)));
}

async fn opened<P: Place>(place: &P) -> P::Store {
    place.open().await.unwrap()
}

fn put(name: &str, sealed: &[u8]) -> Change {
    Change { name: name.to_owned(), sealed: Some(sealed.to_vec()) }
}

fn take_out(name: &str) -> Change {
    Change { name: name.to_owned(), sealed: None }
}

fn record(name: &str, sealed: &[u8]) -> Record {
    (name.to_owned(), sealed.to_vec())
}

fn records(of: &[(&str, &[u8])]) -> Vec<Record> {
    of.iter().map(|(name, sealed)| record(name, sealed)).collect()
}

fn kept(answer: Result<(), Refused>) {
    assert_eq!(answer, Ok(()));
}
