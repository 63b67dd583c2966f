//! Server-sent events: frames to a client that answers by other requests, bounded in patience.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use futures_util::{StreamExt, stream};
use segel_wire::{Code, ServerFrame};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::connection::{ACCEPT_WITHIN, End};
use crate::refusal::Refusal;

/// The near end of a body that has no end of its own.
pub(super) struct Outlet(mpsc::Sender<Bytes>);

impl Outlet {
    /// An outlet and the body that it feeds; either one's end is the other's.
    pub(super) fn new() -> (Self, Body) {
        // One waits while the one before is being written: what a client does not take stays in the store.
        let (sender, mut receiver) = mpsc::channel(1);
        let chunks = stream::poll_fn(move |context| receiver.poll_recv(context));
        let body = Body::from_stream(chunks.map(Ok::<Bytes, Infallible>));
        (Self(sender), body)
    }

    /// Hands a frame to the client.
    pub(super) async fn send(&mut self, frame: &ServerFrame) -> Result<(), End> {
        let text = serde_json::to_string(frame).map_err(|_| Code::Internal)?;
        self.write(["data: ", &text, "\n\n"].concat().into()).await
    }

    /// Sends what clients pass over.
    pub(super) async fn comment(&mut self) -> Result<(), End> {
        self.write(Bytes::from_static(b":\n\n")).await
    }

    /// Waits until the client has gone.
    pub(super) async fn closed(&self) -> End {
        self.0.closed().await;
        End::Gone
    }

    /// Says why, and ends the body.
    pub(super) async fn part(mut self, refusal: Refusal) {
        // Who is gone needs no reason.
        let _ = self.send(&ServerFrame::Bye { problem: refusal.problem() }).await;
    }

    async fn write(&mut self, bytes: Bytes) -> Result<(), End> {
        let Self(sender) = self;
        match timeout(ACCEPT_WITHIN, sender.send(bytes)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    #[tokio::test]
    async fn a_frame_is_one_line_of_data_and_the_outlets_end_is_the_bodys() {
        let (mut outlet, body) = Outlet::new();
        let written = async move {
            outlet.comment().await.unwrap();
            outlet.send(&ServerFrame::Head { cursor: "a\nb".into() }).await.unwrap();
            outlet.part(Code::Draining.into()).await;
        };
        let ((), read) = tokio::join!(written, to_bytes(body, 1_000));
        let text = String::from_utf8(read.unwrap().to_vec()).unwrap();
        let parts = text.split("\n\n").collect::<Vec<_>>();
        assert_eq!(parts[..2], [":", r#"data: {"type":"head","cursor":"a\nb"}"#]);
        assert!(parts[2].starts_with(r#"data: {"type":"bye""#) && parts[2].contains("draining"), "{text}");
        assert_eq!(parts[3..], [""]);
    }

    #[tokio::test]
    async fn whoever_drops_the_body_is_gone() {
        let (mut outlet, body) = Outlet::new();
        drop(body);
        assert_eq!(outlet.closed().await, End::Gone);
        assert_eq!(outlet.send(&ServerFrame::Pong).await, Err(End::Gone));
    }
}
