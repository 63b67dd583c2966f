//! Sockets that come to nothing; the real relay is met in the end-to-end scenarios.

use segel_web::line::socket::{Socket, SocketError, SocketEvent};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::mailbox::Mailbox;

#[wasm_bindgen_test]
async fn a_server_that_speaks_no_websocket_closes_the_socket() {
    let heard = Mailbox::new();
    let _socket = Socket::open(&server(), heard.listener()).unwrap();
    assert!(heard.is_empty());
    assert_eq!(heard.next().await, SocketEvent::Closed { code: 1006 });
}

#[wasm_bindgen_test]
async fn nothing_can_be_sent_before_it_is_open_or_after_it_is_over() {
    let heard = Mailbox::new();
    let socket = Socket::open(&server(), heard.listener()).unwrap();
    assert_eq!(socket.send_json(&"early"), Err(SocketError::NotOpen));
    assert_eq!(heard.next().await, SocketEvent::Closed { code: 1006 });
    assert_eq!(socket.send_json(&"late"), Err(SocketError::NotOpen));
}

#[wasm_bindgen_test]
async fn a_dropped_socket_is_heard_no_more() {
    let (dropped, standing) = (Mailbox::new(), Mailbox::new());
    drop(Socket::open(&server(), dropped.listener()).unwrap());
    let _standing = Socket::open(&server(), standing.listener()).unwrap();
    assert_eq!(standing.next().await, SocketEvent::Closed { code: 1006 });
    assert!(dropped.is_empty());
}

#[wasm_bindgen_test]
fn an_address_of_another_kind_is_refused() {
    assert_eq!(Socket::open("ftp://127.0.0.1/", |_| {}).map(drop), Err(SocketError::Refused));
}

pub(crate) fn server() -> String {
    let host = web_sys::window().unwrap().location().host().unwrap();
    format!("ws://{host}/")
}
