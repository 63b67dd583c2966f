//! Server-sent events through the proxy, frame by frame.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use futures_util::{StreamExt, stream};
use tokio::sync::mpsc;

use super::{Shared, Towards, lock};

/// Passes events on until either side ends or they are cut.
pub(super) fn pass(shared: Arc<Shared>, mut answer: reqwest::Response) -> Body {
    let (client, mut body) = mpsc::channel::<Bytes>(1);
    tokio::spawn(async move {
        let mut cuts = shared.cuts.subscribe();
        let mut heard = Vec::new();
        loop {
            let chunk = tokio::select! {
                _ = cuts.changed() => return,
                () = client.closed() => return,
                chunk = answer.chunk() => chunk,
            };
            let Ok(Some(chunk)) = chunk else { return };
            heard.extend(chunk);
            while let Some(end) = heard.windows(2).position(|pair| pair == b"\n\n") {
                let event = String::from_utf8(heard.drain(..end + 2).collect()).unwrap();
                for event in meddled(&shared, event) {
                    if client.send(event.into()).await.is_err() {
                        return;
                    }
                }
            }
        }
    });
    Body::from_stream(stream::poll_fn(move |context| body.poll_recv(context)).map(Ok::<_, Infallible>))
}

/// What to deliver instead of this event.
fn meddled(shared: &Shared, event: String) -> Vec<String> {
    let Some(text) = event.strip_prefix("data: ") else { return vec![event] };
    let text = text.trim_end().to_owned();
    shared.record_frame(Towards::Client, &text);
    let texts = lock(&shared.rules).towards_client(text);
    texts.into_iter().map(|text| format!("data: {text}\n\n")).collect()
}
