//! Another key for everything that is kept.

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use web_sys::{IdbObjectStore, IdbTransactionMode};

use super::{
    Eventually, GENERATION, META, RECORDS, Record, Store, StoreError, TERM, finished, number, object_store,
    put, read,
};

/// Seals a record anew: its key, what is sealed, and the store's generation; `None` if it does not open.
pub(crate) type Reseal<'a> = &'a mut dyn FnMut(&str, &[u8], u64) -> Option<Vec<u8>>;

impl Store {
    /// Seals every record anew and keeps `value` beside the records under `key`, in one strict transaction: all of it or
    /// nothing, and nothing if somebody has begun a term since this one did.
    pub(crate) fn rekey<'a>(
        &'a self,
        key: &'a str,
        value: &'a JsValue,
        reseal: Reseal<'a>,
    ) -> Eventually<'a, ()> {
        Box::pin(async move {
            let transaction = self.transaction(IdbTransactionMode::Readwrite)?;
            let (meta, records) = (object_store(&transaction, META)?, object_store(&transaction, RECORDS)?);
            if number(&meta, TERM).await? != self.term.get() {
                return Err(StoreError::Stale);
            }
            let generation = number(&meta, GENERATION).await?;
            let kept = read(&records, &JsValue::UNDEFINED).await?;
            let written = write(&records, kept, generation, reseal).and_then(|()| put(&meta, key, value));
            if let Err(error) = written {
                // Already ended when this fails, and then by its own error: nothing is kept either way.
                let _ = transaction.abort();
                return Err(error);
            }
            finished(&transaction).await.map(drop)
        })
    }
}

fn write(
    records: &IdbObjectStore,
    kept: Vec<Record>,
    generation: u64,
    reseal: Reseal<'_>,
) -> Result<(), StoreError> {
    for (name, sealed) in kept {
        let sealed = reseal(&name, &sealed, generation).ok_or(StoreError::Broken)?;
        put(records, &name, &Uint8Array::from(sealed.as_slice()))?;
    }
    Ok(())
}
