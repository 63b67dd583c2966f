//! The whole JavaScript surface. It converts and forwards.

use std::cell::RefCell;

use js_sys::Error;
use wasm_bindgen::prelude::*;
use web_sys::MessagePort;

use crate::app::App;
use crate::options::Options;

thread_local! {
    /// The widget of this document, which it lives as long as.
    static RUNNING: RefCell<Option<App>> = const { RefCell::new(None) };
}

/// Starts the widget in this frame, ending one that runs already. `config` is the tag's `{site, relay, key, floor?,
/// language}`; `origin` the page's origin as the browser reported it; `port` the bridge to the page's loader.
/// Throws an `Error` with a stable code and a sentence if the tag is wrong.
#[wasm_bindgen]
pub fn mount(config: JsValue, origin: String, port: MessagePort) -> Result<(), JsValue> {
    let options = Options::parse(config, origin).map_err(|error| Error::new(&error.to_string()))?;
    RUNNING.replace(Some(App::start(options, port)));
    Ok(())
}
