//! The whole JavaScript surface. It converts and forwards.

use std::cell::RefCell;

use js_sys::{Error, Function};
use segel_ui::Language;
use segel_ui::text::SHARED;
use segel_web::helper::Helper;
use segel_web::rest;
use wasm_bindgen::prelude::*;
use web_sys::MessagePort;

use crate::app::App;
use crate::options::{self, OptionsError};

thread_local! {
    /// The widget of this document, which it lives as long as.
    static RUNNING: RefCell<Option<App>> = const { RefCell::new(None) };
}

/// Starts the widget in this frame, ending one that runs already. `config` is the tag's `{floor?, site, relay, key}`;
/// `origin` the page's origin as the browser reported it; `port` the bridge to the page's loader; `texts` what is
/// served of a language; `fetch_rest` fetches the part of this program that is served apart, if one is; `helper` runs a file of this
/// folder: its `this` is a list of the file's name and of what that is given. Throws an `Error` with a stable code and a sentence if the tag or the texts are wrong.
#[wasm_bindgen]
pub fn mount(
    config: JsValue,
    origin: String,
    port: MessagePort,
    texts: String,
    fetch_rest: Option<Function>,
    helper: Function,
) -> Result<(), JsValue> {
    rest::comes_by(fetch_rest);
    let start = || {
        let config = options::parse(config, origin)?;
        let language = Language::read(texts, SHARED).ok_or(OptionsError::Texts)?;
        Ok(App::start(config, language, port, Helper::new(helper)))
    };
    let app = start().map_err(|error: OptionsError| Error::new(&error.to_string()))?;
    RUNNING.replace(Some(app));
    Ok(())
}
