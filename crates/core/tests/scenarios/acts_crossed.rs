//! Acts and messages cross on their way, are dropped, come late, or meet a device that was set back.

use std::time::Duration;

use segel_core::Input;
use segel_core::show::{Author, Deed, Delivery, Link, Refusal, Standing};
use segel_testkit::site::{AGENT, TestSite};
use segel_wire::ClientFrame;
use tokio::sync::mpsc;

use crate::acts::Desk;

/// The next message that a client sends gets lost on its way to the relay; answers when it has been.
pub(crate) fn lose_next(site: &TestSite) -> mpsc::UnboundedReceiver<()> {
    let (lost, losing) = mpsc::unbounded_channel();
    let mut is_lost = false;
    site.proxy().alter_sends(move |frame| match frame {
        ClientFrame::Send { .. } if !is_lost => {
            is_lost = true;
            lost.send(()).unwrap();
            ClientFrame::Ping
        }
        frame => frame,
    });
    losing
}

#[tokio::test]
async fn of_racing_claims_the_first_in_the_log_counts_and_the_loser_answers_nobody() {
    let desk = Desk::open().await;
    let id = desk.visitor.conversation();
    let mut lost = lose_next(&desk.site);
    desk.colleague.say_in(id, "saya duluan");
    lost.recv().await.unwrap();
    desk.agent.say_in(id, "saya yang pegang");
    desk.visitor.reads("saya yang pegang").await;

    desk.site.proxy().cut();
    let refused = Some(Delivery::Failed(Refusal::HeldByAnother));
    desk.colleague.until("the refusal", |screen| screen.delivery("saya duluan") == refused).await;
    desk.colleague.stands(id, Standing::Others).await;
    desk.colleague.refuses(Refusal::ActRefused).await;
    desk.assert_for(&desk.agent, &desk.colleague, "jadi yang mana?").await;
    assert_eq!(desk.visitor.screen().item("saya duluan"), None);
    for device in [&desk.visitor, &desk.agent, &desk.colleague] {
        assert_eq!(device.screen().acts(id).len(), 1, "a late claim is nobody's business");
    }
    assert_eq!((desk.visitor.screen().refusals, desk.agent.screen().refusals), (vec![], vec![]));
}

#[tokio::test]
async fn a_visitors_message_that_crosses_a_claim_reaches_the_holder_and_nobody_doubts_it() {
    let desk = Desk::open().await;
    let id = desk.visitor.conversation();
    let mut lost = lose_next(&desk.site);
    desk.visitor.say("di tengah jalan");
    lost.recv().await.unwrap();
    desk.agent.does(id, Deed::Claim);
    desk.agent.stands(id, Standing::Mine).await;
    desk.site.proxy().cut();
    let screen = desk.agent.reads("di tengah jalan").await;
    assert_eq!(screen.item("di tengah jalan").unwrap().vouched, None, "it came by a wrap");
    desk.assert_for(&desk.agent, &desk.colleague, "sesudahnya").await;
    for device in [&desk.visitor, &desk.agent, &desk.colleague] {
        assert_eq!(device.screen().refusals, []);
    }
}

#[tokio::test]
async fn a_visitors_message_that_crosses_a_transfer_reaches_the_new_holder() {
    let desk = Desk::held().await;
    let id = desk.visitor.conversation();
    let mut lost = lose_next(&desk.site);
    desk.visitor.say("di tengah jalan");
    lost.recv().await.unwrap();
    desk.hand_over().await;

    // The same bytes again, sealed to who held the conversation before.
    desk.site.proxy().cut();
    desk.visitor.has_sent("di tengah jalan").await;
    desk.agent.reads("di tengah jalan").await;
    desk.colleague.reads("di tengah jalan").await;
    let confirmed = |screen: &segel_testkit::client::Screen| {
        screen.item("di tengah jalan").is_some_and(|item| item.vouched.is_none())
    };
    desk.colleague.until("the visitor's own word", confirmed).await;
    desk.assert_for(&desk.colleague, &desk.agent, "sesudahnya").await;
    let visitor = desk.visitor.screen();
    desk.colleague.until("all that the visitor shows", |screen| screen.texts(id) == visitor.texts(id)).await;
}

#[tokio::test]
async fn who_handed_over_passes_on_what_crossed_even_if_the_visitor_is_gone() {
    let desk = Desk::held().await;
    let mut lost = lose_next(&desk.site);
    desk.visitor.say("di tengah jalan");
    lost.recv().await.unwrap();
    desk.hand_over().await;

    // Nothing that the relay sends reaches the visitor any more: what crossed is its last word.
    let agent = desk.site.roster().agents[0].devices[0].keys.derive_id(&desk.site.tag().site);
    desk.site.proxy().alter_events(move |event| {
        let is_visitors = event.wrap.is_none() && event.sender != agent;
        if is_visitors && event.recipients == [agent] { vec![] } else { vec![event] }
    });
    desk.site.proxy().cut();
    let screen = desk.colleague.reads("di tengah jalan").await;
    assert_eq!(screen.item("di tengah jalan").unwrap().author, Author::Visitor);
}

#[tokio::test]
async fn an_agents_message_that_crosses_a_takeover_reaches_the_new_holder() {
    let mut desk = Desk::held().await;
    desk.promote().await;
    let id = desk.visitor.conversation();
    let mut lost = lose_next(&desk.site);
    desk.agent.say_in(id, "sebentar ya");
    lost.recv().await.unwrap();
    desk.colleague.does(id, Deed::Takeover);
    desk.colleague.stands(id, Standing::Mine).await;
    desk.site.proxy().cut();
    desk.visitor.reads("sebentar ya").await;
    let screen = desk.colleague.reads("sebentar ya").await;
    assert_eq!(screen.item("sebentar ya").unwrap().author, Author::Agent(AGENT.to_owned()));
    desk.assert_for(&desk.colleague, &desk.agent, "sesudahnya").await;
}

#[tokio::test]
async fn an_act_that_the_relay_drops_is_asked_for_of_whoever_names_it() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let visitor = site.visitor();
    visitor.say("halo");
    agent.reads("halo").await;
    let device = site.roster().agents[0].devices[0].keys.derive_id(&site.tag().site);
    let mut is_dropped = false;
    site.proxy().alter_events(move |event| {
        let is_claim = event.sender == device && event.wrap.is_some() && !is_dropped;
        is_dropped |= is_claim;
        if is_claim { vec![] } else { vec![event] }
    });
    agent.say("saya pegang");
    visitor.reads("saya pegang").await;
    visitor.refuses(Refusal::EventsMissing).await;
    let id = visitor.conversation();
    visitor.until("the claim", |screen| screen.acts(id).len() == 1).await;
    visitor.stands(id, Standing::Others).await;
}

#[tokio::test]
async fn an_act_that_comes_after_what_follows_it_is_asked_for_and_counts() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let visitor = site.visitor();
    visitor.say("halo");
    agent.reads("halo").await;
    let device = site.roster().agents[0].devices[0].keys.derive_id(&site.tag().site);
    let mut held = None;
    let mut is_over = false;
    site.proxy().alter_events(move |event| {
        if event.sender != device || event.wrap.is_none() || is_over {
            return vec![event];
        }
        match held.take() {
            None => {
                held = Some(event);
                vec![]
            }
            Some(claim) => {
                is_over = true;
                vec![event, claim]
            }
        }
    });
    agent.say("saya pegang");
    visitor.reads("saya pegang").await;
    visitor.refuses(Refusal::MessageReplayed).await;
    let id = visitor.conversation();
    visitor.until("the claim", |screen| screen.acts(id).len() == 1).await;
    visitor.say("baik");
    agent.reads("baik").await;
}

#[tokio::test]
async fn a_claim_of_an_agent_who_was_removed_meanwhile_counts_by_a_members_word() {
    let mut desk = Desk::open().await;
    let id = desk.visitor.conversation();
    desk.visitor.input(Input::Network(false));
    desk.site.proxy().cut();
    desk.visitor.until("to be offline", |screen| screen.link == Some(Link::Offline)).await;
    desk.agent.does(id, Deed::Claim);
    desk.agent.stands(id, Standing::Mine).await;
    desk.colleague.stands(id, Standing::Others).await;
    desk.site.owner().remove_agent(AGENT).unwrap();
    desk.site.attend().await;
    desk.colleague.stands(id, Standing::Free).await;

    desk.visitor.restart().await;
    desk.visitor.refuses(Refusal::UnknownSender).await;
    assert_eq!(desk.visitor.screen().acts(id), [], "nobody who is listed has said so");
    desk.colleague.say_in(id, "saya gantikan");
    desk.visitor.reads("saya gantikan").await;
    let screen = desk.visitor.until("both claims", |screen| screen.acts(id).len() == 2).await;
    assert_eq!(screen.conversations[&id].hold.holder.as_deref(), Some("Rekan Demo"));
    assert_eq!(screen.closed().count(), 0);
    desk.visitor.say("terima kasih");
    desk.colleague.reads("terima kasih").await;
}

#[tokio::test]
async fn a_claim_of_an_agent_who_was_removed_meanwhile_counts_by_the_word_of_whose_claim_came_second() {
    let mut desk = Desk::open().await;
    let id = desk.visitor.conversation();
    desk.visitor.input(Input::Network(false));
    desk.site.proxy().cut();
    desk.visitor.until("to be offline", |screen| screen.link == Some(Link::Offline)).await;
    let mut lost = lose_next(&desk.site);
    desk.colleague.does(id, Deed::Claim);
    lost.recv().await.unwrap();
    desk.agent.does(id, Deed::Claim);
    desk.agent.stands(id, Standing::Mine).await;
    desk.site.proxy().cut();
    desk.colleague.refuses(Refusal::ActRefused).await;
    desk.site.owner().remove_agent(AGENT).unwrap();
    desk.site.attend().await;
    desk.colleague.stands(id, Standing::Free).await;

    // Nobody says anything that names the claim which counts.
    desk.visitor.restart().await;
    let knows = |screen: &segel_testkit::client::Screen| {
        screen.acts(id) == [(&Author::Agent(AGENT.to_owned()), &Deed::Claim)]
    };
    let screen = desk.visitor.until("the claim that came first, alone", knows).await;
    assert_eq!(screen.conversations[&id].hold.holder, None);
    assert_eq!(screen.closed().count(), 0);
}

#[tokio::test]
async fn a_visitor_who_comes_back_judges_an_act_by_the_roster_that_it_names() {
    let mut desk = Desk::open().await;
    let id = desk.visitor.conversation();
    desk.visitor.input(Input::Network(false));
    desk.site.proxy().cut();
    desk.visitor.until("to be offline", |screen| screen.link == Some(Link::Offline)).await;
    desk.agent.does(id, Deed::Claim);
    desk.agent.stands(id, Standing::Mine).await;
    desk.site.publish_next().await;
    desk.site.publish_next().await;

    // What is kept has the newest roster alone: the one before is asked for.
    desk.visitor.restart().await;
    desk.visitor.is_online().await;
    desk.visitor.restart().await;
    desk.visitor.stands(id, Standing::Others).await;
    desk.assert_for(&desk.agent, &desk.colleague, "kembali lagi").await;
}

#[tokio::test]
async fn a_holder_who_is_set_back_before_the_claim_learns_of_it_and_goes_on() {
    let mut desk = Desk::open().await;
    let id = desk.visitor.conversation();
    let copy = desk.agent.store().copy();
    desk.agent.say("halo juga");
    desk.visitor.reads("halo juga").await;
    desk.agent.set_back(&copy).await;
    desk.agent.is_online().await;
    desk.visitor.say("masih di sana?");
    desk.agent.until("it to be closed", |screen| screen.closed().count() == 1).await;
    desk.agent.advance(Duration::from_secs(61));
    desk.agent.reads("masih di sana?").await;
    desk.agent.stands(id, Standing::Mine).await;
    desk.agent.say_in(id, "masih");
    desk.visitor.reads("masih").await;
    assert_eq!(desk.visitor.screen().acts(id).len(), 1);
    assert_eq!(desk.agent.screen().acts(id).len(), 1);
}

#[tokio::test]
async fn a_visitor_who_is_set_back_before_the_claim_seals_to_the_holder_again() {
    let mut desk = Desk::open().await;
    let id = desk.visitor.conversation();
    desk.agent.say("pembuka");
    desk.visitor.reads("pembuka").await;
    desk.agent.does(id, Deed::Release);
    desk.visitor.until("two acts", |screen| screen.acts(id).len() == 2).await;
    desk.visitor.has_sent("halo semua").await;
    let copy = desk.visitor.store().copy();
    desk.agent.say_in(id, "saya pegang lagi");
    desk.visitor.reads("saya pegang lagi").await;
    desk.visitor.say("untuk pemegang");
    desk.agent.reads("untuk pemegang").await;

    desk.visitor.set_back(&copy).await;
    desk.visitor.is_online().await;
    desk.visitor.advance(Duration::from_secs(61));
    desk.visitor.until("three acts", |screen| screen.acts(id).len() == 3).await;
    desk.assert_for(&desk.agent, &desk.colleague, "dari keadaan lama").await;
}
