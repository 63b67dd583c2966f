//! A hostile relay leaves events out, or shows two sides different conversations: it shows.

use segel_core::show::Refusal;
use segel_crypto::content;
use segel_testkit::client::Client;
use segel_testkit::site::TestSite;
use segel_wire::Delivered;

use crate::bench::BenchSite;
use crate::table::{HOSTILE, Table};

async fn talk(site: &mut TestSite) -> (Client, Client) {
    let (agent, visitor) = (site.agent().await, site.visitor());
    visitor.say("awal");
    agent.reads("awal").await;
    agent.say("jawaban awal");
    visitor.reads("jawaban awal").await;
    visitor.has_sent("awal").await;
    agent.has_sent("jawaban awal").await;
    (agent, visitor)
}

#[tokio::test]
async fn a_message_that_is_left_out_shows_with_the_next_one_of_its_sender() {
    let mut site = TestSite::start().await;
    let (agent, visitor) = talk(&mut site).await;
    let device = site.roster().agents[0].devices[0].keys.derive_id(&site.tag().site);
    let mut dropped = 0;
    site.proxy().alter_events(move |mut event| {
        if event.sender == device || event.wrap.is_none() {
            return vec![event];
        }
        if dropped == 0 {
            dropped = 1;
            return Vec::new();
        }
        // As if there had never been another.
        event.position -= 1;
        vec![event]
    });
    visitor.say("yang disembunyikan");
    visitor.has_sent("yang disembunyikan").await;
    visitor.say("yang diantar");
    agent.reads("yang diantar").await;
    let screen = agent.refuses(Refusal::EventsMissing).await;
    assert_eq!(screen.refusals, [Refusal::EventsMissing]);
    assert_eq!(screen.closed().count(), 0, "what is genuine is shown");
}

#[tokio::test]
async fn a_conversation_that_two_sides_are_shown_differently_shows_once() {
    let mut site = TestSite::start().await;
    let (agent, visitor) = talk(&mut site).await;
    let device = site.roster().agents[0].devices[0].keys.derive_id(&site.tag().site);
    let mut altered = false;
    site.proxy().alter_events(move |mut event| {
        if event.sender != device && event.wrap.is_some() && !altered {
            altered = true;
            *event.content.0.last_mut().unwrap() ^= 1;
        }
        vec![event]
    });
    visitor.say("yang dirusak untuk agen");
    visitor.has_sent("yang dirusak untuk agen").await;
    agent.refuses(Refusal::MessageAltered).await;
    for text in ["satu", "dua", "tiga"] {
        visitor.say(text);
        agent.reads(text).await;
    }
    // Its next one names a content that was never shown, and then the logs differ: each is said once.
    let refusals = agent.screen().refusals;
    assert_eq!(refusals, [Refusal::EventsMissing, Refusal::LogForked]);
    assert_eq!(visitor.screen().refusals, []);
}

#[test]
fn a_quiet_content_whose_wrap_was_withheld_first_is_heeded_when_it_comes_whole_and_once() {
    for withholdings in 0..3 {
        let site = BenchSite::new();
        let mut table = Table::of_visitor(&site);
        let own = table.bench.log.last().unwrap().event;
        let before = table.sent_to(HOSTILE).len();
        let (whole, _) = table.seal(HOSTILE, table.letter(content::Body::Request(vec![own])));
        table.bench.log.push(whole.clone());
        for _ in 0..withholdings {
            table.hand(Delivered { wrap: None, ..whole.clone() });
        }
        assert_eq!(table.sent_to(HOSTILE).len(), before, "it asks for nothing yet");
        table.hand(whole.clone());
        let answers = table.sent_to(HOSTILE).split_off(before);
        assert!(matches!(&answers[..], [content::Message { body: content::Body::Grants(_), .. }]));
        table.wait(70);
        table.hand(whole);
        assert_eq!(table.sent_to(HOSTILE).len(), before + 1);
        assert_eq!(table.refusals(), []);
    }
}
