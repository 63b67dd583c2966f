//! One-shot timers that end with their owner.

use gloo::timers::callback::Timeout;
use js_sys::Promise;
use wasm_bindgen::JsValue;

/// A timer that has been set. Dropping it cancels it.
#[must_use = "a dropped timer never fires"]
pub struct Timer {
    _timeout: Timeout,
}

/// Calls `callback` once after `ms` milliseconds, never before this function has returned.
///
/// Browsers count in a signed 32-bit number: a longer wait fires after 24.8 days, so what waits longer looks
/// at the clock again when it is called.
pub fn after(ms: u32, callback: impl FnOnce() + 'static) -> Timer {
    set(ms, Box::new(callback))
}

/// Waits so many milliseconds.
pub async fn pause(ms: u32) {
    let mut timer = None;
    let passed = Promise::new(&mut |resolve, _| {
        // A promise's own resolver throws nothing.
        timer = Some(after(ms, move || drop(resolve.call0(&JsValue::UNDEFINED))));
    });
    // Nobody rejects it.
    let _ = passed.await;
    drop(timer);
}

/// What makes a function of ours one of the browser's is downloaded once, not for each callback.
fn set(ms: u32, callback: Box<dyn FnOnce()>) -> Timer {
    let ms = ms.min(i32::MAX.cast_unsigned());
    Timer { _timeout: Timeout::new(ms, callback) }
}
