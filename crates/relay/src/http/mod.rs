//! The HTTP interface. docs/PROTOCOL.md, section 7.2.

mod attachments;
mod conversations;
mod discovery;
mod enrolments;
mod erasure;
mod events;
mod extract;
mod origin;
mod prekeys;
mod problem;
mod records;
mod rosters;
mod sessions;
mod signals;
mod stream;

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post, put};
use segel_wire::{Code, limits};
use tower_http::services::ServeDir;

pub(crate) use self::origin::PageOrigin;
use crate::refusal::Refusal;
use crate::service::Service;

/// Every address of the relay.
pub(crate) fn router(service: Arc<Service>, widget: Option<&Path>) -> Router {
    let mut router = Router::new()
        .route("/.well-known/segel", get(discovery::show))
        .route("/v1/challenges", post(sessions::challenge))
        .route("/v1/sessions", post(sessions::open))
        .route("/v1/sites/{site}/roster", get(rosters::newest).put(rosters::publish))
        .route("/v1/sites/{site}/rosters/{version}", get(rosters::version))
        .route("/v1/sites/{site}/invitations", put(enrolments::invite))
        .route("/v1/sites/{site}/enrolments/{invitation}", get(enrolments::show).put(enrolments::answer))
        .route("/v1/sites/{site}/prekeys", put(prekeys::keep))
        .route("/v1/sites/{site}/bundles", post(prekeys::hand_out))
        .route("/v1/sites/{site}/records", post(records::show))
        .route("/v1/conversations", get(conversations::list))
        .route("/v1/conversations/{conversation}", put(conversations::open))
        .route("/v1/conversations/{conversation}/events", get(conversations::page))
        .route("/v1/conversations/{conversation}/events/{event}", put(conversations::store))
        .route(
            "/v1/conversations/{conversation}/attachments/{attachment}",
            get(attachments::show).put(attachments::begin).delete(attachments::forget),
        )
        .route(
            "/v1/conversations/{conversation}/attachments/{attachment}/octets",
            get(attachments::fetch).put(attachments::add),
        )
        .route("/v1/conversations/{conversation}/signals", post(signals::pass))
        .route("/v1/erasure", post(erasure::erase))
        .route("/v1/stream", get(stream::open))
        .route("/v1/events", get(events::open));
    if let Some(folder) = widget {
        router = router.nest_service("/widget", ServeDir::new(folder));
    }
    router
        .fallback(|| async { Refusal::from(Code::NotFound) })
        .method_not_allowed_fallback(|| async { Refusal::from(Code::NotFound) })
        .layer(DefaultBodyLimit::max(limits::REQUEST_BYTES))
        .layer(from_fn_with_state(Arc::clone(&service), origin::guard))
        .layer(from_fn(problem::log_and_harden))
        .with_state(service)
}
