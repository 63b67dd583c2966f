//! A visitor reports a conversation, and the site's owner sees from the relay's record whose device said what.

use segel_core::Input;
use segel_owner::Publisher;
use segel_owner::report::{By, ReportError, Said, ask};
use segel_testkit::client::Client;
use segel_testkit::site::TestSite;
use segel_wire::report::Report;

async fn report(client: &Client) -> Report {
    client.input(Input::Report(client.conversation()));
    client.until("a report", |screen| screen.report.is_some()).await.report.unwrap()
}

#[tokio::test]
async fn the_owner_is_shown_what_an_agents_device_said_and_nothing_that_was_altered() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let mut visitor = site.visitor();
    visitor.say("halo");
    agent.reads("halo").await;
    agent.say("kirim uang ke rekening saya");
    visitor.reads("kirim uang ke rekening saya").await;
    visitor.has_sent("halo").await;
    let before = site.proxy().records().len();
    visitor.restart().await;
    visitor.is_online().await;
    let report = report(&visitor).await;
    let said = site.proxy().records();
    let names = |body: &[u8]| body.windows(7).any(|part| part == b"report\"");
    assert!(said[before..].iter().all(|record| !names(&record.body)), "nothing is sent");

    let publisher = Publisher::new(site.owner().description()).unwrap();
    let mut shown = Vec::new();
    for message in &report.messages {
        let record = publisher.fetch_record(&ask(&report, message)).await.unwrap();
        shown.push(site.owner().judge(&report, message, record.as_ref()).unwrap());
    }
    let text = |said: &Said| matches!(said, Said::Text(text) if text == "kirim uang ke rekening saya");
    assert!(matches!(shown[0].by, By::Unlisted(_)), "the visitor's own");
    assert!(matches!(&shown[1].by, By::Agent { .. }) && text(&shown[1].said));

    // What the agent said is put into the visitor's mouth, and the other way round.
    let mut altered = report.clone();
    let [one, two] = &mut altered.messages[..] else { panic!("two messages") };
    std::mem::swap(&mut one.sender, &mut two.sender);
    for message in &altered.messages {
        let record = publisher.fetch_record(&ask(&altered, message)).await.unwrap();
        let verdict = site.owner().judge(&altered, message, record.as_ref());
        assert!(matches!(verdict, Err(ReportError::NoRecord)), "{verdict:?}");
    }
}
