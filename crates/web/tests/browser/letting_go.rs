//! An owner may let go of a service inside that service's own callback: a driver that hears "closed" opens
//! the next socket in the place of the one that speaks.

use std::cell::RefCell;
use std::rc::Rc;

use segel_web::channel::Port;
use segel_web::line::socket::Socket;
use segel_web::tab_lock::{Lead, TabLock};
use segel_web::timer;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::MessageChannel;

use crate::mailbox::Mailbox;
use crate::socket::server;

#[wasm_bindgen_test]
async fn a_socket_may_go_when_it_closes() {
    dropped_in_its_callback(|callback| Socket::open(&server(), move |_| callback()).unwrap()).await;
}

#[wasm_bindgen_test]
async fn a_port_may_go_when_it_hears() {
    let channel = MessageChannel::new().unwrap();
    let near = Port::new(channel.port1(), |_| {});
    near.post(&1.into()).unwrap();
    dropped_in_its_callback(|callback| Port::new(channel.port2(), move |_| callback())).await;
}

#[wasm_bindgen_test]
async fn a_lock_may_go_when_it_leads() {
    dropped_in_its_callback(|callback| TabLock::request("let-go", move |_| callback())).await;
    let heard = Mailbox::new();
    let _next = TabLock::request("let-go", heard.listener());
    while heard.next().await != Lead::Leading {}
}

#[wasm_bindgen_test]
async fn a_timer_may_go_when_it_fires() {
    dropped_in_its_callback(|callback| timer::after(1, callback)).await;
}

async fn dropped_in_its_callback<T: 'static>(make: impl FnOnce(Box<dyn Fn()>) -> T) {
    let owner = Rc::new(RefCell::new(None));
    let gone = Mailbox::new();
    let (tell, held) = (gone.listener(), Rc::clone(&owner));
    let service = make(Box::new(move || {
        let service: Option<T> = held.borrow_mut().take();
        let had_one = service.is_some();
        drop(service);
        // What the callback itself owns is still there to be used.
        tell(had_one);
    }));
    *owner.borrow_mut() = Some(service);
    assert!(gone.next().await);
}
