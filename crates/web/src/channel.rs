//! One end of a message channel: the bridge between the frame and the page's loader.

use gloo::events::EventListener;
use thiserror::Error;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, MessagePort};

/// An owned end of a message channel. Dropping it closes the channel.
pub struct Port {
    port: MessagePort,
    _messages: EventListener,
}

/// Why a value was not posted.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum PortError {
    /// The value cannot be cloned into another page, a function for instance.
    #[error("the value cannot be posted to another page")]
    NotCloneable,
}

impl Port {
    /// Takes over `port`; `on_message` hears what the other end posts, from the first message that waits.
    pub fn new(port: MessagePort, on_message: impl Fn(JsValue) + 'static) -> Self {
        let messages = EventListener::new(&port, "message", move |event| {
            on_message(event.unchecked_ref::<MessageEvent>().data());
        });
        port.start();
        Self { port, _messages: messages }
    }

    /// Posts a copy of `message` to the other end.
    pub fn post(&self, message: &JsValue) -> Result<(), PortError> {
        self.port.post_message(message).map_err(|_| PortError::NotCloneable)
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.port.close();
    }
}
