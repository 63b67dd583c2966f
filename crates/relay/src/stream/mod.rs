//! Streams: first a hello, then what was missed, then what happens. docs/PROTOCOL.md, section 7.3.

mod connection;
mod follower;
mod line;
mod listeners;
mod outlet;
mod window;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ws::WebSocket;
use segel_wire::api::PollAnswer;
use segel_wire::{ClientFrame, Code, ServerFrame};
use tokio::time::timeout;

use self::connection::{Connection, End};
use self::follower::Follower;
use self::line::Line;
use self::outlet::Outlet;
use crate::clock::now_millis;
use crate::events::Caller;
use crate::http::PageOrigin;
use crate::refusal::Refusal;
use crate::service::Service;
use crate::sessions;
use crate::store::{Place, parse_cursor};

pub(crate) use self::listeners::Listeners;

/// How long a connection may stay silent before its hello.
const HELLO_WITHIN: Duration = Duration::from_secs(10);

/// Serves one WebSocket to its end.
pub(crate) async fn run(service: Arc<Service>, socket: WebSocket, origin: PageOrigin) {
    let mut connection = Connection::new(socket, service.patience);
    let end = until_draining(&service, serve(&service, &mut connection, &origin)).await;
    if let Err(End::Refused(refusal)) = end {
        connection.part(refusal).await;
    }
}

/// Follows after `place` for whoever reads the body that is answered.
pub(crate) fn events(service: Arc<Service>, caller: Caller, place: Place) -> Body {
    let (mut outlet, body) = Outlet::new(service.patience);
    tokio::spawn(async move {
        let end = until_draining(&service, serve_events(&service, &mut outlet, caller, place)).await;
        if let Err(End::Refused(refusal)) = end {
            outlet.part(refusal);
        }
    });
    body
}

/// What there is after `place`, or comes within `wait`.
pub(crate) async fn poll(
    service: &Service,
    caller: Caller,
    place: Place,
    wait: Duration,
) -> Result<PollAnswer, Refusal> {
    let mut frames = vec![welcome(service)];
    let follower = Follower::new(service, Line::Answer(&mut frames), caller, place);
    match until_draining(service, follower.look_once(wait)).await {
        Ok(()) => Ok(PollAnswer { frames }),
        Err(End::Refused(refusal)) => Err(refusal),
        Err(End::Gone) => Err(Code::Internal.into()),
    }
}

/// The place to resume after, if the store still holds it.
pub(crate) async fn resume(service: &Service, cursor: Option<&str>) -> Result<Place, Refusal> {
    let Some(cursor) = cursor else { return Ok(Place::default()) };
    let place = parse_cursor(service.store.epoch(), cursor).ok_or(Code::CursorRefused)?;
    if service.store.holds(place).await? { Ok(place) } else { Err(Code::CursorRefused.into()) }
}

/// Serves until the relay is to stop.
async fn until_draining<T>(
    service: &Service,
    serving: impl Future<Output = Result<T, End>>,
) -> Result<T, End> {
    let mut draining = service.draining.clone();
    let served = tokio::select! {
        served = serving => served,
        _ = draining.wait_for(|draining| *draining) => Err(Code::Draining.into()),
    };
    if let Err(end) = &served {
        tracing::debug!(?end, "stream ends");
    }
    served
}

async fn serve(
    service: &Service,
    connection: &mut Connection,
    origin: &PageOrigin,
) -> Result<Infallible, End> {
    let greeted = timeout(HELLO_WITHIN, greet(service, connection, origin)).await;
    let (caller, place) = greeted.map_err(|_| Code::Unauthenticated)??;
    connection.send(&welcome(service)).await?;
    Follower::new(service, Line::Socket(connection), caller, place).follow().await
}

async fn serve_events(
    service: &Service,
    outlet: &mut Outlet,
    caller: Caller,
    place: Place,
) -> Result<Infallible, End> {
    // Shows at once whether what is sent comes through.
    outlet.comment().await?;
    outlet.send(&welcome(service)).await?;
    Follower::new(service, Line::Events(outlet), caller, place).follow().await
}

/// Waits for the hello; answers with who speaks and the place to resume after.
async fn greet(
    service: &Service,
    connection: &mut Connection,
    origin: &PageOrigin,
) -> Result<(Caller, Place), End> {
    let ClientFrame::Hello { token, cursor } = connection.receive_frame().await? else {
        return Err(Code::Unauthenticated.into());
    };
    let session = sessions::resume(service, &token).await?;
    let site = service.sites.site(session.site).ok_or(Code::Unauthenticated)?;
    origin.check(site)?;
    let place = resume(service, cursor.as_deref()).await?;
    tracing::debug!(device = %session.device, row = place.row, "stream opened");
    Ok((Caller { session, site: Arc::clone(site) }, place))
}

fn welcome(service: &Service) -> ServerFrame {
    ServerFrame::Welcome { epoch: service.store.epoch().to_owned(), time: now_millis() }
}
