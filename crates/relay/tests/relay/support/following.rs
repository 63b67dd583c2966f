//! What every kind of stream brings, however it travels.

use segel_wire::{Code, Delivered, ServerFrame};

/// A stream that was welcomed.
pub(crate) trait Following: Sized {
    /// The next frame, waited for no longer than a test has patience; none once the stream has ended.
    async fn heard(&mut self) -> Option<ServerFrame>;

    /// The next frame.
    async fn next(&mut self) -> ServerFrame {
        self.heard().await.expect("the relay ended the stream")
    }

    async fn next_event(&mut self) -> Delivered {
        match self.next().await {
            ServerFrame::Event(event) => event,
            other => panic!("expected an event: {other:?}"),
        }
    }

    /// Everything up to `head`, and its cursor.
    async fn missed(&mut self) -> (Vec<Delivered>, String) {
        let mut events = Vec::new();
        loop {
            match self.next().await {
                ServerFrame::Event(event) => events.push(event),
                ServerFrame::Head { cursor } => return (events, cursor),
                other => panic!("expected what was missed: {other:?}"),
            }
        }
    }

    /// Why the relay ends the stream, once it has ended it.
    async fn sent_away(mut self) -> Code {
        self.rest().await.1
    }

    /// The events that still come, and why there are no more.
    async fn rest(&mut self) -> (Vec<Delivered>, Code) {
        let (mut events, mut said) = (Vec::new(), None);
        while let Some(frame) = self.heard().await {
            match frame {
                ServerFrame::Event(event) => events.push(event),
                ServerFrame::Bye { problem } => said = Some(problem.code),
                _ => {}
            }
        }
        (events, said.expect("ended without a bye"))
    }
}
