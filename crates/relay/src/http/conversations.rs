//! `/v1/conversations` and what is under it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use segel_wire::api::{ConversationsAnswer, EventsAnswer, OpenConversation, StoredAnswer};
use segel_wire::{AttachmentId, ConversationId, Envelope, EventId, Withdraws, limits};
use serde::Deserialize;

use super::extract::{Asked, JsonBody, Named};
use crate::events::{self, Caller};
use crate::refusal::Refusal;
use crate::service::Service;

#[derive(Deserialize)]
pub(super) struct Page {
    #[serde(default)]
    after: u64,
    #[serde(default = "whole_page")]
    limit: usize,
}

#[derive(Deserialize)]
pub(super) struct Taken {
    withdraws: Option<EventId>,
    attachment: Option<AttachmentId>,
}

pub(super) async fn list(
    State(service): State<Arc<Service>>,
    caller: Caller,
) -> Result<Json<ConversationsAnswer>, Refusal> {
    let conversations = service.store.conversations(caller.reach()).await?;
    Ok(Json(ConversationsAnswer { conversations }))
}

pub(super) async fn open(
    State(service): State<Arc<Service>>,
    Named(id): Named<ConversationId>,
    caller: Caller,
    JsonBody(OpenConversation { desk }): JsonBody<OpenConversation>,
) -> Result<StatusCode, Refusal> {
    events::open(&service, &caller, id, desk).await?;
    Ok(StatusCode::OK)
}

pub(super) async fn store(
    State(service): State<Arc<Service>>,
    Named((conversation, event)): Named<(ConversationId, EventId)>,
    caller: Caller,
    Asked(Taken { withdraws, attachment }): Asked<Taken>,
    JsonBody(envelope): JsonBody<Envelope>,
) -> Result<Json<StoredAnswer>, Refusal> {
    let withdraws = withdraws.map(|event| Withdraws { event, attachment });
    events::store(&service, &caller, conversation, event, envelope, withdraws).await.map(Json)
}

pub(super) async fn page(
    State(service): State<Arc<Service>>,
    Named(id): Named<ConversationId>,
    caller: Caller,
    Asked(Page { after, limit }): Asked<Page>,
) -> Result<Json<EventsAnswer>, Refusal> {
    events::reachable(&service, &caller, id).await?;
    let limit = limit.clamp(1, limits::PAGE_EVENTS);
    // One more than asked for tells whether there are more.
    let mut events = service.store.page(id, caller.session.device, after, limit + 1).await?;
    let more = events.len() > limit;
    events.truncate(limit);
    Ok(Json(EventsAnswer { events, more }))
}

fn whole_page() -> usize {
    limits::PAGE_EVENTS
}
