//! `POST /v1/erasure`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use segel_wire::api::Erasure;

use super::extract::JsonBody;
use crate::events::{self, Caller};
use crate::refusal::Refusal;
use crate::service::Service;

pub(super) async fn erase(
    State(service): State<Arc<Service>>,
    caller: Caller,
    JsonBody(Erasure { keeps }): JsonBody<Erasure>,
) -> Result<StatusCode, Refusal> {
    events::erase(&service, &caller, keeps).await?;
    Ok(StatusCode::OK)
}
