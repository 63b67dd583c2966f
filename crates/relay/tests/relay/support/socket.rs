//! A WebSocket as a native client speaks it.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use segel_wire::{ClientFrame, Code, Delivered, ServerFrame};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

pub(crate) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Upgrades, as a page of `origin` if there is one; a refusal is answered with its status.
    pub(crate) async fn connect(relay: &str, origin: Option<&str>) -> Result<Self, u16> {
        let address = format!("{}/v1/stream", relay.replace("http://", "ws://"));
        let mut request = address.into_client_request().unwrap();
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Self(socket)),
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
        self.0.send(Message::text(text)).await.unwrap();
    }

    /// The next frame; none within the patience of a test is a failure.
    pub(crate) async fn next(&mut self) -> ServerFrame {
        self.heard().await.expect("the relay closed the stream")
    }

    pub(crate) async fn next_event(&mut self) -> Delivered {
        match self.next().await {
            ServerFrame::Event(event) => event,
            other => panic!("expected an event: {other:?}"),
        }
    }

    /// Everything up to `head`, and its cursor.
    pub(crate) async fn missed(&mut self) -> (Vec<Delivered>, String) {
        let mut events = Vec::new();
        loop {
            match self.next().await {
                ServerFrame::Event(event) => events.push(event),
                ServerFrame::Head { cursor } => return (events, cursor),
                other => panic!("expected what was missed: {other:?}"),
            }
        }
    }

    /// Why the relay closes, once it has closed.
    pub(crate) async fn sent_away(mut self) -> Code {
        let mut said = None;
        while let Some(frame) = self.heard().await {
            if let ServerFrame::Bye { problem } = frame {
                said = Some(problem.code);
            }
        }
        said.expect("closed without a bye")
    }

    async fn heard(&mut self) -> Option<ServerFrame> {
        loop {
            let message = timeout(Duration::from_secs(20), self.0.next()).await.expect("the relay is silent");
            match message {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Close(_))) => {}
                Some(Ok(other)) => panic!("unexpected {other:?}"),
                Some(Err(_)) | None => return None,
            }
        }
    }
}
