//! The store: all or nothing, in order, and its own.

use std::rc::Rc;

use js_sys::{Object, Reflect};
use segel_web::store::{Change, LATER, Store, StoreError};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{IdbDatabase, IdbFactory, IdbRequest, IdbTransactionMode};

use crate::mailbox::{Mailbox, both};

/// A store that no earlier run has written to.
pub(crate) async fn fresh(name: &str) -> Store {
    clear(name).await;
    Store::open(name).await.unwrap()
}

/// Deletes the database, as whoever clears the site's data does.
async fn clear(name: &str) {
    let request = database_factory().delete_database(name).unwrap();
    succeeded(&request).await;
}

/// The same database without the store around it, for what a test does behind its back.
pub(crate) async fn behind(name: &str) -> IdbDatabase {
    let request = database_factory().open(name).unwrap();
    succeeded(&request).await;
    request.result().unwrap().unchecked_into()
}

/// Puts a value into one of the database's object stores behind the store's back.
pub(crate) async fn plant(name: &str, object_store: &str, key: &str, value: &JsValue) {
    let database = behind(name).await;
    let mode = IdbTransactionMode::Readwrite;
    let transaction = database.transaction_with_str_and_mode(object_store, mode).unwrap();
    let done = Mailbox::new();
    let listener = done.listener();
    let _listener = gloo::events::EventListener::once(&transaction, "complete", move |_| listener(()));
    transaction.object_store(object_store).unwrap().put_with_key(value, &key.into()).unwrap();
    done.next().await;
    database.close();
}

/// Waits until the request has done what it asks for.
pub(crate) async fn succeeded(request: &IdbRequest) {
    let done = Mailbox::new();
    let listener = done.listener();
    let _listener = gloo::events::EventListener::once(request, "success", move |_| listener(()));
    done.next().await;
}

pub(crate) fn database_factory() -> IdbFactory {
    web_sys::window().unwrap().indexed_db().unwrap().unwrap()
}

fn put(key: &str, sealed: &[u8]) -> Change {
    Change::Put(key.to_owned(), sealed.to_vec())
}

fn delete(key: &str) -> Change {
    Change::Delete(key.to_owned())
}

async fn records(store: &Store) -> Vec<(String, Vec<u8>)> {
    store.load().await.unwrap().records
}

#[wasm_bindgen_test]
async fn a_new_store_is_empty_at_generation_zero() {
    let store = fresh("new").await;
    let loaded = store.load().await.unwrap();
    assert_eq!(loaded.generation, 0);
    assert!(loaded.records.is_empty());
}

#[wasm_bindgen_test]
async fn what_was_committed_is_there_after_reopening_in_order_of_key() {
    let store = fresh("reopened").await;
    store.commit(1, vec![put("b", &[2; 300]), put("a", &[])]).await.unwrap();
    store.commit(2, vec![put("c", &[3]), put("b", &[4])]).await.unwrap();
    drop(store);

    let loaded = Store::open("reopened").await.unwrap().load().await.unwrap();
    assert_eq!(loaded.generation, 2);
    let expected = [("a", vec![]), ("b", vec![4]), ("c", vec![3])];
    assert_eq!(loaded.records, expected.map(|(key, sealed)| (key.to_owned(), sealed)));
}

#[wasm_bindgen_test]
async fn a_deleted_record_is_gone_and_deleting_it_again_is_no_error() {
    let store = fresh("deleting").await;
    store.commit(1, vec![put("a", &[1]), put("b", &[2])]).await.unwrap();
    store.commit(2, vec![delete("a")]).await.unwrap();
    store.commit(3, vec![delete("a")]).await.unwrap();
    assert_eq!(records(&store).await, [("b".to_owned(), vec![2])]);
}

#[wasm_bindgen_test]
async fn changes_of_one_commit_are_made_in_their_order() {
    let store = fresh("ordered").await;
    store.commit(1, vec![put("a", &[1]), delete("a"), put("b", &[2]), put("b", &[3])]).await.unwrap();
    assert_eq!(records(&store).await, [("b".to_owned(), vec![3])]);
}

#[wasm_bindgen_test]
async fn a_commit_of_any_other_generation_is_stale_and_changes_nothing() {
    let store = fresh("stale").await;
    store.commit(1, vec![put("a", &[1])]).await.unwrap();
    for generation in [0, 1, 3, u64::MAX] {
        let refused = store.commit(generation, vec![put("a", &[9]), put("z", &[9])]).await;
        assert_eq!(refused, Err(StoreError::Stale), "generation {generation}");
    }
    assert_eq!(store.load().await.unwrap().generation, 1);
    assert_eq!(records(&store).await, [("a".to_owned(), vec![1])]);
}

#[wasm_bindgen_test]
async fn whoever_takes_over_shuts_out_who_had_the_store_before() {
    let before = fresh("taken-over").await;
    before.take_over().await.unwrap();
    before.commit(1, vec![put("a", &[1])]).await.unwrap();
    let after = Store::open("taken-over").await.unwrap();
    after.take_over().await.unwrap();
    assert_eq!(before.commit(2, vec![put("a", &[2])]).await, Err(StoreError::Stale));
    assert_eq!(
        before.load_named("a").await,
        Err(StoreError::Stale),
        "what is kept may be newer than what it loaded"
    );
    after.commit(2, vec![put("a", &[3])]).await.unwrap();
    assert_eq!(records(&after).await, [("a".to_owned(), vec![3])]);
}

#[wasm_bindgen_test]
async fn of_two_tabs_that_commit_the_same_generation_one_is_stale() {
    let first = Rc::new(fresh("race").await);
    let second = Rc::new(Store::open("race").await.unwrap());
    let (one, two) = (Rc::clone(&first), Rc::clone(&second));
    let outcomes = both(async move { one.commit(1, vec![put("a", &[1])]).await }, async move {
        two.commit(1, vec![put("a", &[2])]).await
    })
    .await;
    assert_eq!(outcomes, [Ok(()), Err(StoreError::Stale)]);
    assert_eq!(records(&second).await, [("a".to_owned(), vec![1])]);
}

#[wasm_bindgen_test]
async fn a_store_whose_database_is_deleted_lets_it_go_and_the_next_one_is_new() {
    let store = fresh("deleted").await;
    store.commit(1, vec![put("a", &[1])]).await.unwrap();
    clear("deleted").await;

    assert_eq!(store.commit(2, vec![put("a", &[2])]).await, Err(StoreError::Stale));
    let anew = Store::open("deleted").await.unwrap().load().await.unwrap();
    assert_eq!((anew.generation, anew.records.len()), (0, 0));
}

#[wasm_bindgen_test]
async fn foreign_values_are_broken_and_not_guessed_at() {
    let store = fresh("foreign").await;
    store.commit(1, vec![put("a", &[1])]).await.unwrap();
    plant("foreign", "records", "b", &"text".into()).await;
    assert_eq!(store.load().await.map(|loaded| loaded.generation), Err(StoreError::Broken));

    store.commit(2, vec![delete("b")]).await.unwrap();
    plant("foreign", "meta", "generation", &"two".into()).await;
    assert_eq!(store.load().await.map(|loaded| loaded.generation), Err(StoreError::Broken));
    assert_eq!(store.commit(3, vec![put("a", &[3])]).await, Err(StoreError::Broken));
}

#[wasm_bindgen_test]
async fn a_page_without_storage_is_told_so() {
    let window = web_sys::window().unwrap();
    let hidden = Object::new();
    Reflect::set(&hidden, &"value".into(), &JsValue::UNDEFINED).unwrap();
    Reflect::set(&hidden, &"configurable".into(), &true.into()).unwrap();
    let standing = Reflect::get_own_property_descriptor(&window, &"indexedDB".into()).unwrap();
    Reflect::define_property(&window, &"indexedDB".into(), &hidden).unwrap();
    let opened = Store::open("hidden").await.map(drop);
    Reflect::define_property(&window, &"indexedDB".into(), standing.unchecked_ref()).unwrap();

    assert_eq!(opened, Err(StoreError::Blocked));
    assert!(Store::open("hidden").await.is_ok(), "storage is back for the other tests");
}

#[wasm_bindgen_test]
async fn what_is_left_for_later_is_read_by_its_name() {
    let store = fresh("in-parts").await;
    let keys = ["cursor", "message", "message/a/1", "message/a/2", "message/ab/1", "messages", "sessions/a"];
    let changes = keys.iter().zip(1..).map(|(key, number)| put(key, &[number]));
    store.commit(1, changes.collect()).await.unwrap();

    let names = |records: Vec<(String, Vec<u8>)>| records.into_iter().map(|(key, _)| key).collect::<Vec<_>>();
    let store = store.in_parts(Some(&LATER));
    let loaded = store.load().await.unwrap();
    assert_eq!(loaded.generation, 1);
    assert_eq!(names(loaded.records), ["cursor", "message", "messages", "sessions/a"]);
    let later = store.load_named("message/a/").await.unwrap();
    assert_eq!(later, [("message/a/1".to_owned(), vec![3]), ("message/a/2".to_owned(), vec![4])]);
    assert_eq!(store.load_named("message/c/").await.unwrap(), []);
}
