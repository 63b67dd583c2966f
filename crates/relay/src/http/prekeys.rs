//! `PUT /v1/sites/{site}/prekeys` and `POST /v1/sites/{site}/bundles`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use segel_wire::api::{BundlesAnswer, BundlesRequest, PrekeysAnswer};
use segel_wire::signed::{BundleError, Prekeys};
use segel_wire::{Code, DeviceId, SiteId, limits};

use super::extract::{JsonBody, Named, OctetsBody};
use crate::clock::now_seconds;
use crate::events::Caller;
use crate::refusal::Refusal;
use crate::service::Service;
use crate::store::AskedBundle;

pub(super) async fn keep(
    State(service): State<Arc<Service>>,
    Named(site): Named<SiteId>,
    caller: Caller,
    OctetsBody(bytes): OctetsBody,
) -> Result<Json<PrekeysAnswer>, Refusal> {
    check_site(&caller, site)?;
    if bytes.len() > limits::PREKEYS_BYTES {
        return Err(Code::TooLarge.into());
    }
    let device = caller.session.device;
    let prekeys = Prekeys::verify(&bytes, &site, &device).map_err(code_of)?;
    Ok(Json(service.store.keep_prekeys(site, device, prekeys, now_seconds()).await?))
}

pub(super) async fn hand_out(
    State(service): State<Arc<Service>>,
    Named(site): Named<SiteId>,
    caller: Caller,
    JsonBody(request): JsonBody<BundlesRequest>,
) -> Result<Json<BundlesAnswer>, Refusal> {
    check_site(&caller, site)?;
    if request.devices.len() > limits::DESK_DEVICES {
        return Err(Code::TooLarge.into());
    }
    let now = now_seconds();
    let asked = request
        .devices
        .into_iter()
        .map(|device| AskedBundle { device, one_time: may_have_one_time(&caller, device, now) });
    let bundles = service.store.take_bundles(site, asked.collect(), now).await?;
    Ok(Json(BundlesAnswer { bundles }))
}

/// A listed device's one-time prekeys are for everybody at the site, a visitor's for those who may write to it.
/// Nobody shakes hands with itself.
fn may_have_one_time(caller: &Caller, device: DeviceId, now: u64) -> bool {
    let asker = caller.session.device;
    asker != device && (caller.site.lists_device(device, now) || caller.site.lists_device(asker, now))
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
