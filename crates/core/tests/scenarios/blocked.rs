//! An agent blocks a conversation: a matter of that device alone.

use segel_core::Input;
use segel_testkit::client::Screen;
use segel_testkit::site::TestSite;
use segel_wire::ids::ConversationId;

fn has(blocked: &[ConversationId]) -> impl Fn(&Screen) -> bool {
    let blocked = blocked.to_vec();
    move |screen| screen.blocked == blocked
}

#[tokio::test]
async fn what_is_blocked_is_kept_sealed_on_the_agents_device_told_to_nobody_and_can_be_undone() {
    let mut site = TestSite::start().await;
    let mut agent = site.agent().await;
    let visitor = site.visitor();
    visitor.say("halo");
    agent.reads("halo").await;
    let conversation = agent.conversation();
    let sent = site.proxy().records().len();
    agent.input(Input::Block { conversation, on: true });
    agent.until("it to be blocked", has(&[conversation])).await;
    agent.restart().await;
    agent.until("it to be blocked after a restart", has(&[conversation])).await;
    for (name, sealed) in agent.store().sealed() {
        assert!(!sealed.windows(16).any(|part| part == conversation.0), "{name}");
    }
    let names_it = |body: &[u8]| body.windows(7).any(|part| part == b"blocked");
    assert!(site.proxy().records()[sent..].iter().all(|record| !names_it(&record.body)));

    visitor.say("masih ada?");
    agent.reads("masih ada?").await;
    agent.input(Input::Block { conversation, on: false });
    agent.until("it to be wanted again", has(&[])).await;
    agent.restart().await;
    agent.is_online().await;
    assert_eq!(agent.screen().blocked, []);
}

#[tokio::test]
async fn a_visitors_engine_blocks_nothing_and_an_agents_nothing_that_it_does_not_know() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let visitor = site.visitor();
    visitor.say("halo");
    agent.reads("halo").await;
    visitor.has_sent("halo").await;
    visitor.input(Input::Block { conversation: visitor.conversation(), on: true });
    agent.input(Input::Block { conversation: ConversationId([7; 16]), on: true });
    agent.say("ya?");
    visitor.reads("ya?").await;
    assert_eq!((visitor.screen().blocked, agent.screen().blocked), (vec![], vec![]));
}
