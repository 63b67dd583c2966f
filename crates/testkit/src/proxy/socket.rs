//! Sockets through the proxy, frame by frame.

use std::sync::Arc;

use axum::extract::ws::{self, WebSocket, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::http::header::ORIGIN;
use axum::response::{IntoResponse, Response};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{Shared, Towards, forward, lock};

type RelaySocket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Opens the relay's socket first, so that the client hears of a refusal as the relay puts it.
pub(super) async fn join(
    shared: Arc<Shared>,
    upgrade: WebSocketUpgrade,
    address: &str,
    headers: &HeaderMap,
) -> Response {
    let mut request = address.into_client_request().unwrap();
    if let Some(origin) = headers.get(ORIGIN) {
        request.headers_mut().insert(ORIGIN, origin.clone());
    }
    match connect_async(request).await {
        Ok((relay, _)) => upgrade.on_upgrade(|client| pass(shared, client, relay)),
        Err(Error::Http(answer)) => {
            let (status, headers) = (answer.status(), forward::end_to_end(answer.headers()));
            (status, headers, answer.into_body().unwrap_or_default()).into_response()
        }
        Err(_) => forward::away(),
    }
}

/// Passes frames on until either side ends or both are cut.
async fn pass(shared: Arc<Shared>, mut client: WebSocket, mut relay: RelaySocket) {
    let mut cuts = shared.cuts.subscribe();
    loop {
        let passed = tokio::select! {
            _ = cuts.changed() => return,
            received = client.recv() => match received {
                Some(Ok(ws::Message::Text(text))) => {
                    shared.record_frame(Towards::Relay, &text);
                    let text = lock(&shared.rules).towards_relay(text.to_string());
                    relay.send(Message::text(text)).await.is_ok()
                }
                Some(Ok(ws::Message::Close(_)) | Err(_)) | None => false,
                Some(Ok(_)) => true,
            },
            received = relay.next() => match received {
                Some(Ok(Message::Text(text))) => {
                    shared.record_frame(Towards::Client, &text);
                    let texts = lock(&shared.rules).towards_client(text.to_string());
                    deliver(&mut client, texts).await
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => false,
                Some(Ok(_)) => true,
            },
        };
        if !passed {
            // Each side that is still there is told; the other one is gone already.
            let _ = client.send(ws::Message::Close(None)).await;
            let _ = relay.close(None).await;
            return;
        }
    }
}

async fn deliver(client: &mut WebSocket, texts: Vec<String>) -> bool {
    for text in texts {
        if client.send(ws::Message::text(text)).await.is_err() {
            return false;
        }
    }
    true
}
