//! Pages, origins and sessions that have no business here.

use reqwest::StatusCode;
use reqwest::header::ORIGIN;
use segel_core::show::Refusal;
use segel_ui::Language;
use segel_wire::api::{EventsAnswer, LoginAnswer};
use segel_wire::{ClientFrame, Code, ConversationId, Problem};

use crate::harness::{Stage, widget_files};

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_the_roster_does_not_list_shows_no_chat() {
    Stage::play(async |stage| {
        let tag = stage.demo().tag().clone();
        let shop = stage.another_shop(&tag).await;
        let visitor = stage.visitor_at(&shop).await;
        visitor.is_refused(Refusal::PageRefused).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_widget_from_a_foreign_origin_is_refused_by_the_relay_and_says_so() {
    Stage::play(async |stage| {
        let mut tag = stage.demo().tag().clone();
        tag.widget = stage.another_widget(&widget_files()).await;
        let shop = stage.another_shop(&tag).await;
        stage.expect_in_console("403 (Forbidden)");
        let visitor = stage.visitor_at(&shop).await;
        visitor.is_refused(Refusal::OriginRefused).await;

        let roster = format!("http://{}/v1/sites/{}/roster", stage.demo().relay(), tag.site);
        let asked = reqwest::Client::new().get(roster).header(ORIGIN, "https://jahat.example");
        let answer = asked.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
        assert_eq!(answer.json::<Problem>().await.unwrap().code, Code::OriginRefused);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_token_and_an_intruders_message_reach_no_other_conversation() {
    Stage::play(async |stage| {
        let agent = stage.native_agent().await;
        let victim = stage.native_visitor();
        victim.say("punya saya");
        agent.reads("punya saya").await;
        let intruder = stage.visitor().await;
        intruder.says("saya juga di sini").await;
        agent.reads("saya juga di sini").await;
        intruder.has_sent("saya juga di sini").await;

        let conversation = victim.conversation();
        let token = last_token(stage);
        let refused = ask_events(stage, &token, conversation).await.unwrap_err();
        assert_eq!((refused.status, refused.code), (403, Code::NotAMember));

        stage.proxy().alter_sends(move |frame| match frame {
            ClientFrame::Send { event, envelope, withdraws, .. } => {
                ClientFrame::Send { conversation, event, envelope, withdraws }
            }
            other => other,
        });
        intruder.says("menyusup").await;
        let sentence = Language::indonesian().refusal(Refusal::NotAMember);
        intruder.sees_row("the failed message", |row| row.status.contains(sentence)).await;
        let own = agent.screen().conversations.into_keys().find(|listed| *listed != conversation).unwrap();
        assert!(!ask_events(stage, &token, own).await.unwrap().events.is_empty(), "the token is good");
    })
    .await;
}

/// The session token that the relay gave out last, as a thief on the wire would see it.
fn last_token(stage: &Stage) -> String {
    let records = stage.proxy().records();
    let mut logins =
        records.iter().filter_map(|record| serde_json::from_slice::<LoginAnswer>(&record.body).ok());
    logins.next_back().expect("somebody logged in").token
}

/// Asks for a conversation's events as whoever holds the token would.
async fn ask_events(
    stage: &Stage,
    token: &str,
    conversation: ConversationId,
) -> Result<EventsAnswer, Problem> {
    let address = format!("{}/v1/conversations/{conversation}/events", stage.proxy().origin());
    let answer = reqwest::Client::new().get(address).bearer_auth(token).send().await.unwrap();
    if answer.status().is_success() {
        Ok(answer.json().await.unwrap())
    } else {
        Err(answer.json().await.unwrap())
    }
}
