//! What an engine starts from: as an earlier form of this code kept it, and while others have their hands on it.

use js_sys::{Array, Function, Uint8Array};
use segel_core::{Engine, VisitorConfig};
use segel_crypto::storage::StateKey;
use segel_web::kept::{self, KeptError};
use segel_web::random::Random;
use segel_web::store::{Change, Home, STEPS, Step, Store, StoreError};
use segel_wire::ids::{RootKey, SiteId};
use segel_wire::signed::Order;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{AesGcmParams, AesKeyGenParams, CryptoKey, IdbDatabase, IdbTransaction};

use crate::store::{database_factory, fresh, plant, succeeded};

/// The key of the state in `first_form.txt`, and its generation.
pub(crate) const KEY: [u8; 32] = [7; 32];
pub(crate) const GENERATION: u64 = 1;

/// A visitor's state as the first engine that kept anything wrote it (suite 1): names, and what was sealed in hexadecimal.
const FIRST_FORM: &str = include_str!("first_form.txt");

#[wasm_bindgen_test]
async fn what_the_first_form_kept_is_refused_as_it_is_and_can_be_deleted_to_begin_anew() {
    let name = "first-form";
    let records: Vec<_> = FIRST_FORM.lines().map(|line| line.split_once(' ').unwrap()).collect();
    let records = records.into_iter().map(|(name, sealed)| (name.to_owned(), octets(sealed)));
    let records: Vec<_> = records.collect();
    keep(name, &records).await;

    for attempt in 1..3 {
        let state = open(name).await.unwrap();
        assert_eq!(state.kept.generation, GENERATION);
        let start = Engine::visitor(config(), state.key, &state.kept);
        assert!(start.is_err(), "attempt {attempt}: its keys are of another suite");
        assert_eq!(state.kept.records, sorted(records.clone()), "nothing of it is lost");
    }

    Store::destroy(name).unwrap();
    let state = open(name).await.unwrap();
    assert!(Engine::visitor(config(), state.key, &state.kept).is_ok());
}

#[wasm_bindgen_test]
async fn what_was_kept_before_stores_had_terms_is_taken_over_whole() {
    let name = "before-terms";
    let mut random = Random::new().unwrap();
    let sealed = StateKey::new(KEY).seal("cursor", GENERATION, b"record", &mut random);
    keep(name, &[("cursor".to_owned(), sealed.clone())]).await;

    let state = open(name).await.unwrap();
    assert_eq!(state.kept.records, [("cursor".to_owned(), sealed)]);
    assert_eq!(state.kept.records.len(), 1);
    let (name, sealed) = &state.kept.records[0];
    assert_eq!(&state.key.open(name, sealed, 1).unwrap().bytes[..], b"record");
    made(state).commit(2, vec![Change::Delete("cursor".to_owned())]).await.unwrap();
}

#[wasm_bindgen_test]
async fn who_does_not_lead_any_more_shuts_nobody_out() {
    let name = "not-leading";
    keep(name, &[]).await;
    let leading = made(open(name).await.unwrap());
    let frozen = kept::open(name, None, &mut Random::new().unwrap(), async {}, &|| false, &mut None).await;
    assert_eq!(frozen.err(), Some(KeptError::Busy));
    leading.commit(GENERATION + 1, vec![Change::Put("a".to_owned(), vec![1])]).await.unwrap();
}

/// From now on a method of the browser throws an error of this name where its arguments say so, for so many calls. Calling what
/// comes of this ends that.
const FAIL: &str = "
    const prototype = self[kind].prototype, standing = prototype[method];
    let left = times;
    prototype[method] = function (...given) {
        if (given.includes(argument) && left-- > 0) throw new DOMException('as a test has it', name);
        return standing.apply(this, given);
    };
    return () => { prototype[method] = standing; };";

fn fails(of: [&str; 3], name: &str, times: u32) -> Function {
    let given = [of[0], of[1], of[2], name].map(JsValue::from).into_iter().chain([times.into()]);
    let fail = Function::new_with_args("kind, method, argument, name, times", FAIL);
    fail.apply(&JsValue::NULL, &given.collect()).unwrap().unchecked_into()
}

const BEGINNING_A_TERM: [&str; 3] = ["IDBObjectStore", "put", "term"];

#[wasm_bindgen_test]
async fn a_store_that_cannot_be_taken_over_now_hides_behind_nobody_new_and_is_there_when_it_can() {
    let name = "no-room-to-take-over";
    keep(name, &[]).await;
    for (thrown, error) in [
        ("QuotaExceededError", KeptError::Full),
        ("NotAllowedError", KeptError::Busy),
        ("UnknownError", KeptError::Busy),
    ] {
        let ends = fails(BEGINNING_A_TERM, thrown, u32::MAX);
        let refused = open(name).await.err();
        ends.call0(&JsValue::NULL).unwrap();
        assert_eq!(refused, Some(error), "{thrown}");
        assert_eq!(open(name).await.unwrap().kept.generation, GENERATION, "{thrown}");
    }
}

#[wasm_bindgen_test]
async fn a_store_that_does_not_open_once_is_asked_for_again_and_storage_that_is_refused_is_none() {
    let name = "opens-the-second-time";
    keep(name, &[]).await;
    let opening = ["IDBFactory", "open", name];
    for thrown in ["UnknownError", "QuotaExceededError"] {
        let ends = fails(opening, thrown, 1);
        let state = open(name).await;
        ends.call0(&JsValue::NULL).unwrap();
        assert_eq!(state.unwrap().kept.generation, GENERATION, "{thrown}");
    }
    let ends = fails(opening, "SecurityError", u32::MAX);
    let state = open(name).await;
    ends.call0(&JsValue::NULL).unwrap();
    assert!(state.unwrap().store.is_none());
}

/// A form after the last: it moves a record, and has an object store more.
fn move_a_record(database: &IdbDatabase, changing: &IdbTransaction) -> Result<(), JsValue> {
    let more = database.create_object_store("more")?;
    more.put_with_key(&"moved".into(), &"a".into())?;
    changing.object_store("records")?.delete(&"a".into()).map(drop)
}

fn fail(database: &IdbDatabase, changing: &IdbTransaction) -> Result<(), JsValue> {
    move_a_record(database, changing)?;
    Err(JsValue::UNDEFINED)
}

#[wasm_bindgen_test]
async fn a_newer_form_takes_over_an_older_one_whole_or_not_at_all_and_while_another_page_has_it() {
    const NEXT: &[Step] = &[STEPS[0], move_a_record];
    const FAILING: &[Step] = &[STEPS[0], fail];
    let name = "taken-over-by-newer";
    let older = fresh(name).await;
    older.commit(1, vec![put("a", &[1]), put("b", &[2])]).await.unwrap();
    drop(older);

    assert_eq!(Store::open_by(name, FAILING).await.map(drop), Err(StoreError::Blocked));
    let older = Store::open(name).await.unwrap();
    let both = [("a".to_owned(), vec![1]), ("b".to_owned(), vec![2])];
    assert_eq!(older.load().await.unwrap().records, both, "it stays as it was");

    let newer = Store::open_by(name, NEXT).await.unwrap();
    assert_eq!(older.commit(2, vec![]).await, Err(StoreError::Stale), "it gave way");
    let loaded = newer.load().await.unwrap();
    assert_eq!((loaded.generation, loaded.records), (1, vec![("b".to_owned(), vec![2])]));
    newer.commit(2, vec![put("c", &[3])]).await.unwrap();
    drop(newer);
    let again = Store::open_by(name, NEXT).await.unwrap();
    assert_eq!(again.load().await.unwrap().generation, 2, "it is taken over once");
    assert_eq!(Store::open(name).await.map(drop), Err(StoreError::Newer));
}

#[wasm_bindgen_test]
async fn a_store_of_a_newer_form_is_busy_and_not_taken_for_storage_that_is_blocked() {
    let name = "newer-form";
    drop(fresh(name).await);
    let request = database_factory().open_with_u32(name, 9).unwrap();
    succeeded(&request).await;
    request.result().unwrap().unchecked_into::<web_sys::IdbDatabase>().close();
    assert_eq!(open(name).await.err(), Some(KeptError::Busy));
    Store::destroy(name).unwrap();
}

#[wasm_bindgen_test]
async fn a_store_gives_way_to_newer_code_and_says_that_it_is_to_be_opened_anew() {
    let name = "giving-way";
    let store = fresh(name).await;
    store.commit(1, vec![Change::Put("a".to_owned(), vec![1])]).await.unwrap();
    let newer = database_factory().open_with_u32(name, 9).unwrap();
    succeeded(&newer).await;
    assert_eq!(store.commit(2, vec![]).await, Err(StoreError::Stale));
    assert_eq!(store.load_named("a").await, Err(StoreError::Stale));
    newer.result().unwrap().unchecked_into::<web_sys::IdbDatabase>().close();
    Store::destroy(name).unwrap();
}

#[wasm_bindgen_test]
async fn who_only_looks_leaves_no_store_behind() {
    let name = "only-looked-at";
    Store::destroy(name).unwrap();
    for _ in 0..2 {
        let state = open(name).await.unwrap();
        assert!(matches!(state.store, Some(Home::New(_))));
        assert_eq!((state.kept.generation, state.kept.records.len()), (0, 0));
    }
    assert!(Store::open_kept(name).await.unwrap().is_none());
    keep(name, &[]).await;
    assert!(matches!(open(name).await.unwrap().store, Some(Home::Kept(_))));
}

fn put(key: &str, sealed: &[u8]) -> Change {
    Change::Put(key.to_owned(), sealed.to_vec())
}

pub(crate) fn made(state: kept::KeptState) -> Store {
    let home = state.store.filter(|home| matches!(home, Home::Kept(_)));
    let Home::Kept(store) = home.unwrap() else { unreachable!("the others are left out") };
    store
}

async fn open(name: &str) -> Result<kept::KeptState, KeptError> {
    kept::open(name, None, &mut Random::new().unwrap(), async {}, &|| true, &mut None).await
}

pub(crate) fn config() -> VisitorConfig {
    VisitorConfig {
        site: SiteId([1; 16]),
        root: RootKey([2; 32]),
        relay: "https://relay.test".to_owned(),
        page: "https://shop.test".to_owned(),
        floor: Order::default(),
    }
}

/// Writes a database as it has been written since the first form: the key wrapped, the records, and their generation.
pub(crate) async fn keep(name: &str, records: &[(String, Vec<u8>)]) {
    drop(fresh(name).await);
    plant(name, "meta", "state-key", &wrapped().await).await;
    plant(name, "meta", "generation", &JsValue::from(GENERATION)).await;
    for (key, sealed) in records {
        plant(name, "records", key, &Uint8Array::from(sealed.as_slice())).await;
    }
}

async fn wrapped() -> JsValue {
    let crypto = web_sys::window().unwrap().crypto().unwrap().subtle();
    let usages = Array::of2(&"encrypt".into(), &"decrypt".into());
    let wish = AesKeyGenParams::new("AES-GCM", 256);
    let key = crypto.generate_key_with_object(&wish, false, &usages).unwrap().await.unwrap();
    let key: CryptoKey = key.unchecked_into();
    let nonce = Uint8Array::from([3; 12].as_slice());
    let cipher = AesGcmParams::new_with_u8_array("AES-GCM", &nonce);
    let sealed = crypto.encrypt_with_object_and_u8_array(&cipher, &key, &KEY).unwrap().await.unwrap();
    Array::of3(&key, &nonce, &sealed).into()
}

fn octets(hexadecimal: &str) -> Vec<u8> {
    let places = (0..hexadecimal.len()).step_by(2);
    places.map(|place| u8::from_str_radix(&hexadecimal[place..place + 2], 16).unwrap()).collect()
}

fn sorted(mut records: Vec<(String, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    records.sort();
    records
}
