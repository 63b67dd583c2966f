//! What visitor and business compare comes out the same on both sides, and different for everybody else.

use segel_core::show::SafetyNumber;
use segel_crypto::content::Body;
use segel_testkit::client::{Client, Screen};
use segel_testkit::site::TestSite;
use segel_wire::ids::ConversationId;

use crate::bench::BenchSite;
use crate::table::{Table, VISITOR};

#[tokio::test]
async fn both_sides_of_a_conversation_show_the_same_safety_number_and_keep_it() {
    let mut site = TestSite::start().await;
    let mut agent = site.agent().await;
    let mut visitor = site.visitor();
    visitor.say("Halo.");
    agent.reads("Halo.").await;
    let conversation = visitor.conversation();
    let number = number(&visitor, conversation).await;
    assert_eq!(self::number(&agent, conversation).await, number);

    for device in [&mut agent, &mut visitor] {
        device.restart().await;
        assert_eq!(self::number(device, conversation).await, number);
    }
    let stranger = site.visitor();
    stranger.say("Saya lain.");
    agent.reads("Saya lain.").await;
    let theirs = self::number(&agent, stranger.conversation()).await;
    assert_eq!(self::number(&stranger, stranger.conversation()).await, theirs);
    assert_ne!(theirs, number);
}

#[tokio::test]
async fn a_device_that_could_open_nothing_yet_shows_no_number_until_the_visitor_writes() {
    let mut site = TestSite::start().await;
    let first = site.agent().await;
    let visitor = site.visitor();
    visitor.say("Sebelum.");
    first.reads("Sebelum.").await;
    let second = site.agent().await;
    let conversation = visitor.conversation();
    let listed = second.until("the conversation", |screen| screen.conversations.contains_key(&conversation));
    assert_eq!(shown(&listed.await, conversation), None);

    visitor.say("Sesudah.");
    second.reads("Sesudah.").await;
    let number = number(&second, conversation).await;
    for device in [&visitor, &first] {
        assert_eq!(self::number(device, conversation).await, number);
    }
}

#[test]
fn the_number_is_shown_once_something_that_nobody_sees_tells_who_the_visitor_is() {
    let site = BenchSite::new();
    let mut table = Table::of_agent(&site, |_, _| {});
    let (mut before, _) = table.seal(VISITOR, table.letter(Body::Text("Sebelum.".to_owned())));
    before.wrap = None;
    table.deliver(&before);
    assert_eq!(table.summary().safety, None);

    let (read, _) = table.seal(VISITOR, table.letter(Body::Read(1)));
    table.deliver(&read);
    assert!(table.summary().safety.is_some());
}

async fn number(client: &Client, conversation: ConversationId) -> SafetyNumber {
    let screen = client.until("a safety number", |screen| shown(screen, conversation).is_some()).await;
    shown(&screen, conversation).unwrap()
}

fn shown(screen: &Screen, conversation: ConversationId) -> Option<SafetyNumber> {
    screen.conversations.get(&conversation)?.safety
}
