//! The agents' console, state by state.

use segel_core::show::{Life, Stars};
use segel_core::{Input, OutgoingRating};
use segel_testkit::client::{Client, Screen};
use segel_wire::ids::ConversationId;
use thirtyfour::Key;

use super::look::Gallery;
use super::walk;
use super::words::{LINK, Words};
use crate::harness::{Device, Person, Row};
use crate::relay_killed::expect_relay_to_be_away;

#[tokio::test(flavor = "multi_thread")]
async fn the_console_from_its_first_page_to_a_busy_day() {
    walk(async |stage, gallery, words| {
        let console = stage.demo().console().to_owned();
        let lost = stage.enrolling(&console).await;
        lost.sees(".enrol .now").await;
        gallery.hang(&lost, "console-without-a-code").await;
        let invitation = stage.demo().invite().await.unwrap();
        let agent = stage.enrolling(&invitation).await;
        agent.sees(".enrol .now").await;
        stage.demo().next_round().await.unwrap();
        agent.is_at_the_desk().await;
        gallery.hang(&agent, "console-empty").await;

        let visitors: Vec<_> = (20..23).map(|seed| stage.native_visitor_of(seed)).collect();
        for (visitor, text) in visitors.iter().zip([words.question, words.second, words.third]) {
            visitor.say(text);
            visitor.has_sent(text).await;
        }
        agent.sees(".inbox li:nth-child(3)").await;
        gallery.hang(&agent, "console-inbox").await;
        agent.chooses(words.question).await;
        agent.says(words.answer).await;
        visitors[0].reads(words.answer).await;
        visitors[0].say(&words.masked());
        agent.reads(&words.masked()).await;
        agent.says(words.advice).await;
        visitors[0].reads(words.advice).await;
        gallery.hang(&agent, "console-conversation").await;
        agent.types(words.draft).await;
        agent.sees(".masking .masked").await;
        gallery.hang(&agent, "console-masking").await;
        agent.clicks(".over .check").await;
        agent.sees(".verify .number").await;
        gallery.hang(&agent, "console-safety-number").await;
        agent.clicks(".verify .return").await;
        agent.browser().run("document.activeElement.blur()").await;
        agent.presses("?").await;
        agent.sees(".help").await;
        gallery.hang(&agent, "console-keys").await;
        agent.presses(Key::Escape + "").await;

        let supervisor = stage.supervisor_on(Device::Desktop).await;
        supervisor.sees(".inbox li:nth-child(3)").await;
        supervisor.chooses_newest().await;
        gallery.hang(&supervisor, "console-enrolled-later").await;
        visitors[0].say(words.second);
        agent.reads(words.second).await;
        agent.clicks(".deeds .deed").await;
        agent.sees(".heirs").await;
        gallery.hang(&agent, "console-hands-over").await;
        tells_colleagues(&agent, gallery, words).await;
        agent.presses(Key::Escape + "").await;
        offers_and_blocks(&agent, gallery, words).await;
        let ended = agent_ends(&agent, &visitors[0]).await;
        let rating = OutgoingRating::new(Stars::Four, segel_mask::mask(words.advice).unwrap().text);
        visitors[0].input(Input::Rate { conversation: ended, rating: Some(rating) });
        agent.sees(".rated").await;
        gallery.hang(&agent, "console-ended-and-rated").await;
        stage.serve_roster_of_a_day().await;
        agent.reloads().await;
        agent.sees(".header .ends").await;
        gallery.hang(&agent, "console-roster-ends").await;
        expect_relay_to_be_away(stage);
        stage.demo().kill_relay().await.unwrap();
        agent.sees(".banner").await;
        gallery.hang(&agent, "console-offline").await;
    })
    .await;
}

/// The agent notes and labels something, and keeps a text to send again.
async fn tells_colleagues(agent: &Person, gallery: &Gallery, words: &Words) {
    agent.clicks(".deeds .deed").await;
    agent.clicks(".choice button:last-child").await;
    agent.sees(".noting").await;
    agent.says(words.advice).await;
    // The visitor has read the same before.
    let is_noted = |row: &Row| row.by == "own" && row.text == words.advice && row.status == words.sent;
    agent.sees_row("to have noted it", is_noted).await;
    for label in ["VIP", words.label] {
        agent.clicks(".labels input").await;
        agent.presses(label).await;
        agent.presses(Key::Enter + "").await;
        agent.is_told(".labels ul", label).await;
    }
    agent.types(words.draft).await;
    gallery.hang(agent, "console-note").await;
    agent.clicks(".choice button:first-child").await;
    agent.clicks(".audience .replies").await;
    agent.clicks(".picker .return").await;
    for name in ["VIP", words.label] {
        agent.clicks(".manage input[type=text]").await;
        agent.presses(name).await;
        agent.presses(Key::Tab + "").await;
        agent.presses([words.answer, " {business}"].concat()).await;
        agent.clicks(".manage .fields .deed").await;
        agent.is_told(".manage .kept", name).await;
    }
    gallery.hang(agent, "console-replies-managed").await;
    agent.presses(Key::Escape + "").await;
    agent.clicks(".audience .replies").await;
    agent.sees(".picker [role=option]:nth-child(2)").await;
    gallery.hang(agent, "console-replies").await;
    agent.presses(Key::Escape + "").await;
}

/// The agent offers answers, and blocks the open conversation for a while.
async fn offers_and_blocks(agent: &Person, gallery: &Gallery, words: &Words) {
    agent.clicks(".audience .replies").await;
    agent.clicks(".picker .offer").await;
    agent.sees(".offering textarea:focus").await;
    agent.browser().run("document.querySelector('.offering textarea').value = ''").await;
    for field in [words.card_text, &words.answers.join("\n"), words.card_title, LINK] {
        agent.presses(field).await;
        agent.presses(Key::Tab + "").await;
    }
    gallery.hang(agent, "console-offer").await;
    agent.clicks(".offering .deed").await;
    agent.sends().await;
    agent.sees(".row.own .offered").await;
    gallery.hang(agent, "console-offered").await;
    agent.clicks(".deeds > .plain").await;
    agent.sees(".inbox > .return:focus").await;
    gallery.hang(agent, "console-without-what-is-blocked").await;
    agent.clicks(".inbox > .return").await;
    agent.sees(".blocked li").await;
    gallery.hang(agent, "console-blocked").await;
    agent.clicks(".blocked .deed").await;
    agent.clicks(".blocked .return").await;
    agent.clicks(".inbox li:has(.mine:not([hidden])) button").await;
    agent.sees(".row.own .offered").await;
}

/// The agent ends the open conversation, which is this visitor's; answers its id.
async fn agent_ends(agent: &Person, visitor: &Client) -> ConversationId {
    let conversation = visitor.conversation();
    // It is the last of what an agent may do.
    agent.clicks(".deeds .deed:last-child").await;
    let is_over = |screen: &Screen| screen.conversations[&conversation].life == Life::Ended;
    visitor.until("the end", is_over).await;
    conversation
}
