//! `GET /v1/events`: a stream for who cannot open a WebSocket, or the beginning of one.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use segel_wire::{Code, limits};
use serde::Deserialize;

use super::extract::Asked;
use crate::events::Caller;
use crate::refusal::Refusal;
use crate::service::Service;
use crate::stream;

/// Asks proxies not to hold back what is sent until there is more.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

#[derive(Deserialize)]
pub(super) struct Place {
    cursor: Option<String>,
    wait: Option<u64>,
}

pub(super) async fn open(
    State(service): State<Arc<Service>>,
    caller: Caller,
    Asked(Place { cursor, wait }): Asked<Place>,
) -> Result<Response, Refusal> {
    if *service.draining.borrow() {
        return Err(Code::Draining.into());
    }
    let place = stream::resume(&service, cursor.as_deref()).await?;
    let unbuffered = (X_ACCEL_BUFFERING, "no");
    if let Some(seconds) = wait {
        let wait = Duration::from_secs(seconds.min(limits::POLL_SECONDS.into()));
        let answer = stream::poll(&service, caller, place, wait).await?;
        return Ok(([unbuffered], Json(answer)).into_response());
    }
    let body = stream::events(service, caller, place);
    Ok(([unbuffered, (CONTENT_TYPE, "text/event-stream")], body).into_response())
}
