//! `GET /v1/stream`: upgrades to a WebSocket.

use std::sync::Arc;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::response::Response;
use segel_wire::{Code, limits};

use super::origin::PageOrigin;
use crate::refusal::Refusal;
use crate::service::Service;
use crate::stream;

/// The default of 128 KiB is paid by every connection, however idle.
const READ_BUFFER_BYTES: usize = 4 * 1024;

pub(super) async fn open(
    State(service): State<Arc<Service>>,
    origin: PageOrigin,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Refusal> {
    if *service.draining.borrow() {
        return Err(Code::Draining.into());
    }
    let upgrade = upgrade.map_err(|_| Code::Malformed)?;
    Ok(upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .max_message_size(limits::REQUEST_BYTES)
        .max_frame_size(limits::REQUEST_BYTES)
        .on_upgrade(move |socket| stream::run(service, socket, origin)))
}
