//! HTTP through the proxy.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, ORIGIN, TRANSFER_ENCODING,
    UPGRADE,
};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use segel_wire::{Code, Problem};

use super::{Loss, Manner, Shared, Towards, events, lock, socket};

pub(super) async fn forward(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let Some(relay) = *lock(&shared.relay) else { return away() };
    let (mut parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let subject = format!("{} {path}", parts.method);
    let Ok(body) = to_bytes(body, usize::MAX).await else { return away() };
    shared.record(Towards::Relay, &subject, lines(&parts.headers), &body);

    let manner = lock(&shared.rules).manner;
    if let Ok(upgrade) = WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        if manner != Manner::Open {
            return StatusCode::FORBIDDEN.into_response();
        }
        let address = format!("ws://{relay}{path}");
        return socket::join(shared, upgrade, &address, &parts.headers).await;
    }
    let loss = lock(&shared.rules).loss(&subject);
    match loss {
        Some(Loss::Request) => return away(),
        Some(Loss::Refused(code)) => return refused(code, &parts.headers),
        Some(Loss::Answer) | None => {}
    }
    let request = shared.http.request(parts.method.clone(), format!("http://{relay}{path}"));
    let Ok(answer) = request.headers(end_to_end(&parts.headers)).body(body).send().await else {
        return away();
    };
    let (mut status, headers) = (answer.status(), end_to_end(answer.headers()));
    if manner != Manner::Buffers && headers.get(CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream")
    {
        return (status, headers, events::pass(shared, answer)).into_response();
    }
    let Ok(mut body) = answer.bytes().await else { return away() };
    shared.record(Towards::Client, &subject, format!("{status}\n{}", lines(&headers)), &body);
    if loss == Some(Loss::Answer) {
        return away();
    }
    if matches!(parts.method, Method::GET | Method::POST)
        && let Some(other) = lock(&shared.rules).answer(parts.uri.path(), &body)
    {
        (status, body) = (StatusCode::OK, Bytes::from(other));
    }
    (status, headers, Body::from(body)).into_response()
}

/// What a proxy says whose relay is away.
pub(super) fn away() -> Response {
    StatusCode::BAD_GATEWAY.into_response()
}

/// What a relay says that refuses.
fn refused(code: Code, asked: &HeaderMap) -> Response {
    let status = StatusCode::from_u16(code.status()).unwrap();
    let body = serde_json::to_vec(&Problem::from(code)).unwrap();
    let mut response = (status, body).into_response();
    if let Some(origin) = asked.get(ORIGIN) {
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
    response
}

/// The headers that are not about one connection alone.
pub(super) fn end_to_end(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    for name in [CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING, UPGRADE] {
        headers.remove(name);
    }
    headers
}

fn lines(headers: &HeaderMap) -> String {
    let line = |(name, value): (_, &axum::http::HeaderValue)| {
        format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes()))
    };
    headers.iter().map(line).collect()
}
