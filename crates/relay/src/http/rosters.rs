//! `/v1/sites/{site}/roster` and `/v1/sites/{site}/rosters/{version}`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use segel_wire::SiteId;

use super::extract::{Named, OctetsAnswer, OctetsBody, site};
use super::origin::PageOrigin;
use crate::refusal::Refusal;
use crate::rosters;
use crate::service::Service;

pub(super) async fn newest(
    State(service): State<Arc<Service>>,
    Named(id): Named<SiteId>,
    origin: PageOrigin,
) -> Result<OctetsAnswer, Refusal> {
    let newest = site(&service, id, &origin)?.newest();
    Ok(OctetsAnswer(newest.map(|roster| roster.verified().bytes().to_vec())))
}

pub(super) async fn version(
    State(service): State<Arc<Service>>,
    Named((id, version)): Named<(SiteId, u64)>,
    origin: PageOrigin,
) -> Result<OctetsAnswer, Refusal> {
    let site = site(&service, id, &origin)?;
    Ok(OctetsAnswer(service.store.roster(site.id, version).await?))
}

pub(super) async fn publish(
    State(service): State<Arc<Service>>,
    Named(id): Named<SiteId>,
    origin: PageOrigin,
    OctetsBody(bytes): OctetsBody,
) -> Result<StatusCode, Refusal> {
    let site = site(&service, id, &origin)?;
    rosters::publish(&service, &site, &bytes).await?;
    Ok(StatusCode::OK)
}
