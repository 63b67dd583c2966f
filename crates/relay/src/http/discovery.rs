//! `GET /.well-known/segel`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use segel_wire::api::Discovery;
use segel_wire::limits;

use crate::clock::now_millis;
use crate::service::Service;

pub(super) async fn show(State(service): State<Arc<Service>>) -> Json<Discovery> {
    Json(Discovery {
        versions: vec!["segel/1".into()],
        transports: ["websocket", "sse", "poll", "pull"].map(String::from).into(),
        origin: service.public_origin.clone(),
        content_bytes: limits::CONTENT_BYTES,
        request_bytes: limits::REQUEST_BYTES,
        attachment_bytes: limits::ATTACHMENT_BYTES,
        chunk_bytes: limits::CHUNK_BYTES,
        conversation_attachment_bytes: service.room.conversation_bytes,
        unfinished_seconds: service.room.unfinished_seconds,
        time: now_millis(),
    })
}
