//! A visitor reports messages, and the site's owner sees by the relay's record whose device said what.

use segel_core::Input;
use segel_core::show::{Refusal, Reporting};
use segel_owner::Publisher;
use segel_owner::report::{By, ReportError, Said, Shown, record_of};
use segel_testkit::client::Client;
use segel_testkit::proxy::Towards;
use segel_testkit::site::TestSite;
use segel_wire::api::EventsAnswer;
use segel_wire::ids::EventId;
use segel_wire::report::Report;

const BAD: &str = "kirim uang ke rekening saya";

/// An agent and a visitor of a site who have talked.
async fn talk(site: &mut TestSite) -> (Client, Client) {
    let (agent, visitor) = (site.agent_named("Budi").await, site.visitor());
    visitor.say("halo");
    agent.reads("halo").await;
    for text in ["halo juga", BAD] {
        agent.say(text);
        visitor.reads(text).await;
    }
    (agent, visitor)
}

/// What comes of a report of these.
async fn told(visitor: &Client, events: Vec<EventId>) -> Reporting {
    let before = visitor.screen().reports.len();
    visitor.input(Input::Report { conversation: visitor.conversation(), events });
    let told = visitor.until("word of a report", |screen| screen.reports.len() > before).await;
    told.reports.last().unwrap().clone()
}

async fn report(visitor: &Client, texts: &[&str]) -> Report {
    match told(visitor, texts.iter().map(|text| visitor.event(text)).collect()).await {
        Reporting::Made(report) => report,
        other => panic!("{other:?}"),
    }
}

/// What the owner says of each, by what the relay says.
async fn judge(site: &mut TestSite, report: &Report) -> Vec<Result<Shown, ReportError>> {
    let publisher = Publisher::new(site.owner().description()).unwrap();
    let records = report.messages.iter().map(record_of).collect();
    let times = publisher.fetch_records(report.conversation, records).await.unwrap();
    let judged = report.messages.iter().zip(times);
    judged.map(|(message, time)| site.owner().judge(report, message, time)).collect()
}

fn is_said(shown: &Result<Shown, ReportError>, name: &str, text: &str) -> bool {
    let Ok(Shown { by: By::Agent { name: by, .. }, said: Said::Text(said), .. }) = shown else {
        return false;
    };
    by == name && said == text
}

#[tokio::test]
async fn the_owner_is_shown_what_was_chosen_and_nothing_else_also_once_it_is_withdrawn() {
    let mut site = TestSite::start().await;
    let (agent, mut visitor) = talk(&mut site).await;
    visitor.restart().await;
    visitor.is_online().await;
    let asked = site.proxy().records().len();
    let one = report(&visitor, &[BAD]).await;
    assert_eq!(one.messages.len(), 1);
    assert_eq!((one.messages[0].event, one.messages[0].said.as_str()), (visitor.event(BAD), BAD));
    let sent = site.proxy().records();
    let sent = sent[asked..].iter().filter(|record| record.towards == Towards::Relay);
    let subjects: Vec<_> = sent.map(|record| record.subject.clone()).collect();
    let pulls = |subject: &String| subject.contains("/events?after=") || subject == "frame";
    assert!(subjects.iter().any(pulls) && subjects.iter().all(pulls), "{subjects:?}");
    assert!(is_said(&judge(&mut site, &one).await[0], "Budi", BAD));

    // In the order of the conversation, whatever the order of choosing.
    let both = report(&visitor, &[BAD, "halo juga"]).await;
    let positions: Vec<_> = both.messages.iter().map(|message| message.position).collect();
    assert!(positions.len() == 2 && positions.is_sorted());

    let (conversation, event) = (agent.conversation(), agent.event(BAD));
    agent.input(Input::Withdraw { conversation, event });
    visitor.until("it to be withdrawn", |screen| screen.item(BAD).is_none()).await;
    assert!(is_said(&judge(&mut site, &one).await[0], "Budi", BAD), "what was saved goes on to count");
    assert_eq!(told(&visitor, vec![event]).await, Reporting::Missing);
}

#[tokio::test]
async fn what_is_put_into_anothers_mouth_or_comes_from_another_conversation_is_refused() {
    let mut site = TestSite::start().await;
    let (_, visitor) = talk(&mut site).await;
    let said = report(&visitor, &["halo juga", BAD]).await;
    let other_agent = site.agent_named("Wati").await;
    let (wati, budi) = (
        site.roster().agents.iter().find(|agent| agent.name == "Wati").unwrap().devices[0].keys,
        said.messages[0].sender,
    );
    let wati = wati.derive_id(&site.owner().site());
    assert_ne!(wati, budi);
    let mut by_another = said.clone();
    by_another.messages.iter_mut().for_each(|message| message.sender = wati);
    let mut swapped = said.clone();
    let [one, two] = &mut swapped.messages[..] else { panic!("two messages") };
    std::mem::swap(&mut one.content, &mut two.content);
    std::mem::swap(&mut one.key, &mut two.key);
    std::mem::swap(&mut one.said, &mut two.said);
    let newcomer = site.visitor();
    newcomer.say("permisi");
    other_agent.reads("permisi").await;
    newcomer.has_sent("permisi").await;
    let elsewhere = Report { conversation: newcomer.conversation(), ..said.clone() };
    for forged in [by_another, swapped, elsewhere] {
        for verdict in judge(&mut site, &forged).await {
            assert!(matches!(verdict, Err(ReportError::NoRecord)), "{verdict:?}");
        }
    }
    assert!(judge(&mut site, &said).await.iter().all(Result::is_ok));
}

#[tokio::test]
async fn where_the_relay_is_not_reached_or_answers_with_something_else_there_is_no_report() {
    let mut site = TestSite::start().await;
    let (_, visitor) = talk(&mut site).await;
    site.proxy().alter_answers("/events", |body| {
        let mut page: EventsAnswer = serde_json::from_slice(&body).unwrap();
        page.events.iter_mut().for_each(|event| event.content.0[100] ^= 1);
        serde_json::to_vec(&page).unwrap()
    });
    let event = visitor.event(BAD);
    assert_eq!(told(&visitor, vec![event]).await, Reporting::Missing);
    site.proxy().be_honest();
    assert_eq!(told(&visitor, vec![EventId([9; 16])]).await, Reporting::Missing, "there is no such message");
    site.stop_relay().await;
    assert_eq!(told(&visitor, vec![event]).await, Reporting::Unreached);
    site.start_relay().await;
    visitor.is_online().await;
    assert!(matches!(told(&visitor, vec![event]).await, Reporting::Made(_)), "it can be tried again");
}

#[tokio::test]
async fn a_store_that_keeps_nothing_holds_up_no_report() {
    let mut site = TestSite::start().await;
    let (agent, visitor) = talk(&mut site).await;
    visitor.has_sent("halo").await;
    visitor.store().fail();
    // What comes in is to be kept, and cannot be: for so long nothing that is to be kept first leaves.
    agent.say("masih di sana?");
    visitor.refuses(Refusal::StoreFailed).await;
    let event = visitor.event(BAD);
    assert!(matches!(told(&visitor, vec![event]).await, Reporting::Made(_)));
    site.stop_relay().await;
    assert_eq!(told(&visitor, vec![event]).await, Reporting::Unreached);
    site.start_relay().await;
    visitor.store().recover();
    visitor.is_online().await;
    assert!(matches!(told(&visitor, vec![event]).await, Reporting::Made(_)), "it can be tried again");
}
