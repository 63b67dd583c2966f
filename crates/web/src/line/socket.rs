//! A WebSocket that carries JSON text.

use std::rc::Rc;

use gloo::events::EventListener;
use segel_wire::json::ToJson;
use thiserror::Error;
use wasm_bindgen::JsCast;
use web_sys::{CloseEvent, MessageEvent, WebSocket};

use crate::json;

/// An open or opening WebSocket. Dropping it closes the connection, and no event is heard after that.
pub struct Socket {
    socket: WebSocket,
    _listeners: [EventListener; 3],
}

/// What happened on a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SocketEvent {
    /// It may be sent on now.
    Opened,
    /// A text frame arrived.
    Text(String),
    /// It is over, or never came to be; the last event.
    Closed {
        /// The WebSocket close code; 1006 where the connection was lost or could not be made.
        code: u16,
    },
}

/// Why a socket cannot be opened or sent on.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SocketError {
    /// The address is not one the browser connects to from this page.
    #[error("the browser does not connect to this address")]
    Refused,
    /// The socket is not open, so nothing was sent.
    #[error("the connection is not open")]
    NotOpen,
    /// The value has no JSON text, so nothing was sent.
    #[error("the value cannot be written as JSON")]
    Malformed,
}

impl Socket {
    /// Starts to connect to a `ws:` or `wss:` address; `on_event` hears how it goes, never before this
    /// function has returned. A frame that is not text ends the connection.
    pub fn open(url: &str, on_event: impl Fn(SocketEvent) + 'static) -> Result<Self, SocketError> {
        let socket = WebSocket::new(url).map_err(|_| SocketError::Refused)?;
        let on_event: Rc<dyn Fn(SocketEvent)> = Rc::new(on_event);
        let (on_open, on_message) = (Rc::clone(&on_event), Rc::clone(&on_event));
        let closing = socket.clone();
        let listeners = [
            EventListener::once(&socket, "open", move |_| on_open(SocketEvent::Opened)),
            EventListener::new(&socket, "message", move |event| {
                match event.unchecked_ref::<MessageEvent>().data().as_string() {
                    Some(text) => on_message(SocketEvent::Text(text)),
                    None => close(&closing),
                }
            }),
            EventListener::once(&socket, "close", move |event| {
                on_event(SocketEvent::Closed { code: event.unchecked_ref::<CloseEvent>().code() });
            }),
        ];
        Ok(Self { socket, _listeners: listeners })
    }

    /// Sends `value` as one text frame of JSON. `Ok` means it was handed to the browser, not that it arrived.
    pub fn send_json<T: ToJson>(&self, value: &T) -> Result<(), SocketError> {
        let text = json::write(value).map_err(|_| SocketError::Malformed)?;
        // A closing socket would swallow the frame without a word.
        if self.socket.ready_state() != WebSocket::OPEN {
            return Err(SocketError::NotOpen);
        }
        self.socket.send_with_str(&text).map_err(|_| SocketError::NotOpen)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        close(&self.socket);
    }
}

fn close(socket: &WebSocket) {
    // Without a code of its own, closing throws nothing and is harmless on a closed socket.
    let _ = socket.close();
}
