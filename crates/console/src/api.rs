//! The whole JavaScript surface. It converts and forwards.

use std::cell::RefCell;

use js_sys::{Error, Function};
use segel_ui::Language;
use segel_ui::text::WITH_DESK;
use segel_web::helper::Helper;
use wasm_bindgen::prelude::*;

use crate::app::App;

thread_local! {
    /// The console of this document, which it lives as long as.
    static RUNNING: RefCell<Option<App>> = const { RefCell::new(None) };
}

/// Starts the console in this page, ending one that runs already. An enrolment code is taken from the
/// address's fragment (`#CODE`), which is then cleared: it never reaches a server or the history. `texts` is what is served of
/// a language; `helper` runs a file of this folder: its `this` is a list of the file's name and of what that is
/// given. Throws an `Error` with a stable code and a sentence if that is of another version.
#[wasm_bindgen]
pub fn mount(texts: String, helper: Function) -> Result<(), JsValue> {
    let wrong = "options.texts: the texts do not belong to this version";
    let language = Language::read(texts, WITH_DESK).ok_or_else(|| Error::new(wrong))?;
    RUNNING.replace(Some(App::start(language, Helper::new(helper))));
    Ok(())
}
