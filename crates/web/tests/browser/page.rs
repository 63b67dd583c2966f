//! Page, channel and timer: what is heard, and that dropping ends it.

use js_sys::Function;
use segel_web::channel::{Port, PortError};
use segel_web::{page, timer};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event, MessageChannel};

use crate::mailbox::Mailbox;

#[wasm_bindgen_test]
fn the_test_page_is_online_and_secure() {
    assert!(page::online());
    assert!(page::is_secure_context());
}

#[wasm_bindgen_test]
async fn losing_and_finding_the_network_is_heard_until_the_listener_is_dropped() {
    let heard = Mailbox::new();
    let listener = page::on_online_change(heard.listener());
    tell_window("offline");
    tell_window("online");
    assert!(!heard.next().await);
    assert!(heard.next().await);
    drop(listener);
    tell_window("offline");
    assert!(heard.is_empty());
}

#[wasm_bindgen_test]
async fn a_change_of_visibility_is_heard_with_what_it_is_now() {
    let heard = Mailbox::new();
    let listener = page::on_visibility_change(heard.listener());
    let document = web_sys::window().unwrap().document().unwrap();
    document.dispatch_event(&Event::new("visibilitychange").unwrap()).unwrap();
    assert_eq!(heard.next().await, page::visible());
    drop(listener);
    document.dispatch_event(&Event::new("visibilitychange").unwrap()).unwrap();
    assert!(heard.is_empty());
}

#[wasm_bindgen_test]
async fn a_port_hears_what_waited_for_it_and_what_comes_later() {
    let channel = MessageChannel::new().unwrap();
    let far_heard = Mailbox::new();
    let near = Port::new(channel.port1(), |_| {});
    near.post(&"early".into()).unwrap();
    let _far = Port::new(channel.port2(), far_heard.listener());
    near.post(&7.into()).unwrap();
    assert_eq!(far_heard.next().await, JsValue::from("early"));
    assert_eq!(far_heard.next().await, JsValue::from(7));
    assert_eq!(near.post(&Function::new_no_args("").into()), Err(PortError::NotCloneable));
}

#[wasm_bindgen_test]
async fn a_dropped_port_hears_nothing() {
    let dropped_channel = MessageChannel::new().unwrap();
    let channel = MessageChannel::new().unwrap();
    let (dropped_heard, heard) = (Mailbox::new(), Mailbox::new());
    drop(Port::new(dropped_channel.port2(), dropped_heard.listener()));
    let _port = Port::new(channel.port2(), heard.listener());
    dropped_channel.port1().post_message(&1.into()).unwrap();
    channel.port1().post_message(&2.into()).unwrap();
    assert_eq!(heard.next().await, JsValue::from(2));
    assert!(dropped_heard.is_empty());
}

#[wasm_bindgen_test]
async fn a_timer_fires_in_its_time_and_a_dropped_one_never() {
    let heard = Mailbox::new();
    let set = |name: &'static str, ms| {
        let tell = heard.listener();
        timer::after(ms, move || tell(name))
    };
    let _last = set("last", 40);
    drop(set("dropped", 5));
    let _first = set("first", 1);
    let _never = set("after fifty days", u32::MAX);
    assert!(heard.is_empty());
    assert_eq!(heard.next().await, "first");
    assert_eq!(heard.next().await, "last");
}

fn tell_window(event: &str) {
    web_sys::window().unwrap().dispatch_event(&Event::new(event).unwrap()).unwrap();
}
