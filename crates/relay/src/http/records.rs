//! `POST /v1/sites/{site}/records`.
//!
//! A content's hash entitles here, not a session: the site's owner is no member of a conversation.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use segel_wire::SiteId;
use segel_wire::api::{RecordsAnswer, RecordsRequest};

use super::extract::{JsonBody, Named, site};
use super::origin::PageOrigin;
use crate::events;
use crate::refusal::Refusal;
use crate::service::Service;

pub(super) async fn show(
    State(service): State<Arc<Service>>,
    Named(id): Named<SiteId>,
    origin: PageOrigin,
    JsonBody(asked): JsonBody<RecordsRequest>,
) -> Result<Json<RecordsAnswer>, Refusal> {
    let site = site(&service, id, &origin)?;
    events::records(&service, site.id, &asked).await.map(Json)
}
