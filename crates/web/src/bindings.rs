//! Standard browser functions that web-sys still keeps behind its unstable flag, and small readers of what
//! browsers throw.

use js_sys::{Array, Function, Object, Promise};
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, IdbDatabase, IdbTransaction, IdbTransactionMode};

#[wasm_bindgen]
extern "C" {
    /// An `IDBDatabase` whose transactions can ask for a durability.
    #[wasm_bindgen(extends = IdbDatabase, js_name = IDBDatabase)]
    pub(crate) type DurableDatabase;

    #[wasm_bindgen(catch, method, js_class = "IDBDatabase", js_name = transaction)]
    pub(crate) fn transaction_with_options(
        this: &DurableDatabase,
        stores: &Array,
        mode: IdbTransactionMode,
        options: &DurabilityOptions,
    ) -> Result<IdbTransaction, JsValue>;

    #[wasm_bindgen(extends = Object)]
    pub(crate) type DurabilityOptions;

    #[wasm_bindgen(method, setter)]
    pub(crate) fn set_durability(this: &DurabilityOptions, durability: &str);

    /// A `Date` that says so where it cannot be written as asked.
    #[wasm_bindgen(js_name = Date)]
    pub(crate) type WrittenDate;

    /// Now.
    #[wasm_bindgen(constructor, js_class = "Date")]
    pub(crate) fn now() -> WrittenDate;

    #[wasm_bindgen(catch, method, js_class = "Date", js_name = toLocaleString)]
    pub(crate) fn written(this: &WrittenDate, locale: &str, options: &JsValue) -> Result<String, JsValue>;

    /// A `Navigator` that may have Web Locks.
    pub(crate) type LockingNavigator;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn locks(this: &LockingNavigator) -> Option<LockManager>;

    pub(crate) type LockManager;

    #[wasm_bindgen(catch, method)]
    pub(crate) fn query(this: &LockManager) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, method)]
    pub(crate) fn request(
        this: &LockManager,
        name: &str,
        options: &LockOptions,
        granted: &Function,
    ) -> Result<Promise, JsValue>;

    #[wasm_bindgen(extends = Object)]
    pub(crate) type LockOptions;

    #[wasm_bindgen(method, setter)]
    pub(crate) fn set_signal(this: &LockOptions, signal: &AbortSignal);

    #[wasm_bindgen(method, setter)]
    pub(crate) fn set_steal(this: &LockOptions, steal: bool);
}

impl DurabilityOptions {
    pub(crate) fn strict() -> Self {
        let options: Self = Object::new().unchecked_into();
        options.set_durability("strict");
        options
    }
}

impl LockOptions {
    pub(crate) fn with_signal(signal: &AbortSignal) -> Self {
        let options: Self = Object::new().unchecked_into();
        options.set_signal(signal);
        options
    }

    /// A lock that is stolen takes no signal.
    pub(crate) fn stealing() -> Self {
        let options: Self = Object::new().unchecked_into();
        options.set_steal(true);
        options
    }
}

/// The name of a thrown error, such as `QuotaExceededError`; empty for anything that is not an error.
pub(crate) fn error_name(thrown: &JsValue) -> String {
    thrown.dyn_ref::<js_sys::Error>().map(|error| error.name().into()).unwrap_or_default()
}
