//! Server-sent events as a client without any library for them reads them.

use std::time::Duration;

use reqwest::{Method, Response};
use segel_wire::api::PollAnswer;
use segel_wire::{Code, ServerFrame};
use tokio::time::timeout;

use super::{Client, Following, code_of};

/// How long a test waits for a frame.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Listener {
    answer: Response,
    heard: String,
    pub(crate) comments: usize,
}

impl Client {
    /// Asks for events; a poll if it says how many seconds to wait.
    pub(crate) async fn ask_events(&self, cursor: Option<&str>, wait: Option<u64>) -> Response {
        let mut request = self.request(Method::GET, "/v1/events");
        let accept = if wait.is_some() { "application/json" } else { "text/event-stream" };
        request = request.header("accept", accept);
        if let Some(cursor) = cursor {
            request = request.query(&[("cursor", cursor)]);
        }
        if let Some(wait) = wait {
            request = request.query(&[("wait", wait)]);
        }
        request.send().await.unwrap()
    }

    /// Events that were welcomed, from this cursor on.
    pub(crate) async fn listen(&self, cursor: Option<&str>) -> Listener {
        let answer = self.ask_events(cursor, None).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        let mut listener = Listener { answer, heard: String::new(), comments: 0 };
        let first = listener.next().await;
        assert!(matches!(first, ServerFrame::Welcome { .. }), "{first:?}");
        listener
    }

    /// The frames of one poll, which is welcomed and told of the newest roster.
    pub(crate) async fn poll(&self, cursor: Option<&str>, wait: u64) -> Vec<ServerFrame> {
        let answer = self.ask_events(cursor, Some(wait)).await;
        assert_eq!(answer.status(), 200);
        let PollAnswer { mut frames } = answer.json().await.unwrap();
        assert!(matches!(frames.remove(0), ServerFrame::Welcome { .. }));
        assert!(matches!(frames.remove(0), ServerFrame::Roster { .. }));
        frames
    }
}

impl Listener {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.answer.headers()[name].to_str().unwrap()
    }

    async fn frame_or_end(&mut self) -> Option<ServerFrame> {
        loop {
            while let Some((part, rest)) = self.heard.split_once("\n\n") {
                let (part, rest) = (part.to_owned(), rest.to_owned());
                self.heard = rest;
                if let Some(text) = part.strip_prefix("data: ") {
                    return Some(serde_json::from_str(text).unwrap());
                }
                assert!(part.starts_with(':') && !part.contains('\n'), "{part}");
                self.comments += 1;
            }
            let chunk = self.answer.chunk().await.unwrap()?;
            self.heard.push_str(str::from_utf8(&chunk).unwrap());
        }
    }
}

impl Following for Listener {
    /// Comments are no frames.
    async fn heard(&mut self) -> Option<ServerFrame> {
        timeout(PATIENCE, self.frame_or_end()).await.expect("the relay says nothing")
    }
}

/// Why events are refused.
pub(crate) async fn refusal_of(client: &Client, cursor: Option<&str>) -> [Code; 2] {
    [
        code_of(client.ask_events(cursor, None).await).await,
        code_of(client.ask_events(cursor, Some(0)).await).await,
    ]
}
