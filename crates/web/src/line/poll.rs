//! Long polls, for networks that withhold an answer until it is whole.

use segel_wire::ServerFrame;
use segel_wire::api::PollAnswer;
use segel_wire::limits::POLL_SECONDS;

use super::{LineEvent, Work};
use crate::http::{self, Accept, HttpError, TIMEOUT_MS};

impl Work {
    /// Hands on what comes after the cursor, as if it were one stream.
    pub(super) async fn read_polls(&self, mut cursor: Option<String>) -> Result<(), HttpError> {
        let (mut newest, mut head) = (None, None);
        let mut is_first = true;
        loop {
            self.room().await;
            // Nothing is sent before the head: what was missed may end where an answer does.
            let wait = if head.is_some() { POLL_SECONDS } else { 0 };
            let patience = wait * 1_000 + TIMEOUT_MS;
            let query = ["?wait=", &wait.to_string()].concat();
            let answer = self.ask(Accept::Json, &query, cursor.as_deref(), patience).await?;
            if !answer.ok() {
                return self.take_refusal(&answer).await;
            }
            let Ok(PollAnswer { frames }) = http::read(&answer).await?.body.json() else {
                self.mishear();
                return Ok(());
            };
            self.hear();
            for mut frame in frames {
                match &frame {
                    // There is one welcome to a stream, and whoever is welcomed asks for the roster.
                    ServerFrame::Welcome { .. } if !is_first => continue,
                    ServerFrame::Roster { generation, version } => {
                        let order = Some((*generation, *version));
                        let is_known = newest == order || is_first;
                        newest = order;
                        if is_known {
                            continue;
                        }
                    }
                    ServerFrame::Event(event) => cursor = Some(event.cursor.clone()),
                    ServerFrame::Head { cursor: reached } => {
                        cursor = Some(reached.clone());
                        if head == cursor {
                            // All that this says is that the line is there, and it is not worth keeping.
                            frame = ServerFrame::Pong;
                        } else {
                            head.clone_from(&cursor);
                        }
                    }
                    _ => {}
                }
                self.tell(LineEvent::Frame(frame));
            }
            is_first = false;
        }
    }
}
