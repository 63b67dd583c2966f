//! The relay's process is killed again and again while both sides write.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use segel_demo::relay_process::RelayProcess;
use segel_testkit::site::TestSite;

use crate::process::relay_process;

const KILLS: u64 = 20;
const TEXTS_A_ROUND: u64 = 3;

#[tokio::test]
async fn nothing_is_lost_doubled_or_out_of_order_when_the_relay_is_killed_at_seeded_points() {
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let visitor = site.visitor();
    visitor.say("mulai");
    agent.reads("mulai").await;
    let options = relay_process(&mut site).await;
    let mut relay = RelayProcess::start(&options).await.unwrap();

    let mut seeded = ChaCha20Rng::seed_from_u64(7);
    let (mut asked, mut answered) = (vec!["mulai".to_owned()], Vec::new());
    for round in 0..KILLS {
        for number in 0..TEXTS_A_ROUND {
            asked.push(format!("tanya {round}.{number}"));
            visitor.say(asked.last().unwrap());
            answered.push(format!("jawab {round}.{number}"));
            agent.say(answered.last().unwrap());
        }
        site.proxy().frames_passed(1 + seeded.next_u32() as usize % 16).await;
        relay.kill().await.unwrap();
        relay = RelayProcess::start(&options).await.unwrap();
    }

    visitor.reads(answered.last().unwrap()).await;
    agent.reads(asked.last().unwrap()).await;
    visitor.has_sent(asked.last().unwrap()).await;
    agent.has_sent(answered.last().unwrap()).await;
    let conversation = visitor.conversation();
    let (visitor, agent) = (visitor.screen(), agent.screen());
    let timeline = visitor.texts(conversation);
    assert_eq!(agent.texts(conversation), timeline);
    let of = |sort: &str| timeline.iter().filter(|text| text.starts_with(sort)).copied().collect::<Vec<_>>();
    assert_eq!(of("jawab"), answered);
    assert_eq!([of("mulai"), of("tanya")].concat(), asked);
    let positions: Vec<_> = visitor.timeline(conversation).iter().filter_map(|item| item.position).collect();
    // The texts, and the claim with the first answer.
    assert!(positions.iter().copied().eq(1..=timeline.len() as u64 + 1), "{positions:?}");
    assert_eq!((visitor.refusals, agent.refusals), (vec![], vec![]));
    relay.stop().await.unwrap();
}
