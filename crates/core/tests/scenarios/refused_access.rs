//! Pages, origins and sessions that have no business here.

use std::time::Duration;

use reqwest::Client as Http;
use segel_core::show::{Delivery, Gate, Refusal};
use segel_core::{AgentConfig, StartError};
use segel_testkit::client::{Client, MemoryStore, Part};
use segel_testkit::site::{CONSOLE, TestSite};
use segel_wire::api::{EventsAnswer, LoginAnswer};
use segel_wire::{ClientFrame, Code, ConversationId, Problem};

#[tokio::test]
async fn a_page_that_the_roster_does_not_list_shows_no_chat() {
    let mut site = TestSite::start().await;
    let _agent = site.agent().await;
    let mut tag = site.tag();
    tag.page = "https://toko.example.evil".to_owned();
    let logins =
        site.proxy().records().iter().filter(|record| record.subject.contains("/v1/sessions")).count();
    let visitor = site.visitor_with(tag, Duration::ZERO);
    visitor.meets(Gate::Refused(Refusal::PageRefused)).await;
    visitor.say("halo");
    visitor.until("the text to wait", |screen| screen.delivery("halo") == Some(Delivery::Sending)).await;
    assert_eq!(visitor.store().sessions().len(), 0);
    // It asks for rosters and nothing else: no login, no connection.
    let records = site.proxy().records();
    let asked = records.iter().filter(|record| record.subject.contains("/v1/sessions"));
    assert_eq!(asked.count(), logins);
}

#[tokio::test]
async fn a_foreign_origin_is_told_that_it_is_refused() {
    let site = TestSite::start().await;
    let foreign = Some("https://jahat.example");
    let visitor = Client::start(Part::Visitor(site.tag()), foreign, 50, MemoryStore::default());
    visitor.meets(Gate::Refused(Refusal::OriginRefused)).await;
    assert_eq!(visitor.screen().refusals, [Refusal::OriginRefused]);
}

#[tokio::test]
async fn a_stolen_token_opens_no_other_conversation() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let visitor = site.visitor();
    visitor.say("punya saya");
    agent.reads("punya saya").await;
    let thief = site.visitor();
    thief.say("saya juga di sini");
    agent.reads("saya juga di sini").await;

    let of_thief = thief.conversation();
    let token = tokens(&site).into_iter().next_back().unwrap();
    assert_eq!(ask_events(&site, &token, of_thief).await.unwrap().events.len(), 1);
    let refused = ask_events(&site, &token, visitor.conversation()).await.unwrap_err();
    assert_eq!((refused.status, refused.code), (403, Code::NotAMember));
}

#[tokio::test]
async fn an_event_sent_into_another_conversation_is_refused_as_not_a_member() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let visitor = site.visitor();
    visitor.say("punya saya");
    agent.reads("punya saya").await;
    let intruder = site.visitor();
    intruder.say("saya juga di sini");
    agent.reads("saya juga di sini").await;
    intruder.has_sent("saya juga di sini").await;

    let victim = visitor.conversation();
    site.proxy().alter_sends(move |frame| match frame {
        ClientFrame::Send { event, envelope, withdraws, .. } => {
            ClientFrame::Send { conversation: victim, event, envelope, withdraws }
        }
        other => other,
    });
    intruder.say("menyusup");
    let failed = Some(Delivery::Failed(Refusal::NotAMember));
    intruder.until("the refusal", |screen| screen.delivery("menyusup") == failed).await;
    site.proxy().be_honest();
    visitor.say("masih berdua");
    agent.reads("masih berdua").await;
    assert_eq!(agent.screen().texts(victim), ["punya saya", "masih berdua"]);
}

#[tokio::test]
async fn an_enrolment_code_enrols_one_device() {
    let mut site = TestSite::start().await;
    let code = site.invite().await;
    let first = site.answering(code.clone());
    first.is_online().await;
    let second = site.answering(code);
    second.meets(Gate::Refused(Refusal::EnrolmentRefused)).await;
    assert_eq!(second.screen().refusals, [Refusal::EnrolmentRefused]);
    site.attend().await;
    first.meets(Gate::Open).await;
    assert_eq!(second.screen().gate, Some(Gate::Refused(Refusal::EnrolmentRefused)));
    assert_eq!(second.screen().refusals, [Refusal::EnrolmentRefused]);
}

#[tokio::test]
async fn a_new_code_makes_a_new_device_of_a_console_that_was_refused_and_not_of_one_that_is_listed() {
    let mut site = TestSite::start().await;
    let code = site.invite().await;
    let first = site.answering(code.clone());
    first.is_online().await;
    let second = site.answering(code);
    second.meets(Gate::Refused(Refusal::EnrolmentRefused)).await;
    site.attend().await;
    first.meets(Gate::Open).await;

    let fresh = site.invite().await;
    let again = site.answering_from(fresh, second.store().clone());
    again.is_online().await;
    site.attend().await;
    again.meets(Gate::Open).await;

    let listed = site.roster().agents[0].devices.len();
    let fresh = site.invite().await;
    let unmoved = site.answering_from(fresh, first.store().clone());
    unmoved.meets(Gate::Open).await;
    site.attend().await;
    assert_eq!(site.roster().agents[0].devices.len(), listed);
}

#[tokio::test]
async fn a_console_without_a_code_says_that_it_is_not_enrolled() {
    let part = Part::Agent(AgentConfig { code: None });
    let started = Client::start_at(part, Some(CONSOLE), 1, MemoryStore::default(), Duration::ZERO);
    assert_eq!(started.err(), Some(StartError::NotEnrolled));
}

#[tokio::test]
async fn a_removed_device_is_told_and_gets_nothing_any_more() {
    let mut site = TestSite::start().await;
    let desktop = site.agent().await;
    let phone = site.agent().await;
    let visitor = site.visitor();
    visitor.say("untuk keduanya");
    desktop.reads("untuk keduanya").await;
    phone.reads("untuk keduanya").await;

    let lost = site.roster().agents[0].devices[1].keys.derive_id(&site.tag().site);
    site.owner().remove_device(&lost).unwrap();
    site.attend().await;
    phone.meets(Gate::Removed).await;
    visitor.say("untuk satu saja");
    desktop.reads("untuk satu saja").await;
    desktop.say("terima kasih");
    visitor.reads("terima kasih").await;
    assert_eq!(phone.screen().texts(visitor.conversation()), ["untuk keduanya"]);
}

/// Session tokens in the order in which the relay gave them out.
fn tokens(site: &TestSite) -> Vec<String> {
    let records = site.proxy().records();
    let logins = records.iter().filter_map(|record| serde_json::from_slice::<LoginAnswer>(&record.body).ok());
    logins.map(|login| login.token).collect()
}

/// Asks for a conversation's events as whoever holds the token would.
async fn ask_events(
    site: &TestSite,
    token: &str,
    conversation: ConversationId,
) -> Result<EventsAnswer, Problem> {
    let address = format!("{}/v1/conversations/{conversation}/events", site.proxy().origin());
    let answer = Http::new().get(address).bearer_auth(token).send().await.unwrap();
    if answer.status().is_success() {
        Ok(answer.json().await.unwrap())
    } else {
        Err(answer.json().await.unwrap())
    }
}
