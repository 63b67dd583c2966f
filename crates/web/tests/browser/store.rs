//! The store as a browser has it: several pages at once, taken away, and not its own.

use std::rc::Rc;

use js_sys::{Function, Object, Reflect};
use segel_web::state_key::{self, STATE_KEY_LEN};
use segel_web::store::{Change, Store, StoreError};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{IdbDatabase, IdbFactory, IdbRequest, IdbTransactionMode};

use crate::mailbox::{Mailbox, both};

/// From now on notes what each transaction that writes promises of its durability, as the browser has understood it. Calling what
/// comes of this ends that and answers with what was noted.
const WATCH: &str = "
    const databases = IDBDatabase.prototype, standing = databases.transaction, promised = [];
    databases.transaction = function (...asked) {
        const transaction = standing.apply(this, asked);
        if (transaction.mode === 'readwrite') promised.push(transaction.durability);
        return transaction;
    };
    return () => {
        databases.transaction = standing;
        return promised.join(' ');
    };";

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
async fn a_store_that_the_browser_closes_by_itself_is_gone() {
    let store = fresh("closed").await;
    store.commit(1, vec![put("a", &[1])]).await.unwrap();
    // As a transaction is refused by a database that was closed.
    let refuse = "throw new DOMException('it is closing', 'InvalidStateError')";
    let databases = Reflect::get(&js_sys::global(), &"IDBDatabase".into()).unwrap();
    let databases = Reflect::get(&databases, &"prototype".into()).unwrap();
    let standing = Reflect::get(&databases, &"transaction".into()).unwrap();
    Reflect::set(&databases, &"transaction".into(), &Function::new_no_args(refuse)).unwrap();
    let answers = (store.commit(2, vec![]).await, store.load_named("a").await);
    Reflect::set(&databases, &"transaction".into(), &standing).unwrap();
    assert_eq!(answers, (Err(StoreError::Gone), Err(StoreError::Gone)));
    store.commit(2, vec![]).await.unwrap();
}

#[wasm_bindgen_test]
async fn whatever_is_written_is_written_in_strict_transactions() {
    let watched = Function::new_no_args(WATCH).call0(&JsValue::NULL).unwrap().unchecked_into::<Function>();
    let store = fresh("strict").await;
    store.take_over().await.unwrap();
    store.commit(1, vec![put("a", &[1])]).await.unwrap();
    assert_eq!(state_key::keep_first(&store, &[7; STATE_KEY_LEN]).await, Ok(true));
    let durabilities = watched.call0(&JsValue::NULL).unwrap().as_string();
    assert_eq!(durabilities.as_deref(), Some("strict strict strict"));
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
