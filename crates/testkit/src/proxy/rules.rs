//! What the proxy does to what passes.

use std::fmt;

use segel_wire::{ClientFrame, Delivered, ServerFrame};

use super::{Loss, Manner};

type Bytes = Box<dyn FnMut(Vec<u8>) -> Vec<u8> + Send>;
type Events = Box<dyn FnMut(Delivered) -> Vec<Delivered> + Send>;
type Losses = Box<dyn FnMut(&str) -> Option<Loss> + Send>;
type Answers = Box<dyn FnMut(&ServerFrame) -> bool + Send>;
type Sends = Box<dyn FnMut(ClientFrame) -> ClientFrame + Send>;

#[derive(Default)]
pub(super) struct Rules {
    /// By the end of the request's path.
    pub(super) answers: Vec<(String, Bytes)>,
    pub(super) events: Option<Events>,
    pub(super) sends: Option<Sends>,
    /// Which of the relay's frames no client gets.
    pub(super) withheld: Option<Answers>,
    pub(super) losses: Option<Losses>,
    pub(super) manner: Manner,
}

impl Rules {
    /// Another body for the answer to this path, if a rule says so.
    pub(super) fn answer(&mut self, path: &str, body: &[u8]) -> Option<Vec<u8>> {
        let rule = self.answers.iter_mut().find(|(end, _)| path.ends_with(end.as_str()));
        rule.map(|(_, rule)| rule(body.to_vec()))
    }

    /// What of this exchange is lost.
    pub(super) fn loss(&mut self, subject: &str) -> Option<Loss> {
        self.losses.as_mut().and_then(|rule| rule(subject))
    }

    /// The texts to deliver instead of this one.
    pub(super) fn towards_client(&mut self, text: String) -> Vec<String> {
        let frame = serde_json::from_str(&text).ok();
        if let (Some(rule), Some(frame)) = (&mut self.withheld, &frame)
            && rule(frame)
        {
            return Vec::new();
        }
        match (&mut self.events, frame) {
            (Some(rule), Some(ServerFrame::Event(event))) => {
                let events = rule(event).into_iter().map(ServerFrame::Event);
                events.map(|frame| serde_json::to_string(&frame).unwrap()).collect()
            }
            _ => vec![text],
        }
    }

    /// The text to send instead of this one.
    pub(super) fn towards_relay(&mut self, text: String) -> String {
        match (&mut self.sends, serde_json::from_str(&text)) {
            (Some(rule), Ok(frame)) => serde_json::to_string(&rule(frame)).unwrap(),
            _ => text,
        }
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules").field("answers", &self.answers.len()).finish_non_exhaustive()
    }
}
