//! What is sent beside events and polls: one request after the other, since they would overtake each other.

use std::rc::Rc;

use segel_wire::api::StoredAnswer;
use segel_wire::{ClientFrame, Problem, ServerFrame, Withdraws};

use super::{LineEvent, Work};
use crate::http::{Body, Http, HttpError, Method, Request};
use crate::json;

/// What the relay is to drop, as the address says it.
fn query(withdraws: Option<Withdraws>) -> String {
    let mut query = String::new();
    if let Some(Withdraws { event, attachment }) = withdraws {
        query.push_str("?withdraws=");
        query.push_str(&event.to_string());
        if let Some(attachment) = attachment {
            query.push_str("&attachment=");
            query.push_str(&attachment.to_string());
        }
    }
    query
}

impl Work {
    /// Sends what is waiting. A request without an answer ends the line: what became of it, the next one shows.
    pub(super) async fn post_all(self: Rc<Self>) {
        loop {
            let next = self.waiting.borrow_mut().pop_front();
            let Some(frame) = next else { break };
            match self.post(frame).await {
                Ok(Some(answer)) => self.tell(LineEvent::Frame(answer)),
                Ok(None) => {}
                Err(_) => self.close(),
            }
            if self.over.get() {
                return;
            }
        }
        self.sending.set(false);
    }

    async fn post(&self, frame: ClientFrame) -> Result<Option<ServerFrame>, HttpError> {
        let (conversation, event, request) = match frame {
            ClientFrame::Send { conversation, event, envelope, withdraws } => {
                let path = ["/events/", &event.to_string(), &query(withdraws)].concat();
                let body = json::write(&envelope).map_err(|_| HttpError::Invalid)?;
                (conversation, Some(event), (Method::Put, path, Body::Json(body)))
            }
            ClientFrame::Signal { conversation, signal } => {
                (conversation, None, (Method::Post, "/signals".to_owned(), Body::Octets(signal.0)))
            }
            ClientFrame::Hello { .. } | ClientFrame::Flow { .. } | ClientFrame::Ping => return Ok(None),
        };
        let (method, path, body) = request;
        let url = [&self.relay, "/v1/conversations/", &conversation.to_string(), &path].concat();
        let token = Some(self.token.borrow().clone());
        let answer = Http.send(Request { method, url, token, range: None, body }).await?;
        // Nobody is told what became of a signal.
        let Some(event) = event else { return Ok(None) };
        Ok(Some(if answer.status == 200 {
            let StoredAnswer { position, time } = answer.body.json()?;
            ServerFrame::Stored { conversation, event, position, time }
        } else {
            ServerFrame::Error { event: Some(event), problem: answer.body.json::<Problem>()? }
        }))
    }
}
