//! What a follower speaks over.

use std::future::pending;
use std::time::Duration;

use segel_wire::{ClientFrame, Delivered, ServerFrame};

use super::connection::{Connection, End};
use super::outlet::Outlet;

/// A way for frames to a client, and perhaps from it.
pub(super) enum Line<'a> {
    /// Both ways.
    Socket(&'a mut Connection),
    /// To the client alone.
    Events(&'a mut Outlet),
    /// Gathered for one answer.
    Answer(&'a mut Vec<ServerFrame>),
}

impl Line<'_> {
    /// Hands a frame to the client.
    pub(super) async fn send(&mut self, frame: ServerFrame) -> Result<(), End> {
        match self {
            Self::Socket(connection) => connection.send(&frame).await.map(drop),
            Self::Events(outlet) => outlet.send(&frame).await,
            Self::Answer(frames) => {
                frames.push(frame);
                Ok(())
            }
        }
    }

    /// Hands an event to the client; answers how many bytes it is to say that it has taken.
    pub(super) async fn send_event(&mut self, event: Delivered) -> Result<Option<usize>, End> {
        let frame = ServerFrame::Event(event);
        match self {
            Self::Socket(connection) => connection.send(&frame).await.map(Some),
            // Here a client that reads no further holds the relay up.
            Self::Events(_) | Self::Answer(_) => self.send(frame).await.map(|()| None),
        }
    }

    /// The client's next sign of life; a frame, unless it was the transport's own. Loses nothing when cancelled.
    pub(super) async fn receive(&mut self) -> Result<Option<ClientFrame>, End> {
        match self {
            Self::Socket(connection) => connection.receive().await,
            Self::Events(outlet) => Err(outlet.closed().await),
            Self::Answer(_) => pending().await,
        }
    }

    /// Asks the client's machine whether it is there, and shows what is between that the line is in use.
    pub(super) async fn probe(&mut self) -> Result<(), End> {
        match self {
            Self::Socket(connection) => connection.probe().await,
            Self::Events(outlet) => outlet.comment().await,
            Self::Answer(_) => Ok(()),
        }
    }

    /// How often to probe; where probes are answered, two without an answer mean that the client is gone.
    pub(super) fn probe_every(&self) -> Duration {
        match self {
            Self::Socket(_) => Duration::from_secs(30),
            Self::Events(_) | Self::Answer(_) => Duration::from_secs(15),
        }
    }

    /// Whether a client that is there answers a probe. Where none does, who takes nothing for long is gone.
    pub(super) fn answers_probes(&self) -> bool {
        matches!(self, Self::Socket(_))
    }
}
