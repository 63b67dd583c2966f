//! The rest of a program that is served in two parts: code that nothing needs until a first message has gone. Where it is
//! called before it came, the program waits for it without letting anything else go on, so what needs it waits here.

use std::cell::RefCell;

use js_sys::futures::spawn_local;
use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue};

thread_local! {
    /// Fetches the rest of this document's program; none once it is here.
    static FETCH: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// From now on the rest comes by this function, which answers a promise and asks again by itself until it can keep it. A
/// program of one part has none.
pub fn comes_by(fetch: Option<Function>) {
    FETCH.replace(fetch);
}

/// Whether the program is whole.
pub fn is_here() -> bool {
    FETCH.with_borrow(Option::is_none)
}

/// Goes on once the program is whole: at once if it is.
pub fn then(go_on: impl FnOnce() + 'static) {
    if is_here() {
        return go_on();
    }
    wait(Box::new(go_on));
}

// Once for whatever waits: each would have a copy of its own else.
#[inline(never)]
fn wait(go_on: Box<dyn FnOnce()>) {
    spawn_local(async move {
        fetch().await;
        go_on();
    });
}

/// Makes the program whole.
pub async fn fetch() {
    let fetch = FETCH.with_borrow(Clone::clone);
    let Some(promise) = fetch.and_then(|fetch| fetch.call0(&JsValue::NULL).ok()) else { return };
    if let Ok(promise) = promise.dyn_into::<Promise>()
        && promise.await.is_ok()
    {
        FETCH.take();
    }
}
