//! `PUT /v1/sites/{site}/bundle` and `POST /v1/sites/{site}/bundles`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use segel_wire::api::{BundlesAnswer, BundlesRequest};
use segel_wire::signed::{Bundle, BundleError};
use segel_wire::{Code, SiteId, limits};

use super::extract::{JsonBody, Named, OctetsBody};
use crate::clock::now_seconds;
use crate::events::Caller;
use crate::refusal::Refusal;
use crate::service::Service;

pub(super) async fn keep(
    State(service): State<Arc<Service>>,
    Named(site): Named<SiteId>,
    caller: Caller,
    OctetsBody(bytes): OctetsBody,
) -> Result<StatusCode, Refusal> {
    check_site(&caller, site)?;
    let bundle = Bundle::verify(&bytes, &site, &caller.session.keys, now_seconds()).map_err(code_of)?;
    service.store.keep_bundle(site, bundle.device, bytes.to_vec()).await?;
    Ok(StatusCode::OK)
}

pub(super) async fn show(
    State(service): State<Arc<Service>>,
    Named(site): Named<SiteId>,
    caller: Caller,
    JsonBody(request): JsonBody<BundlesRequest>,
) -> Result<Json<BundlesAnswer>, Refusal> {
    check_site(&caller, site)?;
    if request.devices.len() > limits::DESK_DEVICES {
        return Err(Code::TooLarge.into());
    }
    let bundles = service.store.bundles(site, request.devices).await?;
    Ok(Json(BundlesAnswer { bundles }))
}

/// A session speaks for its own site only.
fn check_site(caller: &Caller, site: SiteId) -> Result<(), Refusal> {
    if caller.session.site == site { Ok(()) } else { Err(Code::Unauthenticated.into()) }
}

fn code_of(error: BundleError) -> Code {
    match error {
        BundleError::Malformed(_) => Code::Malformed,
        BundleError::WrongDevice | BundleError::BadSignature | BundleError::Expired => Code::SignatureRefused,
    }
}
