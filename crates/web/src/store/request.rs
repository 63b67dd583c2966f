//! IndexedDB's events as futures.
//!
//! The promise's own functions are set as the event handlers, so no closure of ours has to outlive anything,
//! and the awaiting code runs inside the event, while the transaction is still active.

use std::future::Future;
use std::pin::Pin;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use web_sys::{DomException, IdbRequest, IdbTransaction};

use super::StoreError;

/// What a request or a transaction answers, some time.
type Outcome = Pin<Box<dyn Future<Output = Result<JsValue, StoreError>>>>;

/// Waits for one request and answers its result.
pub(super) fn outcome(request: &IdbRequest) -> Outcome {
    let settled = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    wait(settled, Asked::Request(request.clone()))
}

/// Waits until everything asked of a transaction has reached the disk.
pub(super) fn finished(transaction: &IdbTransaction) -> Outcome {
    let settled = Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    });
    wait(settled, Asked::Transaction(transaction.clone()))
}

enum Asked {
    Request(IdbRequest),
    Transaction(IdbTransaction),
}

// Boxed and once for both: whoever waits would have a copy of its own else.
#[inline(never)]
fn wait(settled: Promise, asked: Asked) -> Outcome {
    Box::pin(async move {
        let is_well = settled.await.is_ok();
        match asked {
            Asked::Request(request) if is_well => {
                request.result().map_err(|thrown| StoreError::from_thrown(&thrown))
            }
            Asked::Request(request) => Err(reason(request.error().ok().flatten())),
            Asked::Transaction(_) if is_well => Ok(JsValue::UNDEFINED),
            Asked::Transaction(transaction) => Err(reason(transaction.error())),
        }
    })
}

fn reason(error: Option<DomException>) -> StoreError {
    error.map_or(StoreError::Failed, |error| StoreError::from_thrown(&error))
}
