//! Server-sent events, read as they come: an `EventSource` could not send the token in a header.

use js_sys::Uint8Array;
use segel_wire::limits;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ReadableStreamDefaultReader, ReadableStreamReadResult};

use super::Work;
use crate::http::{Accept, HttpError};

/// Whatever withholds the first byte for longer withholds the others, too.
const FIRST_BYTE_WITHIN_MS: u32 = 5_000;
/// More than any event has.
const MOST_BYTES: usize = 2 * limits::REQUEST_BYTES;
/// What stands before a frame.
const DATA: &[u8] = b"data: ";

/// How reading ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Nothing came: what is sent is withheld until there is no more.
    Withheld,
    /// The line is over.
    Over,
}

/// Bytes of whose last event there is not everything yet.
#[derive(Default)]
struct Stream(Vec<u8>);

impl Work {
    /// Hands on what comes after the cursor.
    pub(super) async fn read_events(&self, cursor: Option<&str>) -> End {
        match self.read_to_the_end(cursor).await {
            Err(HttpError::TimedOut) if !self.worked.get() && !self.over.get() => End::Withheld,
            _ => End::Over,
        }
    }

    async fn read_to_the_end(&self, cursor: Option<&str>) -> Result<(), HttpError> {
        let answer = self.ask(Accept::Events, "", cursor, FIRST_BYTE_WITHIN_MS).await?;
        let Some(body) = answer.body().filter(|_| answer.ok()) else {
            return self.take_refusal(&answer).await;
        };
        let thrown = |thrown: JsValue| HttpError::from_thrown(&thrown);
        let reader = ReadableStreamDefaultReader::new(&body).map_err(thrown)?;
        let mut stream = Stream::default();
        loop {
            self.room().await;
            let read: ReadableStreamReadResult = reader.read().await.map_err(thrown)?.unchecked_into();
            let Ok(bytes) = read.get_value().dyn_into::<Uint8Array>() else { return Ok(()) };
            if let Some(deadline) = &mut *self.reading.borrow_mut() {
                deadline.lift();
            }
            self.hear();
            stream.0.extend(bytes.to_vec());
            while let Some(event) = stream.next() {
                if let Some(frame) = event.strip_prefix(DATA) {
                    // What is no text is no frame, as nothing is.
                    self.take(str::from_utf8(frame).unwrap_or_default());
                }
            }
            if stream.0.len() > MOST_BYTES {
                return Err(HttpError::TooLarge);
            }
        }
    }
}

impl Stream {
    /// The next event without the empty line that ends it.
    fn next(&mut self) -> Option<Vec<u8>> {
        let end = self.0.windows(2).position(|pair| pair == b"\n\n")?;
        let rest = self.0.split_off(end + 2);
        let mut event = core::mem::replace(&mut self.0, rest);
        event.truncate(end);
        Some(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_whole_however_they_are_cut_into_chunks() {
        let sent = ":\n\ndata: {\"a\":\"é\"}\n\ndata: 2\n\n:\n\n".as_bytes();
        for size in 1..=sent.len() {
            let mut stream = Stream::default();
            let mut events = Vec::new();
            for chunk in sent.chunks(size) {
                stream.0.extend(chunk);
                events.extend(core::iter::from_fn(|| stream.next()));
            }
            let events = events.iter().map(|event| str::from_utf8(event).unwrap()).collect::<Vec<_>>();
            assert_eq!(events, [":", "data: {\"a\":\"é\"}", "data: 2", ":"], "by {size}");
            assert_eq!(stream.0, b"");
        }
    }
}
