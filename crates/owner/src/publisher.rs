//! What the owner sends to the relay and fetches from it. PROTOCOL.md, section 7.2.

use std::time::Duration;

use reqwest::{Client, Method, Response, StatusCode, header, redirect};
use segel_wire::api::{RecordOf, RecordsAnswer, RecordsRequest};
use segel_wire::ids::{ConversationId, InvitationId, RootKey, RosterHash, SiteId};
use segel_wire::limits;
use segel_wire::problem::{Code, Problem};
use segel_wire::signed::{RosterError, VerifiedRoster};

use crate::folder::FileError;
use crate::owner::Owner;
use crate::site::Site;

const TIMEOUT: Duration = Duration::from_secs(10);

/// A site's way to its relay.
#[derive(Debug, Clone)]
pub struct Publisher {
    client: Client,
    base: String,
    site: SiteId,
    root: RootKey,
    /// The roster that the relay is known to keep; asked for when there is another.
    published: Option<RosterHash>,
}

/// Why the relay did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The relay is on https and this program was built without it.
    #[error("this program was built without https; build it with `--features https`")]
    NoHttps,
    /// No answer came.
    #[error("the relay cannot be reached: {0}")]
    Unreachable(#[source] reqwest::Error),
    /// The relay gave its reason.
    #[error("the relay refused: {}", .0.title())]
    Refused(Code),
    /// The answer is not a relay's.
    #[error("what answered is not a relay of this protocol (status {0})")]
    NotARelay(u16),
    /// The answer is longer than its kind may be.
    #[error("the relay's answer is over its size limit")]
    TooLarge,
    /// The relay keeps a roster that does not hold under the site's root key.
    #[error("the relay keeps a roster that is not this site's: {0}")]
    ForeignRoster(RosterError),
    /// The relay keeps a roster that this folder did not sign.
    #[error("the relay keeps a newer or another roster than this folder: is the folder an old copy?")]
    Diverged,
    /// The rosters to publish could not be read.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Publisher {
    /// A way to this site's relay; nothing is sent yet.
    pub fn new(site: &Site) -> Result<Self, PublishError> {
        if site.relay.as_str().starts_with("https:") && !cfg!(feature = "https") {
            return Err(PublishError::NoHttps);
        }
        let client = Client::builder().timeout(TIMEOUT).redirect(redirect::Policy::none()).build();
        let client = client.map_err(PublishError::Unreachable)?;
        let base = format!("{}/v1/sites/{}", site.relay, site.id);
        Ok(Self { client, base, site: site.id, root: site.root, published: None })
    }

    /// Publishes each roster that the relay is missing, oldest first: readers need every link of the chain.
    /// Returns how many.
    pub async fn publish_rosters(&mut self, owner: &Owner) -> Result<usize, PublishError> {
        let newest = owner.newest_roster().map(VerifiedRoster::hash);
        if self.published == newest {
            return Ok(0);
        }
        let missing = owner.rosters_since(self.fetch_version(owner).await?)?;
        let count = missing.len();
        for roster in missing {
            self.publish_roster(roster).await?;
        }
        self.published = newest;
        Ok(count)
    }

    /// Publishes one signed roster, which must follow the relay's newest or be it.
    pub async fn publish_roster(&self, roster: Vec<u8>) -> Result<(), PublishError> {
        self.call(Method::PUT, "roster", roster).await.map(drop)
    }

    /// Publishes a signed invitation; the same again changes nothing.
    pub async fn publish_invitation(&self, invitation: Vec<u8>) -> Result<(), PublishError> {
        self.call(Method::PUT, "invitations", invitation).await.map(drop)
    }

    /// A device's answer to an invitation, unverified; none if there is none yet.
    pub async fn fetch_enrolment(&self, invitation: &InvitationId) -> Result<Option<Vec<u8>>, PublishError> {
        self.fetch(&format!("enrolments/{invitation}"), limits::ENROLMENT_BYTES).await
    }

    /// When the relay stored each of these events, Unix milliseconds; none for what it never did.
    pub async fn fetch_records(
        &self,
        conversation: ConversationId,
        of: Vec<RecordOf>,
    ) -> Result<Vec<Option<u64>>, PublishError> {
        let mut times = Vec::new();
        for events in of.chunks(limits::RECORDS) {
            let asked = RecordsRequest { conversation, events: events.to_vec() };
            let body = serde_json::to_vec(&asked).map_err(|_| PublishError::TooLarge)?;
            let answer = self.call(Method::POST, "records", body).await?;
            let status = answer.status().as_u16();
            let answer = read(answer, limits::REQUEST_BYTES).await?;
            let answer = serde_json::from_slice::<RecordsAnswer>(&answer).ok();
            let answer = answer.filter(|answer| answer.times.len() == events.len());
            times.extend(answer.ok_or(PublishError::NotARelay(status))?.times);
        }
        Ok(times)
    }

    /// The version that the relay keeps, 0 if none; refused if this folder did not sign it.
    async fn fetch_version(&self, owner: &Owner) -> Result<u64, PublishError> {
        let Some(bytes) = self.fetch("roster", limits::ROSTER_BYTES).await? else { return Ok(0) };
        let kept =
            VerifiedRoster::open(&bytes, &self.site, &self.root).map_err(PublishError::ForeignRoster)?;
        let version = kept.roster().order.version;
        let own = owner.signed_roster(version)?;
        if own.is_some_and(|own| own == bytes) { Ok(version) } else { Err(PublishError::Diverged) }
    }

    async fn fetch(&self, path: &str, most: usize) -> Result<Option<Vec<u8>>, PublishError> {
        match self.call(Method::GET, path, Vec::new()).await {
            Ok(answer) => read(answer, most).await.map(Some),
            Err(PublishError::Refused(Code::NotFound)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn call(&self, method: Method, path: &str, body: Vec<u8>) -> Result<Response, PublishError> {
        let request = self.client.request(method, format!("{}/{path}", self.base));
        let request = request.header(header::CONTENT_TYPE, "application/octet-stream").body(body);
        let answer = request.send().await.map_err(PublishError::Unreachable)?;
        let status = answer.status();
        if status.is_success() { Ok(answer) } else { Err(refusal(status, answer).await) }
    }
}

async fn refusal(status: StatusCode, answer: Response) -> PublishError {
    let problem = read(answer, limits::REQUEST_BYTES).await;
    let problem = problem.ok().and_then(|body| serde_json::from_slice::<Problem>(&body).ok());
    problem.map_or(PublishError::NotARelay(status.as_u16()), |problem| PublishError::Refused(problem.code))
}

/// Reads a body piece by piece, so that an endless one ends at its limit.
async fn read(mut answer: Response, most: usize) -> Result<Vec<u8>, PublishError> {
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(PublishError::Unreachable)? {
        if body.len() + piece.len() > most {
            return Err(PublishError::TooLarge);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}
