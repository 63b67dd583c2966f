//! Messages wait until they can be sent, and are sent once.

use segel_core::Input;
use segel_core::show::{Delivery, Gate, Link, Refusal};
use segel_crypto::content::Body;
use segel_testkit::client::Screen;
use segel_testkit::site::TestSite;
use segel_wire::{ClientFrame, Code};

use crate::bench::BenchSite;
use crate::table::{COLLEAGUE, HOSTILE, Table, VISITOR};

#[tokio::test]
async fn a_message_waits_until_the_first_device_is_enrolled() {
    let mut site = TestSite::start().await;
    let visitor = site.visitor();
    visitor.meets(Gate::NobodyEnrolled).await;
    visitor.say("Menunggu.");
    let waits = |screen: &Screen| {
        screen.delivery("Menunggu.") == Some(Delivery::Sending) && screen.link == Some(Link::Online)
    };
    visitor.until("the message to wait", waits).await;

    let agent = site.agent().await;
    visitor.has_sent("Menunggu.").await;
    agent.reads("Menunggu.").await;
    visitor.meets(Gate::Open).await;
}

#[tokio::test]
async fn messages_written_offline_are_sent_in_their_order() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let visitor = site.visitor();
    visitor.say("pertama");
    agent.reads("pertama").await;

    visitor.input(Input::Network(false));
    site.proxy().cut();
    visitor.until("to be offline", |screen| screen.link == Some(Link::Offline)).await;
    let written: Vec<String> = (0..20).map(|number| format!("luring {number}")).collect();
    for text in &written {
        visitor.say(text);
    }
    visitor.until("the texts", |screen| screen.item("luring 19").is_some()).await;
    visitor.input(Input::Network(true));
    agent.reads("luring 19").await;
    assert_eq!(agent.screen().texts(visitor.conversation())[1..], written);
}

#[tokio::test]
async fn messages_written_before_a_restart_are_sent_after_it() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let mut visitor = site.visitor();
    visitor.say("pertama");
    agent.reads("pertama").await;
    site.stop_relay().await;
    visitor.say("kedua");
    visitor.say("ketiga");
    visitor.until("the texts", |screen| screen.item("ketiga").is_some()).await;
    visitor.restart().await;
    visitor.until("the texts", |screen| screen.item("ketiga").is_some()).await;
    assert_eq!(visitor.screen().delivery("kedua"), Some(Delivery::Sending));
    site.start_relay().await;
    agent.reads("ketiga").await;
    assert_eq!(agent.screen().texts(visitor.conversation()), ["pertama", "kedua", "ketiga"]);
}

#[tokio::test]
async fn a_message_that_cannot_be_kept_is_not_sent() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let mut visitor = site.visitor();
    visitor.say("ini tersimpan");
    agent.reads("ini tersimpan").await;
    visitor.has_sent("ini tersimpan").await;

    visitor.store().fail();
    visitor.say("ini tidak");
    visitor
        .until("the message to fail", |screen| {
            screen.delivery("ini tidak") == Some(Delivery::Failed(Refusal::StoreFailed))
        })
        .await;
    visitor.refuses(Refusal::StoreFailed).await;
    // The agent's answer is stored after whatever the visitor might have sent.
    agent.say("jawaban");
    agent.has_sent("jawaban").await;
    let texts = agent.screen();
    assert_eq!(texts.texts(visitor.conversation()), ["ini tersimpan", "jawaban"]);

    visitor.restart().await;
    visitor.is_online().await;
    assert_eq!(visitor.screen().item("ini tidak"), None);
}

#[tokio::test]
async fn what_was_kept_waits_while_nothing_can_be_kept_and_is_sent_once_in_order_when_it_can() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let mut visitor = site.visitor();
    visitor.say("pertama");
    agent.reads("pertama").await;
    visitor.has_sent("pertama").await;
    site.stop_relay().await;
    for text in ["kedua", "ketiga"] {
        visitor.say(text);
        visitor.until("the text", |screen| screen.item(text).is_some()).await;
    }
    visitor.store().fail();
    site.start_relay().await;
    visitor.refuses(Refusal::StoreFailed).await;
    for text in ["kedua", "ketiga"] {
        assert_eq!(visitor.screen().delivery(text), Some(Delivery::Sending), "{text}");
    }
    visitor.restart().await;
    visitor.until("the text", |screen| screen.delivery("kedua") == Some(Delivery::Sending)).await;
    visitor.store().recover();
    agent.reads("ketiga").await;
    visitor.has_sent("ketiga").await;
    assert_eq!(agent.screen().texts(visitor.conversation()), ["pertama", "kedua", "ketiga"]);
}

#[tokio::test]
async fn a_first_message_that_cannot_be_kept_leaves_no_trace_at_the_relay() {
    let mut site = TestSite::start().await;
    let _agent = site.agent().await;
    let visitor = site.visitor();
    visitor.meets(Gate::Open).await;
    visitor.store().fail();
    let before = site.proxy().records().len();
    visitor.say("tidak tersimpan");
    visitor.refuses(Refusal::StoreFailed).await;
    let screen = visitor.screen();
    assert_eq!(screen.delivery("tidak tersimpan"), Some(Delivery::Failed(Refusal::StoreFailed)));
    assert_eq!(site.proxy().records().len(), before);
}

#[tokio::test]
async fn a_message_that_could_not_be_kept_is_sent_once_when_it_is_tried_again_and_can() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let mut visitor = site.visitor();
    visitor.meets(Gate::Open).await;
    visitor.store().fail();
    visitor.say("coba lagi");
    visitor.refuses(Refusal::StoreFailed).await;
    visitor.store().recover();
    let conversation = visitor.conversation();
    visitor.input(Input::Retry { conversation, event: visitor.event("coba lagi") });
    agent.reads("coba lagi").await;
    visitor.has_sent("coba lagi").await;
    agent.say("sudah sampai");
    visitor.reads("sudah sampai").await;

    visitor.restart().await;
    visitor.is_online().await;
    assert_eq!(visitor.screen().texts(conversation), ["coba lagi", "sudah sampai"]);
    assert_eq!(agent.screen().texts(conversation), ["coba lagi", "sudah sampai"]);
}

#[tokio::test]
async fn an_overlong_text_fails_alone() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let visitor = site.visitor();
    let overlong = "a".repeat(4_001);
    visitor.say(&overlong);
    visitor.say("pendek");
    agent.reads("pendek").await;
    assert_eq!(visitor.screen().delivery(&overlong), Some(Delivery::Failed(Refusal::TooLarge)));
    assert_eq!(agent.screen().texts(visitor.conversation()), ["pendek"]);
}

#[test]
fn a_message_that_the_relay_refuses_for_now_is_sent_again_as_it_was_and_stored_once() {
    let site = BenchSite::new();
    for code in [Code::TooMany, Code::Internal, Code::Draining] {
        assert_is_sent_again(Table::of_visitor(&site), &[HOSTILE, COLLEAGUE], code);
        let mut table = Table::of_agent(&site, |_, _| {});
        table.post(VISITOR, table.letter(Body::Text("halo".to_owned())));
        table.say("mengambil alih");
        assert_is_sent_again(table, &[VISITOR], code);
    }
}

fn assert_is_sent_again(mut table: Table<'_>, members: &[usize], code: Code) {
    let (sent, stored, disconnects) =
        (table.bench.sent.len(), table.bench.log.len(), table.bench.disconnects);
    table.refuses = vec![code; 3];
    table.say("sebentar");
    assert_eq!(table.own("sebentar").unwrap().delivery, Delivery::Sending, "{code:?}");
    let refused = table.bench.sent[sent..].to_vec();
    assert_eq!((refused.len(), table.bench.log.len()), (1, stored), "it waits before it tries again");

    table.wait(1);
    assert_eq!(table.own("sebentar").unwrap().delivery, Delivery::Sent, "{code:?}");
    let sends = table.bench.sent[sent..].iter().filter(|frame| matches!(frame, ClientFrame::Send { .. }));
    assert_eq!(sends.cloned().collect::<Vec<_>>(), vec![refused[0].clone(); 4], "the same bytes each time");
    assert_eq!(table.bench.log.len(), stored + 1, "it is stored once");
    assert_eq!(table.bench.disconnects, disconnects, "over the same connection");
    let text = Body::Text("sebentar".to_owned());
    for member in members {
        let texts = table.sent_to(*member).into_iter().filter(|said| said.body == text);
        assert_eq!(texts.count(), 1, "{code:?}");
    }
}
