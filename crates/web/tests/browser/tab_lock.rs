//! One tab leads; the lock moves on when it leaves.

use js_sys::{Object, Reflect};
use segel_web::tab_lock::{Lead, TabLock};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::mailbox::Mailbox;

#[wasm_bindgen_test]
async fn the_lock_is_handed_over_when_its_holder_leaves() {
    let (first_heard, second_heard) = (Mailbox::new(), Mailbox::new());
    let first = TabLock::request("hand-over", first_heard.listener());
    assert!(first_heard.is_empty(), "nothing is heard before request has returned");
    assert_eq!(first_heard.next().await, Lead::Leading);

    let _second = TabLock::request("hand-over", second_heard.listener());
    assert_eq!(second_heard.next().await, Lead::Waiting);
    assert!(second_heard.is_empty());
    drop(first);
    assert_eq!(second_heard.next().await, Lead::Leading);
    assert!(first_heard.is_empty(), "a free lock is never waited for");
}

#[wasm_bindgen_test]
async fn who_leaves_the_line_is_passed_over_and_hears_nothing() {
    let (first_heard, second_heard, third_heard) = (Mailbox::new(), Mailbox::new(), Mailbox::new());
    let first = TabLock::request("passed-over", first_heard.listener());
    assert_eq!(first_heard.next().await, Lead::Leading);
    let second = TabLock::request("passed-over", second_heard.listener());
    assert_eq!(second_heard.next().await, Lead::Waiting);
    let _third = TabLock::request("passed-over", third_heard.listener());
    assert_eq!(third_heard.next().await, Lead::Waiting);

    drop(second);
    drop(first);
    assert_eq!(third_heard.next().await, Lead::Leading);
    assert!(second_heard.is_empty());
}

#[wasm_bindgen_test]
async fn who_leaves_before_any_answer_holds_nothing_up() {
    let (left_heard, next_heard) = (Mailbox::new(), Mailbox::new());
    drop(TabLock::request("left-at-once", left_heard.listener()));
    let _next = TabLock::request("left-at-once", next_heard.listener());
    while next_heard.next().await != Lead::Leading {}
    assert!(left_heard.is_empty());
}

#[wasm_bindgen_test]
async fn a_lock_that_is_taken_away_is_lost_at_once_and_can_be_waited_for_again() {
    let (first_heard, second_heard, again_heard) = (Mailbox::new(), Mailbox::new(), Mailbox::new());
    let first = TabLock::request("taken-away", first_heard.listener());
    assert_eq!(first_heard.next().await, Lead::Leading);
    let second = TabLock::take_away("taken-away", second_heard.listener());
    assert_eq!(second_heard.next().await, Lead::Leading);
    assert_eq!(first_heard.next().await, Lead::Lost);
    drop(first);

    let _again = TabLock::request("taken-away", again_heard.listener());
    assert_eq!(again_heard.next().await, Lead::Waiting);
    drop(second);
    assert_eq!(again_heard.next().await, Lead::Leading);
    assert!(first_heard.is_empty() && second_heard.is_empty());
}

#[wasm_bindgen_test]
async fn locks_of_other_names_are_free() {
    let (one_heard, two_heard) = (Mailbox::new(), Mailbox::new());
    let _one = TabLock::request("site-one", one_heard.listener());
    let _two = TabLock::request("site-two", two_heard.listener());
    assert_eq!(one_heard.next().await, Lead::Leading);
    assert_eq!(two_heard.next().await, Lead::Leading);
}

#[wasm_bindgen_test]
async fn without_web_locks_the_tab_leads() {
    let navigator = web_sys::window().unwrap().navigator();
    let hidden = Object::new();
    Reflect::set(&hidden, &"value".into(), &JsValue::UNDEFINED).unwrap();
    Reflect::set(&hidden, &"configurable".into(), &true.into()).unwrap();
    let heard = Mailbox::new();
    Reflect::define_property(&navigator, &"locks".into(), &hidden).unwrap();
    let _lock = TabLock::request("no-locks", heard.listener());
    Reflect::delete_property(&navigator, &"locks".into()).unwrap();
    assert!(heard.is_empty());
    assert_eq!(heard.next().await, Lead::Leading);
}
