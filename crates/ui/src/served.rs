//! What is served of a language beside the sentences that the program starts with.

use std::cell::Cell;

use js_sys::futures::spawn_local;
use segel_web::http::{Body, Http, Method, Request};
use segel_web::{page, timer};

use crate::text::LaterText;

/// Before what did not arrive is asked for again, in milliseconds.
const AGAIN: u32 = 1_000;

thread_local! {
    static LATER: Cell<Option<LaterText>> = const { Cell::new(None) };
}

/// What is fetched when it is wanted, if it has come; else it is asked for, and `comes` is called once it has.
pub fn later_or(comes: impl FnOnce() + 'static) -> Option<LaterText> {
    let words = LATER.get();
    if words.is_none() {
        spawn_local(async move {
            later().await;
            comes();
        });
    }
    words
}

/// What is fetched when it is wanted, once it has come.
pub(crate) async fn later() -> LaterText {
    loop {
        if let Some(words) = LATER.get() {
            return words;
        }
        LATER.set(fetch("later").await.and_then(LaterText::read));
        if LATER.get().is_none() {
            timer::pause(AGAIN).await;
        }
    }
}

/// The file of the page's language in this folder; `None` if it does not arrive.
pub async fn fetch(folder: &str) -> Option<String> {
    let url = [folder, "/", &page::language(), ".txt"].concat();
    let request = Request { method: Method::Get, url, token: None, range: None, body: Body::Empty };
    let answer = Http.send(request).await.ok().filter(|answer| answer.status == 200)?;
    str::from_utf8(answer.body.octets()).ok().map(str::to_owned)
}
