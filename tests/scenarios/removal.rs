//! An agent's device is removed: it is told, and what is written next is closed to it.

use segel_testkit::proxy::{Proxy, Towards};
use segel_ui::Language;
use segel_wire::ids::DeviceId;
use segel_wire::{ClientFrame, Envelope};

use crate::harness::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn the_message_after_an_agent_was_removed_is_closed_to_its_device() {
    Stage::play(async |stage| {
        let stays = stage.agent().await;
        let leaves = stage.agent().await;
        let visitor = stage.visitor().await;
        visitor.says("untuk kedua perangkat").await;
        for device in [&stays, &leaves] {
            device.chooses_newest().await;
            device.reads("untuk kedua perangkat").await;
            // The last that follows a first message by itself.
            device.sees(".facts").await;
        }
        let before = sent(stage.proxy()).len();
        let [first, second] = stage.demo().devices().await.unwrap()[..] else { panic!("two devices") };
        assert!(wrapped_for(&last_sent(stage.proxy()), second), "it could read until now");

        stage.demo().remove_device(&second).await.unwrap();
        leaves.is_told(".sentence", Language::indonesian().desk().removed()).await;
        visitor.says("setelah dikeluarkan").await;
        stays.reads("setelah dikeluarkan").await;
        stays.says("hanya kita berdua").await;
        visitor.reads("hanya kita berdua").await;

        for envelope in [last_sent(stage.proxy())].iter().chain(&sent(stage.proxy())[before..]) {
            assert!(!wrapped_for(envelope, second), "no key is in it for the removed device");
        }
        assert!(wrapped_for(&sent(stage.proxy())[before], first));
        let shown = leaves.texts().await;
        assert!(
            !shown.iter().any(|text| text.contains("setelah") || text.contains("hanya kita")),
            "{shown:?}"
        );
    })
    .await;
}

/// What was handed to the relay, in order, each event once.
fn sent(proxy: &Proxy) -> Vec<Envelope> {
    let mut sent = Vec::new();
    for record in proxy.records().into_iter().filter(|record| record.towards == Towards::Relay) {
        if let Ok(ClientFrame::Send { envelope, .. }) = serde_json::from_slice(&record.body)
            && !sent.contains(&envelope)
        {
            sent.push(envelope);
        }
    }
    sent
}

fn last_sent(proxy: &Proxy) -> Envelope {
    sent(proxy).pop().expect("something was sent")
}

fn wrapped_for(envelope: &Envelope, device: DeviceId) -> bool {
    envelope.wraps.iter().any(|wrapped| wrapped.device == device)
}
