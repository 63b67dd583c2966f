//! A WebSocket that speaks frames, bounded in size and in patience.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use segel_wire::{ClientFrame, Code, ServerFrame};
use tokio::time::{sleep, timeout};

use crate::refusal::Refusal;

/// How long a peer that was sent away may take to hear why, and to close.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);
/// With which a client is closed that does not take what it is sent.
const SLOW_CONSUMER: u16 = 4008;

pub(super) struct Connection {
    socket: WebSocket,
    /// After an error nothing more can be read, whatever the peer still sends.
    unreadable: bool,
    /// How long a peer may take to accept one frame.
    patience: Duration,
}

/// Why a stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The peer closed, or cannot be reached.
    Gone,
    /// The relay closes, and says why.
    Refused(Refusal),
}

impl Connection {
    pub(super) fn new(socket: WebSocket, patience: Duration) -> Self {
        Self { socket, unreadable: false, patience }
    }

    /// Hands a frame to the peer; answers how many bytes it has.
    pub(super) async fn send(&mut self, frame: &ServerFrame) -> Result<usize, End> {
        let text = serde_json::to_string(frame).map_err(|_| Code::Internal)?;
        let bytes = text.len();
        self.send_message(Message::text(text)).await?;
        Ok(bytes)
    }

    /// Asks the peer's machine whether it is there.
    pub(super) async fn probe(&mut self) -> Result<(), End> {
        self.send_message(Message::Ping(Bytes::new())).await
    }

    /// The next sign of life; a frame, unless it was the transport's own. Loses nothing when cancelled.
    pub(super) async fn receive(&mut self) -> Result<Option<ClientFrame>, End> {
        match self.socket.recv().await {
            Some(Ok(Message::Text(text))) => {
                let frame = serde_json::from_str(&text).map_err(|_| Code::Malformed)?;
                Ok(Some(frame))
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
            Some(Ok(Message::Binary(_))) => Err(Code::Malformed.into()),
            Some(Ok(Message::Close(_))) | None => Err(End::Gone),
            Some(Err(error)) => {
                self.unreadable = true;
                Err(why(error))
            }
        }
    }

    /// The next frame.
    pub(super) async fn receive_frame(&mut self) -> Result<ClientFrame, End> {
        loop {
            if let Some(frame) = self.receive().await? {
                return Ok(frame);
            }
        }
    }

    /// Says why, closes, and lets the peer read it: closing on unread input would reset the connection.
    pub(super) async fn part(mut self, refusal: Refusal) {
        self.patience = self.patience.min(CLOSE_WITHIN);
        let said = self.send(&ServerFrame::Bye { problem: refusal.problem() }).await;
        if said.is_err() || self.send_message(Message::Close(close_frame(refusal.code))).await.is_err() {
            return;
        }
        if self.unreadable {
            sleep(CLOSE_WITHIN).await;
        } else {
            let closed = async { while self.socket.recv().await.is_some_and(|received| received.is_ok()) {} };
            let _ = timeout(CLOSE_WITHIN, closed).await;
        }
    }

    async fn send_message(&mut self, message: Message) -> Result<(), End> {
        match timeout(self.patience, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Gone),
            Err(_) => Err(Code::SlowConsumer.into()),
        }
    }
}

impl From<Refusal> for End {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Code> for End {
    fn from(code: Code) -> Self {
        Self::Refused(code.into())
    }
}

/// Says once more why, for who looks at close codes alone.
fn close_frame(code: Code) -> Option<CloseFrame> {
    let reason = code.as_str().into();
    (code == Code::SlowConsumer).then_some(CloseFrame { code: SLOW_CONSUMER, reason })
}

fn why(error: axum::Error) -> End {
    match error.into_inner().downcast_ref::<tungstenite::Error>() {
        Some(tungstenite::Error::Capacity(_)) => Code::TooLarge.into(),
        Some(tungstenite::Error::Utf8(_) | tungstenite::Error::Protocol(_)) => Code::Malformed.into(),
        _ => End::Gone,
    }
}
