//! A hostile relay alters messages, delivers them again, moves them or makes them too large: each is told
//! where it would have stood, and the chat goes on.

use std::sync::Mutex;

use segel_core::show::Refusal;
use segel_testkit::client::Client;
use segel_ui::Language;
use segel_wire::limits::CONTENT_BYTES;
use segel_wire::{ClientFrame, Delivered};

use crate::harness::{Person, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_message_stays_closed() {
    Stage::play(async |stage| {
        let (agent, visitor) = talk(stage).await;
        meddle(stage, |mut event| {
            *event.content.0.last_mut().unwrap() ^= 1;
            vec![event]
        })
        .await;
        agent.say("sudah diubah");
        visitor.sees_row("the closed message", |row| is_closed(&row.text, Refusal::MessageAltered)).await;
        goes_on(stage, &agent, &visitor).await;
        assert!(!visitor.texts().await.contains(&"sudah diubah".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_delivered_again_is_shown_once() {
    Stage::play(async |stage| {
        let (agent, visitor) = talk(stage).await;
        meddle(stage, |event| {
            let mut again = event.clone();
            again.position += 1;
            vec![event, again]
        })
        .await;
        agent.say("sekali saja");
        visitor.is_warned(Refusal::MessageReplayed).await;
        goes_on(stage, &agent, &visitor).await;
        let texts = visitor.texts().await;
        assert_eq!(texts.iter().filter(|text| *text == "sekali saja").count(), 1, "{texts:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_moved_to_another_conversation_stays_closed() {
    Stage::play(async |stage| {
        let (agent, visitor) = talk(stage).await;
        let here = agent.conversation();
        let other = stage.native_visitor();
        other.say("saya yang lain");
        agent.reads("saya yang lain").await;
        let elsewhere = other.conversation();

        // What the agent writes to the other visitor is delivered to this one, too.
        let meant_for_the_other = Mutex::new(None);
        meddle(stage, move |event| {
            let mut meant = meant_for_the_other.lock().unwrap();
            if event.conversation == elsewhere {
                *meant = Some(event.clone());
                return vec![event];
            }
            let moved =
                meant.take().map(|meant| Delivered { conversation: here, position: event.position, ..meant });
            moved.into_iter().chain([event]).collect()
        })
        .await;
        agent.say_in(elsewhere, "untuk yang lain");
        other.reads("untuk yang lain").await;
        agent.say_in(here, "untuk yang ini");
        visitor.sees_row("the closed message", |row| is_closed(&row.text, Refusal::MessageAltered)).await;
        visitor.reads("untuk yang ini").await;
        assert!(!visitor.texts().await.contains(&"untuk yang lain".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_over_the_size_limit_is_refused_and_can_be_sent_anew() {
    Stage::play(async |stage| {
        let (agent, visitor) = talk(stage).await;
        stage.proxy().alter_sends(|frame| match frame {
            ClientFrame::Send { conversation, event, mut envelope, withdraws } => {
                envelope.content.0.resize(CONTENT_BYTES + 1, 0);
                ClientFrame::Send { conversation, event, envelope, withdraws }
            }
            other => other,
        });
        visitor.says("membengkak").await;
        let sentence = Language::indonesian().refusal(Refusal::TooLarge);
        visitor.sees_row("the failed message", |row| row.status.contains(sentence)).await;
        stage.proxy().be_honest();
        visitor.clicks(".retry").await;
        visitor.has_sent("membengkak").await;
        agent.reads("membengkak").await;
    })
    .await;
}

/// An agent and a visitor in Chromium who have written to each other.
async fn talk(stage: &mut Stage) -> (Client, Person) {
    let agent = stage.native_agent().await;
    let visitor = stage.visitor().await;
    visitor.says("awal").await;
    agent.reads("awal").await;
    agent.say("jawaban awal");
    visitor.reads("jawaban awal").await;
    agent.has_sent("jawaban awal").await;
    (agent, visitor)
}

/// Makes something else of each event of the agent that is on its way to a visitor from now on.
async fn meddle(stage: &mut Stage, mut rule: impl FnMut(Delivered) -> Vec<Delivered> + Send + 'static) {
    let agent = stage.first_device().await;
    stage.proxy().alter_events(move |event| {
        if event.sender == agent && event.wrap.is_some() { rule(event) } else { vec![event] }
    });
}

/// Both sides can still write, with an honest relay.
async fn goes_on(stage: &Stage, agent: &Client, visitor: &Person) {
    stage.proxy().be_honest();
    visitor.says("lanjut?").await;
    agent.reads("lanjut?").await;
    agent.say("lanjut");
    visitor.reads("lanjut").await;
}

fn is_closed(text: &str, refusal: Refusal) -> bool {
    text.contains(Language::indonesian().text().closed())
        && text.contains(Language::indonesian().refusal(refusal))
}
