//! Requests to the relay: no cookies, no referrer, no cache, no redirects, and an end in time.

use js_sys::Uint8Array;
use segel_wire::json::FromJson;
use segel_wire::limits;
use thiserror::Error;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    AbortController, AbortSignal, Headers, ReadableStreamDefaultReader, ReadableStreamReadResult,
    ReferrerPolicy, RequestCache, RequestCredentials, RequestInit, RequestMode, RequestRedirect,
};

use crate::bindings::error_name;
use crate::json;
use crate::timer::{Timer, after};

/// How long a request may take, with its whole answer; for each KiB that goes along or is asked for, begun or whole, a second longer.
pub const TIMEOUT_MS: u32 = 15_000;

/// Sends requests with the page's `fetch`.
#[derive(Clone, Copy, Default)]
pub struct Http;

/// What to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Add.
    Post,
    /// Put in place.
    Put,
    /// Take away.
    Delete,
}

/// One request.
pub struct Request {
    /// What to ask for.
    pub method: Method,
    /// Absolute address.
    pub url: String,
    /// Sent as `Authorization: Bearer`; never part of the address.
    pub token: Option<String>,
    /// The first and the last byte of what is asked for, where it is not everything.
    pub range: Option<(u64, u64)>,
    /// What to send along.
    pub body: Body,
}

/// What kind of answer is wanted, where an address has several.
#[derive(Clone, Copy)]
pub(crate) enum Accept {
    /// One value.
    Json,
    /// Server-sent events.
    Events,
}

/// What a request carries.
pub enum Body {
    /// Nothing.
    Empty,
    /// JSON text, sent as `application/json`.
    Json(String),
    /// Bytes as they are, sent as `application/octet-stream`.
    Octets(Vec<u8>),
}

/// An answer that has arrived in full, whatever its status.
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// What came with it.
    pub body: ResponseBody,
}

/// The bytes of an answer.
pub struct ResponseBody(Vec<u8>);

/// Why there is no answer, or none that can be read.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum HttpError {
    /// The request cannot be formed: a bad address or token.
    #[error("the request cannot be formed")]
    Invalid,
    /// No answer: offline, refused, redirected, or forbidden by CORS or the page's policy.
    #[error("the relay cannot be reached")]
    Unreachable,
    /// No complete answer within [`TIMEOUT_MS`] and what there is beside that for bytes.
    #[error("the relay did not answer in time")]
    TimedOut,
    /// The answer is longer than any that PROTOCOL.md has; it was read no further.
    #[error("the relay's answer is too long")]
    TooLarge,
    /// The answer is not JSON of the expected shape.
    #[error("the relay's answer cannot be read")]
    Malformed,
}

impl HttpError {
    pub(crate) fn from_thrown(thrown: &JsValue) -> Self {
        // Nobody but the deadline aborts a request that is still awaited.
        if error_name(thrown) == "AbortError" { Self::TimedOut } else { Self::Unreachable }
    }
}

impl Http {
    /// Sends one request and reads the whole answer. Dropping the future ends the request.
    pub async fn send(self, request: Request) -> Result<Response, HttpError> {
        let deadline = Deadline::start(request.patience_ms())?;
        read(&begin(&request, None, &deadline.signal()).await?).await
    }
}

impl Request {
    /// How long it may take, in milliseconds: a chunk of a file has time on a slow line, too.
    fn patience_ms(&self) -> u32 {
        let along = match &self.body {
            Body::Empty => 0,
            Body::Json(text) => text.len(),
            Body::Octets(octets) => octets.len(),
        };
        let back = self.range.map_or(0, |(first, last)| last.saturating_sub(first));
        let bytes = u32::try_from(back.saturating_add(along as u64)).unwrap_or(u32::MAX);
        TIMEOUT_MS + bytes.div_ceil(1_024) * 1_000
    }
}

/// Sends one request; the answer's body is still to come. The signal ends both.
pub(crate) async fn begin(
    request: &Request,
    accept: Option<Accept>,
    signal: &AbortSignal,
) -> Result<web_sys::Response, HttpError> {
    let window = web_sys::window().ok_or(HttpError::Unreachable)?;
    let init = init(request, accept)?;
    init.set_signal(Some(signal));
    let answer = window.fetch_with_str_and_init(&request.url, &init).await;
    Ok(answer.map_err(|thrown| HttpError::from_thrown(&thrown))?.unchecked_into())
}

/// Reads the whole answer, piece by piece, so that a relay cannot have a page hold more than [`limits::ANSWER_BYTES`].
pub(crate) async fn read(answer: &web_sys::Response) -> Result<Response, HttpError> {
    let mut octets = Vec::new();
    if let Some(stream) = answer.body() {
        let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
        loop {
            let piece = reader.read().await.map_err(|thrown| HttpError::from_thrown(&thrown))?;
            let piece: ReadableStreamReadResult = piece.unchecked_into();
            if piece.get_done() != Some(false) {
                break;
            }
            let piece = piece.get_value().unchecked_into::<Uint8Array>().to_vec();
            if octets.len() + piece.len() > limits::ANSWER_BYTES {
                return Err(HttpError::TooLarge);
            }
            octets.extend_from_slice(&piece);
        }
    }
    Ok(Response { status: answer.status(), body: ResponseBody(octets) })
}

impl ResponseBody {
    /// The answer as JSON.
    pub fn json<T: FromJson>(&self) -> Result<T, HttpError> {
        let text = str::from_utf8(&self.0).map_err(|_| HttpError::Malformed)?;
        json::parse(text).map_err(|_| HttpError::Malformed)
    }

    /// The answer as it came.
    pub fn octets(&self) -> &[u8] {
        &self.0
    }
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// Ends its request when time is up or when nobody awaits it any more; ending a finished one does nothing.
pub(crate) struct Deadline {
    controller: AbortController,
    timer: Option<Timer>,
}

impl Deadline {
    pub(crate) fn start(ms: u32) -> Result<Self, HttpError> {
        let controller = AbortController::new().map_err(|_| HttpError::Unreachable)?;
        let aborting = controller.clone();
        let timer = after(ms, move || aborting.abort());
        Ok(Self { controller, timer: Some(timer) })
    }

    /// What ends the request.
    pub(crate) fn signal(&self) -> AbortSignal {
        self.controller.signal()
    }

    /// Gives it all the time in the world.
    pub(crate) fn lift(&mut self) {
        self.timer = None;
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        self.controller.abort();
    }
}

fn init(request: &Request, accept: Option<Accept>) -> Result<RequestInit, HttpError> {
    let headers = Headers::new().map_err(|_| HttpError::Invalid)?;
    let header = |name: &str, value: &str| headers.set(name, value).map_err(|_| HttpError::Invalid);
    if let Some(token) = &request.token {
        header("authorization", &["Bearer ", token].concat())?;
    }
    if let Some((first, last)) = request.range {
        header("range", &["bytes=", &first.to_string(), "-", &last.to_string()].concat())?;
    }
    match accept {
        Some(Accept::Json) => header("accept", "application/json")?,
        Some(Accept::Events) => header("accept", "text/event-stream")?,
        None => {}
    }
    let init = RequestInit::new();
    match &request.body {
        Body::Empty => {}
        Body::Json(text) => {
            header("content-type", "application/json")?;
            init.set_body(&text.into());
        }
        Body::Octets(octets) => {
            header("content-type", "application/octet-stream")?;
            init.set_body(&Uint8Array::from(octets.as_slice()));
        }
    }
    init.set_method(request.method.name());
    init.set_headers(&headers);
    init.set_mode(RequestMode::Cors);
    init.set_credentials(RequestCredentials::Omit);
    init.set_cache(RequestCache::NoStore);
    init.set_redirect(RequestRedirect::Error);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    Ok(init)
}

#[cfg(test)]
#[cfg(target_family = "wasm")]
mod tests {
    use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

    use super::*;

    wasm_bindgen_test_configure!(run_in_browser);

    /// The request as the browser understands it.
    fn understood(method: Method, token: Option<&str>, body: Body) -> web_sys::Request {
        let url = "https://relay.example/v1/events".to_owned();
        let request = Request { method, url, token: token.map(str::to_owned), range: None, body };
        web_sys::Request::new_with_str_and_init(&request.url, &init(&request, None).unwrap()).unwrap()
    }

    async fn text(request: &web_sys::Request) -> String {
        request.text().unwrap().await.unwrap().as_string().unwrap()
    }

    #[wasm_bindgen_test]
    fn nothing_of_the_page_goes_along() {
        let request = understood(Method::Get, None, Body::Empty);
        assert_eq!(request.credentials(), RequestCredentials::Omit);
        assert_eq!(request.referrer_policy(), ReferrerPolicy::NoReferrer);
        assert_eq!(request.cache(), RequestCache::NoStore);
        assert_eq!(request.redirect(), RequestRedirect::Error);
        assert_eq!(request.mode(), RequestMode::Cors);
        assert_eq!(request.headers().get("authorization").unwrap(), None);
    }

    #[wasm_bindgen_test]
    fn the_token_goes_in_its_header_and_not_in_the_address() {
        let request = understood(Method::Put, Some("a-token"), Body::Empty);
        assert_eq!(request.method(), "PUT");
        assert_eq!(request.headers().get("authorization").unwrap().unwrap(), "Bearer a-token");
        assert_eq!(request.url(), "https://relay.example/v1/events");
    }

    #[wasm_bindgen_test]
    fn a_range_goes_in_its_header() {
        let url = "https://relay.example/".to_owned();
        let request =
            Request { method: Method::Get, url, token: None, range: Some((5, 9)), body: Body::Empty };
        let init = init(&request, None).unwrap();
        let request = web_sys::Request::new_with_str_and_init(&request.url, &init).unwrap();
        assert_eq!(request.headers().get("range").unwrap().unwrap(), "bytes=5-9");
    }

    #[wasm_bindgen_test]
    fn a_chunk_of_a_file_has_time_on_a_slow_line_either_way() {
        let patience_ms = |range, body| {
            let url = "https://relay.example/".to_owned();
            Request { method: Method::Get, url, token: None, range, body }.patience_ms()
        };
        assert_eq!(patience_ms(None, Body::Empty), TIMEOUT_MS);
        assert_eq!(patience_ms(None, Body::Octets(vec![0; 65_552])), TIMEOUT_MS + 65_000);
        assert_eq!(patience_ms(Some((65_552, 131_103)), Body::Empty), TIMEOUT_MS + 65_000);
    }

    #[wasm_bindgen_test]
    async fn each_body_is_sent_as_what_it_is() {
        let json = understood(Method::Post, None, Body::Json(r#"{"text":"halo 😀"}"#.to_owned()));
        assert_eq!(json.headers().get("content-type").unwrap().unwrap(), "application/json");
        assert_eq!(text(&json).await, r#"{"text":"halo 😀"}"#);

        let octets = understood(Method::Put, None, Body::Octets(vec![0, 255, 10]));
        assert_eq!(octets.headers().get("content-type").unwrap().unwrap(), "application/octet-stream");
        let sent = octets.array_buffer().unwrap().await.unwrap();
        assert_eq!(Uint8Array::new(&sent).to_vec(), [0, 255, 10]);

        assert_eq!(text(&understood(Method::Post, None, Body::Empty)).await, "");
    }
}
