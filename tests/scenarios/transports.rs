//! Networks that let no WebSocket through, and networks that withhold answers until they are whole.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use segel_testkit::proxy::{Manner, Record, Towards};

use crate::harness::{Person, Stage};
use crate::relay_killed::expect_relay_to_be_away;

const KILLS: usize = 15;

#[tokio::test(flavor = "multi_thread")]
async fn where_no_websocket_comes_through_a_chat_goes_on_over_server_sent_events() {
    Stage::play(async |stage| {
        let [visitor, agent] = meet_through(stage, Manner::NoUpgrades).await;
        visitor.types("apakah masih").await;
        assert_eq!(agent.sees(".typing .who").await, "Pengunjung sedang mengetik…");
        agent.types("ada").await;
        assert_eq!(visitor.sees(".typing .who").await, "Agen Demo sedang mengetik…");
        visitor.says(" ada?").await;
        agent.says(", Kak").await;
        agent.reads("apakah masih ada?").await;
        visitor.reads("ada, Kak").await;
        write_while_the_relay_is_killed(stage, &visitor, &agent).await;
        let records = stage.proxy().records();
        assert!(records.iter().any(|record| is_frame(record, Towards::Client)));
        assert!(!records.iter().any(|record| is_frame(record, Towards::Relay)), "no socket opened");
        assert!(!records.iter().any(is_poll), "and no poll was needed");

        stage.proxy().behave(Manner::Open);
        visitor.browser().run("dispatchEvent(new Event('online'))").await;
        stage.proxy().cut();
        let opened = |records: &[Record]| records.iter().any(|record| is_frame(record, Towards::Relay));
        stage.proxy().until("a socket in what may be another network", opened).await;
        visitor.says("sampai jumpa").await;
        agent.reads("sampai jumpa").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_answers_are_withheld_until_they_are_whole_a_chat_goes_on_by_long_poll() {
    Stage::play(async |stage| {
        let [visitor, agent] = meet_through(stage, Manner::Buffers).await;
        write_while_the_relay_is_killed(stage, &visitor, &agent).await;
        let records = stage.proxy().records();
        assert!(!records.iter().any(|record| record.subject == "frame"), "nothing came as a stream");
        assert!(records.iter().any(is_poll));
    })
    .await;
}

/// A visitor and an agent in a network of this kind, who have written to each other.
async fn meet_through(stage: &mut Stage, manner: Manner) -> [Person; 2] {
    expect_relay_to_be_away(stage);
    stage.expect_in_console("Unexpected response code: 403");
    stage.expect_in_console("net::ERR_INCOMPLETE_CHUNKED_ENCODING");
    stage.proxy().behave(manner);
    let agent = stage.agent().await;
    let visitor = stage.visitor().await;
    visitor.says("mulai").await;
    agent.chooses_newest().await;
    agent.reads("mulai").await;
    agent.says("ya").await;
    visitor.reads("ya").await;
    [visitor, agent]
}

/// Both write while the relay is killed and started again, and nothing is lost, doubled or out of order.
async fn write_while_the_relay_is_killed(stage: &mut Stage, visitor: &Person, agent: &Person) {
    let before = visitor.texts().await.len();
    let mut seeded = ChaCha20Rng::seed_from_u64(7);
    for round in 0..KILLS {
        let (question, answer) = (format!("tanya {round}"), format!("jawab {round}"));
        let writing = async { tokio::join!(visitor.says(&question), agent.says(&answer)) };
        tokio::join!(writing, kill_after(stage, 2 + seeded.next_u32() as usize % 10));
    }
    let (asked, answered) = (texts("tanya"), texts("jawab"));
    for (person, own, others) in [(visitor, &asked, &answered), (agent, &answered, &asked)] {
        person.has_sent(own.last().unwrap()).await;
        person.reads(others.last().unwrap()).await;
    }
    let timeline = visitor.texts().await;
    assert_eq!(agent.texts().await, timeline);
    assert_eq!(timeline.len(), before + 2 * KILLS);
    let of = |sort: &str| timeline.iter().filter(|text| text.starts_with(sort)).cloned().collect::<Vec<_>>();
    assert_eq!((of("tanya"), of("jawab")), (asked, answered));
}

/// Kills the relay once so much more has passed, and starts it again.
async fn kill_after(stage: &mut Stage, more: usize) {
    let goal = stage.proxy().records().len() + more;
    stage.proxy().until("more", |records| records.len() >= goal).await;
    stage.demo().kill_relay().await.unwrap();
    stage.demo().start_relay().await.unwrap();
}

fn texts(sort: &str) -> Vec<String> {
    (0..KILLS).map(|round| format!("{sort} {round}")).collect()
}

fn is_frame(record: &Record, towards: Towards) -> bool {
    record.subject == "frame" && record.towards == towards
}

fn is_poll(record: &Record) -> bool {
    record.subject.starts_with("GET /v1/events?wait=")
}
