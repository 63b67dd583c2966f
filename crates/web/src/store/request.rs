//! IndexedDB's events as futures.
//!
//! The promise's own functions are set as the event handlers, so no closure of ours has to outlive anything,
//! and the awaiting code runs inside the event, while the transaction is still active.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use web_sys::{DomException, IdbRequest, IdbTransaction};

use super::StoreError;

/// Waits for one request and answers its result.
pub(super) async fn outcome(request: &IdbRequest) -> Result<JsValue, StoreError> {
    let settled = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    match settled.await {
        Ok(_) => request.result().map_err(|thrown| StoreError::from_thrown(&thrown)),
        Err(_) => Err(reason(request.error().ok().flatten())),
    }
}

/// Waits until everything asked of a transaction has reached the disk.
pub(super) async fn finished(transaction: &IdbTransaction) -> Result<(), StoreError> {
    let settled = Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    });
    match settled.await {
        Ok(_) => Ok(()),
        Err(_) => Err(reason(transaction.error())),
    }
}

fn reason(error: Option<DomException>) -> StoreError {
    error.map_or(StoreError::Broken, |error| StoreError::from_thrown(&error))
}
