//! `POST /v1/challenges` and `POST /v1/sessions`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use segel_wire::api::{ChallengeAnswer, LoginAnswer, LoginRequest};

use super::extract::{JsonBody, site};
use super::origin::PageOrigin;
use crate::clock::now_seconds;
use crate::refusal::Refusal;
use crate::service::Service;
use crate::sessions;

pub(super) async fn challenge(State(service): State<Arc<Service>>) -> Result<Json<ChallengeAnswer>, Refusal> {
    service.challenges.issue(now_seconds()).map(Json)
}

pub(super) async fn open(
    State(service): State<Arc<Service>>,
    origin: PageOrigin,
    JsonBody(request): JsonBody<LoginRequest>,
) -> Result<Json<LoginAnswer>, Refusal> {
    site(&service, request.site, &origin)?;
    sessions::log_in(&service, &request).await.map(Json)
}
