//! Requests of an engine, carried out with `reqwest`.

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, header};
use segel_core::{Answer, Expects, Json, Request, RequestBody};
use segel_wire::Problem;
use segel_wire::ids::SiteId;

const TIMEOUT: Duration = Duration::from_secs(10);

/// The way to a relay.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    client: Client,
    relay: String,
    site: SiteId,
    origin: Option<String>,
}

impl Http {
    pub(crate) fn new(relay: &str, site: SiteId, origin: Option<String>) -> Self {
        let client = Client::builder().timeout(TIMEOUT).build().unwrap();
        Self { client, relay: relay.to_owned(), site, origin }
    }

    pub(crate) async fn ask(self, request: Request, token: Option<String>) -> Answer {
        self.try_ask(&request, token).await.unwrap_or(Answer::Unreachable)
    }

    async fn try_ask(&self, request: &Request, token: Option<String>) -> reqwest::Result<Answer> {
        let response = self.build(request, token).send().await?;
        if !response.status().is_success() {
            return response.json::<Problem>().await.map(Answer::Problem);
        }
        Ok(match request.expects() {
            Expects::Nothing => Answer::Done,
            Expects::Octets => Answer::Octets(response.bytes().await?.to_vec()),
            Expects::Challenge => Answer::Challenge(response.json().await?),
            Expects::Login => Answer::Login(response.json().await?),
            Expects::Bundles => Answer::Bundles(response.json().await?),
            Expects::Prekeys => Answer::Prekeys(response.json().await?),
            Expects::Events => Answer::Events(response.json().await?),
            Expects::Upload => Answer::Upload(response.json().await?),
        })
    }

    fn build(&self, request: &Request, token: Option<String>) -> RequestBuilder {
        let method = match request.method() {
            segel_core::Method::Get => Method::GET,
            segel_core::Method::Post => Method::POST,
            segel_core::Method::Put => Method::PUT,
            segel_core::Method::Delete => Method::DELETE,
        };
        let mut builder = self.client.request(method, format!("{}{}", self.relay, request.path(&self.site)));
        if let Some(origin) = &self.origin {
            builder = builder.header(header::ORIGIN, origin);
        }
        if let Some(token) = token {
            builder = builder.bearer_auth(token);
        }
        if let Some((first, last)) = request.range() {
            builder = builder.header(header::RANGE, format!("bytes={first}-{last}"));
        }
        match request.body() {
            RequestBody::Empty => builder,
            RequestBody::Octets(bytes) => {
                builder.header(header::CONTENT_TYPE, "application/octet-stream").body(bytes.to_vec())
            }
            RequestBody::Json(Json::Login(body)) => builder.json(body),
            RequestBody::Json(Json::Bundles(body)) => builder.json(body),
            RequestBody::Json(Json::OpenConversation(body)) => builder.json(body),
            RequestBody::Json(Json::Erasure(body)) => builder.json(body),
        }
    }
}
