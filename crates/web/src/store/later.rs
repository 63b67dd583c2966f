//! A store that is read in parts: records of which there may be tens of thousands stay where they are until they are wanted.

use std::future::Future;
use std::pin::Pin;

use segel_core::Kept;
use segel_wire::ids::ConversationId;
use wasm_bindgen::JsValue;
use web_sys::{IdbKeyRange, IdbObjectStore};

use super::{Record, StoreError, read};
use crate::driver::Keeper;

/// What is read of a store, some time.
type Reading<'a> = Pin<Box<dyn Future<Output = Result<Vec<Record>, StoreError>> + 'a>>;

/// How a store is read in parts. Whoever reads it as a whole has none, and does not download it.
pub struct Later {
    /// What a start needs.
    pub(super) begin: for<'a> fn(&'a IdbObjectStore) -> Reading<'a>,
    /// The rest, as it is wanted.
    pub(crate) go_on: fn(&Keeper, ConversationId, String),
}

/// Everything but what [`Kept::LATER`] names comes first.
pub static LATER: Later = Later { begin: |store| Box::pin(all_but(store, Kept::LATER)), go_on: Keeper::read };

async fn all_but(store: &IdbObjectStore, prefix: &str) -> Result<Vec<Record>, StoreError> {
    let before = range(IdbKeyRange::upper_bound_with_open(&prefix.into(), true))?;
    let mut records = read(store, &before).await?;
    let after = range(IdbKeyRange::lower_bound(&past(prefix)))?;
    records.extend(read(store, &after).await?);
    Ok(records)
}

pub(super) async fn beginning_with(store: &IdbObjectStore, prefix: &str) -> Result<Vec<Record>, StoreError> {
    let bounds =
        IdbKeyRange::bound_with_lower_open_and_upper_open(&prefix.into(), &past(prefix), false, true);
    read(store, &range(bounds)?).await
}

fn range(made: Result<IdbKeyRange, JsValue>) -> Result<JsValue, StoreError> {
    made.map(Into::into).map_err(|thrown| StoreError::from_thrown(&thrown))
}

/// After every key that begins with `prefix`: keys are letters, digits, dashes, underscores and slashes.
fn past(prefix: &str) -> JsValue {
    [prefix, "\u{ffff}"].concat().into()
}
