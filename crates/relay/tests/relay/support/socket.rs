//! A WebSocket as a native client speaks it.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use segel_wire::{ClientFrame, ServerFrame, limits};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::Following;

/// How long a test waits for a frame.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Whether it says what it has taken, as a client must.
    pub(crate) returns_credit: bool,
    /// Events since it last said so.
    taken: u32,
    /// With which the relay closed, if it gave one.
    pub(crate) close_code: Option<u16>,
}

impl Socket {
    /// Upgrades, as a page of `origin` if there is one; a refusal is answered with its status.
    pub(crate) async fn connect(relay: &str, origin: Option<&str>) -> Result<Self, u16> {
        let address = format!("{}/v1/stream", relay.replace("http://", "ws://"));
        let mut request = address.into_client_request().unwrap();
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Self { stream: socket, returns_credit: true, taken: 0, close_code: None }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) async fn hello(&mut self, token: &str, cursor: Option<&str>) {
        self.say(&ClientFrame::Hello { token: token.to_owned(), cursor: cursor.map(str::to_owned) }).await;
    }

    /// Says hello and expects to be welcome.
    pub(crate) async fn greet(&mut self, token: &str, cursor: Option<&str>) {
        self.hello(token, cursor).await;
        let answer = self.next().await;
        assert!(matches!(answer, ServerFrame::Welcome { .. }), "{answer:?}");
    }

    pub(crate) async fn say(&mut self, frame: &ClientFrame) {
        self.say_text(serde_json::to_string(frame).unwrap()).await;
    }

    pub(crate) async fn say_text(&mut self, text: String) {
        self.stream.send(Message::text(text)).await.unwrap();
    }

    /// The next frame or the end; of what the transport says, only the code of a close is of interest.
    async fn frame_or_end(&mut self) -> Option<ServerFrame> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(close))) => self.close_code = close.map(|close| close.code.into()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(other)) => panic!("unexpected {other:?}"),
                Some(Err(_)) | None => return None,
            }
        }
    }
}

impl Following for Socket {
    async fn heard(&mut self) -> Option<ServerFrame> {
        let frame = timeout(PATIENCE, self.frame_or_end()).await.expect("the relay is silent");
        if matches!(frame, Some(ServerFrame::Event(_))) {
            self.taken += 1;
        }
        if self.returns_credit && self.taken == limits::FLOW_EVENTS {
            self.say(&ClientFrame::Flow { events: self.taken }).await;
            self.taken = 0;
        }
        frame
    }
}
