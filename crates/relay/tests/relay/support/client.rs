//! HTTP as a native client speaks it.

use reqwest::{Method, RequestBuilder, Response};
use segel_wire::api::{
    BundlesAnswer, BundlesRequest, ChallengeAnswer, EventsAnswer, LoginAnswer, LoginRequest,
    OpenConversation, StoredAnswer,
};
use segel_wire::events::Envelope;
use segel_wire::signed::{Bundle, LoginStatement};
use segel_wire::{Code, ConversationId, DeviceId, EventId, Problem};

use super::owner::sign;
use super::{DESK, Socket, TestDevice};

/// Some time before everything expires, Unix seconds.
const NOW: u64 = 1_000;

#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) relay: String,
    pub(crate) token: Option<String>,
    pub(crate) device: Option<DeviceId>,
    pub(crate) http: reqwest::Client,
}

impl Client {
    pub(crate) fn new(relay: &str) -> Self {
        Self { relay: relay.to_owned(), token: None, device: None, http: reqwest::Client::new() }
    }

    pub(crate) async fn log_in(&self, device: &TestDevice) -> Self {
        let request = log_in_request(device, &self.relay, &self.challenge().await);
        let answer = self.request(Method::POST, "/v1/sessions").json(&request).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let token = answer.json::<LoginAnswer>().await.unwrap().token;
        Self { token: Some(token), device: Some(device.id), ..self.clone() }
    }

    pub(crate) async fn challenge(&self) -> ChallengeAnswer {
        self.request(Method::POST, "/v1/challenges").send().await.unwrap().json().await.unwrap()
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.relay));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    pub(crate) async fn put_octets(&self, path: &str, bytes: &[u8]) -> Response {
        self.request(Method::PUT, path).body(bytes.to_vec()).send().await.unwrap()
    }

    pub(crate) async fn ask_bundles(&self, of: &[&TestDevice]) -> reqwest::Result<Response> {
        let path = format!("/v1/sites/{}/bundles", of[0].site);
        let body = BundlesRequest { devices: of.iter().map(|device| device.id).collect() };
        self.request(Method::POST, &path).json(&body).send().await
    }

    /// The bundle of a device, verified as its asker would.
    pub(crate) async fn bundle(&self, of: &TestDevice) -> reqwest::Result<Bundle> {
        let answer: BundlesAnswer = self.ask_bundles(&[of]).await?.json().await?;
        assert_eq!(answer.bundles.len(), 1);
        Ok(Bundle::verify(&answer.bundles[0].0, &of.site, &of.id, NOW).unwrap())
    }

    pub(crate) async fn open(&self, conversation: ConversationId) -> Response {
        let body = OpenConversation { desk: DESK };
        self.request(Method::PUT, &format!("/v1/conversations/{conversation}"))
            .json(&body)
            .send()
            .await
            .unwrap()
    }

    pub(crate) async fn put_event(
        &self,
        conversation: ConversationId,
        event: EventId,
        envelope: &Envelope,
    ) -> Response {
        let path = format!("/v1/conversations/{conversation}/events/{event}");
        self.request(Method::PUT, &path).json(envelope).send().await.unwrap()
    }

    /// Stores an event that must be accepted.
    pub(crate) async fn store(
        &self,
        conversation: ConversationId,
        event: EventId,
        envelope: &Envelope,
    ) -> StoredAnswer {
        let answer = self.put_event(conversation, event, envelope).await;
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    pub(crate) async fn page(&self, conversation: ConversationId, query: &str) -> EventsAnswer {
        let answer = self.get(&format!("/v1/conversations/{conversation}/events{query}")).await;
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    /// A stream that was welcomed, from this cursor on.
    pub(crate) async fn follow(&self, cursor: Option<&str>) -> Socket {
        let mut socket = Socket::connect(&self.relay, None).await.unwrap();
        socket.greet(self.token.as_deref().unwrap(), cursor).await;
        socket
    }
}

/// A login over `relay`'s origin.
pub(crate) fn log_in_request(device: &TestDevice, relay: &str, answer: &ChallengeAnswer) -> LoginRequest {
    let ChallengeAnswer { challenge, expires } = *answer;
    let statement = LoginStatement { relay, site: &device.site, challenge: &challenge, expires };
    let signature = sign(&device.login, &statement.to_bytes());
    LoginRequest { site: device.site, keys: device.keys, challenge, expires, signature }
}

/// The code of a refusal, whose form is checked on the way.
pub(crate) async fn code_of(refused: Response) -> Code {
    assert_eq!(refused.headers()["content-type"], "application/problem+json");
    let status = refused.status();
    let problem: Problem = refused.json().await.unwrap();
    assert_eq!(problem, Problem::from(problem.code));
    assert_eq!(problem.status, status);
    problem.code
}
