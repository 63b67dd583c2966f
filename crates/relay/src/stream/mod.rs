//! Streams: first a hello, then what was missed, then what happens. docs/PROTOCOL.md, section 7.3.

mod connection;
mod follower;
mod listeners;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::WebSocket;
use segel_wire::{ClientFrame, Code, ServerFrame};
use tokio::time::timeout;

use self::connection::{Connection, End};
use self::follower::Follower;
use crate::clock::now_millis;
use crate::events::Caller;
use crate::http::PageOrigin;
use crate::service::Service;
use crate::sessions;
use crate::store::parse_cursor;

pub(crate) use self::listeners::Listeners;

/// How long a connection may stay silent before its hello.
const HELLO_WITHIN: Duration = Duration::from_secs(10);

/// Serves one WebSocket to its end.
pub(crate) async fn run(service: Arc<Service>, socket: WebSocket, origin: PageOrigin) {
    let mut connection = Connection::new(socket);
    let mut draining = service.draining.clone();
    let end = tokio::select! {
        Err(end) = serve(&service, &mut connection, &origin) => end,
        _ = draining.wait_for(|draining| *draining) => Code::Draining.into(),
    };
    tracing::debug!(?end, "stream ends");
    if let End::Refused(refusal) = end {
        connection.part(refusal).await;
    }
}

async fn serve(
    service: &Service,
    connection: &mut Connection,
    origin: &PageOrigin,
) -> Result<Infallible, End> {
    let greeted = timeout(HELLO_WITHIN, greet(service, connection, origin)).await;
    let (caller, row) = greeted.map_err(|_| Code::Unauthenticated)??;
    Follower::new(service, connection, caller, row).follow().await
}

/// Waits for the hello and welcomes who speaks; answers with it and the row to resume after.
async fn greet(
    service: &Service,
    connection: &mut Connection,
    origin: &PageOrigin,
) -> Result<(Caller, u64), End> {
    let ClientFrame::Hello { token, cursor } = connection.receive_frame().await? else {
        return Err(Code::Unauthenticated.into());
    };
    let session = sessions::resume(service, &token).await?;
    let site = service.sites.site(session.site).ok_or(Code::Unauthenticated)?;
    origin.check(site)?;
    let epoch = service.store.epoch();
    let row = match cursor {
        Some(cursor) => parse_cursor(epoch, &cursor).ok_or(Code::CursorRefused)?,
        None => 0,
    };
    connection.send(&ServerFrame::Welcome { epoch: epoch.to_owned(), time: now_millis() }).await?;
    tracing::debug!(device = %session.device, row, "stream opened");
    Ok((Caller { session, site: Arc::clone(site) }, row))
}
