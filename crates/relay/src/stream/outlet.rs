//! Server-sent events: frames to a client that answers by other requests, bounded in patience.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::{FutureExt, StreamExt, stream};
use segel_wire::{Code, ServerFrame};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::connection::End;
use crate::refusal::Refusal;

/// The near end of a body that has no end of its own.
pub(super) struct Outlet {
    sender: mpsc::Sender<Bytes>,
    /// What the body ends with: there is room for it, however little the client has taken.
    farewell: oneshot::Sender<Bytes>,
    /// How long a client may take to accept one frame.
    patience: Duration,
}

impl Outlet {
    /// An outlet and the body that it feeds; either one's end is the other's.
    pub(super) fn new(patience: Duration) -> (Self, Body) {
        // One waits while the one before is being written: what a client does not take stays in the store.
        let (sender, mut receiver) = mpsc::channel(1);
        let (farewell, last) = oneshot::channel();
        let chunks = stream::poll_fn(move |context| receiver.poll_recv(context));
        let last = last.into_stream().filter_map(async |last| last.ok());
        let body = Body::from_stream(chunks.chain(last).map(Ok::<Bytes, Infallible>));
        (Self { sender, farewell, patience }, body)
    }

    /// Hands a frame to the client.
    pub(super) async fn send(&mut self, frame: &ServerFrame) -> Result<(), End> {
        self.write(event(frame)?).await
    }

    /// Sends what clients pass over.
    pub(super) async fn comment(&mut self) -> Result<(), End> {
        self.write(Bytes::from_static(b":\n\n")).await
    }

    /// Waits until the client has gone.
    pub(super) async fn closed(&self) -> End {
        self.sender.closed().await;
        End::Gone
    }

    /// Says why, and ends the body.
    pub(super) fn part(self, refusal: Refusal) {
        // Who is gone needs no reason.
        let _ = event(&ServerFrame::Bye { problem: refusal.problem() }).map(|bye| self.farewell.send(bye));
    }

    async fn write(&mut self, bytes: Bytes) -> Result<(), End> {
        match timeout(self.patience, self.sender.send(bytes)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Gone),
            Err(_) => Err(Code::SlowConsumer.into()),
        }
    }
}

/// A frame as one event.
fn event(frame: &ServerFrame) -> Result<Bytes, Code> {
    let text = serde_json::to_string(frame).map_err(|_| Code::Internal)?;
    Ok(["data: ", &text, "\n\n"].concat().into())
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    const PATIENCE: Duration = Duration::from_millis(10);

    #[tokio::test]
    async fn a_frame_is_one_line_of_data_and_the_outlets_end_is_the_bodys() {
        let (mut outlet, body) = Outlet::new(PATIENCE);
        let written = async move {
            outlet.comment().await.unwrap();
            outlet.send(&ServerFrame::Head { cursor: "a\nb".into() }).await.unwrap();
            outlet.part(Code::Draining.into());
        };
        let ((), read) = tokio::join!(written, to_bytes(body, 1_000));
        let text = String::from_utf8(read.unwrap().to_vec()).unwrap();
        let parts = text.split("\n\n").collect::<Vec<_>>();
        assert_eq!(parts[..2], [":", r#"data: {"type":"head","cursor":"a\nb"}"#]);
        assert!(parts[2].starts_with(r#"data: {"type":"bye""#) && parts[2].contains("draining"), "{text}");
        assert_eq!(parts[3..], [""]);
    }

    #[tokio::test]
    async fn a_body_that_nobody_reads_for_too_long_ends_with_why() {
        let (mut outlet, body) = Outlet::new(PATIENCE);
        assert_eq!(outlet.comment().await, Ok(()));
        let end = outlet.comment().await.unwrap_err();
        assert_eq!(end, End::Refused(Code::SlowConsumer.into()));
        outlet.part(Code::SlowConsumer.into());
        let text = String::from_utf8(to_bytes(body, 1_000).await.unwrap().to_vec()).unwrap();
        assert!(text.starts_with(":\n\ndata: {\"type\":\"bye\"") && text.contains("slow-consumer"), "{text}");
    }

    #[tokio::test]
    async fn whoever_drops_the_body_is_gone() {
        let (mut outlet, body) = Outlet::new(PATIENCE);
        drop(body);
        assert_eq!(outlet.closed().await, End::Gone);
        assert_eq!(outlet.send(&ServerFrame::Pong).await, Err(End::Gone));
    }
}
