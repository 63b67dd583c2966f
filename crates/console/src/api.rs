//! The whole JavaScript surface. It converts and forwards.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

use crate::app::App;

thread_local! {
    /// The console of this document, which it lives as long as.
    static RUNNING: RefCell<Option<App>> = const { RefCell::new(None) };
}

/// Starts the console in this page, ending one that runs already. An enrolment code is taken from the
/// address's fragment (`#CODE`), which is then cleared: it never reaches a server or the history.
#[wasm_bindgen]
pub fn mount() {
    RUNNING.replace(Some(App::start()));
}
