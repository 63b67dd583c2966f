//! Requests against the server that serves these tests, and against nobody.

use segel_web::files::Pieces;
use segel_web::http::{Body, Http, HttpError, Method, Request, Response};
use segel_wire::api::EventsAnswer;
use segel_wire::ids::EventId;
use segel_wire::limits::ANSWER_BYTES;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn an_answer_arrives_whole() {
    let answer = get(&format!("{}/", origin())).await.unwrap();
    assert_eq!(answer.status, 200);
    assert!(str::from_utf8(answer.body.octets()).unwrap().contains("<html"));
}

#[wasm_bindgen_test]
async fn an_error_status_is_an_answer() {
    assert_eq!(get(&format!("{}/no-such-page", origin())).await.unwrap().status, 404);
}

#[wasm_bindgen_test]
async fn an_answer_that_is_not_json_is_malformed() {
    let answer = get(&format!("{}/", origin())).await.unwrap();
    assert_eq!(answer.body.json::<EventsAnswer>(), Err(HttpError::Malformed));
}

#[wasm_bindgen_test]
async fn an_answer_is_read_up_to_the_limit_and_no_further() {
    for (bytes, expected) in [(ANSWER_BYTES, Ok(ANSWER_BYTES)), (ANSWER_BYTES + 1, Err(HttpError::TooLarge))]
    {
        let mut pieces = Pieces::default();
        pieces.take(EventId([1; 16]), &vec![7; bytes]);
        let address = pieces.finish(EventId([1; 16])).unwrap().into_address("image/png").unwrap();
        let answer = get(address.as_str()).await;
        assert_eq!(answer.map(|answer| answer.body.octets().len()), expected);
    }
}

#[wasm_bindgen_test]
async fn an_address_that_nobody_answers_at_is_unreachable() {
    // Browsers connect to port 1 for nobody, so no machine can answer there by chance.
    let refused = get("http://127.0.0.1:1/").await.map(|answer| answer.status);
    assert_eq!(refused, Err(HttpError::Unreachable));
}

#[wasm_bindgen_test]
async fn a_token_that_would_break_the_header_is_not_sent() {
    let request = Request { token: Some("a\r\nb: c".to_owned()), ..reading(&format!("{}/", origin())) };
    let refused = Http.send(request).await.map(|answer| answer.status);
    assert_eq!(refused, Err(HttpError::Invalid));
}

async fn get(url: &str) -> Result<Response, HttpError> {
    Http.send(reading(url)).await
}

fn reading(url: &str) -> Request {
    Request { method: Method::Get, url: url.to_owned(), token: None, range: None, body: Body::Empty }
}

fn origin() -> String {
    web_sys::window().unwrap().location().origin().unwrap()
}
