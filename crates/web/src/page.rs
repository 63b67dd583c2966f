//! The page this code runs in: online or not, seen or not.

use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, EventTarget, KeyboardEvent, VisibilityState, Window};

/// A listener that ends when it is dropped.
#[must_use = "a dropped listener hears nothing"]
pub struct Listener {
    _events: Vec<EventListener>,
}

/// Whether the browser believes it has a network. `true` promises nothing about the relay.
pub fn online() -> bool {
    web_sys::window().is_none_or(|window| window.navigator().on_line())
}

/// Calls `on_change` with [`online`] whenever it changes.
pub fn on_online_change(on_change: impl Fn(bool) + 'static) -> Listener {
    let on_change = Rc::new(on_change);
    let listen = |window: &Window, event: &'static str, online: bool| {
        let on_change = Rc::clone(&on_change);
        EventListener::new(window, event, move |_| on_change(online))
    };
    let events = web_sys::window()
        .map(|window| vec![listen(&window, "online", true), listen(&window, "offline", false)])
        .unwrap_or_default();
    Listener { _events: events }
}

/// Whether someone may be looking: the tab is in front and not minimised.
pub fn visible() -> bool {
    web_sys::window()
        .and_then(|window| window.document())
        .is_none_or(|document| document.visibility_state() == VisibilityState::Visible)
}

/// Calls `on_change` with [`visible`] whenever it changes.
pub fn on_visibility_change(on_change: impl Fn(bool) + 'static) -> Listener {
    let events = web_sys::window()
        .and_then(|window| window.document())
        .map(|document| {
            vec![EventListener::new(&document, "visibilitychange", move |_| on_change(visible()))]
        })
        .unwrap_or_default();
    Listener { _events: events }
}

/// Calls `on_change` with `false` when the browser lays the page to rest, to close it or to freeze it, and with `true`
/// when it wakes it. What a resting page holds, such as a lock, nobody else gets.
pub fn on_rest(on_change: impl Fn(bool) + 'static) -> Listener {
    let on_change = Rc::new(on_change);
    let listen = |target: &EventTarget, event: &'static str, awake: bool| {
        let on_change = Rc::clone(&on_change);
        EventListener::new(target, event, move |_| on_change(awake))
    };
    let Some(window) = web_sys::window() else { return Listener { _events: Vec::new() } };
    let mut events = vec![listen(&window, "pagehide", false), listen(&window, "pageshow", true)];
    if let Some(document) = window.document() {
        events.extend([listen(&document, "freeze", false), listen(&document, "resume", true)]);
    }
    Listener { _events: events }
}

/// Whether the person is working in this page rather than in one around it.
pub fn has_focus() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    document.is_some_and(|document| document.has_focus().unwrap_or(false))
}

/// Calls `on_focus` when the person comes to work in this page.
pub fn on_focus(on_focus: impl Fn() + 'static) -> Listener {
    let heard = web_sys::window().map(|window| EventListener::new(&window, "focus", move |_| on_focus()));
    Listener { _events: heard.into_iter().collect() }
}

/// Calls `on_press` when the person presses something in this page, which they may come to work in by that: before [`on_focus`].
pub fn on_press(on_press: impl Fn() + 'static) -> Listener {
    let heard =
        web_sys::window().map(|window| EventListener::new(&window, "pointerdown", move |_| on_press()));
    Listener { _events: heard.into_iter().collect() }
}

/// A key that was pressed anywhere in the page.
pub struct Key {
    /// As the browser names it.
    pub name: String,
    /// Whether it goes into a text.
    pub types: bool,
    /// Whether it is held together with one that makes a command of it, or is a part of a character that is composed.
    pub commands: bool,
}

/// Calls `on_key` with each key that is pressed; one that answers `true` does nothing else.
pub fn on_key(on_key: impl Fn(Key) -> bool + 'static) -> Listener {
    let document = web_sys::window().and_then(|window| window.document());
    let heard = document.map(|document| {
        let options = EventListenerOptions::enable_prevent_default();
        EventListener::new_with_options(&document, "keydown", options, move |event| {
            let Some(key) = event.dyn_ref::<KeyboardEvent>() else { return };
            let place = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let texts = "textarea, select, [contenteditable], input:not([type=checkbox])";
            let types = place.is_some_and(|place| place.closest(texts).is_ok_and(|text| text.is_some()));
            let commands = key.ctrl_key() || key.alt_key() || key.meta_key() || key.is_composing();
            if on_key(Key { name: key.key(), types, commands }) {
                event.prevent_default();
            }
        })
    });
    Listener { _events: heard.into_iter().collect() }
}

/// Calls `on_use` whenever the person does something in this page, be it that a pointer moves.
pub fn on_use(on_use: impl Fn() + 'static) -> Listener {
    let on_use = Rc::new(on_use);
    let listen = |window: &Window, event: &'static str| {
        let on_use = Rc::clone(&on_use);
        EventListener::new(window, event, move |_| on_use())
    };
    let uses = |window: Window| {
        ["pointerdown", "pointermove", "keydown", "wheel"].map(|event| listen(&window, event))
    };
    let events = web_sys::window().map(uses);
    Listener { _events: events.into_iter().flatten().collect() }
}

/// Names the page, in its tab.
pub fn set_title(title: &str) {
    let document = web_sys::window().and_then(|window| window.document());
    if let Some(document) = document.filter(|document| document.title() != title) {
        document.set_title(title);
    }
}

/// Whether the page is a secure context (https or localhost), without which browsers offer no `WebCrypto`.
pub fn is_secure_context() -> bool {
    web_sys::window().is_some_and(|window| window.is_secure_context())
}

/// Takes the fragment out of the page's address, without its `#`, and leaves the address without it: what
/// stood there is neither in the history nor in a later reload.
pub fn take_fragment() -> Option<String> {
    let window = web_sys::window()?;
    let location = window.location();
    let fragment = location.hash().ok()?.strip_prefix('#')?.to_owned();
    let bare = location.pathname().ok()? + &location.search().ok()?;
    let history = window.history().ok()?;
    history.replace_state_with_url(&JsValue::NULL, "", Some(&bare)).ok()?;
    Some(fragment)
}

/// The language that this page says it is in, as a tag; empty if it says nothing.
pub fn language() -> String {
    let root = web_sys::window().and_then(|window| window.document()?.document_element());
    root.and_then(|root| root.get_attribute("lang")).unwrap_or_default()
}

/// What this origin was asked to remember under `name`, if the browser lets it.
pub fn remembered(name: &str) -> Option<String> {
    web_sys::window()?.local_storage().ok()??.get_item(name).ok()?
}

/// Remembers a text that is no secret for the next start; a browser that keeps nothing forgets it.
pub fn remember(name: &str, text: &str) {
    let storage = web_sys::window().and_then(|window| window.local_storage().ok().flatten());
    if let Some(storage) = storage {
        // Storage that is full or blocked is said where it matters, by the store.
        let _ = storage.set_item(name, text);
    }
}
