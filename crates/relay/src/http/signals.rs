//! `POST /v1/conversations/{conversation}/signals`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use segel_wire::{ConversationId, Octets};

use super::extract::{Named, OctetsBody};
use crate::events::Caller;
use crate::service::Service;
use crate::signals;

/// Never says whether it was passed on.
pub(super) async fn pass(
    State(service): State<Arc<Service>>,
    Named(conversation): Named<ConversationId>,
    caller: Caller,
    OctetsBody(bytes): OctetsBody,
) -> StatusCode {
    signals::pass(&service, &caller, conversation, Octets(bytes.to_vec())).await;
    StatusCode::OK
}
