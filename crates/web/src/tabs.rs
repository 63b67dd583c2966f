//! What tabs of one origin say to each other over a broadcast channel.

use std::rc::Rc;

use gloo::events::EventListener;
use js_sys::{Array, Uint8Array};
use segel_wire::ids::EventId;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, File, MessageEvent};

use crate::files::Fetched;
use crate::rest;

/// The channel of all tabs with one name. Dropping it leaves it.
pub struct Tabs {
    channel: BroadcastChannel,
    _messages: EventListener,
}

/// Something said to all other tabs.
pub enum Said {
    /// A tab asks the one that leads under this number, and where it stands, encoded, for everything that is to be seen.
    Hello(u32, Vec<u8>),
    /// A tab asks the one that leads under this number for a sign of life.
    Ping(u32),
    /// The tab that leads is there, and has heard what was asked under this number; 0 for nothing.
    Patience(u32),
    /// The tab that leads has an engine from now on.
    Here,
    /// The tab that leads has no engine to serve the tab with that asked under this number, or every tab for 0.
    Alone(u32),
    /// The tab that asked under this number is shown everything, encoded.
    Everything(u32, Vec<u8>),
    /// All are shown a change, encoded.
    Change(Vec<u8>),
    /// The browser lets nothing be kept.
    Unkept,
    /// The tab that leads is asked under this number to carry out a wish, encoded, of this file, if it is about one.
    Wish(u32, Vec<u8>, Option<File>),
    /// The file of a message came whole.
    File(EventId, Fetched),
    /// All lock themselves.
    Lock,
    /// The person does something in a tab.
    Used,
    /// A lock is set that locks after so many minutes without use, or for 0 none is; and the key, encoded, that seals what is being
    /// written when it closes.
    Locks(u32, Vec<u8>),
}

impl Tabs {
    /// Joins the channel `name`; `on_said` hears what other tabs of this origin say, never what this one does. `None`
    /// where the browser has no such channels.
    pub fn join(name: &str, on_said: impl Fn(Said) + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new(name).ok()?;
        let on_said = Rc::new(on_said);
        let messages = EventListener::new(&channel, "message", move |event| {
            let (data, on_said) = (event.unchecked_ref::<MessageEvent>().data(), Rc::clone(&on_said));
            rest::then(move || {
                if let Some(said) = Said::read(data) {
                    on_said(said);
                }
            });
        });
        Some(Self { channel, _messages: messages })
    }

    /// Says something to all other tabs. What cannot be said, a file that is gone for instance, is not heard.
    pub fn say(&self, said: &Said) {
        let _ = self.channel.post_message(&said.write());
    }
}

impl Drop for Tabs {
    fn drop(&mut self) {
        self.channel.close();
    }
}

impl Said {
    /// A list of four: the kind, the number under which a tab asked or another, bytes, and a file or its pieces.
    fn write(&self) -> JsValue {
        let none: &[u8] = &[];
        let (kind, number, bytes, file): (u32, u32, &[u8], Option<&JsValue>) = match self {
            Self::Hello(asked, stand) => (0, *asked, stand, None),
            Self::Ping(asked) => (1, *asked, none, None),
            Self::Patience(asked) => (2, *asked, none, None),
            Self::Here => (3, 0, none, None),
            Self::Alone(asked) => (4, *asked, none, None),
            Self::Everything(asked, bytes) => (5, *asked, bytes, None),
            Self::Change(bytes) => (6, 0, bytes, None),
            Self::Unkept => (7, 0, none, None),
            Self::Wish(asked, bytes, file) => (8, *asked, bytes, file.as_ref().map(AsRef::as_ref)),
            Self::File(event, fetched) => (9, 0, &event.0, Some(fetched.pieces())),
            Self::Lock => (10, 0, none, None),
            Self::Used => (11, 0, none, None),
            Self::Locks(minutes, key) => (12, *minutes, key, None),
        };
        let list = Array::of4(&kind.into(), &number.into(), &Uint8Array::from(bytes), &JsValue::NULL);
        if let Some(file) = file {
            list.set(3, file.clone());
        }
        list.into()
    }

    fn read(message: JsValue) -> Option<Self> {
        let list: Array = message.dyn_into().ok()?;
        let asked = number(&list.get(1))?;
        let bytes = list.get(2).dyn_into::<Uint8Array>().ok()?.to_vec();
        let file = list.get(3);
        Some(match number(&list.get(0))? {
            0 => Self::Hello(asked, bytes),
            1 => Self::Ping(asked),
            2 => Self::Patience(asked),
            3 => Self::Here,
            4 => Self::Alone(asked),
            5 => Self::Everything(asked, bytes),
            6 => Self::Change(bytes),
            7 => Self::Unkept,
            8 => Self::Wish(asked, bytes, file.dyn_into().ok()),
            9 => Self::File(EventId(bytes.try_into().ok()?), Fetched::from_pieces(file.dyn_into().ok()?)),
            10 => Self::Lock,
            11 => Self::Used,
            12 => Self::Locks(asked, bytes),
            _ => return None,
        })
    }
}

/// A whole number below 2^32.
fn number(value: &JsValue) -> Option<u32> {
    let number = value.as_f64()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "only other tabs write it")]
    let whole = number as u32;
    Some(whole)
}
