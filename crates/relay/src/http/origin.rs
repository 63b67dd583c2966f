//! Which web origins may speak to the relay. docs/PROTOCOL.md, section 7.4.
//!
//! A browser says from which origin a page speaks; native tools say none and are judged by their
//! sessions and signatures alone.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use segel_wire::Code;

use crate::refusal::Refusal;
use crate::service::Service;
use crate::sites::Site;

/// The web origin of the page that asks, if a page asks. [`guard`] has found it at some site.
#[derive(Debug, Clone, Default)]
pub(crate) struct PageOrigin(Option<Arc<str>>);

impl PageOrigin {
    /// Refuses a page that this very site does not list.
    pub(crate) fn check(&self, site: &Site) -> Result<(), Refusal> {
        let allowed = self.0.as_ref().is_none_or(|origin| site.lists_origin(origin));
        if allowed { Ok(()) } else { Err(Code::OriginRefused.into()) }
    }
}

/// Refuses pages that no site lists, answers preflights and lets the asking page alone read answers.
pub(super) async fn guard(State(service): State<Arc<Service>>, mut request: Request, next: Next) -> Response {
    let Some(header) = request.headers().get(ORIGIN).cloned() else {
        request.extensions_mut().insert(PageOrigin::default());
        return vary(next.run(request).await);
    };
    let origin = header.to_str().ok().filter(|origin| service.sites.lists_origin(origin));
    let response = match origin {
        None => Refusal::from(Code::OriginRefused).into_response(),
        Some(_) if is_preflight(&request) => preflight(),
        Some(origin) => {
            let origin = PageOrigin(Some(origin.into()));
            request.extensions_mut().insert(origin);
            next.run(request).await
        }
    };
    vary(readable_by(header, response))
}

fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

fn preflight() -> Response {
    let headers = [
        (ACCESS_CONTROL_ALLOW_METHODS, "GET, PUT, POST, DELETE"),
        (ACCESS_CONTROL_ALLOW_HEADERS, "accept, authorization, content-type, range"),
        (ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Also a refused page may read that it was refused, so that it can say so; there is nothing else to read.
fn readable_by(origin: HeaderValue, mut response: Response) -> Response {
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    response
}

fn vary(mut response: Response) -> Response {
    response.headers_mut().insert(VARY, HeaderValue::from_static("Origin"));
    response
}
