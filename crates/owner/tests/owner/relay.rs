//! An owner and a real relay.

use std::time::{SystemTime, UNIX_EPOCH};

use segel_crypto::device::DeviceSecrets;
use segel_owner::{PublishError, Publisher, Round, RoundError};
use segel_relay::{AttachmentRoom, Config, EventRate, PATIENCE, Relay, Running, SiteKey};
use segel_wire::problem::Code;
use segel_wire::signed::VerifiedRoster;
use tempfile::TempDir;

use super::{AGENT, Fixture};

struct OnRelay {
    fixture: Fixture,
    publisher: Publisher,
    relay: Running,
    http: reqwest::Client,
    _database: TempDir,
}

impl OnRelay {
    async fn new() -> Self {
        let mut fixture = Fixture::on_relay("http://127.0.0.1:1", now());
        let database = tempfile::tempdir().unwrap();
        let site = SiteKey { site: fixture.owner.site(), root: fixture.owner.root() };
        let config = Config {
            listen: ([127, 0, 0, 1], 0).into(),
            database: database.path().join("relay.sqlite"),
            sites: vec![site],
            public_origin: None,
            serve_widget: None,
            event_rate: EventRate::default(),
            attachments: AttachmentRoom::default(),
            patience: PATIENCE,
        };
        let relay = Relay::start(config).await.unwrap();
        fixture.owner.set_relay(format!("http://{}", relay.address()).parse().unwrap()).unwrap();
        let publisher = Publisher::new(fixture.owner.description()).unwrap();
        Self { fixture, publisher, relay, http: reqwest::Client::new(), _database: database }
    }

    async fn round(&mut self) -> Round {
        Round::run(&mut self.fixture.owner, &mut self.publisher, now()).await.unwrap()
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}/v1/sites/{}/{path}", self.relay.address(), self.fixture.owner.site())
    }

    /// The newest roster, as a visitor fetches and verifies it.
    async fn fetched(&self) -> VerifiedRoster {
        let bytes = self.http.get(self.url("roster")).send().await.unwrap().bytes().await.unwrap();
        VerifiedRoster::open(&bytes, &self.fixture.owner.site(), &self.fixture.owner.root()).unwrap()
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

#[tokio::test]
async fn every_roster_that_was_signed_meanwhile_is_published_in_order() {
    let mut site = OnRelay::new().await;
    for _ in 0..3 {
        site.fixture.next(now());
    }
    assert_eq!(site.publisher.publish_rosters(&site.fixture.owner).await.unwrap(), 3);
    assert_eq!(site.publisher.publish_rosters(&site.fixture.owner).await.unwrap(), 0);
    assert_eq!(site.fetched().await, *site.fixture.owner.newest_roster().unwrap());
    let link = site.http.get(site.url("rosters/2")).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(Some(link.to_vec()), site.fixture.owner.signed_roster(2).unwrap());
    site.relay.stop().await;
}

#[tokio::test]
async fn a_device_that_answers_on_the_relay_is_in_the_next_published_roster() {
    let mut site = OnRelay::new().await;
    let invited = site.fixture.owner.invite(AGENT, now(), &mut site.fixture.rng).unwrap();
    site.publisher.publish_invitation(invited.invitation.0.clone()).await.unwrap();
    assert!(site.round().await.accepted.is_empty(), "nobody answered yet");

    let device = DeviceSecrets::make(&mut site.fixture.rng);
    let answer = site.http.put(site.url(&format!("enrolments/{}", invited.id())));
    assert!(answer.body(invited.code.enrol(&device)).send().await.unwrap().status().is_success());
    let accepted = site.round().await.accepted;
    assert_eq!(accepted.len(), 1);
    assert!(site.fetched().await.device(&accepted[0].device, now()).is_some());
    assert_eq!(site.fetched().await.roster().desks[0].inbox, [accepted[0].device]);
    site.relay.stop().await;
}

#[tokio::test]
async fn an_answer_without_the_code_withdraws_its_invitation() {
    let mut site = OnRelay::new().await;
    let invited = site.fixture.owner.invite(AGENT, now(), &mut site.fixture.rng).unwrap();
    site.publisher.publish_invitation(invited.invitation.0.clone()).await.unwrap();
    let device = DeviceSecrets::make(&mut site.fixture.rng);
    let mut enrolment: segel_wire::signed::Enrolment =
        segel_wire::cbor::decode(&invited.code.enrol(&device)).unwrap();
    enrolment.code_proof = [0; 32];
    let answer = site.http.put(site.url(&format!("enrolments/{}", invited.id())));
    let answer = answer.body(segel_wire::cbor::encode(&enrolment)).send().await.unwrap();
    assert!(answer.status().is_success(), "the relay cannot tell");
    let round = site.round().await;
    assert_eq!(round.refused.len(), 1);
    assert_eq!(round.refused[0].0, invited.id());
    assert_eq!(site.fixture.owner.pending(now()).count(), 0);
    assert_eq!(site.fetched().await.roster().desks[0].inbox, []);
    site.relay.stop().await;
}

#[tokio::test]
async fn a_folder_that_is_an_old_copy_publishes_nothing() {
    let mut site = OnRelay::new().await;
    let copy = tempfile::tempdir().unwrap();
    for name in ["site.json", "admin.key"] {
        std::fs::copy(site.fixture.path().join(name), copy.path().join(name)).unwrap();
    }
    site.round().await;
    let mut old = segel_owner::Owner::open(copy.path()).unwrap();
    old.add_agent("Agen Contoh", None, &mut site.fixture.rng).unwrap();
    let mut publisher = Publisher::new(old.description()).unwrap();
    let refused = Round::run(&mut old, &mut publisher, now()).await;
    assert!(matches!(refused, Err(RoundError::Publish(PublishError::Diverged))), "{refused:?}");
    site.relay.stop().await;
}

#[tokio::test]
async fn a_relay_that_is_away_or_knows_no_such_site_is_a_sentence() {
    let site = OnRelay::new().await;
    let stranger = Fixture::on_relay(site.fixture.owner.description().relay.as_str(), now());
    let mut description = stranger.owner.description().clone();
    description.id = segel_wire::SiteId([9; 16]);
    let publisher = Publisher::new(&description).unwrap();
    let refused = publisher.publish_roster(Vec::new()).await;
    assert!(matches!(refused, Err(PublishError::Refused(Code::NotFound))), "{refused:?}");
    site.relay.stop().await;
    let mut publisher = Publisher::new(&description).unwrap();
    let refused = publisher.publish_rosters(&stranger.owner).await;
    assert!(refused.is_ok(), "nothing is signed, so nothing is asked");
    let refused = publisher.publish_roster(Vec::new()).await.unwrap_err();
    assert!(refused.to_string().starts_with("the relay cannot be reached"), "{refused}");
}

#[cfg(not(feature = "https"))]
#[tokio::test]
async fn a_relay_on_https_is_refused_by_a_build_without_it() {
    let fixture = Fixture::on_relay("https://relay.example", now());
    assert!(matches!(Publisher::new(fixture.owner.description()), Err(PublishError::NoHttps)));
}
