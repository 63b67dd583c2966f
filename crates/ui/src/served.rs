//! Words that are served apart from a language's sentences: few want them, and nobody at first.

use segel_web::http::{Body, Http, Method, Request};
use segel_web::page;

/// The file of this folder in the page's language; `None` if it did not arrive.
pub async fn fetch(folder: &str) -> Option<String> {
    let url = [folder, "/", &page::language(), ".txt"].concat();
    let request = Request { method: Method::Get, url, token: None, range: None, body: Body::Empty };
    let answer = Http.send(request).await.ok().filter(|answer| answer.status == 200)?;
    str::from_utf8(answer.body.octets()).ok().map(str::to_owned)
}
