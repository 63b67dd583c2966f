//! The engine's questions as HTTP requests, and the relay's answers as values.

use segel_core::{self as core, Answer, Expects, Json, RequestBody};
use segel_wire::Problem;
use segel_wire::ids::SiteId;

use crate::http::{Body, Http, HttpError, Method, Request, Response};
use crate::json::{self, JsonError};

/// Asks the relay at `relay`, an origin.
pub(super) async fn ask(
    relay: &str,
    site: &SiteId,
    request: &core::Request,
    token: Option<String>,
) -> Answer {
    let Ok(body) = body(request) else { return Answer::Unreachable };
    let method = match request.method() {
        core::Method::Get => Method::Get,
        core::Method::Post => Method::Post,
        core::Method::Put => Method::Put,
        core::Method::Delete => Method::Delete,
    };
    let url = [relay, &request.path(site)].concat();
    let range = request.range();
    match Http.send(Request { method, url, token, range, body }).await {
        Ok(response) => read(&response, request.expects()).unwrap_or(Answer::Unreachable),
        Err(_) => Answer::Unreachable,
    }
}

fn body(request: &core::Request) -> Result<Body, JsonError> {
    Ok(match request.body() {
        RequestBody::Empty => Body::Empty,
        RequestBody::Octets(bytes) => Body::Octets(bytes.to_vec()),
        RequestBody::Json(Json::Login(body)) => Body::Json(json::write(body)?),
        RequestBody::Json(Json::Bundles(body)) => Body::Json(json::write(body)?),
        RequestBody::Json(Json::OpenConversation(body)) => Body::Json(json::write(body)?),
        RequestBody::Json(Json::Erasure(body)) => Body::Json(json::write(body)?),
    })
}

fn read(response: &Response, expects: Expects) -> Result<Answer, HttpError> {
    let body = &response.body;
    if !(200..300).contains(&response.status) {
        return body.json::<Problem>().map(Answer::Problem);
    }
    Ok(match expects {
        Expects::Nothing => Answer::Done,
        Expects::Octets => Answer::Octets(body.octets().to_vec()),
        Expects::Challenge => Answer::Challenge(body.json()?),
        Expects::Login => Answer::Login(body.json()?),
        Expects::Bundles => Answer::Bundles(body.json()?),
        Expects::Prekeys => Answer::Prekeys(body.json()?),
        Expects::Upload => Answer::Upload(body.json()?),
        Expects::Events => Answer::Events(body.json()?),
    })
}
