//! The relay's process is killed again and again while both sides write.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use segel_ui::Language;

use crate::harness::{Person, Stage};

const KILLS: u32 = 20;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_doubled_or_out_of_order_when_the_relay_is_killed_at_seeded_points() {
    Stage::play(async |stage| {
        let (visitor, agent) = begin(stage).await;

        let mut seeded = ChaCha20Rng::seed_from_u64(7);
        for round in 0..KILLS {
            let frames = 1 + seeded.next_u32() as usize % 8;
            let writing =
                async { tokio::join!(write(&visitor, "tanya", round), write(&agent, "jawab", round)) };
            tokio::join!(writing, kill_after(stage, frames));
        }

        let (asked, answered) = (written("tanya"), written("jawab"));
        for (person, own, others) in [(&visitor, &asked, &answered), (&agent, &answered, &asked)] {
            person.has_sent(own.last().unwrap()).await;
            person.reads(others.last().unwrap()).await;
        }
        let timeline = visitor.reads_back_to("mulai").await;
        assert_eq!(agent.reads_back_to("mulai").await, timeline);
        assert_eq!(timeline.len(), 1 + asked.len() + answered.len());
        let of =
            |sort: &str| timeline.iter().filter(|text| text.starts_with(sort)).cloned().collect::<Vec<_>>();
        assert_eq!(of("tanya"), asked);
        assert_eq!(of("jawab"), answered);
        visitor.reloads().await;
        visitor.sees_row("the end again", |row| Some(&row.text) == timeline.last()).await;
        assert_eq!(visitor.reads_back_to("mulai").await, timeline);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_while_the_relay_is_away_is_kept_and_sent_when_it_is_back() {
    Stage::play(async |stage| {
        expect_relay_to_be_away(stage);
        let agent = stage.native_agent().await;
        let visitor = stage.visitor().await;
        visitor.says("masih tersambung").await;
        agent.reads("masih tersambung").await;

        stage.demo().kill_relay().await.unwrap();
        let text = Language::indonesian().text();
        visitor.is_told(".banner", text.offline()).await;
        visitor.says("untuk nanti").await;
        visitor
            .sees_row("to be sending", |row| row.text == "untuk nanti" && row.status == text.sending())
            .await;
        stage.demo().start_relay().await.unwrap();
        visitor.has_sent("untuk nanti").await;
        agent.reads("untuk nanti").await;
    })
    .await;
}

/// A visitor and an agent who have begun to talk over a relay that will be away.
pub(crate) async fn begin(stage: &mut Stage) -> (Person, Person) {
    expect_relay_to_be_away(stage);
    let agent = stage.agent().await;
    let visitor = stage.visitor().await;
    visitor.says("mulai").await;
    agent.chooses_newest().await;
    agent.reads("mulai").await;
    (visitor, agent)
}

/// Browsers write down each attempt to reach a relay that is away, for which the proxy answers 502.
pub(crate) fn expect_relay_to_be_away(stage: &mut Stage) {
    stage.expect_in_console("status of 502 (Bad Gateway)");
    stage.expect_in_console("Unexpected response code: 502");
    stage.expect_in_console("No 'Access-Control-Allow-Origin' header is present");
    stage.expect_in_console("net::ERR_FAILED");
}

/// What one side writes in a round.
fn texts(sort: &str, round: u32) -> [String; 2] {
    [format!("{sort} {round}.0"), format!("{sort} {round}.1")]
}

/// All that one side wrote.
fn written(sort: &str) -> Vec<String> {
    (0..KILLS).flat_map(|round| texts(sort, round)).collect()
}

async fn write(person: &Person, sort: &str, round: u32) {
    for text in texts(sort, round) {
        person.says(&text).await;
    }
}

/// Kills the relay once so many frames have passed, and starts it again.
async fn kill_after(stage: &mut Stage, frames: usize) {
    stage.proxy().frames_passed(frames).await;
    stage.demo().kill_relay().await.unwrap();
    stage.demo().start_relay().await.unwrap();
}
