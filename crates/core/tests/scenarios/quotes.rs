//! A text names the message that it answers, and nothing of what that says.

use segel_core::{Input, Outgoing};
use segel_crypto::content::Body;
use segel_mask::mask;
use segel_testkit::client::Client;
use segel_testkit::site::TestSite;
use segel_wire::ids::EventId;

use crate::bench::BenchSite;
use crate::member::Letter;
use crate::table::{COLLEAGUE, Table};

const NOWHERE: EventId = EventId([0x5e; 16]);

fn answer(client: &Client, text: &str, event: EventId) {
    let text = Outgoing::new(mask(text).unwrap().text);
    let conversation = Some(client.conversation());
    client.input(Input::Submit { conversation, event: None, text, quotes: Some(event) });
}

#[tokio::test]
async fn an_answer_names_the_message_at_both_ends_and_after_a_new_start() {
    let mut site = TestSite::start().await;
    let mut agent = site.agent().await;
    let visitor = site.visitor();
    visitor.say("putih atau hijau?");
    agent.reads("putih atau hijau?").await;
    let question = agent.event("putih atau hijau?");
    answer(&agent, "yang hijau, Kak", question);
    let read = visitor.reads("yang hijau, Kak").await;
    assert_eq!(read.item("yang hijau, Kak").unwrap().quotes, Some(question));
    assert_eq!(visitor.event("putih atau hijau?"), question, "the id is the same at both ends");
    assert_eq!(read.item("putih atau hijau?").unwrap().quotes, None);

    agent.has_sent("yang hijau, Kak").await;
    agent.restart().await;
    let shown = agent.has_sent("yang hijau, Kak").await;
    assert_eq!(shown.item("yang hijau, Kak").unwrap().quotes, Some(question));
}

#[tokio::test]
async fn what_does_not_stand_in_the_conversation_is_not_named() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let visitor = site.visitor();
    visitor.say("halo");
    agent.reads("halo").await;
    answer(&visitor, "jawaban atas entah apa", NOWHERE);
    let read = agent.reads("jawaban atas entah apa").await;
    assert_eq!(read.item("jawaban atas entah apa").unwrap().quotes, None);
}

#[test]
fn a_member_that_names_what_is_nowhere_is_shown_to_answer_what_is_not_here() {
    let site = BenchSite::new();
    let mut table = Table::of_visitor(&site);
    let letter = Letter { quotes: Some(NOWHERE), ..table.letter(Body::Text("untuk yang mana?".to_owned())) };
    let grant = table.post(COLLEAGUE, letter);
    assert_eq!(table.item(grant.event).unwrap().quotes, Some(NOWHERE));
}
