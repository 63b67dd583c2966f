//! `/v1/conversations/{conversation}/attachments/{attachment}` and the octets under it.

use std::ops::RangeInclusive;
use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::header::{CONTENT_RANGE, CONTENT_TYPE, RANGE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use segel_wire::api::UploadAnswer;
use segel_wire::{AttachmentId, ConversationId};
use serde::Deserialize;

use super::extract::{Asked, Named, OctetsBody};
use crate::attachments;
use crate::events::Caller;
use crate::refusal::Refusal;
use crate::service::Service;
use crate::store::AttachmentPlace;

#[derive(Deserialize)]
pub(super) struct Whole {
    size: u64,
}

#[derive(Deserialize)]
pub(super) struct At {
    offset: u64,
}

/// An attachment of a conversation that the caller reaches.
pub(super) struct Reached(Caller, AttachmentPlace);

pub(super) async fn begin(
    State(service): State<Arc<Service>>,
    Reached(caller, place): Reached,
    Asked(Whole { size }): Asked<Whole>,
) -> Result<Json<UploadAnswer>, Refusal> {
    attachments::begin(&service, &caller, place, size).await.map(Json)
}

pub(super) async fn show(
    State(service): State<Arc<Service>>,
    Reached(caller, place): Reached,
) -> Result<Json<UploadAnswer>, Refusal> {
    attachments::show(&service, &caller, place).await.map(Json)
}

pub(super) async fn forget(
    State(service): State<Arc<Service>>,
    Reached(caller, place): Reached,
) -> Result<StatusCode, Refusal> {
    attachments::forget(&service, &caller, place).await?;
    Ok(StatusCode::OK)
}

pub(super) async fn add(
    State(service): State<Arc<Service>>,
    Reached(caller, place): Reached,
    Asked(At { offset }): Asked<At>,
    OctetsBody(chunk): OctetsBody,
) -> Result<Json<UploadAnswer>, Refusal> {
    attachments::add(&service, &caller, place, offset, chunk.to_vec()).await.map(Json)
}

pub(super) async fn fetch(
    State(service): State<Arc<Service>>,
    Reached(caller, place): Reached,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let (bytes, range, size) = attachments::fetch(&service, &caller, place, asked_range(&headers)).await?;
    let content_range = format!("bytes {}-{}/{size}", range.start(), range.end());
    let headers = [(CONTENT_TYPE, "application/octet-stream"), (CONTENT_RANGE, &content_range)];
    Ok((StatusCode::PARTIAL_CONTENT, headers, bytes).into_response())
}

impl FromRequestParts<Arc<Service>> for Reached {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<Self, Refusal> {
        let Named((conversation, attachment)) =
            Named::<(ConversationId, AttachmentId)>::from_request_parts(parts, service).await?;
        let caller = Caller::from_request_parts(parts, service).await?;
        let place = attachments::reachable(service, &caller, conversation, attachment).await?;
        Ok(Self(caller, place))
    }
}

/// The one range that is asked for, both ends named.
fn asked_range(headers: &HeaderMap) -> Option<RangeInclusive<u64>> {
    let range = headers.get(RANGE)?.to_str().ok()?.strip_prefix("bytes=")?;
    let (first, last) = range.split_once('-')?;
    // Digits alone: a sign would be read as a number, too.
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(first) && digits(last)).then_some(first.parse().ok()?..=last.parse().ok()?)
}
